package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// What the engine itself costs: the provider does nothing, in this process.
type (
	spanIn struct {
		Count int `json:"count"`
	}
	spanOut struct {
		Items []string `json:"items"`
	}
	noopIn struct {
		Name  string `json:"name"`
		Count int    `json:"count"`
	}
	noopOut struct {
		Name string `json:"name"`
	}
)

var (
	span = providers.Capability[spanIn, spanOut]{Name: "b.span"}
	noop = providers.Capability[noopIn, noopOut]{Name: "b.noop"}
)

const noops = `
pipeline "noops" {
  input "count" {
    type    = number
    default = 1
  }
  stage "span" {
    uses = "b.span"
    with = { count = input.count }
  }
  stage "noop" {
    for_each = { for s in stage.span.items : s => s }
    uses     = "b.noop"
    with     = { name = each.key, count = input.count }
  }
  output "names" { value = [for n in stage.noop : n.name] }
}
`

type noopSource struct{}

func (noopSource) Plugins() []string { return []string{"noop"} }

func (noopSource) provider() providers.Provider {
	return providers.New("noop", "1.0.0",
		providers.Handle(span, func(_ context.Context, _ *providers.Call, in spanIn) (spanOut, error) {
			out := spanOut{Items: make([]string, in.Count)}
			for i := range out.Items {
				out.Items[i] = fmt.Sprintf("item-%05d", i)
			}
			return out, nil
		}),
		providers.Handle(noop, func(_ context.Context, _ *providers.Call, in noopIn) (noopOut, error) {
			return noopOut{in.Name}, nil
		}))
}

func (s noopSource) Describe(ctx context.Context, _ string) (providers.Description, error) {
	return s.provider().Describe(ctx)
}

func (s noopSource) Open(context.Context, string, providers.OpenOptions) (providers.Provider, error) {
	return s.provider(), nil
}

// noopEngine opens an engine whose journal is in memory, or on the disk.
func noopEngine(b *testing.B, durable bool) *engine.Engine {
	b.Helper()
	dir := b.TempDir()
	conf := engine.Config{Dir: dir, Source: pipeline.Source{"b.hcl": []byte(noops)}, Providers: noopSource{}}
	var j journal.Journal = memory.New()
	if durable {
		var err error
		if j, err = badger.Open(filepath.Join(dir, "journal")); err != nil {
			b.Fatal(err)
		}
	}
	conf.Journal = j
	eng, err := engine.Open(b.Context(), conf)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := eng.Close(); err != nil {
			b.Error(err)
		}
		if err := j.Close(); err != nil {
			b.Error(err)
		}
	})
	return eng
}

func runNoops(b *testing.B, eng *engine.Engine, count int) {
	run, err := eng.Start(b.Context(), "noops", engine.Inputs{"count": count})
	if err == nil {
		_, err = run.Wait(b.Context())
	}
	if err != nil {
		b.Error(err)
	}
}

// BenchmarkInstance is the engine's own time for one instance, of a fan-out of a thousand.
func BenchmarkInstance(b *testing.B) {
	for _, kind := range []struct {
		name    string
		durable bool
	}{{"memory", false}, {"durable", true}} {
		b.Run(kind.name, func(b *testing.B) {
			eng := noopEngine(b, kind.durable)
			const count = 1000
			b.ResetTimer()
			for range b.N {
				runNoops(b, eng, count)
			}
			perInstance := b.Elapsed() / time.Duration(b.N*count)
			b.ReportMetric(float64(perInstance.Nanoseconds())/1e3, "µs/instance")
			b.ReportMetric(float64(time.Second)/float64(perInstance), "instances/s")
		})
	}
}

// BenchmarkFanOut shows that time grows linearly and memory is bounded.
func BenchmarkFanOut(b *testing.B) {
	for _, count := range []int{1000, 10_000, 20_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			eng := noopEngine(b, true)
			peak := watchHeap(b)
			b.ResetTimer()
			for range b.N {
				runNoops(b, eng, count)
			}
			b.ReportMetric(float64(peak())/(1<<20), "MB-peak-heap")
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/run")
		})
	}
}

// watchHeap samples the heap until the returned function is called, which gives the largest growth.
func watchHeap(b *testing.B) func() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapInuse, m.HeapInuse
	ctx, stop := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			case <-ctx.Done():
				return
			}
		}
	})
	return func() uint64 {
		stop()
		wg.Wait()
		return most - before
	}
}

// BenchmarkConcurrentRuns is a thousand runs of ten instances at a time.
func BenchmarkConcurrentRuns(b *testing.B) {
	eng := noopEngine(b, true)
	const runs = 1000
	b.ResetTimer()
	for range b.N {
		var wg sync.WaitGroup
		for range runs {
			wg.Go(func() { runNoops(b, eng, 10) })
		}
		wg.Wait()
	}
	b.ReportMetric(float64(b.N*runs)/b.Elapsed().Seconds(), "runs/s")
}

// BenchmarkResume is the time from Open to the end of a run of ten thousand instances that are all done
// but the last.
func BenchmarkResume(b *testing.B) {
	dir := b.TempDir()
	conf := engine.Config{Dir: dir, Source: pipeline.Source{"b.hcl": []byte(noops)}, Providers: noopSource{}}
	eng, err := engine.Open(b.Context(), conf)
	if err != nil {
		b.Fatal(err)
	}
	run, err := eng.Start(b.Context(), "noops", engine.Inputs{"count": 10_000})
	if err != nil {
		b.Fatal(err)
	}
	for ev := range run.Events(b.Context()) {
		if ev.Seq >= 19_000 {
			break
		}
	}
	if err := eng.Close(); err != nil {
		b.Fatal(err)
	}
	if run.Status().State != engine.Running {
		b.Fatal("the run was not interrupted")
	}
	for range b.N {
		b.StopTimer()
		copied := b.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			b.Fatal(err)
		}
		conf.Dir = copied
		b.StartTimer()
		eng, err := engine.Open(b.Context(), conf)
		if err != nil {
			b.Fatal(err)
		}
		run, err := eng.Resume(b.Context(), run.ID)
		if err == nil {
			_, err = run.Wait(b.Context())
		}
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := eng.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
