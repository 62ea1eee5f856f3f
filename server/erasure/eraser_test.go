package erasure_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/server/erasure"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A hall is accounts, and rooms that keep things for them in the same database.
type hall struct {
	*identity.Service
	t  *testing.T
	db *store.DB

	mu   sync.Mutex
	fail func(room, account string) error // before the room does its work; nil lets it
	tell chan string                      // of what was done
}

func open(t *testing.T) *hall {
	t.Helper()
	h := &hall{t: t, tell: make(chan string, 1000)}
	var err error
	if h.db, err = store.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if h.Service, err = identity.New(t.Context(), h.db, identity.Config{Hash: identity.Argon2{Memory: 8, Time: 1, Threads: 1}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(h.Close(), h.db.Close()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// add adds an account that owns something in each room.
func (h *hall) add(name string) string {
	h.t.Helper()
	a, err := h.Add(h.t.Context(), identity.NewAccount{Name: name, Password: "password of " + name})
	if err == nil {
		err = h.db.Update(h.t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Put(store.K("first", a.ID), true), tx.Put(store.K("second", a.ID), true), tx.Put(store.K("third", a.ID), true))
		})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return a.ID
}

func (h *hall) remove(id string) {
	h.t.Helper()
	if err := h.Remove(h.t.Context(), id); err != nil {
		h.t.Fatal(err)
	}
}

// owns tells in which rooms an account has something.
func (h *hall) owns(id string) (rooms []string) {
	h.t.Helper()
	err := h.db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{}) {
			if p := e.Key.Parts(); len(p) == 2 && p[1] == id {
				rooms = append(rooms, p[0])
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return rooms
}

func (h *hall) failing(fn func(room, account string) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fail = fn
}

// A room erases.
type room struct {
	*hall
	name string
}

func (r room) Erase(ctx context.Context, account string) error {
	r.mu.Lock()
	fail := r.fail
	r.mu.Unlock()
	if fail != nil {
		if err := fail(r.name, account); err != nil {
			r.tell <- "failed " + r.name + " " + account
			return err
		}
	}
	err := r.db.Update(ctx, func(tx *store.Tx) error { return tx.Delete(store.K(r.name, account)) })
	if err == nil {
		r.tell <- r.name + " " + account
	}
	return err
}

func (h *hall) eraser(retry time.Duration, rooms ...string) *erasure.Eraser {
	h.t.Helper()
	c := erasure.Config{Accounts: h.Service, Retry: retry, Patience: time.Minute}
	for _, name := range rooms {
		c.Owned = append(c.Owned, erasure.Owned{What: name, By: room{h, name}})
	}
	e, err := erasure.New(c)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := e.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(e.Close)
	return e
}

// await waits for what is told next.
func (h *hall) await(want ...string) {
	h.t.Helper()
	for _, w := range want {
		select {
		case got := <-h.tell:
			if got != w {
				h.t.Fatalf("got %q, want %q", got, w)
			}
		case <-time.After(20 * time.Second):
			h.t.Fatalf("nothing is told, want %q", w)
		}
	}
}

// done waits until no account is left to erase.
func (h *hall) done() {
	h.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); <-time.After(time.Millisecond) {
		if left, err := h.Removed(h.t.Context()); err == nil && len(left) == 0 {
			return
		}
	}
	h.t.Fatal("accounts are left to erase")
}

var rooms = []string{"first", "second", "third"}

func TestWhatARemovedAccountOwnedIsErasedRoomByRoom(t *testing.T) {
	h := open(t)
	before, after, other := h.add("ada"), h.add("bob"), h.add("cy")
	h.remove(before)
	h.eraser(time.Hour, rooms...)
	h.await("first "+before, "second "+before, "third "+before)
	h.done()
	h.remove(after)
	h.await("first "+after, "second "+after, "third "+after)
	h.done()
	if left := append(h.owns(before), h.owns(after)...); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
	if all := h.owns(other); !slices.Equal(all, rooms) {
		t.Errorf("of the other account %v are left", all)
	}
}

// However often it is interrupted before a room or after it, the next start goes on, and the mark is the last to go.
func TestAnErasureThatIsInterruptedGoesOn(t *testing.T) {
	for k := range rooms {
		t.Run(fmt.Sprintf("in room %d", k+1), func(t *testing.T) {
			h := open(t)
			id := h.add("ada")
			h.remove(id)
			stop := errors.New("the end")
			h.failing(func(room, _ string) error {
				if room == rooms[k] {
					return stop
				}
				return nil
			})
			for range 3 {
				e := h.eraser(time.Hour, rooms...)
				for _, name := range rooms[:k] {
					h.await(name + " " + id)
				}
				h.await("failed " + rooms[k] + " " + id)
				e.Close()
				for len(h.tell) > 0 { // of the round that the removal itself has asked for
					<-h.tell
				}
				if left, err := h.Removed(t.Context()); err != nil || !slices.Equal(left, []string{id}) {
					t.Errorf("marked are %v, %v", left, err)
				}
				if left := h.owns(id); !slices.Equal(left, rooms[k:]) {
					t.Errorf("left are %v", left)
				}
			}
			h.failing(nil)
			h.eraser(time.Hour, rooms...)
			h.done()
			if left := h.owns(id); len(left) != 0 {
				t.Errorf("left are %v", left)
			}
		})
	}
}

func TestAnAccountThatCannotBeErasedIsTriedAgainAndHoldsNobodyUp(t *testing.T) {
	h := open(t)
	stuck, other := h.add("ada"), h.add("bob")
	var mended bool
	h.failing(func(room, account string) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		if room == "second" && account == stuck && !mended {
			return errors.New("the disk is full")
		}
		return nil
	})
	h.remove(stuck)
	h.remove(other)
	h.eraser(time.Millisecond, rooms...)
	h.await("first "+stuck, "failed second "+stuck, "first "+other, "second "+other, "third "+other)
	h.await("first "+stuck, "failed second "+stuck) // again
	h.mu.Lock()
	mended = true
	h.mu.Unlock()
	h.done()
	if left := append(h.owns(stuck), h.owns(other)...); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

// A room that waits for something is interrupted by a stop, and after a while by itself.
func TestAnErasureDoesNotWaitForEver(t *testing.T) {
	h := open(t)
	h.remove(h.add("ada"))
	waiting := make(chan struct{}, 10)
	hang := hanging(waiting)
	for _, patience := range []time.Duration{time.Millisecond, time.Hour} {
		e, err := erasure.New(erasure.Config{Accounts: h.Service, Retry: time.Millisecond, Patience: patience, Owned: []erasure.Owned{{What: "films", By: hang}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-waiting
		if patience == time.Millisecond {
			<-waiting // it is asked again
		}
		e.Close()
		e.Close()
		for len(waiting) > 0 {
			<-waiting
		}
	}
}

type hanging chan struct{}

func (h hanging) Erase(ctx context.Context, _ string) error {
	select {
	case h <- struct{}{}:
	default:
	}
	<-ctx.Done()
	return ctx.Err()
}

func TestWithoutAccountsThereIsNothingToErase(t *testing.T) {
	if _, err := erasure.New(erasure.Config{}); err == nil {
		t.Error("it was made")
	}
	h := open(t)
	e, err := erasure.New(erasure.Config{Accounts: h.Service})
	if err != nil {
		t.Fatal(err)
	}
	e.Close() // was never started
	if err := e.Start(t.Context()); err != nil {
		t.Error(err)
	}
	if err := e.Start(t.Context()); err == nil {
		t.Error("it was started twice")
	}
	e.Close()
}
