package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/providers"
)

// keeping is a configuration whose journal and files outlive the engine.
func keeping(t *testing.T, hcl string, shop *workshop) engine.Config {
	t.Helper()
	conf := config("", hcl, shop)
	conf.Journal, conf.Artifacts, conf.Clock = memory.New(), openStore(t), newQuickClock()
	return conf
}

// interrupted starts a run, waits until a call stands still, and closes the engine.
func interrupted(t *testing.T, conf engine.Config, entered <-chan struct{}, inputs engine.Inputs) {
	t.Helper()
	eng, err := engine.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	start(t, eng, inputs, engine.StartOptions{ID: "run"})
	<-entered
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
}

const oneAtATime = `
provider "shop" {
  limits {
    concurrent = 1
  }
}
` + joined

func TestAFailureLetsNobodyBeginWhoWaitsForAPlace(t *testing.T) {
	shop := &workshop{}
	shop.onMake = func(context.Context, *providers.Call, makeIn) error {
		return providers.Errorf(providers.KindRejected, "not this")
	}
	run := start(t, open(t, config(t.TempDir(), oneAtATime, shop)), nil)
	if _, err := run.Wait(t.Context()); err == nil {
		t.Fatal("no error")
	}
	if calls := shop.made(); len(calls) != 2 {
		t.Errorf("calls %v, want the list and the one that failed", calls)
	}
}

// What a stage allows is what it gets, however often the process ends: an attempt that was interrupted is
// made again, those that failed are not.
func TestAttemptsThatFailedCountAfterAnInterruption(t *testing.T) {
	shop := &workshop{}
	entered, failures := make(chan struct{}), 0
	shop.onMake = func(ctx context.Context, call *providers.Call, _ makeIn) error {
		if call.Attempt == 3 {
			close(entered)
			<-ctx.Done()
			return ctx.Err()
		}
		failures++
		return providers.Errorf(providers.KindUnavailable, "not now")
	}
	conf := keeping(t, joined, shop)
	interrupted(t, conf, entered, engine.Inputs{"count": 1})
	run, err := open(t, conf).Resume(t.Context(), "run")
	if err != nil {
		t.Fatal(err)
	}
	var failed *engine.RunError
	if _, err := run.Wait(t.Context()); !errors.As(err, &failed) || failed.Attempts != 4 {
		t.Errorf("error %v, want one after the fourth attempt, of which one was interrupted", err)
	}
	if failures != 3 {
		t.Errorf("%d attempts failed, and the stage allows 3", failures)
	}
}

// An interrupted call stays one, although nobody goes on with its run.
func TestAnInterruptedCallIsCountedInARunThatIsCancelledLater(t *testing.T) {
	shop := &workshop{vary: true}
	entered, hold := holding(shop)
	defer close(hold)
	conf := keeping(t, joined, shop)
	interrupted(t, conf, entered, engine.Inputs{"count": 1})
	eng := open(t, conf)
	run, err := eng.Run(t.Context(), "run")
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	later, err := eng.Run(t.Context(), "run")
	if err != nil {
		t.Fatal(err)
	}
	if now, then := run.Status().Interrupted, later.Status().Interrupted; now != 1 || then != 1 {
		t.Errorf("%d interrupted calls, and %d when it is read again; want 1", now, then)
	}
}

// A stumblingJournal refuses writes when it is told to.
type stumblingJournal struct {
	journal.Journal
	refuse func(b journal.Batch) bool
}

var errStumbled = errors.New("the disk is full")

func (j *stumblingJournal) Append(ctx context.Context, id string, b journal.Batch) (uint64, error) {
	if j.refuse(b) {
		return 0, errStumbled
	}
	return j.Journal.Append(ctx, id, b)
}

