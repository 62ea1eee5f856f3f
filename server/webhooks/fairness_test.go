package webhooks_test

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

// A gate is a receiver's handler that can be held shut; it knows how many wait at it.
type gate struct {
	shut    atomic.Bool
	opened  chan bool
	arrived chan bool
	now     atomic.Int32
	peak    atomic.Int32
}

func newGate() *gate { return &gate{opened: make(chan bool), arrived: make(chan bool, 10_000)} }

func (g *gate) pass(w http.ResponseWriter, req *http.Request) {
	for n := g.now.Add(1); ; {
		if p := g.peak.Load(); n <= p || g.peak.CompareAndSwap(p, n) {
			break
		}
	}
	defer g.now.Add(-1)
	if g.shut.Load() {
		g.arrived <- true
		select {
		case <-g.opened:
		case <-req.Context().Done():
		}
	}
}

func (g *gate) open() {
	g.shut.Store(false)
	close(g.opened)
}

// wait waits until so many have arrived at the shut gate.
func (g *gate) wait(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		select {
		case <-g.arrived:
		case <-time.After(soon):
			t.Fatalf("only %d arrived", i)
		}
	}
}

func (r *rig) delivered(n int) {
	r.t.Helper()
	for i := 0; i < n; {
		select {
		case o := <-r.outcomes:
			if o == webhooks.OutcomeDelivered {
				i++
			}
		case <-time.After(soon):
			r.t.Fatalf("only %d of %d are delivered", i, n)
		}
	}
}

func TestOneDeadReceiverSlowsNobody(t *testing.T) {
	g := newGate()
	g.shut.Store(true)
	dead, quick := receive(t, g.pass), receive(t, nil)
	defer g.open()
	r := started(t, func(c *webhooks.Config) { c.Workers = 2 })
	r.register(dead.URL)
	r.register(quick.URL)
	for i := range 100 {
		r.publish(fmt.Sprint("e", i))
	}
	r.delivered(100)
	if n := g.peak.Load(); n != 1 {
		t.Errorf("%d requests wait at the dead receiver", n)
	}
}

func TestManyDeadReceiversTakeHalfOfTheWorkersAtMost(t *testing.T) {
	for name, restart := range map[string]bool{"at once": false, "after a restart": true} {
		t.Run(name, func(t *testing.T) {
			g := newGate()
			var hang atomic.Bool
			fail := func(w http.ResponseWriter, req *http.Request) {
				if !hang.Load() {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				g.pass(w, req)
			}
			six := func(c *webhooks.Config) { c.Workers = 6 }
			r := started(t, six)
			for range 10 {
				r.register(receive(t, fail).URL)
			}
			r.publish("e1")
			for range 10 {
				r.await(webhooks.OutcomeRetrying)
			}
			hang.Store(true)
			g.shut.Store(true)
			if restart {
				if err := r.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				r = r.reopen(six)
			}
			r.jump(r.clock.now().Add(10 * time.Second))
			defer g.open()
			g.wait(t, 3)
			r.othersPass(receive(t, nil).URL)
			if n := g.peak.Load(); n != 3 {
				t.Errorf("%d requests wait at dead receivers", n)
			}
		})
	}
}

// othersPass delivers to another webhook for a while. Whatever could be started meanwhile has been.
func (r *rig) othersPass(url string) {
	r.t.Helper()
	if _, _, err := r.Create(r.t.Context(), account, webhooks.Draft{URL: url, Events: []string{webhooks.CreditsLow}}); err != nil {
		r.t.Fatal(err)
	}
	for i := range 20 {
		r.publishEvent(webhooks.Event{ID: fmt.Sprint("others", i), Type: webhooks.CreditsLow, Time: r.clock.now()})
		r.delivered(1)
	}
}

// registerFor makes a webhook for completed jobs alone.
func (r *rig) registerFor(url string) {
	r.t.Helper()
	if _, _, err := r.Create(r.t.Context(), account, webhooks.Draft{URL: url, Events: []string{webhooks.JobCompleted}}); err != nil {
		r.t.Fatal(err)
	}
}

func TestAHostAndAWebhookHaveBounds(t *testing.T) {
	for name, c := range map[string]struct {
		webhooks, events, want int
		slow, failing          bool
	}{
		"of one webhook":                  {1, 20, 4, false, false},
		"of all of a host":                {19, 2, 8, false, false},
		"of the failing ones of a host":   {19, 2, 4, false, true},
		"of the slow ones of a host":      {19, 2, 4, true, false},
		"of one webhook that is slow":     {1, 20, 4, true, false},
		"of one webhook that was failing": {1, 20, 1, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate()
			rec := receive(t, func(w http.ResponseWriter, req *http.Request) {
				switch {
				case req.URL.Path == "/others":
				case req.Header.Get("webhook-id") == "pending":
					w.WriteHeader(http.StatusInternalServerError)
				case c.slow && req.Header.Get("webhook-id") == "first":
					time.Sleep(300 * time.Millisecond) // the receiver's slowness
				default:
					g.pass(w, req)
				}
			})
			r := started(t, func(conf *webhooks.Config) {
				if c.slow {
					conf.Timeout = time.Second
				}
			})
			for range c.webhooks {
				r.registerFor(rec.URL)
			}
			r.publish("pending") // as long as there is something to do, the workers remember who is there
			for range c.webhooks {
				r.await(webhooks.OutcomeRetrying)
			}
			if !c.failing {
				r.publish("first")
				r.delivered(c.webhooks)
			}
			g.shut.Store(true)
			defer g.open()
			for i := range c.events {
				r.publish(fmt.Sprint("e", i))
			}
			g.wait(t, c.want)
			if c.want < 8 {
				r.othersPass(rec.URL + "/others")
			} else {
				r.othersPass(receive(t, nil).URL)
			}
			if n := int(g.peak.Load()); n != c.want {
				t.Errorf("%d requests at a time", n)
			}
		})
	}
}

