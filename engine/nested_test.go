package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

// A pipeline that another one uses for each of two names.
const nested = `
pipeline "both" {
  input "count" {
    type    = number
    default = 2
  }
  stage "each" {
    for_each = { a = "first", "b.c" = "second" }
    uses     = pipeline.joined
    with     = { count = input.count }
  }
  stage "one" {
    uses = pipeline.joined
    with = { count = 1 }
  }
  output "texts" { value = { for k, v in stage.each : k => v.text } }
  output "first" { value = stage.each["a"].first }
  output "one" { value = stage.one.text }
}
` + joined

func startNested(t *testing.T, eng *engine.Engine, inputs engine.Inputs, o ...engine.StartOptions) *engine.Run {
	t.Helper()
	run, err := eng.Start(t.Context(), "both", inputs, o...)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestAStageRunsAPipelineForEachOfItsInstances(t *testing.T) {
	shop := &workshop{vary: true}
	eng := open(t, config(t.TempDir(), nested, shop))
	run := startNested(t, eng, nil)
	out := wait(t, run)
	var texts map[string]string
	if err := out.Decode("texts", &texts); err != nil {
		t.Fatal(err)
	}
	const want = "text 0 by shop|text 1 by shop"
	if texts["a"] != want || texts["b.c"] != want {
		t.Errorf("texts %v", texts)
	}
	if got := text(t, out, "one"); got != "text 0 by shop" {
		t.Errorf("one %q", got)
	}
	for _, address := range []string{`each["a"].made["item-01"]`, `each["b.c"].made["item-00"]`, `one.joined`} {
		if !slices.Contains(shop.made(), address) {
			t.Errorf("no call at %s: %v", address, shop.made())
		}
	}
}

func TestTheStatusShowsStagesWithinPipelinesAfterTheStageThatUsesThem(t *testing.T) {
	eng := open(t, config(t.TempDir(), nested, &workshop{vary: true}))
	run := startNested(t, eng, nil)
	wait(t, run)
	var names []string
	for _, s := range run.Status().Stages {
		names = append(names, s.Name)
		if s.State != engine.Completed || s.Done != s.Instances {
			t.Errorf("stage %+v", s)
		}
	}
	slices.Sort(names)
	want := []string{
		"each", `each["a"].items`, `each["a"].joined`, `each["a"].made`,
		`each["b.c"].items`, `each["b.c"].joined`, `each["b.c"].made`,
		"one", "one.items", "one.joined", "one.made",
	}
	if !slices.Equal(names, want) {
		t.Errorf("stages %v, want %v", names, want)
	}
}

func TestAFailureWithinAPipelineFailsTheRunWithItsAddress(t *testing.T) {
	shop := &workshop{onMake: func(_ context.Context, call *providers.Call, _ makeIn) error {
		if call.Address == `each["b.c"].made["item-01"]` {
			return providers.Errorf(providers.KindRejected, "not this")
		}
		return nil
	}}
	run := startNested(t, open(t, config(t.TempDir(), nested, shop)), nil)
	_, err := run.Wait(t.Context())
	var failed *engine.RunError
	if !errors.As(err, &failed) || failed.Address != `each["b.c"].made["item-01"]` {
		t.Errorf("error %v", err)
	}
}

func TestARunIsResumedInsideAPipeline(t *testing.T) {
	dir := t.TempDir()
	hold := make(chan struct{})
	shop := &workshop{vary: true, onMake: func(ctx context.Context, call *providers.Call, _ makeIn) error {
		if call.Address != `each["b.c"].made["item-01"]` {
			return nil
		}
		close(hold)
		<-ctx.Done()
		return ctx.Err()
	}}
	eng, err := engine.Open(t.Context(), config(dir, nested, shop))
	if err != nil {
		t.Fatal(err)
	}
	run := startNested(t, eng, nil)
	<-hold
	done := 0
	for ev := range run.Events(t.Context()) {
		if ev.Kind == engine.InstanceDone && !strings.Contains(ev.Address, "b.c") {
			if done++; done == 4+1+3+1 { // all of each["a"] and one, and they themselves
				break
			}
		}
	}
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	again := &workshop{vary: true}
	eng = open(t, config(dir, nested, again))
	resumed, err := eng.Resume(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, resumed)
	for _, address := range again.made() {
		if !strings.HasPrefix(address, `each["b.c"]`) {
			t.Errorf("%s was done before the interruption and was called again", address)
		}
	}
}

// Many frames are opened a few at a time, and a pipeline within a pipeline cannot starve the one around it.
func TestPipelinesWithinPipelinesFinishHoweverManyThereAre(t *testing.T) {
	const deep = `
pipeline "outer" {
  stage "many" {
    for_each = range(70)
    uses     = pipeline.middle
  }
  output "n" { value = length(stage.many) }
}
pipeline "middle" {
  stage "some" {
    for_each = range(2)
    uses     = pipeline.inner
    with     = { n = each.value }
  }
  output "notes" { value = [for s in stage.some : s.text] }
}
pipeline "inner" {
  input "n" { type = number }
  stage "items" {
    uses = "t.list"
    with = { count = input.n }
  }
  output "text" { value = length(stage.items.items) }
}
`
	eng := open(t, config(t.TempDir(), deep, &workshop{}))
	run, err := eng.Start(t.Context(), "outer", nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := wait(t, run).Decode("n", &n); err != nil || n != 70 {
		t.Errorf("n = %d, %v", n, err)
	}
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.txt")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
