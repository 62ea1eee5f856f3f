package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

func stored(t *testing.T, eng *engine.Engine) int {
	t.Helper()
	n := 0
	for _, err := range eng.Artifacts().All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestFilesThatNoRunRefersToAreCollected(t *testing.T) {
	shop := &workshop{}
	eng := open(t, config(t.TempDir(), joined, shop))
	first, second := start(t, eng, nil), start(t, eng, engine.Inputs{"count": 5})
	wait(t, first)
	wait(t, second)
	if _, err := eng.Artifacts().Put(t.Context(), strings.NewReader("a stray")); err != nil {
		t.Fatal(err)
	}
	got, err := eng.Collect(t.Context())
	if err != nil || got.Artifacts != 1 || got.Bytes != int64(len("a stray")) || got.Outcomes != 0 {
		t.Errorf("collected %+v, %v", got, err)
	}
	if err := eng.Delete(t.Context(), second.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := eng.Run(t.Context(), second.ID); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	got, err = eng.Collect(t.Context())
	if err != nil || got.Artifacts != 2 || got.Outcomes == 0 { // the other three are the first run's as well
		t.Errorf("collected %+v, %v", got, err)
	}
	if n := stored(t, eng); n != 3 {
		t.Errorf("%d files are left, want 3", n)
	}
	// What was collected is made again when it is needed.
	n := len(shop.made())
	wait(t, start(t, eng, engine.Inputs{"count": 5}))
	if made := len(shop.made()) - n; made == 0 {
		t.Error("results without files were used")
	}
}

func TestARunThatGoesOnCannotBeDeleted(t *testing.T) {
	hold := make(chan struct{})
	shop := &workshop{onMake: func(ctx context.Context, _ *providers.Call, _ makeIn) error {
		select {
		case <-hold:
		case <-ctx.Done():
		}
		return ctx.Err()
	}}
	eng := open(t, config(t.TempDir(), joined, shop))
	run := start(t, eng, nil)
	if err := eng.Delete(t.Context(), run.ID); !errors.Is(err, engine.ErrUnfinished) {
		t.Errorf("error %v, want ErrUnfinished", err)
	}
	close(hold)
	wait(t, run)
	if err := eng.Delete(t.Context(), run.ID); err != nil {
		t.Error(err)
	}
	if err := eng.Delete(t.Context(), "none"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
}

// Runs that end while garbage is collected, again and again, keep every file that they refer to.
func TestCollectingBesideRunsTakesNothingThatTheyNeed(t *testing.T) {
	eng := open(t, config(t.TempDir(), joined, &workshop{}))
	done := make(chan struct{})
	var collector sync.WaitGroup
	collector.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				if _, err := eng.Collect(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	var runs sync.WaitGroup
	for i := range 4 {
		runs.Go(func() {
			for n := range 8 {
				run := start(t, eng, engine.Inputs{"count": 4}, engine.StartOptions{Seed: int64(n % 3), HasSeed: true})
				out := wait(t, run)
				var files []struct{ File providers.File }
				if err := out.Decode("files", &files); err != nil {
					t.Error(err)
				}
				for _, f := range files {
					if _, err := eng.Artifacts().Stat(t.Context(), f.File.SHA256); err != nil {
						t.Error(err)
					}
				}
				if i == 0 {
					if err := eng.Delete(t.Context(), run.ID); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	runs.Wait()
	close(done)
	collector.Wait()
}

// Inputs and edits are files that a run refers to before any call has used them.
func TestTheFilesOfInputsAreKept(t *testing.T) {
	const given = `
pipeline "joined" {
  input "file" { type = file }
  stage "check" {
    uses = "approval.wait"
    with = { message = "Go on?" }
  }
  stage "joined" {
    uses       = "t.join"
    with       = { files = [input.file] }
    depends_on = [stage.check]
  }
  output "text" { value = stage.joined.text }
}
`
	eng := open(t, config(t.TempDir(), given, &workshop{}))
	run := start(t, eng, engine.Inputs{"file": engine.LocalFile(writeFile(t, "given"))})
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrPaused) {
		t.Fatal(err)
	}
	if got, err := eng.Collect(t.Context()); err != nil || got.Artifacts != 0 {
		t.Errorf("collected %+v, %v", got, err)
	}
	run, err := eng.Decide(t.Context(), run.ID, "check", engine.Decision{Approved: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, wait(t, run), "text"); got != "given" {
		t.Errorf("text %q", got)
	}
}

func TestExplainNamesWhatChanged(t *testing.T) {
	shop := &workshop{}
	eng := open(t, config(t.TempDir(), joined, shop))
	first := start(t, eng, nil)
	wait(t, first)
	explain := func(run *engine.Run, address, want string) engine.Explanation {
		t.Helper()
		got, err := eng.Explain(t.Context(), run.ID, address)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(got.Reason, want) {
			t.Errorf("%s: %q, want %q", address, got.Reason, want)
		}
		return got
	}
	explain(first, "joined", "no earlier run of the lineage has it")

	second := revise(t, eng, first.ID, engine.Revision{Edits: map[string]any{`items.items[1].text`: "other"}})
	wait(t, second)
	explain(second, "items", "A person has changed the result")
	explain(second, `made["item-00"]`, "The lineage has the result of the same call")
	got := explain(second, `made["item-01"]`, "its input changed: text (from stage items)")
	if len(got.Changes) != 1 || got.Changes[0].Before != `"text 1"` || got.Changes[0].After != `"other"` || fmt.Sprint(got.Causes) != "[items was edited]" {
		t.Errorf("explanation %+v", got)
	}
	got = explain(second, "joined", "its input changed: files[1] (from stage items, made)")
	if got.Compared != first.ID {
		t.Errorf("compared with %q", got.Compared)
	}

	third := revise(t, eng, second.ID, engine.Revision{Takes: map[string]int{`made["item-02"]`: 0}})
	wait(t, third)
	explain(third, `made["item-02"]`, "take 2 was asked for")

	fourth := revise(t, eng, third.ID, engine.Revision{Inputs: engine.Inputs{"count": 4}})
	wait(t, fourth)
	got = explain(fourth, "items", "its input changed: count (from input count)")
	if fmt.Sprint(got.Causes) != "[input.count changed from 3 to 4]" {
		t.Errorf("causes %v", got.Causes)
	}
	if _, err := eng.Explain(t.Context(), fourth.ID, `made["item-9"]`); !errors.Is(err, engine.ErrNotFound) || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("error %v", err)
	}
}
