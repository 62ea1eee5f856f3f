package admission

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"
)

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Nothing waits: what every call pays.
func BenchmarkEnterLeave(b *testing.B) {
	for name, l := range map[string]Limits{
		"unlimited":  {},
		"concurrent": {Concurrent: 8},
		"rate":       {Concurrent: 8, PerMinute: 1 << 30},
	} {
		for _, cpu := range []bool{false, true} {
			b.Run(name+"/cpu="+strconv.FormatBool(cpu), func(b *testing.B) {
				c := New(2, systemClock{})
				defer c.Close()
				g := c.Gate("ffmpeg", l)
				r := Request{Run: "run", CPU: cpu}
				ctx := b.Context()
				b.ReportAllocs()
				for b.Loop() {
					p, err := g.Enter(ctx, r)
					if err != nil {
						b.Fatal(err)
					}
					p.Leave(Worked)
				}
			})
		}
	}
}

// Calls of many runs wait at one of ten gates that share the processors. Each turn of the loop is one
// Leave, which admits another call, and the Enter that takes its place.
func BenchmarkManyWaiting(b *testing.B) {
	for _, n := range []struct{ waiting, runs int }{{100, 10}, {10_000, 1000}, {100_000, 1000}} {
		b.Run(fmt.Sprintf("%d of %d runs", n.waiting, n.runs), func(b *testing.B) {
			c := New(1, systemClock{})
			defer c.Close()
			for i := range 10 {
				c.Gate(strconv.Itoa(i), Limits{Concurrent: 1})
			}
			g := c.gates[0]
			var runs []string
			for i := range n.runs {
				runs = append(runs, strconv.Itoa(i))
			}
			p, _ := g.ask(Request{CPU: true})
			for i := range n.waiting {
				g.ask(Request{Run: runs[i%n.runs], CPU: true, Priority: i % 3})
			}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				next := g.heavy.first()
				p.Leave(Worked)
				p = next.pass
				g.ask(Request{Run: runs[i%n.runs], CPU: true, Priority: i % 3})
				i++
			}
		})
	}
}

// The same with a goroutine behind each call, as in an engine.
func BenchmarkManyGoroutines(b *testing.B) {
	c := New(2, systemClock{})
	defer c.Close()
	g := c.Gate("openai", Limits{Concurrent: 8})
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	turns := make(chan *Pass)
	for i := range 10_000 {
		wg.Go(func() {
			r := Request{Run: strconv.Itoa(i % 1000), Waiting: func(string) {}}
			for {
				p, err := g.Enter(ctx, r)
				if err != nil {
					return
				}
				select {
				case turns <- p:
				case <-ctx.Done():
					p.Leave(Neither)
				}
			}
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		(<-turns).Leave(Worked)
	}
	cancel()
	wg.Wait()
}

// Ten thousand wait, and the reason changes for all of them. Whoever brings that about must not pay for it.
func BenchmarkHoldWithManyWaiting(b *testing.B) {
	c := New(2, systemClock{})
	defer c.Close()
	g := c.Gate("openai", Limits{})
	g.Hold(time.Hour)
	ctx, cancel := context.WithCancel(b.Context())
	var wg, told sync.WaitGroup
	told.Add(10_000)
	for range 10_000 {
		wg.Go(func() { _, _ = g.Enter(ctx, Request{Waiting: func(string) { told.Done() }}) })
	}
	told.Wait()
	d := time.Hour
	var all time.Duration
	for b.Loop() {
		told.Add(10_000)
		start := time.Now()
		d += time.Hour
		g.Hold(d)
		all += time.Since(start)
		told.Wait()
	}
	b.ReportMetric(float64(all.Nanoseconds())/float64(b.N), "ns/Hold")
	cancel()
	wg.Wait()
}
