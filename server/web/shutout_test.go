package web_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/web"
)

// Ada follows a stream and waits for something while she is disabled.
func TestWhoIsDisabledIsToldNothingMore(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	ada, token := r.user("ada")
	waits, ended := make(chan struct{}), make(chan struct{})
	web.Handle(r.api, huma.Operation{Method: "GET", Path: "/events"}, func(context.Context, *nothing) (*huma.StreamResponse, error) {
		return web.Stream(func(ctx context.Context, send func(web.Message) bool) {
			defer close(ended)
			send(web.Message{Event: "begun"})
			<-ctx.Done()
			send(web.Message{Event: "secret"})
		}), nil
	})
	type waiting struct{ web.Preference }
	web.Handle(r.api, huma.Operation{Method: "GET", Path: "/film"}, func(ctx context.Context, in *waiting) (*noteBody, error) {
		patient, cancel, _, _ := in.Wait(ctx)
		defer cancel()
		close(waits)
		<-patient.Done()
		return &noteBody{Body: note{Text: "secret"}}, nil
	})

	waited := make(chan answer)
	go func() { waited <- r.do("GET", "/t/film", "", "Authorization: Bearer "+token, "Prefer: wait=60") }()
	req, err := http.NewRequestWithContext(t.Context(), "GET", r.url+"/t/events", nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	must(t, err)
	defer resp.Body.Close()
	stream := bufio.NewReader(resp.Body)
	for line := ""; line != "event: begun\n"; {
		line, err = stream.ReadString('\n')
		must(t, err)
	}
	<-waits

	must(t, r.ids.SetDisabled(t.Context(), ada.ID, true))
	<-ended
	if rest, err := io.ReadAll(stream); err != nil || strings.Contains(string(rest), "secret") {
		t.Errorf("the stream goes on with %q, %v", rest, err)
	}
	if got := <-waited; got.status != http.StatusUnauthorized || strings.Contains(got.body, "secret") {
		t.Errorf("the wait is answered with %d %s", got.status, got.body)
	}
}
