package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"example.org/filmloom-client/video"
)

// ofTopic logs in, has a story written and filmed with the Video API, and gives the link to the film.
func ofTopic(ctx context.Context, server, user, password, topic string) (string, error) {
	var token string
	c, err := video.NewClientWithResponses(server+"/v1", video.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		return nil
	}))
	if err != nil {
		return "", err
	}
	session, err := c.LoginWithFormdataBodyWithResponse(ctx, video.Login{Username: user, Password: password})
	if err != nil {
		return "", err
	}
	if session.JSON200 == nil {
		return "", problem("the login", session.JSONDefault)
	}
	token = session.JSON200.AccessToken // for half an hour; c.RefreshWithResponse gives another one
	created, err := c.CreateVideoWithResponse(ctx, nil, video.Request{
		StoryTopic: video.RequestStoryTopic(topic), ArtStyle: video.Cinematic, Duration: video.Short,
		Language: video.English, VoiceName: video.Nova,
	})
	if err != nil {
		return "", err
	}
	if created.JSON200 == nil {
		return "", problem("the film", created.JSONDefault)
	}
	fmt.Fprintf(os.Stderr, "task %s\n", created.JSON200.TaskId)
	prefer := "wait=30"
	for {
		t, err := c.GetVideoTaskWithResponse(ctx, created.JSON200.TaskId, &video.GetVideoTaskParams{Prefer: &prefer})
		switch {
		case err != nil:
			return "", err
		case t.JSON200 == nil:
			return "", problem("the task", t.JSONDefault)
		case t.JSON200.Status == video.TaskStatusCompleted && t.JSON200.Url != nil:
			return *t.JSON200.Url, nil
		case t.JSON200.ErrorMessage != nil:
			return "", fmt.Errorf("the film could not be made: %s", *t.JSON200.ErrorMessage)
		case t.JSON200.Status == video.TaskStatusFailed:
			return "", errors.New("the film could not be made")
		}
		fmt.Fprintf(os.Stderr, "%3.0f%%\n", 100*t.JSON200.Progress)
	}
}

func problem(what string, e *video.Error) error {
	if e == nil {
		return fmt.Errorf("%s was refused by something before the server", what)
	}
	return fmt.Errorf("%s was refused: %s", what, e.Detail)
}
