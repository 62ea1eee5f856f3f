package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
)

// reference does the job without a kill, here, and gives its outputs and how many writes and lines it took.
func reference(t *testing.T, job string) (outputs string, writes, lines int) {
	t.Helper()
	h := reopen(t, t.TempDir())
	out := jobs[job](h, func() { h.journal.armed.Store(true) })
	raw, err := out.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), int(h.journal.writes.Load()), h.log.lines
}

// reopen opens a process's house in this process, until the test ends.
func reopen(t *testing.T, dir string) *house {
	t.Helper()
	h, err := openHouse(order{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	if err := h.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// again opens the engine anew, as one that resumes everything. The stores stay open: their locks would
// outlive them for as long as a process that another test is starting has not become what it is to be.
func (h *house) again(t *testing.T) {
	t.Helper()
	if err := h.eng.Close(); err != nil {
		t.Fatal(err)
	}
	h.conf.Resume = true
	if err := h.open(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A remains is what a killed process has left of a run.
type remains struct {
	calls       []callLine // of all processes so far
	ledger      *ledger
	checkpoints map[string]string // by address, of attempts that never ended
}

// remainsOf reads what is there of a run, which may be nothing.
func (h *house) remainsOf(t *testing.T, id string) remains {
	t.Helper()
	r := remains{calls: h.log.read(t), ledger: audit(lastingShape, nil), checkpoints: map[string]string{}}
	run, err := h.eng.Run(t.Context(), id)
	if errors.Is(err, engine.ErrNotFound) {
		return r
	}
	if err != nil {
		t.Fatal(err)
	}
	events := numbered(run.Events(t.Context()))
	r.ledger = audit(lastingShape, events)
	for _, ev := range events {
		switch ev.Kind {
		case engine.AttemptCheckpoint:
			r.checkpoints[ev.Address] = "half of " + ev.Address
		case engine.AttemptFailed, engine.InstanceDone:
			delete(r.checkpoints, ev.Address)
		}
	}
	if got, want := run.Status().Interrupted, len(r.ledger.open()); got != want {
		t.Errorf("%d interrupted calls right after the kill, want %d: %v", got, want, r.ledger.open())
	}
	return r
}

// check makes sure of everything that a resumed run promises, once it is completed.
func (r remains) check(t *testing.T, h *house, run *engine.Run) {
	t.Helper()
	l := h.checkLog(t, run)
	if l.state != engine.Completed {
		t.Errorf("the run is %s", l.state)
	}
	if got := l.interrupted; got != len(r.ledger.open()) {
		t.Errorf("%d interrupted calls, want those of %v", got, r.ledger.open())
	}
	done, keys := r.ledger.done(), map[string]string{}
	for i, line := range h.log.read(t) {
		if line.What != "begin" || line.Run != run.ID {
			continue
		}
		if first := keys[line.Address]; first != "" && first != line.IdempotencyKey || line.IdempotencyKey == "" {
			t.Errorf("%s had the idempotency keys %q and %q", line.Address, first, line.IdempotencyKey)
		}
		keys[line.Address] = line.IdempotencyKey
		if i < len(r.calls) {
			continue
		}
		if slices.Contains(done, line.Address) {
			t.Errorf("%s was done before the kill and was called again", line.Address)
		}
		if want := r.checkpoints[line.Address]; line.Checkpoint != want {
			t.Errorf("%s got the checkpoint %q, want %q", line.Address, line.Checkpoint, want)
		}
		delete(r.checkpoints, line.Address) // it is the next attempt's alone
	}
	if len(r.checkpoints) > 0 {
		t.Errorf("nobody got the checkpoints %v", r.checkpoints)
	}
}

// checkLog holds a run's events against the model, and its artifacts against the store.
func (h *house) checkLog(t *testing.T, run *engine.Run) *ledger {
	t.Helper()
	l := audit(lastingShape, numbered(run.Events(t.Context())))
	for _, b := range l.breaches {
		t.Error(b)
	}
	if got := run.Status().State; got != l.state {
		t.Errorf("the run is %s, by its events %s", got, l.state)
	}
	if got := run.Status().Interrupted; got != l.interrupted {
		t.Errorf("%d interrupted calls in run %s, by its events %d", got, run.ID, l.interrupted)
	}
	h.checkArtifacts(t, run.ID)
	return l
}

// checkArtifacts makes sure that every file that a run's events refer to is there.
func (h *house) checkArtifacts(t *testing.T, id string) {
	t.Helper()
	for ev, err := range h.journal.Events(t.Context(), id, 1) {
		if err != nil {
			t.Fatal(err)
		}
		for _, sum := range ev.Artifacts {
			if _, err := h.artifacts.Stat(t.Context(), sum); err != nil {
				t.Errorf("event %d refers to the artifact %s: %v", ev.Seq, sum, err)
			}
		}
	}
}

// killed does an order that ends in a kill, and then what that left has to be carried to its end.
func killed(t *testing.T, o order, want string) {
	t.Helper()
	o.Dir, o.Job = t.TempDir(), "run"
	if out, killed := o.process(t); !killed {
		t.Fatalf("the process was not killed, and gave %s", out)
	}
	h := reopen(t, o.Dir)
	r := h.remainsOf(t, "run")
	run, err := h.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.finish(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := out.MarshalJSON(); err != nil || string(got) != want {
		t.Errorf("the resumed run gave %s, %v\nwant %s", got, err, want)
	}
	r.check(t, h, run)
}

func TestKillAtEveryWriteToTheJournalLosesNothing(t *testing.T) {
	want, writes, _ := reference(t, "run")
	if writes < 25 {
		t.Fatalf("the run takes %d writes: too few to mean much", writes)
	}
	for n := 1; n <= writes; n++ {
		t.Run(fmt.Sprintf("before %02d", n), func(t *testing.T) {
			t.Parallel()
			killed(t, order{Before: n}, want)
		})
		t.Run(fmt.Sprintf("after %02d", n), func(t *testing.T) {
			t.Parallel()
			killed(t, order{After: n}, want)
		})
	}
	t.Run("beyond the last", func(t *testing.T) {
		t.Parallel()
		out, killed := order{Dir: t.TempDir(), Job: "run", Before: writes + 1}.process(t)
		if killed || out != want {
			t.Errorf("killed: %t; it gave %s\nwant %s", killed, out, want)
		}
	})
}

func TestKillAtRandomInstantsLosesNothing(t *testing.T) {
	want, _, lines := reference(t, "run")
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			line := 1 + rand.New(rand.NewPCG(seed, 0)).IntN(lines)
			killed(t, order{Line: line}, want)
		})
	}
}

// Every process gets a little further than the one before.
func TestARunThatIsKilledAgainAndAgainArrives(t *testing.T) {
	want, writes, _ := reference(t, "run")
	dir := t.TempDir()
	for n := 0; ; n++ {
		out, killed := order{Dir: dir, Job: "run", After: 4}.process(t)
		if !killed {
			if out != want {
				t.Errorf("it gave %s\nwant %s", out, want)
			}
			break
		}
		if n > writes {
			t.Fatalf("the run has not arrived after %d kills", n)
		}
	}
	h := reopen(t, dir)
	run, err := h.eng.Run(t.Context(), "run")
	if err != nil {
		t.Fatal(err)
	}
	h.checkLog(t, run)
}

var _ journal.Journal = (*killer)(nil)
