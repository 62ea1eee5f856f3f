package admission

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A crowd is many goroutines at one gate, each with its own mind. It is counted from outside.
type crowd struct {
	clock    *fakeClock
	gate     *Gate
	limits   Limits
	cpus     int
	running  atomic.Int64
	onCPU    atomic.Int64
	entered  atomic.Int64
	exceeded atomic.Bool
}

// visit is one call: it may give up at any moment, before, while or after it is admitted.
func (v *crowd) visit(r *rand.Rand) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if r.IntN(3) == 0 {
		done := make(chan struct{})
		defer func() { <-done }()
		turns := r.IntN(50)
		go func() {
			defer close(done)
			for range turns {
				runtime.Gosched()
			}
			cancel()
		}()
	}
	inside := true
	req := Request{Run: strconv.Itoa(r.IntN(5)), Priority: r.IntN(2), CPU: r.IntN(2) == 0}
	if r.IntN(2) == 0 {
		req.Waiting = func(reason string) {
			if !inside || reason == "" {
				v.exceeded.Store(true)
			}
		}
	}
	p, err := v.gate.Enter(ctx, req)
	inside = false
	if err != nil {
		return
	}
	v.entered.Add(1)
	if n := v.running.Add(1); v.limits.Concurrent > 0 && n > int64(v.limits.Concurrent) {
		v.exceeded.Store(true)
	}
	if req.CPU && v.onCPU.Add(1) > int64(v.cpus) {
		v.exceeded.Store(true)
	}
	for range r.IntN(5) {
		runtime.Gosched()
	}
	if req.CPU {
		v.onCPU.Add(-1)
	}
	v.running.Add(-1)
	if r.IntN(50) == 0 {
		v.gate.Hold(time.Duration(r.IntN(100)) * second)
	}
	p.Leave(Outcome(r.IntN(3)))
}

// Whatever many callers do at once, everyone gets in who does not give up, the limits hold, and nothing
// is left.
func TestACrowd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := &crowd{
			clock:  newFakeClock(),
			cpus:   rapid.IntRange(1, 3).Draw(t, "cpus"),
			limits: Limits{Concurrent: rapid.IntRange(0, 3).Draw(t, "concurrent"), PerMinute: rapid.SampledFrom([]int{0, 20}).Draw(t, "per minute"), Breaker: Breaker{Failures: 3}},
		}
		seed := rapid.Uint64().Draw(t, "seed")
		c := New(v.cpus, v.clock)
		v.gate = c.Gate("x", v.limits)
		var wg sync.WaitGroup
		for i := range uint64(20) {
			wg.Go(func() {
				for j := range uint64(5) {
					v.visit(rand.New(rand.NewPCG(seed, i*5+j)))
				}
			})
		}
		done := make(chan struct{})
		go func() {
			wg.Wait()
			close(done)
		}()
		for waiting := true; waiting; {
			select {
			case <-done:
				waiting = false
			default:
				v.clock.Advance(100 * time.Millisecond)
				runtime.Gosched()
			}
		}
		v.clock.Wait() // with nobody left, nobody sleeps
		if v.exceeded.Load() {
			t.Fatal("a limit was exceeded, or a reason told after Enter")
		}
		for _, l := range []*line{v.gate.plain, v.gate.heavy} {
			if n := len(l.levels) + len(l.rota.turns); n > 0 {
				t.Fatalf("%d levels and turns are left", n)
			}
		}
		if got := c.Load(); got.CPUsBusy+got.Gates[0].InFlight+got.Gates[0].Waiting > 0 {
			t.Fatalf("something is left: %+v", got)
		}
		c.Close()
	})
}

func TestTheRateHoldsInAnyWindow(t *testing.T) {
	const perMinute, total = 5, 40
	c, clock := newController(t, 1)
	g := c.Gate("x", Limits{PerMinute: perMinute})
	var mu sync.Mutex
	var begun []time.Time
	var wg sync.WaitGroup
	for range total {
		wg.Go(func() {
			p, err := g.Enter(t.Context(), Request{})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			begun = append(begun, clock.Now())
			mu.Unlock()
			p.Leave(Worked)
		})
	}
	inside := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(begun)
	}
	for want := perMinute; want < total; want += perMinute {
		for inside() < want { // until each that has begun has noted when
			runtime.Gosched()
		}
		clock.Wait(time.Minute)
		clock.Advance(time.Minute - 1)
		clock.Wait(1)
		clock.Advance(1)
	}
	wg.Wait()
	slices.SortFunc(begun, time.Time.Compare)
	for i := range begun[perMinute:] {
		if d := begun[i+perMinute].Sub(begun[i]); d < time.Minute {
			t.Errorf("%d calls began within %v", perMinute+1, d)
		}
	}
}
