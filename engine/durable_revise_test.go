package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

// revise begins the revision that these tests are about: a new take of one file.
func (h *house) revise(ctx context.Context, parent string) (*engine.Run, error) {
	return h.eng.Revise(ctx, parent, engine.Revision{ID: "second", Takes: map[string]int{`made["item-00"]`: 0}})
}

// reviseFinishedJob revises a run that is completed.
func reviseFinishedJob(h *house, armed func()) engine.Outputs {
	parent, err := h.start(context.Background())
	if err == nil {
		_, err = h.finish(context.Background(), parent)
	}
	if err != nil {
		panic(err)
	}
	armed()
	return h.revised(parent)
}

// revisePausedJob revises a run that waits for a person.
func revisePausedJob(h *house, armed func()) engine.Outputs {
	parent, err := h.start(context.Background())
	if err == nil {
		_, err = parent.Wait(context.Background())
	}
	if !errors.Is(err, engine.ErrPaused) {
		panic(err)
	}
	armed()
	return h.revised(parent)
}

// reviseUnfinishedJob revises a run of which a call is under way, with a checkpoint.
func reviseUnfinishedJob(h *house, armed func()) engine.Outputs {
	entered, release := make(chan struct{}), make(chan struct{})
	make_ := h.shop.onMake
	h.shop.onMake = func(ctx context.Context, call *providers.Call, in makeIn) error {
		err := make_(ctx, call, in)
		if call.Address == `made["item-01"]` {
			close(entered) // a second call of it would panic
			<-release
		}
		return err
	}
	parent, err := h.start(context.Background())
	if err != nil {
		panic(err)
	}
	<-entered
	for ev := range parent.Events(context.Background()) {
		if ev.Kind == engine.InstanceDone && ev.Address == `made["item-00"]` {
			break
		}
	}
	armed()
	second, err := h.revise(context.Background(), parent.ID)
	if err != nil {
		panic(err)
	}
	close(release)
	if _, err := parent.Wait(context.Background()); !errors.Is(err, engine.ErrSuperseded) {
		panic(err)
	}
	out, err := h.finish(context.Background(), second)
	if err != nil {
		panic(err)
	}
	return out
}

func (h *house) revised(parent *engine.Run) engine.Outputs {
	second, err := h.revise(context.Background(), parent.ID)
	if err != nil {
		panic(err)
	}
	out, err := h.finish(context.Background(), second)
	if err != nil {
		panic(err)
	}
	return out
}

// paid are the idempotency keys of the calls of which a run's journal has the result.
func (r remains) paid(run string) []string {
	var keys []string
	for _, line := range r.calls {
		if line.Run == run && slices.Contains(r.ledger.done(), line.Address) {
			keys = append(keys, line.IdempotencyKey)
		}
	}
	return keys
}

// killedRevision does an order of a revision that ends in a kill, and then lets an engine that resumes
// everything go on.
func killedRevision(t *testing.T, o order, parentState engine.State, first, want string) {
	t.Helper()
	o.Dir = t.TempDir()
	if out, killed := o.process(t); !killed {
		t.Fatalf("the process was not killed, and gave %s", out)
	}
	h := reopen(t, o.Dir)
	parent, second := h.remainsOf(t, "run"), h.remainsOf(t, "second")
	h.again(t)

	newest := "run"
	if second.ledger.seq > 0 {
		newest = "second"
	}
	for info, err := range h.eng.Runs(t.Context(), journal.Query{Lineage: "run"}) {
		if err != nil {
			t.Fatal(err)
		}
		if newest == "second" && info.ID == "run" && info.State != parentState {
			t.Errorf("the older run is %s, want %s", info.State, parentState)
		}
	}
	run, err := h.eng.Run(t.Context(), newest)
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.finish(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if newest == "run" {
		want = first
	}
	if got, err := out.MarshalJSON(); err != nil || string(got) != want {
		t.Errorf("the newest run gave %s, %v\nwant %s", got, err, want)
	}
	for info, err := range h.eng.Runs(t.Context(), journal.Query{Lineage: "run"}) {
		if err != nil {
			t.Fatal(err)
		}
		one, err := h.eng.Run(t.Context(), info.ID)
		if err != nil {
			t.Fatal(err)
		}
		l := h.checkLog(t, one)
		if !l.state.Final() {
			t.Errorf("run %s is %s in the end", info.ID, l.state)
		}
		left := map[string]remains{"run": parent, "second": second}[info.ID]
		if open := left.ledger.open(); l.interrupted != len(open) {
			t.Errorf("%d interrupted calls in run %s, want those of %v", l.interrupted, info.ID, open)
		}
	}
	paid := append(parent.paid("run"), second.paid("second")...)
	held := ""
	for i, line := range h.log.read(t) {
		switch {
		case line.What != "begin":
		case i >= len(second.calls) && slices.Contains(paid, line.IdempotencyKey):
			t.Errorf("%s of %s was called again, and its result was in the journal", line.Address, line.Run)
		case line.Address != `made["item-01"]`: // it has one take only
		case held == "":
			held = line.IdempotencyKey
		case held != line.IdempotencyKey:
			t.Errorf("%s has the idempotency keys %s and %s", line.Address, held, line.IdempotencyKey)
		case line.Checkpoint == "":
			t.Errorf("%s was begun again in %s without its checkpoint", line.Address, line.Run)
		}
	}
}

func TestKillAtEveryWriteOfARevisionLeavesOneRunThatGoesOn(t *testing.T) {
	first, _, _ := reference(t, "run")
	for _, c := range []struct {
		job    string
		parent engine.State
	}{
		{"revise finished", engine.Completed},
		{"revise unfinished", engine.Superseded},
		{"revise paused", engine.Superseded},
	} {
		t.Run(c.job, func(t *testing.T) {
			want, writes, _ := reference(t, c.job)
			if want == first {
				t.Fatal("the revision changed nothing")
			}
			for n := 1; n <= writes; n++ {
				t.Run(fmt.Sprintf("before %02d", n), func(t *testing.T) {
					t.Parallel()
					killedRevision(t, order{Job: c.job, Before: n}, c.parent, first, want)
				})
			}
			t.Run("after the last", func(t *testing.T) {
				t.Parallel()
				killedRevision(t, order{Job: c.job, After: writes}, c.parent, first, want)
			})
		})
	}
}
