package badger

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine/journal"
)

// hold keeps the writer busy until the function that it gives is called, which then waits for it.
func hold(t *testing.T, j *Journal) (release func()) {
	t.Helper()
	held, free := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := j.submit(t.Context(), &write{alone: func() (uint64, error) {
			close(held)
			<-free
			return 0, nil
		}})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	return func() { close(free); wg.Wait() }
}

// pending waits until so many writes wait for the writer.
func pending(j *Journal, n int) {
	for {
		j.queue.Lock()
		have := len(j.queue.pending)
		j.queue.Unlock()
		if have == n {
			return
		}
		runtime.Gosched()
	}
}

func TestAGroupThatFailsHalfWayLeavesNothing(t *testing.T) {
	j, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	one := journal.Batch{State: "one", Events: make([]journal.Event, 1)}
	if err := j.Create(t.Context(), journal.Run{ID: "r", State: "queued"}, one); err != nil {
		t.Fatal(err)
	}
	release := hold(t, j)
	var wg sync.WaitGroup
	results := make([]error, 3)
	for i, submit := range []func() error{
		func() error {
			_, err := j.Append(t.Context(), "r", journal.Batch{State: "lost", Events: make([]journal.Event, 3)})
			return err
		},
		func() error { return j.Create(t.Context(), journal.Run{ID: "lost"}, one) },
		func() error {
			_, err := j.submit(t.Context(), &write{apply: func(g *group) (uint64, error) {
				return 0, g.set(pair{key: nil, value: nil}) // Badger refuses an empty key
			}})
			return err
		},
	} {
		wg.Go(func() { results[i] = submit() })
		pending(j, i+1)
	}
	release()
	wg.Wait()
	for i, err := range results {
		if err == nil || errors.Is(err, journal.ErrBroken) {
			t.Errorf("write %d: %v, want an error that is not ErrBroken", i, err)
		}
	}
	// What comes next starts from what is durable.
	if last, err := j.Append(t.Context(), "r", journal.Batch{Events: make([]journal.Event, 1)}); err != nil || last != 2 {
		t.Errorf("appended event %d, %v; want 2", last, err)
	}
	if _, err := j.Run(t.Context(), "lost"); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("a run of the failed group: %v", err)
	}
	if err := j.Create(t.Context(), journal.Run{ID: "next"}, journal.Batch{}); err != nil {
		t.Fatal(err)
	}
	if r, err := j.Run(t.Context(), "next"); err != nil || r.Ordinal != 2 {
		t.Errorf("the next run is %d, %v; want 2", r.Ordinal, err)
	}
	for r, err := range j.Runs(t.Context(), journal.Query{State: "one"}) {
		if err != nil || r.LastSeq != 2 {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

func TestWritesToOneRunInOneGroupFollowEachOther(t *testing.T) {
	j, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	release := hold(t, j)
	var wg sync.WaitGroup
	submit := func(n int, fn func() error) {
		wg.Go(func() {
			if err := fn(); err != nil {
				t.Error(err)
			}
		})
		pending(j, n)
	}
	o := journal.Outcome{Scope: "s", Key: "k"}
	submit(1, func() error {
		return j.Create(t.Context(), journal.Run{ID: "r", State: "queued"}, journal.Batch{Events: make([]journal.Event, 2), Outcomes: []journal.Outcome{o}})
	})
	for i, state := range []string{"running", "", "waiting", "running"} {
		submit(2+i, func() error {
			last, err := j.Append(t.Context(), "r", journal.Batch{State: state, Events: make([]journal.Event, 1)})
			if err == nil && last != uint64(3+i) {
				err = fmt.Errorf("event %d, want %d", last, 3+i)
			}
			return err
		})
	}
	submit(6, func() error { return j.Forget(t.Context(), journal.OutcomeKey{Scope: "s", Key: "k"}) })
	submit(7, func() error {
		if err := j.Create(t.Context(), journal.Run{ID: "r"}, journal.Batch{}); !errors.Is(err, journal.ErrExists) {
			return fmt.Errorf("created twice: %v", err)
		}
		return nil
	})
	submit(8, func() error {
		if _, err := j.Append(t.Context(), "none", journal.Batch{}); !errors.Is(err, journal.ErrNotFound) {
			return fmt.Errorf("appended to no run: %v", err)
		}
		return nil
	})
	release()
	wg.Wait()
	for state, want := range map[string]int{"queued": 0, "waiting": 0, "running": 1} {
		n := 0
		for r, err := range j.Runs(t.Context(), journal.Query{State: state}) {
			if n++; err != nil || r.State != state || r.LastSeq != 6 {
				t.Errorf("listed as %s: %+v, %v", state, r, err)
			}
		}
		if n != want {
			t.Errorf("%d runs are listed as %s, want %d", n, state, want)
		}
	}
	if _, err := j.Outcome(t.Context(), "s", "k"); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("the forgotten outcome: %v", err)
	}
}

func TestAnIdThatIsFreeAgainStartsAfresh(t *testing.T) {
	j, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for range 3 {
		if err := j.Create(t.Context(), journal.Run{ID: "r"}, journal.Batch{Events: make([]journal.Event, 5)}); err != nil {
			t.Fatal(err)
		}
		if last, err := j.Append(t.Context(), "r", journal.Batch{Events: make([]journal.Event, 1)}); err != nil || last != 6 {
			t.Fatalf("event %d, %v; want 6", last, err)
		}
		if err := j.Delete(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		if _, err := j.Append(t.Context(), "r", journal.Batch{}); !errors.Is(err, journal.ErrNotFound) {
			t.Fatalf("appended to a deleted run: %v", err)
		}
	}
}

func TestMoreRunsThanHeadsAreKeptAreWrittenTo(t *testing.T) {
	j, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	const runs = maxHeads + 500
	for round := range 2 {
		var wg sync.WaitGroup
		for w := range 100 {
			wg.Go(func() {
				for i := w; i < runs; i += 100 {
					id := fmt.Sprint("r", i)
					if round == 0 {
						if err := j.Create(t.Context(), journal.Run{ID: id}, journal.Batch{}); err != nil {
							t.Error(err)
						}
					} else if last, err := j.Append(t.Context(), id, journal.Batch{Events: make([]journal.Event, 1)}); err != nil || last != 1 {
						t.Errorf("%s: event %d, %v; want 1", id, last, err)
					}
				}
			})
		}
		wg.Wait()
	}
	release := hold(t, j)
	if n := len(j.heads); n > maxHeads {
		t.Errorf("%d heads are kept, want at most %d", n, maxHeads)
	}
	release()
}
