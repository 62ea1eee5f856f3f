package server_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

func TestAStartThatIsGivenUpLeavesNothingBehind(t *testing.T) {
	conf := settings(t)
	s, err := server.New(conf, options())
	if err != nil {
		t.Fatal(err)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	if err := s.Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
	stop(t, s)
	runs(t, conf, options())
}

// await waits until the metrics have a line.
func await(t *testing.T, s *server.Server, line string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !strings.Contains(text(t, s.URL()+"/metrics"), "\n"+line+"\n"); <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("there is never %s", line)
		}
	}
}

func TestAClientThatDoesNotReadIsLetGo(t *testing.T) {
	opts := options()
	opts.Patience = 3 * time.Second
	s := runs(t, settings(t), opts)
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	const document = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
	if _, err := c.Write([]byte(strings.Repeat(document, 500))); err != nil { // more answers than there is room for
		t.Fatal(err)
	}
	await(t, s, "filmloom_http_requests_in_flight 2") // with the one that asks
	await(t, s, "filmloom_http_requests_in_flight 1")
}

func TestTheFirstUserIsThereForTheFirstRequest(t *testing.T) {
	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conf, opts := settings(t), options()
	conf.Listen = free.Addr().String()
	_ = free.Close()
	opts.Hash = identity.Argon2{Memory: 64 << 10, Time: 4, Threads: 1} // takes a while
	status := make(chan int, 1)
	go func() {
		defer close(status)
		for t.Context().Err() == nil {
			resp, err := plain.PostForm("http://"+conf.Listen+"/v1/auth/token", url.Values{"username": {identity.AdminName}, "password": {servertest.AdminPassword}})
			if err == nil {
				_ = resp.Body.Close()
				status <- resp.StatusCode
				return
			}
		}
	}()
	runs(t, conf, opts)
	if got := <-status; got != 200 {
		t.Errorf("who logs in at once is answered with %d", got)
	}
}

func TestAPublicURLWithAPathIsFollowedByTheDocuments(t *testing.T) {
	conf := settings(t)
	conf.PublicURL = "https://example.org/studio"
	s := runs(t, conf, options())
	for _, prefix := range []string{"/v1", "/api/v1"} {
		document := text(t, "http://"+s.Addr().String()+prefix+"/openapi.json")
		for _, part := range []string{`"servers":[{"url":"/studio` + prefix + `"}]`, `"tokenUrl":"/studio/v1/auth/token"`} {
			if !strings.Contains(document, part) {
				t.Errorf("%s: no %s", prefix, part)
			}
		}
	}
}
