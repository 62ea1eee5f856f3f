// Command client makes a film of a script with the Studio API.
//
//	export FILMLOOM_API_KEY=flm_live_…
//	go run . "The lighthouse" "Every evening the old keeper lit the lamp, and nobody came."
//
// FILMLOOM_URL names another server than http://localhost:8080. The packages studio and video beside it are written
// by ../generate.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"

	"example.org/filmloom-client/studio"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	key, server := os.Getenv("FILMLOOM_API_KEY"), os.Getenv("FILMLOOM_URL")
	if len(os.Args) != 3 || key == "" {
		return errors.New("usage: FILMLOOM_API_KEY=… client TITLE SCRIPT")
	}
	if server == "" {
		server = "http://localhost:8080"
	}
	c, err := studio.NewClientWithResponses(server+"/api/v1", studio.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+key)
		return nil
	}))
	if err != nil {
		return err
	}
	url, err := film(ctx, c, os.Args[1], os.Args[2])
	if err != nil {
		return err
	}
	fmt.Println(url)
	return nil
}

// film makes a project and its film, and gives the link to the film.
func film(ctx context.Context, c *studio.ClientWithResponses, title, script string) (string, error) {
	project, err := c.CreateProjectWithResponse(ctx, studio.NewProject{Title: title, Script: script})
	if err != nil {
		return "", err
	}
	if project.JSON201 == nil {
		return "", refused("the project", project.JSONDefault)
	}
	started, err := c.GenerateVideoWithResponse(ctx, project.JSON201.ProjectId, nil, studio.Generation{})
	if err != nil {
		return "", err
	}
	if started.JSON202 == nil {
		return "", refused("the film", started.JSONDefault)
	}
	fmt.Fprintf(os.Stderr, "job %s takes about %s\n", started.JSON202.JobId, started.JSON202.EstimatedTime)
	prefer := "wait=30"
	for {
		j, err := c.GetJobWithResponse(ctx, started.JSON202.JobId, &studio.GetJobParams{Prefer: &prefer})
		switch {
		case err != nil:
			return "", err
		case j.JSON200 == nil:
			return "", refused("the job", j.JSONDefault)
		case j.JSON200.Status == studio.JobStatusCompleted && j.JSON200.OutputUrl != nil:
			return *j.JSON200.OutputUrl, nil
		case j.JSON200.Error != nil:
			return "", fmt.Errorf("the film could not be made: %s", j.JSON200.Error.Message)
		case j.JSON200.Status == studio.JobStatusCancelled:
			return "", errors.New("the job was cancelled")
		case j.JSON200.CurrentStep != nil:
			fmt.Fprintf(os.Stderr, "%3d%%  %s\n", j.JSON200.Progress, *j.JSON200.CurrentStep)
		}
	}
}

func refused(what string, f *studio.Failure) error {
	if f == nil {
		return fmt.Errorf("%s was refused by something before the server", what)
	}
	return fmt.Errorf("%s was refused: %s", what, f.Error.Message)
}
