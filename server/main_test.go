package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
)

// A process of this program with childEnv is a server.
const childEnv = "FILMLOOM_TEST_SERVER"

func TestMain(m *testing.M) {
	builtin.Main()
	if text := os.Getenv(childEnv); text != "" {
		if err := serveAsChild(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// quick takes the work out of passwords.
var quick = identity.Argon2{Memory: 8, Time: 1, Threads: 1}

var pipelines = pipeline.Source{"pipelines.hcl": filmloom.Pipelines}

// A role is what a child is to be.
type role struct {
	Dir, Listen string
	Delay       time.Duration
	YouTube     string // where Google is
}

// serveAsChild serves until its standard input ends.
func serveAsChild(text string) error {
	var r role
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return err
	}
	conf := config.Default()
	conf.Data, conf.Listen, conf.AdminPassword, conf.Grace = r.Dir, r.Listen, config.NewSecret(servertest.AdminPassword), 2*time.Second
	if r.YouTube != "" {
		conf.YouTubeClientID, conf.YouTubeClientSecret = youtubetest.ClientID, config.NewSecret(youtubetest.ClientSecret)
		conf.YouTubeTokenURL = r.YouTube + "/token"
	}
	srv, err := server.New(conf, server.Options{
		Providers: builtin.Mock(r.Delay), Pipelines: pipelines, Version: "test", Hash: quick,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Env: func(string) (string, bool) { return "", false },
	})
	if err != nil {
		return err
	}
	if err := srv.Start(context.Background()); err != nil {
		return err
	}
	fmt.Println(srv.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return srv.Stop(context.Background())
}

// A child is a server in a process of its own, which can be killed.
type child struct {
	t     *testing.T
	role  role
	cmd   *exec.Cmd
	stdin io.Closer
	err   bytes.Buffer
}

// launch starts a child on a new directory. It is killed when the test ends.
func launch(t *testing.T, delay time.Duration) *child {
	t.Helper()
	c := &child{t: t, role: role{Dir: t.TempDir(), Listen: "127.0.0.1:0", Delay: delay}}
	c.start()
	t.Cleanup(c.kill)
	return c
}

// start starts the child, again on the same address.
func (c *child) start() {
	c.t.Helper()
	exe, err := os.Executable()
	c.must(err)
	text, err := json.Marshal(c.role)
	c.must(err)
	c.cmd = exec.Command(exe)
	c.cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	c.cmd.Stderr = &c.err
	c.stdin, err = c.cmd.StdinPipe()
	c.must(err)
	out, err := c.cmd.StdoutPipe()
	c.must(err)
	c.must(c.cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		c.t.Fatalf("the child does not serve: %v\n%s", err, c.err.String())
	}
	if at := strings.TrimSpace(line); at != c.role.Listen { // clients read it while the child starts again
		c.role.Listen = at
	}
}

// kill ends the child as a power cut would.
func (c *child) kill() {
	if c.cmd != nil {
		_ = c.cmd.Process.Kill() // it may have ended
		_ = c.cmd.Wait()
		c.cmd = nil
	}
}

// restart kills the child and starts it again.
func (c *child) restart() {
	c.t.Helper()
	c.kill()
	c.start()
}

func (c *child) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// A remote is a client of a child.
type remote struct {
	c     *child
	token string
}

// plain keeps no connections.
var plain = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}

// login gives a client of the admin's.
func (c *child) login() *remote {
	c.t.Helper()
	form := url.Values{"username": {identity.AdminName}, "password": {servertest.AdminPassword}}
	resp, err := plain.PostForm("http://"+c.role.Listen+"/v1/auth/token", form)
	c.must(err)
	defer resp.Body.Close()
	var v struct {
		Token string `json:"access_token"`
	}
	c.must(json.NewDecoder(resp.Body).Decode(&v))
	return &remote{c, v.Token}
}

// try sends a request. The error is that of a server which has gone.
func (r *remote) try(method, path, key string, body any) (int, map[string]any, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return 0, nil, err
		}
	}
	req, err := http.NewRequest(method, "http://"+r.c.role.Listen+path, bytes.NewReader(raw))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := plain.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	var v map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, err
	}
	return resp.StatusCode, v, nil
}

// get asks, and must be answered.
func (r *remote) get(path string) map[string]any {
	r.c.t.Helper()
	status, v, err := r.try("GET", path, "", nil)
	if err != nil || status != http.StatusOK {
		r.c.t.Fatalf("%s: %d %v %v\n%s", path, status, v, err, r.c.err.String())
	}
	return v
}

// settle waits for a task's end.
func (r *remote) settle(id string) map[string]any {
	r.c.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(5 * time.Millisecond) {
		if task := r.get("/v1/video/tasks/" + id); task["status"] == "completed" || task["status"] == "failed" {
			return task
		}
	}
	r.c.t.Fatalf("task %s does not end\n%s", id, r.c.err.String())
	return nil
}

// request is a plain one.
func request() map[string]any {
	return map[string]any{
		"story_topic": "mystery", "art_style": "cinematic", "duration": "short", "language": "english", "voice_name": "nova",
	}
}

// start starts a server in this process.
func start(t testing.TB, delay time.Duration, change ...func(*config.Config)) *servertest.Server {
	t.Helper()
	return servertest.Start(t, servertest.Options{Providers: builtin.Mock(delay), Pipelines: pipelines, Config: func(c *config.Config) {
		c.RateLimitMinute, c.RateLimitDay = 1_000_000, 10_000_000
		for _, fn := range change {
			fn(c)
		}
	}})
}

// images are those of a task.
func images(task map[string]any) []map[string]any {
	list, _ := task["images"].([]any)
	out := make([]map[string]any, len(list))
	for i, img := range list {
		out[i], _ = img.(map[string]any)
	}
	return out
}

// quiet is a log that nobody reads.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// A logText is a log that is written by a server and read by a test.
type logText struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
