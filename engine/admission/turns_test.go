package admission

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// queueUp lets calls named like "a1" or "a1!" (run a, its call 1, high priority) wait at gates and tells
// in which order they begin when one ends after the other.
type queueUp struct {
	waiting []*call
	names   map[*call]string
}

func (q *queueUp) ask(g *Gate, cpu bool, names string) {
	for _, name := range strings.Fields(names) {
		r := Request{Run: name[:1], CPU: cpu, Priority: strings.Count(name, "!")}
		_, w := g.ask(r)
		if q.names == nil {
			q.names = map[*call]string{}
		}
		q.names[w] = name
		q.waiting = append(q.waiting, w)
	}
}

func (q *queueUp) order(p *Pass) string {
	var order []string
	for p.Leave(Worked); len(q.waiting) > 0; p.Leave(Worked) {
		i := slices.IndexFunc(q.waiting, func(w *call) bool { return w.pass != nil })
		if i < 0 {
			return strings.Join(append(order, "and then nobody"), " ")
		}
		order = append(order, q.names[q.waiting[i]])
		p = q.waiting[i].pass
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return strings.Join(order, " ")
}

func TestWhoGoesNext(t *testing.T) {
	for _, test := range []struct{ name, arrive, want string }{
		{"first come first served within a run", "a1 a2 a3", "a1 a2 a3"},
		{"runs take turns", "a1 a2 a3 b1 c1 b2", "a1 b1 c1 a2 b2 a3"},
		{"a backlog does not starve a single call", "a1 a2 a3 a4 a5 a6 b1", "a1 b1 a2 a3 a4 a5 a6"},
		{"a higher priority goes first", "a1 b1! a2 b2!! a3! b3", "b2!! b1! a3! a1 b3 a2"},
		{"at each priority runs take turns", "a1! a2! b1! a3 a4 b2", "a1! b1! a2! a3 b2 a4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, limits := range map[string]Limits{"one place": {Concurrent: 1}, "one processor": {}} {
				c, _ := newController(t, 1)
				g := c.Gate("x", limits)
				cpu := limits.Concurrent == 0
				p := enter(t, g, Request{CPU: cpu})
				var q queueUp
				q.ask(g, cpu, test.arrive)
				if got := q.order(p); got != test.want {
					t.Errorf("%s: the order is %s; want %s", name, got, test.want)
				}
			}
		})
	}
}

// Where only the processors are scarce a run has one turn, at however many gates it waits.
func TestRunsTakeTurnsAtTheProcessors(t *testing.T) {
	c, _ := newController(t, 1)
	ffmpeg, musician, illustrator := c.Gate("ffmpeg", Limits{}), c.Gate("musician", Limits{}), c.Gate("illustrator", Limits{})
	p := enter(t, ffmpeg, Request{CPU: true})
	var q queueUp
	q.ask(ffmpeg, true, "a1 a2 b1")
	q.ask(musician, true, "a3 a4")
	q.ask(illustrator, true, "a5 a6 b2 c1!")
	if got, want := q.order(p), "c1! a1 b1 a2 b2 a3 a4 a5 a6"; got != want {
		t.Errorf("the order is %s; want %s", got, want)
	}
}

// A run that gets processors all the time by way of one gate does not lose its turn at a full one.
func TestAFreeGateCostsNoTurnAtAFullOne(t *testing.T) {
	c, _ := newController(t, 2)
	full, free := c.Gate("full", Limits{Concurrent: 1}), c.Gate("free", Limits{})
	p := enter(t, full, Request{CPU: true})
	var q queueUp
	q.ask(full, true, "a1 b1 b2 b3")
	for range 5 {
		enter(t, free, Request{Run: "a", CPU: true}).Leave(Worked)
	}
	if got, want := q.order(p), "a1 b1 b2 b3"; got != want {
		t.Errorf("the order is %s; want %s", got, want)
	}
}