func TestWebhooksTakeTurns(t *testing.T) {
	rec := receive(t, nil)
	r := newRig(t, func(c *webhooks.Config) { c.Workers = 1 })
	busy, _, err := r.Create(t.Context(), account, webhooks.Draft{URL: rec.URL + "/busy", Events: []string{webhooks.JobStarted}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = r.Create(t.Context(), account, webhooks.Draft{URL: rec.URL + "/rare", Events: []string{webhooks.JobFailed}}); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		r.publishEvent(webhooks.Event{ID: fmt.Sprint("b", i), Type: webhooks.JobStarted, Time: r.clock.now()})
	}
	r.publishEvent(webhooks.Event{ID: "rare", Type: webhooks.JobFailed, Time: r.clock.now()})
	r.start()
	r.delivered(51)
	for i := range 51 {
		if c := rec.get(t); c.path == "/rare" {
			if i > 2 {
				t.Errorf("the rare event of one came after %d of %s", i, busy.ID)
			}
			return
		}
	}
	t.Error("it never came")
}

// The workers find what no hint told them of, and take nothing twice.
func TestLostHintsLoseNothing(t *testing.T) {
	rec := receive(t, nil)
	r := newRig(t, nil)
	r.register(rec.URL)
	r.ReloadEvery(2 * time.Millisecond)
	r.start()
	r.Deafen()
	for i := range 100 {
		r.publish(fmt.Sprint("e", i))
	}
	r.delivered(100)
	if n := len(rec.calls); n != 100 {
		t.Errorf("%d requests", n)
	}
}

// Tries that were cut off by the end are made again by the next service.
func TestClosingCutsOffWhatIsUnderWayAndLosesNothing(t *testing.T) {
	g := newGate()
	g.shut.Store(true)
	rec := receive(t, g.pass)
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	g.wait(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if d := r.only(reg.ID); d.State != webhooks.StatePending || d.Tries != 0 {
		t.Errorf("got %+v", d)
	}
	g.open()
	again := r.reopen(nil)
	again.delivered(1)
	if d := again.only(reg.ID); d.State != webhooks.StateDelivered {
		t.Errorf("got %+v", d)
	}
}

func TestClosingWaitsForWhatIsUnderWay(t *testing.T) {
	g := newGate()
	g.shut.Store(true)
	rec := receive(t, g.pass)
	r := started(t, nil)
	reg := r.register(rec.URL)
	r.publish("e1")
	g.wait(t, 1)
	closed := make(chan error)
	go func() { closed <- r.Close(t.Context()) }()
	g.open()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if d := r.only(reg.ID); d.State != webhooks.StateDelivered {
		t.Errorf("got %+v", d)
	}
}

func TestPublishingFromManySidesLosesNothing(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	r.register(rec.URL)
	done := make(chan error)
	for g := range 8 {
		go func() {
			var err error
			for i := 0; i < 50 && err == nil; i++ {
				err = r.db.Update(t.Context(), func(tx *store.Tx) error {
					return r.Publish(tx, account, webhooks.Event{ID: fmt.Sprintf("e%d_%d", g, i), Type: webhooks.JobCompleted, Time: time.Now()})
				})
			}
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	r.delivered(400)
	if n := len(rec.calls); n != 400 {
		t.Errorf("%d requests", n)
	}
}