const approvedTwice = `
pipeline "joined" {
  input "count" {
    type    = number
    default = 1
  }
  stage "items" {
    uses = "t.list"
    with = { count = input.count }
  }
  stage "approved" {
    for_each = { for i in stage.items.items : i.id => i }
    uses     = "approval.wait"
    with     = { message = "Go on?" }
  }
  stage "made" {
    uses       = "t.make"
    with       = { text = "text" }
    depends_on = [stage.items]
  }
  output "by" { value = [for a in stage.approved : a.by] }
  output "text" { value = stage.made.note }
}
`

func TestADecisionThatCannotBeRecordedIsAnError(t *testing.T) {
	shop := &workshop{}
	entered, hold := holding(shop) // so that the run is not paused: the decision goes to the execution
	conf := keeping(t, approvedTwice, shop)
	conf.Journal = &stumblingJournal{conf.Journal, func(b journal.Batch) bool {
		return slices.ContainsFunc(b.Events, func(ev journal.Event) bool {
			return ev.Kind == string(engine.InstanceDone) && strings.HasPrefix(ev.Address, "approved")
		})
	}}
	eng := open(t, conf)
	run := start(t, eng, nil)
	<-entered
	for ev := range run.Events(t.Context()) {
		if ev.Kind == engine.ApprovalRequested {
			break
		}
	}
	if _, err := eng.Decide(t.Context(), run.ID, `approved["item-00"]`, engine.Decision{Approved: true}); !errors.Is(err, errStumbled) {
		t.Errorf("error %v, want the journal's", err)
	}
	close(hold)
	if _, err := run.Wait(t.Context()); !errors.Is(err, errStumbled) {
		t.Errorf("the run: error %v, want the journal's", err)
	}
}

// Three hundred approvals are more than one run may have calls in flight; they are no calls.
func TestApprovalsTakeNoPlaceOfCalls(t *testing.T) {
	shop := &workshop{}
	eng := open(t, keeping(t, approvedTwice, shop))
	run := start(t, eng, engine.Inputs{"count": 300})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := run.Wait(ctx); !errors.Is(err, engine.ErrPaused) {
		t.Fatalf("error %v, want ErrPaused: nothing goes on without a person", err)
	}
	if n := len(run.Status().Approvals); n != 300 || !slices.Contains(shop.made(), "made") {
		t.Errorf("%d approvals are waited for, and the calls are %v", n, shop.made())
	}
}

// A run that could not record its end has failed all the same: whoever resumes it records that, and no second
// failure of the instance.
func TestAFailureIsRecordedOnceThoughTheEndOfTheRunWasNot(t *testing.T) {
	for name, change := range map[string][2]string{
		"a call":            {`text = each.value.text`, `text = each.value.text`},
		"an input":          {`text = each.value.text`, `text = stage.items.items[99].text`},
		"a for_each":        {`{ for i in stage.items.items : i.id => i }`, `{ for i in [stage.items.items[99]] : i.id => i }`},
		"a nested input":    {`uses     = "t.make"`, `uses     = pipeline.inner`},
		"a nested for_each": {`uses     = "t.make"`, `uses     = pipeline.inner`},
	} {
		t.Run(name, func(t *testing.T) {
			shop := &workshop{}
			shop.onMake = func(context.Context, *providers.Call, makeIn) error {
				return providers.Errorf(providers.KindRejected, "not this")
			}
			hcl := strings.Replace(joined, change[0], change[1], 1)
			inner := innermost
			switch name {
			case "a nested input":
				hcl = strings.Replace(hcl, `text = each.value.text`, `text = stage.items.items[99].text`, 1)
			case "a nested for_each":
				inner = strings.Replace(inner, `["x"]`, `[split(",", input.text)[99]]`, 1)
			}
			conf := keeping(t, strings.Replace(hcl, retried, "", 1)+inner, shop)
			whole := conf.Journal
			conf.Journal = &stumblingJournal{whole, func(b journal.Batch) bool { return b.State == string(engine.Failed) }}
			eng, err := engine.Open(t.Context(), conf)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := start(t, eng, engine.Inputs{"count": 1}, engine.StartOptions{ID: "run"}).Wait(t.Context()); !errors.Is(err, errStumbled) {
				t.Fatalf("error %v, want the journal's", err)
			}
			if err := eng.Close(); err != nil {
				t.Fatal(err)
			}
			calls := len(shop.made())
			conf.Journal = whole
			run, err := open(t, conf).Resume(t.Context(), "run")
			if err != nil {
				t.Fatal(err)
			}
			var failed *engine.RunError
			if _, err := run.Wait(t.Context()); !errors.As(err, &failed) {
				t.Errorf("error %v, want a *RunError", err)
			}
			var failures []string
			for ev := range run.Events(t.Context()) {
				if ev.Kind == engine.InstanceFailed {
					failures = append(failures, ev.Address)
				}
			}
			if len(failures) != 1 || len(shop.made()) != calls {
				t.Errorf("failures are recorded for %v, and %d calls were made again", failures, len(shop.made())-calls)
			}
		})
	}
}

