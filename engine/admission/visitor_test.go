package admission

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A visitor is a goroutine that calls Enter.
type visitor struct {
	t      *testing.T
	cancel context.CancelFunc
	told   chan string
	pass   chan *Pass
	err    chan error
}

// visit sends a visitor. It returns when the call has begun or waits.
func visit(t *testing.T, g *Gate, r Request) *visitor {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	v := &visitor{t, cancel, make(chan string, 1000), make(chan *Pass, 1), make(chan error, 1)}
	settled := make(chan struct{}, 1000)
	r.Waiting = func(reason string) {
		v.told <- reason
		settled <- struct{}{}
	}
	go func() {
		p, err := g.Enter(ctx, r)
		if err != nil {
			v.err <- err
		} else {
			v.pass <- p
		}
		settled <- struct{}{}
	}()
	<-settled
	return v
}

// hears waits for the next reason.
func (v *visitor) hears(want string) {
	v.t.Helper()
	if got := <-v.told; got != want {
		v.t.Errorf("told:\n\t%s\nwant:\n\t%s", got, want)
	}
}

// enters waits for the pass.
func (v *visitor) enters() *Pass {
	v.t.Helper()
	select {
	case p := <-v.pass:
		return p
	case err := <-v.err:
		v.t.Fatalf("Enter: %v", err)
		return nil
	}
}

// waits fails the test if the call has begun.
func (v *visitor) waits() {
	v.t.Helper()
	select {
	case <-v.pass:
		v.t.Error("the call has begun; it should wait")
	default:
	}
}

// goes away, having waited in vain.
func (v *visitor) goes() {
	v.t.Helper()
	v.cancel()
	if err := <-v.err; !errors.Is(err, context.Canceled) {
		v.t.Errorf("Enter gives %v; want the context's error", err)
	}
}

// enter enters where nothing may stand in the way.
func enter(t *testing.T, g *Gate, r Request) *Pass {
	t.Helper()
	p, w := g.ask(r)
	if p == nil {
		w.withdraw()
		t.Fatal("the call must wait")
	}
	return p
}

func newController(t *testing.T, cpus int) (*Controller, *fakeClock) {
	t.Helper()
	clock := newFakeClock()
	c := New(cpus, clock)
	t.Cleanup(c.Close)
	return c, clock
}

const second = time.Second
