package journaltest

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
)

// BenchmarkAppend measures what an engine does all the time: writers that record instances, shared out
// over some runs. An instance is two batches, one when its call begins and one with what came of it,
// and each writer waits for its batch before it goes on. Reported are instances, not batches, and the
// processor time of the whole process for one batch.
func BenchmarkAppend(b *testing.B, j journal.Journal, runs, writers int) {
	for i := range runs {
		if err := j.Create(b.Context(), journal.Run{ID: fmt.Sprint("run-", i), Pipeline: "story_video", Lineage: fmt.Sprint("run-", i), State: "running", Created: start}, journal.Batch{}); err != nil {
			b.Fatal(err)
		}
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	for w := range writers {
		wg.Go(func() {
			for n := left.Add(-1); n >= 0; n = left.Add(-1) {
				id := fmt.Sprint("run-", w%runs)
				for _, batch := range instance(id, int(n)) {
					if _, err := j.Append(b.Context(), id, batch); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	used := processorTime(b) - before
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "instances/s")
	b.ReportMetric(float64(used.Nanoseconds())/1000/float64(2*b.N), "cpu-µs/append")
}

var pad = strings.Repeat("x", 220)

// instance is what an engine records of one: the beginning of its call, and its end.
func instance(run string, n int) [2]journal.Batch {
	address := fmt.Sprintf(`image_generation["scene-%05d"]`, n)
	digest := fmt.Sprintf("%064x", n)
	begun := json.RawMessage(`{"provider":"illustrator","version":"1.4.0","key":"` + digest + `","reason":"new","pad":"` + pad[:100] + `"}`)
	ended := json.RawMessage(`{"provider":"illustrator","cost":5,"output":{"image":{"sha256":"` + digest + `","size":123456,"media_type":"image/png"}},"pad":"` + pad[:220] + `"}`)
	found := json.RawMessage(`{"provider":"illustrator","output":{"image":{"sha256":"` + digest + `","size":123456,"media_type":"image/png"}},"pad":"` + pad[:140] + `"}`)
	var artifacts []string
	if n%2 == 0 {
		artifacts = []string{digest}
	}
	return [2]journal.Batch{
		{Events: []journal.Event{{Time: start, Kind: "attempt_started", Address: address, Attempt: 1, Data: begun}}},
		{
			Events: []journal.Event{{Time: start, Kind: "instance_done", Address: address, Attempt: 1, Data: ended, Artifacts: artifacts}},
			Outcomes: []journal.Outcome{
				{Scope: journal.LineageScope(run), Key: "call/" + digest, Data: found, Artifacts: artifacts},
				{Scope: journal.LineageScope(run), Key: "address/" + address, Data: found, Artifacts: artifacts},
			},
		},
	}
}

// BenchmarkEvents measures reading all events of a large run, as resuming it does.
func BenchmarkEvents(b *testing.B, j journal.Journal) {
	const events = 30_000
	var first journal.Batch
	for n := range events / 2 {
		for _, batch := range instance("run", n) {
			first.Events = append(first.Events, batch.Events...)
		}
	}
	if err := j.Create(b.Context(), journal.Run{ID: "run"}, first); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range j.Events(b.Context(), "run", 1) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != events {
			b.Fatalf("%d events, want %d", n, events)
		}
	}
}

// processorTime is what this process has used.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