const retried = `
    retry {
      attempts = 3
      delay    = "1ms"
    }`

const innermost = `
pipeline "inner" {
  input "text" { type = string }
  stage "each" {
    for_each = toset(["x"])
    uses     = "t.make"
    with     = { text = "${each.key} ${input.text}" }
  }
  output "file" { value = stage.each["x"].file }
}
`

// A revision that was recorded, and nothing more, before the process ended: to ask for it again does the rest.
func TestToReviseAgainSupersedesWhatACrashHasLeft(t *testing.T) {
	for name, again := range map[string]func(eng *engine.Engine, rev engine.Revision) error{
		"revised again": func(eng *engine.Engine, rev engine.Revision) error {
			_, err := eng.Revise(t.Context(), "run", rev)
			return err
		},
		"resumed": func(eng *engine.Engine, _ engine.Revision) error {
			_, err := eng.Resume(t.Context(), "second")
			return err
		},
		"the older one resumed": func(eng *engine.Engine, _ engine.Revision) error {
			_, err := eng.Resume(t.Context(), "run")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			shop := &workshop{vary: true}
			entered, hold := holding(shop)
			conf := keeping(t, joined, shop)
			interrupted(t, conf, entered, engine.Inputs{"count": 1})
			whole := conf.Journal
			var broken atomic.Bool
			broken.Store(true)
			conf.Journal = &stumblingJournal{whole, func(journal.Batch) bool { return broken.Load() }}
			eng, err := engine.Open(t.Context(), conf)
			if err != nil {
				t.Fatal(err)
			}
			rev := engine.Revision{ID: "second", Takes: map[string]int{`made["item-00"]`: 0}}
			if _, err := eng.Revise(t.Context(), "run", rev); !errors.Is(err, errStumbled) {
				t.Fatalf("error %v, want the journal's", err)
			}
			if err := eng.Close(); err != nil {
				t.Fatal(err)
			}
			close(hold)
			conf.Journal = whole
			eng = open(t, conf)
			if err := again(eng, rev); err != nil && !errors.Is(err, engine.ErrSuperseded) {
				t.Fatal(err)
			}
			older, err := eng.Run(t.Context(), "run")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := older.Wait(t.Context()); !errors.Is(err, engine.ErrSuperseded) {
				t.Errorf("the older run: %v, want ErrSuperseded", err)
			}
		})
	}
}

// A result of no items is a set of none.
func TestAFanOutOverAnEmptySetIsDone(t *testing.T) {
	hcl := strings.Replace(joined, "for_each = { for i in stage.items.items : i.id => i }", "for_each = toset([for i in stage.items.items : i.id])", 1)
	hcl = strings.Replace(hcl, "text = each.value.text", "text = each.value", 1)
	eng := open(t, config(t.TempDir(), hcl, &workshop{}))
	for _, n := range []int{2, 0} {
		if _, err := start(t, eng, engine.Inputs{"count": n}).Wait(t.Context()); err != nil {
			t.Errorf("with %d items: %v", n, err)
		}
	}
}
