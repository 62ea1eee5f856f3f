package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/providers"
)

// Whoever waits for a person's decision polls the status of a handle; what others do to the run, through handles
// of their own, may be over before the next look.
func TestAHandleKnowsWhatOthersHaveMadeOfItsRun(t *testing.T) {
	for name, c := range map[string]struct {
		then  chapter
		state engine.State
	}{
		"decided and completed": {decided(true), engine.Completed},
		"rejected":              {decided(false), engine.Failed},
		"cancelled":             {cancelled, engine.Cancelled},
		"superseded":            {startedAnew, engine.Superseded},
	} {
		t.Run(name, func(t *testing.T) {
			shop := &workshop{vary: true}
			eng := open(t, keeping(t, approved, shop))
			pausedRun(t, eng, shop)
			handle := find(t, eng)
			if s := handle.Status().State; s != engine.Paused {
				t.Fatalf("the run is %s", s)
			}
			c.then(t, eng, shop)
			var last engine.Event
			for ev := range handle.Events(t.Context()) {
				last = ev
			}
			if s := handle.Status(); s.State != c.state || s.Ended.IsZero() {
				t.Errorf("after event %d, %s, the run is %s, want %s", last.Seq, last.Kind, s.State, c.state)
			}
			if _, err := handle.Wait(t.Context()); errors.Is(err, engine.ErrPaused) || err == nil != (c.state == engine.Completed) {
				t.Errorf("waiting for it gives %v", err)
			}
			if out, err := handle.Outputs(); c.state == engine.Completed && (err != nil || text(t, out, "by") != "") {
				t.Errorf("outputs %v, %v", out, err)
			}
		})
	}
}

// A reader that is slower than a pause goes on with the run, and sees nothing of it too early.
func TestAReaderGoesOnWithWhoeverExecutesTheRun(t *testing.T) {
	shop := &workshop{vary: true}
	eng := open(t, keeping(t, approved, shop))
	run := start(t, eng, nil, engine.StartOptions{ID: "run"})
	done, resumes := 0, 0
	var seq uint64
	for ev := range run.Events(t.Context()) {
		if ev.Kind == engine.Progress {
			continue
		}
		if seq++; ev.Seq != seq {
			t.Fatalf("event %d after %d", ev.Seq, seq-1)
		}
		switch ev.Kind {
		case engine.InstanceDone:
			done++
		case engine.RunResumed:
			resumes++
		case engine.RunPaused:
			if s := run.Status().State; s != engine.Paused {
				t.Fatalf("the run is %s after it was paused", s)
			}
			if _, err := eng.Decide(t.Context(), run.ID, "check", engine.Decision{Approved: true}); err != nil {
				t.Fatal(err)
			}
		}
		st := run.Status()
		told := 0
		for _, s := range st.Stages {
			told += s.Done
		}
		if told < done || resumes > 0 && st.State == engine.Paused {
			t.Fatalf("after event %d, %s, the run is %s and %d instances are done; %d were told of", ev.Seq, ev.Kind, st.State, told, done)
		}
	}
	if s := run.Status().State; s != engine.Completed || resumes != 1 {
		t.Errorf("the reader stopped when the run was %s, after %d resumes", s, resumes)
	}
}

// An aheadJournal has an event that nobody has recorded, and does not know how many there are: it is damaged.
type aheadJournal struct{ journal.Journal }

func (j aheadJournal) Run(ctx context.Context, id string) (journal.Run, error) {
	h, err := j.Journal.Run(ctx, id)
	h.LastSeq--
	return h, err
}

func TestAJournalThatContradictsItselfHangsNoReader(t *testing.T) {
	shop := &workshop{vary: true}
	conf := keeping(t, approved, shop)
	eng := open(t, conf)
	pausedRun(t, eng, shop)
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	conf.Journal = aheadJournal{conf.Journal}
	if n := len(numbered(find(t, open(t, conf)).Events(t.Context()))); n == 0 {
		t.Error("no events")
	}
}

// A call that was given up may be saving a checkpoint just then. It is recorded before the call's end, or not at
// all: in another execution of the run nobody would wait for it.
func TestNothingOfACallIsRecordedAfterItsEnd(t *testing.T) {
	t.Parallel() // a deaf call is given up after a second
	gaveUp, failed := make(chan struct{}), make(chan struct{})
	shop := &workshop{vary: true}
	left := make(chan struct{})
	shop.onMake = func(_ context.Context, call *providers.Call, _ makeIn) error {
		if call.Attempt > 1 {
			return nil
		}
		defer close(left)
		return call.SaveCheckpoint(context.Background(), []byte("half of it"))
	}
	conf := keeping(t, `
pipeline "joined" {
  stage "made" {
    uses    = "t.make"
    with    = { text = "text" }
    timeout = "1ms"
  }
}
`, shop)
	conf.Log = logTo(trigger{"does not return", gaveUp})
	conf.Journal = &slowJournal{Journal: memory.New(), before: func(b journal.Batch) {
		switch {
		case is(b, engine.AttemptCheckpoint, ""):
			<-gaveUp
			notWithin(failed)
		case is(b, engine.AttemptFailed, ""):
			close(failed)
		}
	}}
	eng := open(t, conf)
	run := start(t, eng, nil)
	_, _ = run.Wait(t.Context())
	<-left
	order := []engine.Kind{}
	for _, ev := range numbered(run.Events(t.Context())) {
		if ev.Kind == engine.AttemptCheckpoint || ev.Kind == engine.AttemptFailed {
			order = append(order, ev.Kind)
		}
	}
	if len(order) < 2 || order[0] != engine.AttemptCheckpoint {
		t.Errorf("the events are in the order %v", order)
	}
}
