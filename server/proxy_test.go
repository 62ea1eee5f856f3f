package server_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// behindNginx starts a server, and nginx in front of it with the configuration that we hand out, but for its
// addresses and certificates. It gives nginx's address.
func behindNginx(t *testing.T, delay time.Duration) (*servertest.Server, string) {
	t.Helper()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		nginx, err = exec.LookPath("/usr/sbin/nginx") // where Debian has it, and not everybody looks
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("needs nginx: apt-get install nginx-light") // not by make test: it would be a service of this machine
	}
	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	s := start(t, delay, func(c *config.Config) {
		c.PublicURL, c.TrustedProxies = "http://"+address, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		c.MaxBody = config.Default().MaxBody
	})
	given, err := os.ReadFile("../deploy/nginx/filmloom.conf")
	if err != nil {
		t.Fatal(err)
	}
	site := string(given)
	for was, is := range map[string]string{
		"server 127.0.0.1:8080;": "server " + s.Addr().String() + ";",
		"listen 443 ssl;":        "listen " + address + ";",
		"listen [::]:443 ssl;":   "",
		"ssl_certificate     /etc/ssl/films.example.org/fullchain.pem;": "",
		"ssl_certificate_key /etc/ssl/films.example.org/key.pem;":       "",
	} {
		if !strings.Contains(site, was) {
			t.Fatalf("the configuration has no %q", was)
		}
		site = strings.Replace(site, was, is, 1)
	}
	dir := t.TempDir()
	conf := ""
	if os.Getuid() == 0 {
		conf = "user root;\n" // as who else could not write below dir
	}
	conf += fmt.Sprintf("daemon off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error.log;\nevents {}\nhttp {\naccess_log off;\n", dir)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		conf += fmt.Sprintf("%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf+site+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, nginx, "-e", filepath.Join(dir, "error.log"), "-c", file)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	for end := time.Now().Add(20 * time.Second); ; {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = c.Close()
			return s, address
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("nginx: %v %s", err, said.String())
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("nginx does not listen: %v", err)
		}
	}
}

func TestBehindAProxyEventsAreSeenAtOnceAndCallersAreThemselves(t *testing.T) {
	s, address := behindNginx(t, 300*time.Millisecond)
	ann := s.User("ann")
	ask := func(method, path string, body io.Reader, headers ...string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+ann.Credential)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		resp, err := plain.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = resp.Body.Close() })
		return resp
	}
	// An event that tells of work is read while the film is being made.
	id := ann.Post("/v1/video", request()).Want(200).JSON()["task_id"].(string)
	events := ask("GET", "/v1/video/tasks/"+id+"/events", nil)
	lines := bufio.NewScanner(events.Body)
	for lines.Scan() && !strings.Contains(lines.Text(), "processing") {
		continue
	}
	if status := ann.Get("/v1/video/tasks/" + id).Want(200).JSON()["status"]; status != "processing" {
		t.Errorf("the first event of work is seen when the film is %v (%v)", status, lines.Err())
	}
	_ = events.Body.Close()
	// Links lead to the proxy, and films are read through it in parts.
	link := ann.With("Prefer", "wait=60").Get("/v1/video/tasks/" + id).Want(200).JSON()["url"].(string)
	path, through := strings.CutPrefix(link, "http://"+address)
	if !through {
		t.Fatalf("the film is at %s", link)
	}
	if part := ask("GET", path, nil, "Range", "bytes=0-9"); part.StatusCode != 206 || part.ContentLength != 10 {
		t.Errorf("a part of the film: %d, %d bytes", part.StatusCode, part.ContentLength)
	}
	// The largest batch passes; what is in it is the server's to judge.
	batch := `{"items": [{"title": "` + strings.Repeat("x", 12<<20) + `", "script": "x"}]}`
	if got := ask("POST", "/api/v1/batches", strings.NewReader(batch), "Content-Type", "application/json"); got.StatusCode != 400 {
		t.Errorf("a batch of 12 MiB: %d", got.StatusCode)
	}
	// A caller's address is the one that the proxy saw, whatever the caller claims.
	key := ann.Post("/api/v1/api-keys", map[string]any{"name": "here", "allowed_cidrs": []string{"203.0.113.7/32"}}).Want(201).JSON()["key"].(string)
	if got := ask("GET", "/api/v1/projects", nil, "Authorization", "Bearer "+key, "X-Forwarded-For", "203.0.113.7"); got.StatusCode != 403 && got.StatusCode != 401 {
		t.Errorf("an address that was claimed counts: %d", got.StatusCode)
	}
	if got := ask("GET", "/metrics", nil); got.StatusCode != 404 {
		t.Errorf("metrics for everybody: %d", got.StatusCode)
	}
}
