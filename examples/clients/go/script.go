package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"example.org/filmloom-client/studio"
)

// ofScript makes a project and its film with the Studio API, and gives the link to the film.
func ofScript(ctx context.Context, server, key, title, script string) (string, error) {
	c, err := studio.NewClientWithResponses(server+"/api/v1", studio.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+key)
		return nil
	}))
	if err != nil {
		return "", err
	}
	project, err := c.CreateProjectWithResponse(ctx, nil, studio.NewProject{Title: title, Script: script})
	if err != nil {
		return "", err
	}
	if project.JSON201 == nil {
		return "", failure("the project", project.JSONDefault)
	}
	started, err := c.GenerateVideoWithResponse(ctx, project.JSON201.ProjectId, nil, studio.Generation{})
	if err != nil {
		return "", err
	}
	if started.JSON202 == nil {
		return "", failure("the film", started.JSONDefault)
	}
	fmt.Fprintf(os.Stderr, "job %s takes about %s\n", started.JSON202.JobId, started.JSON202.EstimatedTime)
	prefer := "wait=30"
	for {
		j, err := c.GetJobWithResponse(ctx, started.JSON202.JobId, &studio.GetJobParams{Prefer: &prefer})
		switch {
		case err != nil:
			return "", err
		case j.JSON200 == nil:
			return "", failure("the job", j.JSONDefault)
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

func failure(what string, f *studio.Failure) error {
	if f == nil {
		return fmt.Errorf("%s was refused by something before the server", what)
	}
	return fmt.Errorf("%s was refused: %s", what, f.Error.Message)
}
