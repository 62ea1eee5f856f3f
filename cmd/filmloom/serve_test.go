package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAServerServesUntilItIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("FILMLOOM_ADMIN_PASSWORD", "")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out, stdout := io.Pipe()
	ended := make(chan int, 1)
	var stderr bytes.Buffer
	go func() {
		ended <- run(ctx, []string{"serve", "--mock", "--data", dir, "--listen", "127.0.0.1:0"}, stdout, &stderr)
		_ = stdout.Close()
	}()
	var url, said string
	for lines := bufio.NewScanner(out); url == "" && lines.Scan(); {
		said += lines.Text() + "\n"
		if _, at, ok := strings.Cut(lines.Text(), " serves "); ok {
			url = at
		}
	}
	if !strings.Contains(said, `The first user is "admin", with the password`) {
		t.Errorf("it said %s", said)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	ready := false
	for deadline := time.Now().Add(time.Minute); !ready && time.Now().Before(deadline); {
		resp, err := client.Get(url + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		ready = resp.StatusCode == http.StatusOK
	}
	if !ready {
		t.Fatal("it does not get ready")
	}
	var users, second bytes.Buffer
	if code := run(t.Context(), []string{"user", "list", "--data", dir}, &users, &users); code != 0 || !strings.Contains(users.String(), "admin") {
		t.Errorf("user list exits with %d: %s", code, users.String())
	}
	if code := run(t.Context(), []string{"serve", "--mock", "--data", dir}, &second, &second); code != 1 || !strings.Contains(second.String(), "is in use by another filmloom") {
		t.Errorf("a second server exits with %d: %s", code, second.String())
	}
	interrupt()
	if code := <-ended; code != 0 {
		t.Errorf("it exits with %d: %s", code, stderr.String())
	}
	// What was mocked stays apart from what is real.
	var real bytes.Buffer
	if code := run(t.Context(), []string{"serve", "--data", dir}, &real, &real); code != 1 || !strings.Contains(real.String(), "has mocked films") {
		t.Errorf("a server of real films exits with %d: %s", code, real.String())
	}
}
