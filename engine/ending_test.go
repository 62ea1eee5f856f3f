package engine_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/memory"
)

// A trigger is a log that closes a channel when it is told a text.
type trigger struct {
	text string
	told chan struct{}
}

func (l trigger) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(l.text)) {
		close(l.told)
	}
	return len(line), nil
}

// notWithin waits for what must not happen, as long as makes it likely that it would have.
func notWithin(happened <-chan struct{}) {
	select {
	case <-happened:
	case <-time.After(200 * time.Millisecond):
	}
}

// A waiting context tells when somebody begins to wait for its end.
type waiting struct {
	context.Context
	once sync.Once
	seen chan struct{}
}

func newWaiting(ctx context.Context) *waiting {
	return &waiting{Context: ctx, seen: make(chan struct{})}
}

func (w *waiting) Done() <-chan struct{} {
	w.once.Do(func() { close(w.seen) })
	return w.Context.Done()
}

// stopping begins the run "run", and gives a moment at which its execution records that it pauses for an
// approval; it does so once release is called.
func stopping(t *testing.T) (eng *engine.Engine, run *engine.Run, release func()) {
	t.Helper()
	entered, hold := make(chan struct{}), make(chan struct{})
	var once sync.Once
	conf := keeping(t, approved, &workshop{vary: true})
	conf.Journal = &slowJournal{Journal: memory.New(), before: func(b journal.Batch) {
		if is(b, engine.RunPaused, "") {
			once.Do(func() {
				close(entered)
				<-hold
			})
		}
	}}
	eng = open(t, conf)
	run = start(t, eng, nil, engine.StartOptions{ID: "run"})
	<-entered
	return eng, run, sync.OnceFunc(func() { close(hold) })
}

func TestARunThatIsCancelledWhileItPausesIsCancelled(t *testing.T) {
	_, run, release := stopping(t)
	ctx := newWaiting(t.Context())
	ended := make(chan error)
	go func() { ended <- run.Cancel(ctx) }()
	<-ctx.seen
	release()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if s := run.Status().State; s != engine.Cancelled {
		t.Errorf("the run is %s after Cancel", s)
	}
}

func TestARunThatIsSupersededWhileItPausesIsSuperseded(t *testing.T) {
	eng, run, release := stopping(t)
	ctx := newWaiting(t.Context())
	begun := make(chan error)
	go func() {
		_, err := eng.Start(ctx, "joined", nil, engine.StartOptions{From: run.ID})
		release()
		begun <- err
	}()
	select {
	case <-ctx.seen:
		release()
	case err := <-begun:
		t.Fatalf("a newer run began while the older one was ending (%v), and nobody will supersede that", err)
	}
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
	if s := run.Status().State; s != engine.Superseded {
		t.Errorf("the older run is %s", s)
	}
}

// A person has paused the run, its call goes on, and a newer run of the lineage begins.
func TestARunThatIsBeingPausedIsSuperseded(t *testing.T) {
	shop := &workshop{vary: true}
	entered, hold := holding(shop)
	eng := open(t, keeping(t, joined, shop))
	run := start(t, eng, engine.Inputs{"count": 1})
	<-entered
	ctx := newWaiting(t.Context())
	paused := make(chan error)
	go func() { paused <- run.Pause(ctx) }()
	<-ctx.seen
	newer := start(t, eng, engine.Inputs{"count": 1}, engine.StartOptions{From: run.ID})
	close(hold)
	if err := <-paused; err != nil {
		t.Error(err)
	}
	if s := run.Status().State; s != engine.Superseded {
		t.Errorf("the older run is %s", s)
	}
	wait(t, newer)
}

func TestARunOfAnEngineThatDrainsCanBeCancelledAndPaused(t *testing.T) {
	for name, c := range map[string]struct {
		stop  func(*engine.Run, context.Context) error
		state engine.State
		once  bool // the call ends by itself
	}{
		"cancelled": {(*engine.Run).Cancel, engine.Cancelled, false},
		"paused":    {(*engine.Run).Pause, engine.Paused, true},
	} {
		t.Run(name, func(t *testing.T) {
			shop := &workshop{vary: true}
			entered, hold := holding(shop)
			eng := open(t, keeping(t, joined, shop))
			run := start(t, eng, engine.Inputs{"count": 1})
			<-entered
			ctx := newWaiting(t.Context())
			drained := make(chan struct{})
			go func() {
				defer close(drained)
				eng.Drain(ctx)
			}()
			<-ctx.seen
			if c.once {
				close(hold)
			}
			if err := c.stop(run, t.Context()); err != nil {
				t.Fatal(err)
			}
			<-drained
			if s := run.Status().State; s != c.state {
				t.Errorf("the run is %s", s)
			}
		})
	}
}

// A leavingStore does not find a file until the caller gives up.
type leavingStore struct {
	artifact.Store
	asked chan struct{}
}

func (s leavingStore) Path(ctx context.Context, _ string) (string, error) {
	close(s.asked)
	<-ctx.Done()
	return "", ctx.Err()
}

func TestAPauseBeforeACallIsNoFailureOfIt(t *testing.T) {
	shop := &workshop{vary: true}
	conf := keeping(t, joined, shop)
	store := leavingStore{conf.Artifacts, make(chan struct{})}
	conf.Artifacts = store
	conf.Source["test.hcl"] = bytes.Replace(conf.Source["test.hcl"], []byte(`uses = "t.join"`), []byte("uses = \"t.join\"\n    retry { attempts = 1 }"), 1)
	eng := open(t, conf)
	run := start(t, eng, engine.Inputs{"count": 1})
	<-store.asked
	if err := run.Pause(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := run.Status(); st.State != engine.Paused {
		t.Errorf("the run is %s: %v", st.State, st.Failure)
	}
}

// A damagedHeader is a journal in which a run cannot be read, though it goes on.
type damagedHeader struct{ journal.Journal }

func (damagedHeader) Run(_ context.Context, id string) (journal.Run, error) {
	return journal.Run{}, &journal.CorruptError{Run: id, Reason: "its bytes were changed"}
}

func TestARunThatIsExecutedIsNotDeletedThoughItsRecordIsDamaged(t *testing.T) {
	shop := &workshop{vary: true}
	conf := keeping(t, joined, shop)
	entered, hold := holding(shop)
	eng, err := engine.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	start(t, eng, engine.Inputs{"count": 1}, engine.StartOptions{ID: "run"})
	<-entered
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	whole := conf.Journal
	var damaged switching
	damaged.Journal = whole
	conf.Journal = &damaged
	eng = open(t, conf)
	run, err := eng.Resume(t.Context(), "run")
	if err != nil {
		t.Fatal(err)
	}
	<-entered
	damaged.set(damagedHeader{whole})
	if err := eng.Delete(t.Context(), "run"); !errors.Is(err, engine.ErrUnfinished) {
		t.Errorf("error %v, want ErrUnfinished", err)
	}
	damaged.set(whole)
	close(hold)
	wait(t, run)
	if err := eng.Delete(t.Context(), "run"); err != nil {
		t.Errorf("after the end: %v", err)
	}
}

// A switching journal is one that a test replaces where runs are looked up.
type switching struct {
	journal.Journal
	mu    sync.Mutex
	other journal.Journal
}

func (s *switching) set(j journal.Journal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.other = j
}

func (s *switching) Run(ctx context.Context, id string) (journal.Run, error) {
	s.mu.Lock()
	j := s.other
	s.mu.Unlock()
	if j == nil {
		j = s.Journal
	}
	return j.Run(ctx, id)
}
