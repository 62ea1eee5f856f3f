package admission

import (
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A model drives a controller step by step and checks after each step what is promised at any time.
type model struct {
	t       *rapid.T
	c       *Controller
	clock   *fakeClock
	waiting []*call
	running []*Pass
	fresh   map[*Pass]*call // admitted from a line; whoever waited may not have noticed yet
	begun   map[*Gate][]time.Duration
}

func newModel(t *rapid.T) *model {
	m := &model{t: t, clock: newFakeClock(), fresh: map[*Pass]*call{}, begun: map[*Gate][]time.Duration{}}
	m.c = New(rapid.IntRange(1, 3).Draw(t, "cpus"), m.clock)
	for i := range rapid.IntRange(1, 3).Draw(t, "gates") {
		m.c.Gate(strconv.Itoa(i), Limits{
			Concurrent: rapid.IntRange(0, 3).Draw(t, "concurrent"),
			PerMinute:  rapid.SampledFrom([]int{0, 0, 1, 2, 5, 20}).Draw(t, "per minute"),
			Breaker:    Breaker{Failures: rapid.SampledFrom([]int{-1, 1, 2, 3}).Draw(t, "failures")},
		})
	}
	return m
}

func (m *model) gate() *Gate { return rapid.SampledFrom(m.c.gates).Draw(m.t, "gate") }

func (m *model) enter(*rapid.T) {
	g := m.gate()
	p, w := g.ask(Request{
		Run:      rapid.SampledFrom([]string{"a", "b", "c"}).Draw(m.t, "run"),
		Priority: rapid.IntRange(0, 1).Draw(m.t, "priority"),
		CPU:      rapid.Bool().Draw(m.t, "cpu"),
	})
	if w != nil {
		m.waiting = append(m.waiting, w)
	} else {
		m.begin(p)
	}
}

func (m *model) leave(*rapid.T) {
	if len(m.running) == 0 {
		return
	}
	p := rapid.SampledFrom(m.running).Draw(m.t, "pass")
	outcome := rapid.SampledFrom([]Outcome{Neither, Worked, Failed}).Draw(m.t, "outcome")
	m.gone(p)
	p.Leave(outcome)
	p.Leave(Failed) // says nothing any more
}

func (m *model) gone(p *Pass) {
	m.running = slices.DeleteFunc(m.running, func(q *Pass) bool { return q == p })
	delete(m.fresh, p)
}

// cancel takes back a call that waits, or one that was admitted in that instant.
func (m *model) cancel(*rapid.T) {
	candidates := slices.Clone(m.waiting)
	for _, p := range m.running {
		if w := m.fresh[p]; w != nil {
			candidates = append(candidates, w)
		}
	}
	if len(candidates) == 0 {
		return
	}
	w := rapid.SampledFrom(candidates).Draw(m.t, "call")
	if p := w.pass; p != nil {
		m.gone(p)
		begun := m.begun[p.gate]
		i := slices.Index(begun, p.begun)
		m.begun[p.gate] = slices.Delete(begun, i, i+1)
	} else {
		m.waiting = slices.DeleteFunc(m.waiting, func(v *call) bool { return v == w })
	}
	w.withdraw()
}

func (m *model) hold(*rapid.T) {
	m.gate().Hold(time.Duration(rapid.IntRange(0, 90).Draw(m.t, "hold")) * second)
}

func (m *model) advance(*rapid.T) {
	m.clock.Advance(time.Duration(rapid.IntRange(0, 70_000).Draw(m.t, "ms")) * time.Millisecond)
}

// settled tells whether the keepers have done their work: one sleeps at each gate where the time alone
// can let someone in, early enough, and no other goroutine is left.
func (m *model) settled() bool {
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	m.clock.mu.Lock()
	defer m.clock.mu.Unlock()
	now := m.clock.now.Sub(m.c.start)
	left := m.clock.left()
	for _, g := range m.c.gates {
		until, needed := g.alarmAt(now)
		if !needed && !g.keeping {
			continue
		}
		i := slices.Index(left, g.alarm-now)
		if !needed || !g.keeping || g.alarm > until || g.plain.open(now) || g.heavy.open(now) || i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return len(left) == 0
}

func (m *model) check(t *rapid.T) {
	for n := 0; !m.settled(); n++ {
		if n > 1_000_000 {
			t.Fatal("a keeper is missing, or one too many sleeps")
		}
		runtime.Gosched()
	}
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	m.watchAdmissions(t)
	now := m.c.now()
	running, cpus := map[*Gate]int{}, 0
	for _, p := range m.running {
		running[p.gate]++
		if p.cpu {
			cpus++
		}
	}
	if cpus > m.c.cpus || cpus != m.c.busy {
		t.Fatalf("%d processors are used, %d counted, of %d", cpus, m.c.busy, m.c.cpus)
	}
	for _, g := range m.c.gates {
		if n := running[g]; g.limits.Concurrent > 0 && n > g.limits.Concurrent || n != g.running {
			t.Fatalf("%d calls run, %d counted, of %d", n, g.running, g.limits.Concurrent)
		}
		for _, l := range []*line{g.plain, g.heavy} {
			if l.open(now) {
				t.Fatalf("somebody waits at %s who could go", g.name)
			}
			if !l.empty() && l.obstacle(now).news(l.told) {
				t.Fatalf("those that wait believe %v, but it is %v", l.told, l.obstacle(now))
			}
		}
	}
}

// watchAdmissions finds who began since the last step, and checks each against those that still waited.
func (m *model) watchAdmissions(t *rapid.T) {
	var began []*call
	for _, w := range m.waiting {
		if w.pass != nil {
			began = append(began, w)
		}
	}
	slices.SortFunc(began, func(a, b *call) int { return int(a.seq) - int(b.seq) })
	arrived := slices.Clone(m.waiting) // is in the order of arrival
	for _, w := range began {
		i := slices.Index(arrived, w)
		for j, v := range arrived {
			if v.line != w.line {
				continue
			}
			of, other := w.queue.turn.of, v.queue.turn.of
			if other.priority > of.priority {
				t.Fatalf("priority %d went before %d", of.priority, other.priority)
			}
			if j < i && other == of {
				t.Fatal("a call of a run went before an earlier one")
			}
		}
		arrived = slices.Delete(arrived, i, i+1)
		m.fresh[w.pass] = w
		m.begin(w.pass)
	}
	m.waiting = arrived
}

func (m *model) begin(p *Pass) {
	g := p.gate
	m.running = append(m.running, p)
	if b := &g.breaker; p.trial && !b.trying {
		m.t.Fatal("a trial is not noted")
	}
	begun := append(m.begun[g], p.begun)
	slices.Sort(begun)
	m.begun[g] = begun
	if n := g.limits.PerMinute; n > 0 && len(begun) > n {
		for i := range begun[n:] {
			if begun[i+n]-begun[i] < time.Minute {
				m.t.Fatalf("%d calls began within %v", n+1, begun[i+n]-begun[i])
			}
		}
	}
}

// drain lets everybody in, and out again.
func (m *model) drain(t *rapid.T) {
	for n := 0; len(m.waiting) > 0 || len(m.running) > 0; n++ {
		if n > 10_000 {
			t.Fatalf("%d still wait and %d run", len(m.waiting), len(m.running))
		}
		for _, p := range m.running {
			p.Leave(Worked)
		}
		m.running = nil
		m.check(t)
		if len(m.running) == 0 {
			m.clock.Advance(10 * second)
			m.check(t)
		}
	}
	for _, g := range m.c.gates {
		for _, l := range []*line{g.plain, g.heavy} {
			if len(l.levels)+len(l.rota.turns)+g.waiting+g.running > 0 {
				t.Fatalf("something is left behind at %s", g.name)
			}
		}
	}
}

func TestThePromisesHoldAtAnyTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		defer m.c.Close()
		t.Repeat(map[string]func(*rapid.T){
			"enter": m.enter, "enter too": m.enter, "leave": m.leave, "cancel": m.cancel,
			"hold": m.hold, "advance": m.advance, "": m.check,
		})
		m.drain(t)
		m.clock.Wait()
	})
}
