package server_test

import (
	"testing"

	"github.com/filmloom/filmloom/server/config"
)

func TestPagesOfConfiguredSitesMayUseTheAPIsAndReadFilms(t *testing.T) {
	const app = "https://app.example.org"
	s := start(t, 0, func(c *config.Config) { c.CORSOrigins = []string{app} })
	ann := s.User("ann")
	id := ann.Post("/v1/video", request()).Want(200).JSON()["task_id"].(string)
	film := ann.With("Prefer", "wait=60").Get("/v1/video/tasks/" + id).Want(200).JSON()["url"].(string)
	for _, row := range []struct {
		path   string
		status int
		open   bool
	}{
		{"/v1/video/tasks/" + id, 200, true},
		{"/v1/video/tasks/none", 404, true},
		{"/api/v1/projects", 200, true},
		{film, 200, true},
		{"/healthz", 200, false},
	} {
		if got := ann.With("Origin", app).Get(row.path).Want(row.status).Header.Get("Access-Control-Allow-Origin"); (got == app) != row.open || got != "" && got != app {
			t.Errorf("%s may be read by %q", row.path, got)
		}
		if got := ann.With("Origin", "https://evil.example").Get(row.path).Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s may be read by %q", row.path, got)
		}
	}
}
