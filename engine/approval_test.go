package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

const approved = `
pipeline "joined" {
  input "count" {
    type    = number
    default = 2
  }
  stage "items" {
    uses = "t.list"
    with = { count = input.count }
  }
  stage "check" {
    uses = "approval.wait"
    with = { message = "Are these the right items?", show = stage.items.items }
  }
  stage "made" {
    for_each   = { for i in stage.items.items : i.id => i }
    uses       = "t.make"
    with       = { text = each.value.text }
    depends_on = [stage.check]
  }
  stage "aside" {
    uses = "t.make"
    with = { text = "aside" }
  }
  output "by" { value = stage.check.by }
}
`

func TestARunPausesForAnApprovalAndGoesOnWithIt(t *testing.T) {
	dir := t.TempDir()
	shop := &workshop{vary: true}
	eng, err := engine.Open(t.Context(), config(dir, approved, shop))
	if err != nil {
		t.Fatal(err)
	}
	run := start(t, eng, nil)
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrPaused) {
		t.Fatalf("error %v, want ErrPaused", err)
	}
	if got, want := shop.made(), []string{"aside", "items"}; !slices.Equal(got, want) {
		t.Errorf("calls before the approval %v, want %v", got, want)
	}
	s := run.Status()
	if s.State != engine.Paused || len(s.Approvals) != 1 || s.Approvals[0].Address != "check" ||
		s.Approvals[0].Message != "Are these the right items?" || !strings.Contains(string(s.Approvals[0].Show), "text 1") {
		t.Errorf("status %+v", s)
	}
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}

	// It stays paused in the next process, however many runs that resumes.
	conf := config(dir, approved, shop)
	conf.Resume = true
	eng = open(t, conf)
	if _, err := eng.Decide(t.Context(), run.ID, "chekc", engine.Decision{Approved: true}); !errors.Is(err, engine.ErrNotFound) || !strings.Contains(err.Error(), "it waits for check") {
		t.Errorf("error %v", err)
	}
	run, err = eng.Decide(t.Context(), run.ID, "check", engine.Decision{Approved: true, By: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	if by := text(t, wait(t, run), "by"); by != "Ada" {
		t.Errorf("approved by %q", by)
	}
	if n := len(shop.made()); n != 4 {
		t.Errorf("%d calls in all, want 4: %v", n, shop.made())
	}
	if _, err := eng.Decide(t.Context(), run.ID, "check", engine.Decision{Approved: true}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a second decision: %v", err)
	}
	// A revision asks again only when what was shown has changed.
	n := len(shop.made())
	wait(t, revise(t, eng, run.ID, engine.Revision{Takes: map[string]int{`made["item-00"]`: 0}}))
	changed := revise(t, eng, run.ID, engine.Revision{Inputs: engine.Inputs{"count": 3}})
	if _, err := changed.Wait(t.Context()); !errors.Is(err, engine.ErrPaused) {
		t.Errorf("error %v, want ErrPaused", err)
	}
	if got, want := shop.since(n), []string{"items", `made["item-00"]`}; !slices.Equal(got, want) {
		t.Errorf("calls of the revisions %v, want %v", got, want)
	}
}

func TestARejectionFailsTheRunWithItsReason(t *testing.T) {
	eng := open(t, config(t.TempDir(), approved, &workshop{}))
	run := start(t, eng, nil)
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrPaused) {
		t.Fatal(err)
	}
	run, err := eng.Decide(t.Context(), run.ID, "check", engine.Decision{Comment: "too few", By: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = run.Wait(t.Context())
	var failed *engine.RunError
	if !errors.As(err, &failed) || failed.Kind != providers.KindRejected || failed.Address != "check" || !strings.Contains(failed.Message, "rejected by Ada: too few") {
		t.Errorf("error %v", err)
	}
}

// A decision that comes while other work goes on does not stop it.
func TestAnApprovalCanBeDecidedWhileOtherWorkGoesOn(t *testing.T) {
	hold := make(chan struct{})
	shop := &workshop{onMake: func(_ context.Context, _ *providers.Call, in makeIn) error {
		if in.Text == "aside" {
			<-hold
		}
		return nil
	}}
	eng := open(t, config(t.TempDir(), approved, shop))
	run := start(t, eng, nil)
	for ev := range run.Events(t.Context()) {
		if ev.Kind == engine.ApprovalRequested {
			break
		}
	}
	if _, err := eng.Decide(t.Context(), run.ID, "check", engine.Decision{Approved: true}); err != nil {
		t.Fatal(err)
	}
	close(hold)
	wait(t, run)
	for ev := range run.Events(t.Context()) {
		if ev.Kind == engine.RunPaused {
			t.Error("the run was paused")
		}
	}
}

func TestAPausedRunFinishesItsCallsAndStartsNothing(t *testing.T) {
	began, hold := make(chan struct{}, 3), make(chan struct{})
	shop := &workshop{onMake: func(context.Context, *providers.Call, makeIn) error {
		began <- struct{}{}
		<-hold
		return nil
	}}
	eng := open(t, config(t.TempDir(), flat, shop))
	run := start(t, eng, nil)
	<-began
	await(t, func() bool { return eng.Load().Gates[0].Waiting == 2 })
	paused := make(chan error)
	go func() { paused <- run.Pause(t.Context()) }()
	await(t, func() bool { return eng.Load().Gates[0].Waiting == 0 })
	close(hold)
	if err := <-paused; err != nil {
		t.Fatal(err)
	}
	s := run.Status()
	if s.State != engine.Paused || s.Stages[0].Done != 1 || len(shop.made()) != 1 {
		t.Errorf("status %+v after the calls %v", s, shop.made())
	}
	if err := run.Pause(t.Context()); err != nil {
		t.Errorf("to pause again: %v", err)
	}
	run, err := eng.Resume(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, run)
	if n := len(shop.made()); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
}

func TestAPausedRunCanBeCancelled(t *testing.T) {
	eng := open(t, config(t.TempDir(), approved, &workshop{}))
	run := start(t, eng, nil)
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrPaused) {
		t.Fatal(err)
	}
	if err := run.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrCancelled) {
		t.Errorf("error %v", err)
	}
	if _, err := eng.Decide(t.Context(), run.ID, "check", engine.Decision{Approved: true}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a decision after the end: %v", err)
	}
}