// What one call waits for does not keep back another that needs something else.
func TestABusyGateBlocksNoOther(t *testing.T) {
	c, _ := newController(t, 1)
	full, free, held := c.Gate("full", Limits{Concurrent: 1}), c.Gate("free", Limits{Concurrent: 1}), c.Gate("held", Limits{})
	held.Hold(second)
	remote := enter(t, full, Request{})
	ask := func(g *Gate, cpu bool) (*Pass, *call) { return g.ask(Request{CPU: cpu, Priority: 1}) }
	_, w1 := ask(full, true)
	_, w2 := ask(held, true)
	local, _ := ask(free, true) // gets the processor that those before it cannot use
	if local == nil {
		t.Fatal("a full gate and a held one keep a processor idle")
	}
	remote.Leave(Worked) // there is a place for w1 now, but no processor: it holds neither
	other, _ := ask(full, false)
	if other == nil {
		t.Fatal("a call that waits for a processor holds a place")
	}
	other.Leave(Worked)
	local.Leave(Worked)
	if w1.pass == nil || w2.pass != nil {
		t.Errorf("with a place and a processor free, began: %v; on hold, began: %v", w1.pass != nil, w2.pass != nil)
	}
	w2.withdraw()
}

// Between the moment that lets a call begin and the keeper's notice of it nobody slips in.
func TestALateKeeperCostsNoTurn(t *testing.T) {
	c, clock := newController(t, 1)
	held, free := c.Gate("held", Limits{}), c.Gate("free", Limits{})
	held.Hold(second)
	_, w := held.ask(Request{Run: "a", CPU: true})
	_, v := held.ask(Request{Run: "b"})
	clock.Wait(second)
	clock.mu.Lock()
	clock.now = clock.now.Add(second) // and nobody wakes
	clock.mu.Unlock()
	p, late := free.ask(Request{Run: "c", CPU: true})
	if p != nil || w.pass == nil {
		t.Error("a call at another gate took the processor out of turn")
	}
	late.withdraw()
	if _, w := held.ask(Request{Run: "d"}); w == nil || w.pass == nil || v.pass == nil {
		t.Error("with the hold over, somebody still waits")
	}
	clock.Advance(0)
	clock.Wait()
}

// With k runs waiting at equal priority, a run waits for at most k-1 calls of others.
func TestFairness(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New(1, newFakeClock())
		defer c.Close()
		limits := rapid.SampledFrom([]Limits{{}, {Concurrent: 1}}).Draw(t, "limits")
		var gates []*Gate
		for range rapid.IntRange(1, 3).Draw(t, "gates") {
			gates = append(gates, c.Gate("x", limits))
		}
		if limits.Concurrent > 0 {
			gates = gates[:1]
		}
		running, _ := gates[0].ask(Request{CPU: true})
		var waiting []*call
		bound := map[string]int{} // how many calls of others each run that waits may still see begin
		runs := func() int { return len(bound) }
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			if len(waiting) == 0 || rapid.Bool().Draw(t, "arrives") {
				run := strconv.Itoa(rapid.IntRange(0, 5).Draw(t, "run"))
				_, w := rapid.SampledFrom(gates).Draw(t, "gate").ask(Request{Run: run, CPU: true})
				waiting = append(waiting, w)
				if _, waits := bound[run]; !waits {
					bound[run] = runs()
				}
				continue
			}
			running.Leave(Worked)
			i := slices.IndexFunc(waiting, func(w *call) bool { return w.pass != nil })
			if i < 0 {
				t.Fatal("nobody began")
			}
			running = waiting[i].pass
			began := waiting[i].queue.turn.of.run
			waiting = slices.Delete(waiting, i, i+1)
			for run := range bound {
				if run != began {
					if bound[run]--; bound[run] < 0 {
						t.Fatalf("run %s is passed by %s again", run, began)
					}
				}
			}
			delete(bound, began)
			if slices.ContainsFunc(waiting, func(w *call) bool { return w.queue.turn.of.run == began }) {
				bound[began] = runs()
			}
		}
	})
}
