package main

import (
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/plugin"
)

// This test binary is also the plugin that the tests start.
func TestMain(m *testing.M) {
	if plugin.Launched() {
		main()
	}
	os.Exit(m.Run())
}

// launch starts the plugin as filmloom does: as a process of its own.
func launch(t *testing.T, config string) providers.Provider {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := plugin.Launch(t.Context(), plugin.Spec{Name: "etcher", Command: []string{exe}}, providers.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if c, err := p.Configure(t.Context(), []byte(config)); err != nil || !c.Ready {
		t.Fatalf("configured as %+v, %v", c, err)
	}
	return p
}

func configured(t *testing.T, seconds float64) (p providers.Provider, dir string) {
	t.Helper()
	dir = t.TempDir()
	raw, _ := json.Marshal(config{APIKey: "demo-key", Dir: dir, Seconds: seconds})
	return launch(t, string(raw)), dir
}

func call(t *testing.T, prompt string) *providers.Call {
	t.Helper()
	raw, _ := json.Marshal(film.ImageInput{Prompt: prompt, Style: "anime", Width: 90, Height: 160, Seed: 7})
	return &providers.Call{Capability: film.ImageGenerate.Name, Input: raw, WorkDir: t.TempDir(), Attempt: 1}
}

// notes keeps the checkpoint, as filmloom does on disk, and tells that it has one.
type notes struct {
	checkpoint chan []byte
	refuse     error
}

func (n notes) Progress(float64, string)       {}
func (n notes) Log(slog.Level, string, ...any) {}
func (n notes) Checkpoint(_ context.Context, state []byte) error {
	n.checkpoint <- state
	return n.refuse
}

func orders(t *testing.T, dir string) int {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

func TestPictureHasTheSizeThatWasAskedFor(t *testing.T) {
	p, _ := configured(t, 0)
	c := call(t, "a lighthouse")
	r, err := p.Execute(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var out film.Image
	if err := json.Unmarshal(r.Output, &out); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(out.Image.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	size, err := png.DecodeConfig(f)
	if err != nil || size.Width != 90 || size.Height != 160 || filepath.Dir(f.Name()) != c.WorkDir {
		t.Errorf("%s is %dx%d, %v", f.Name(), size.Width, size.Height, err)
	}
	if r.Cost != price || out.Seed != 7 || out.Image.MediaType != "image/png" {
		t.Errorf("cost %v, output %+v", r.Cost, out)
	}
}

// The process is killed while the vendor works; the next attempt collects what was ordered.
func TestAnOrderOutlivesThePluginAndIsPaidOnce(t *testing.T) {
	p, dir := configured(t, 0.5)
	n := notes{checkpoint: make(chan []byte, 1)}
	first := call(t, "a lighthouse")
	first.Report = n
	ended := make(chan error, 1)
	go func() { _, err := p.Execute(t.Context(), first); ended <- err }()
	checkpoint := <-n.checkpoint
	stats, _ := plugin.StatsOf(p)
	_ = syscall.Kill(stats.PID, syscall.SIGKILL)
	if e := providers.AsError(<-ended); e == nil || e.Kind != providers.KindCrashed {
		t.Fatalf("the killed attempt gives %v", e)
	}
	again := call(t, "a lighthouse")
	again.Attempt, again.Checkpoint = 2, checkpoint
	if _, err := p.Execute(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if got := orders(t, dir); got != 1 {
		t.Errorf("%d orders were paid", got)
	}
}

func TestAnOrderThatIsForgottenIsPlacedAgain(t *testing.T) {
	p, dir := configured(t, 0)
	c := call(t, "a lighthouse")
	c.Checkpoint = []byte("GONE")
	if _, err := p.Execute(t.Context(), c); err != nil || orders(t, dir) != 1 {
		t.Errorf("%v, %d orders", err, orders(t, dir))
	}
}

func TestCancelEndsTheWait(t *testing.T) {
	p, _ := configured(t, 3600)
	n := notes{checkpoint: make(chan []byte, 1)}
	c := call(t, "a lighthouse")
	c.Report = n
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-n.checkpoint; cancel() }()
	if _, err := p.Execute(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRefusalsAreTyped(t *testing.T) {
	demo, _ := configured(t, 0)
	stranger := launch(t, `{"api_key": "hunter2", "seconds": 0, "dir": "`+t.TempDir()+`"}`)
	for _, row := range []struct {
		name   string
		p      providers.Provider
		prompt string
		want   providers.Kind
	}{
		{"moderation", demo, "something forbidden", providers.KindRejected},
		{"wrong key", stranger, "a lighthouse", providers.KindUnauthorized},
	} {
		_, err := row.p.Execute(t.Context(), call(t, row.prompt))
		if e := providers.AsError(err); e == nil || e.Kind != row.want || strings.Contains(e.Message+e.Hint, "hunter2") {
			t.Errorf("%s gives %v", row.name, err)
		}
	}
}
