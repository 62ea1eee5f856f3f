package journaltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
)

// Run runs the suite against an implementation.
func Run(t *testing.T, open func(t *testing.T) journal.Journal) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, j journal.Journal)
	}{
		{"a created run comes back as it was given", createdRun},
		{"an id is taken once", takenID},
		{"an unknown run is not found", unknownRun},
		{"events are numbered without a gap and come back as given", events},
		{"events are listed from a number on", eventsFrom},
		{"a state changes with its batch and moves the run in the index", state},
		{"a batch outside its bounds is refused wholly", bounds},
		{"a batch of any number of events is recorded", largeBatch},
		{"data comes back byte for byte", bytesKept},
		{"a caller may change its slices afterwards", independent},
		{"runs are listed newest first, as the query asks", listing},
		{"pages of runs follow each other", paging},
		{"a listing may be stopped, and written to meanwhile", listingMeanwhile},
		{"the newest outcome wins", outcomes},
		{"outcomes are listed by scope and key", listOutcomes},
		{"forgotten outcomes are gone and the others stay", forgotten},
		{"any number of outcomes is forgotten", forgetMany},
		{"a deleted run is gone and its id is free", deleted},
		{"a lineage's outcomes go with its last run", lineage},
		{"ordinals are never used twice", ordinals},
		{"concurrent appends each get numbers of their own", concurrent},
		{"an ended context records nothing", endedContext},
		{"a closed journal says so", closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := open(t)
			t.Cleanup(func() {
				if err := j.Close(); err != nil {
					t.Error(err)
				}
			})
			c.test(t, j)
		})
	}
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

// sample is a run of its own lineage.
func sample(id string) journal.Run {
	return journal.Run{
		ID: id, Pipeline: "story_video", Lineage: id, State: "queued", Created: start,
		Frozen: json.RawMessage(`{"inputs":{"topic":"mystery"}}`),
	}
}

func event(kind string, minute int) journal.Event {
	return journal.Event{Time: start.Add(time.Duration(minute) * time.Minute), Kind: kind}
}

func create(t *testing.T, j journal.Journal, runs ...journal.Run) {
	t.Helper()
	for _, r := range runs {
		if err := j.Create(t.Context(), r, journal.Batch{}); err != nil {
			t.Fatal(err)
		}
	}
}

func appendTo(t *testing.T, j journal.Journal, id string, b journal.Batch) uint64 {
	t.Helper()
	last, err := j.Append(t.Context(), id, b)
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func get(t *testing.T, j journal.Journal, id string) journal.Run {
	t.Helper()
	r, err := j.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// collect gathers a listing, up to its first error.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

func collected[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	all, err := collect(seq)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want one that is %v", err, want)
	}
}

// same compares by what is printed: times and slices included.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func ids(runs []journal.Run) string {
	var s []string
	for _, r := range runs {
		s = append(s, r.ID)
	}
	return strings.Join(s, " ")
}

func events(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"), sample("r10"))
	full := journal.Event{
		Seq: 99, Time: start, Kind: "instance_done", Address: `images["scene-01"]`, Attempt: 2,
		Data: json.RawMessage(`{"cost":5}`), Artifacts: []string{strings.Repeat("ab", 32)},
	}
	if last := appendTo(t, j, "r1", journal.Batch{Events: []journal.Event{full, event("b", 2)}}); last != 2 {
		t.Errorf("last %d, want 2", last)
	}
	appendTo(t, j, "r10", journal.Batch{Events: []journal.Event{event("other", 0)}})
	if last := appendTo(t, j, "r1", journal.Batch{}); last != 2 {
		t.Errorf("an empty batch: last %d, want 2", last)
	}
	if last := appendTo(t, j, "r1", journal.Batch{Events: []journal.Event{event("c", 3)}}); last != 3 {
		t.Errorf("last %d, want 3", last)
	}
	want := []journal.Event{full, event("b", 2), event("c", 3)}
	for i := range want {
		want[i].Seq = uint64(i + 1)
	}
	same(t, "events", collected(t, j.Events(t.Context(), "r1", 1)), want)
	if r := get(t, j, "r1"); r.LastSeq != 3 || !r.Updated.Equal(start.Add(3*time.Minute)) || r.State != "queued" {
		t.Errorf("run %+v", r)
	}
}

func eventsFrom(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"))
	b := journal.Batch{}
	for i := range 300 {
		b.Events = append(b.Events, event(fmt.Sprint("e", i+1), i))
	}
	appendTo(t, j, "r1", b)
	for _, c := range []struct{ from, first, n int }{{0, 1, 300}, {1, 1, 300}, {2, 2, 299}, {129, 129, 172}, {300, 300, 1}, {301, 0, 0}, {9999, 0, 0}} {
		got := collected(t, j.Events(t.Context(), "r1", uint64(c.from)))
		if len(got) != c.n {
			t.Errorf("from %d: %d events, want %d", c.from, len(got), c.n)
			continue
		}
		for i, e := range got {
			if want := c.first + i; e.Seq != uint64(want) || e.Kind != fmt.Sprint("e", want) {
				t.Fatalf("from %d: event %d is %d, %s", c.from, i, e.Seq, e.Kind)
			}
		}
	}
}

func state(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"), sample("r2"))
	appendTo(t, j, "r1", journal.Batch{State: "running", Events: []journal.Event{event("started", 1)}})
	if r := get(t, j, "r1"); r.State != "running" {
		t.Errorf("state %s", r.State)
	}
	for state, want := range map[string]string{"queued": "r2", "running": "r1", "failed": ""} {
		if got := ids(collected(t, j.Runs(t.Context(), journal.Query{State: state}))); got != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
	}
	appendTo(t, j, "r1", journal.Batch{State: "queued"})
	if got := ids(collected(t, j.Runs(t.Context(), journal.Query{State: "queued"}))); got != "r2 r1" {
		t.Errorf("queued again: %q", got)
	}
}

func bounds(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"))
	good := event("good", 1)
	huge := make(json.RawMessage, journal.MaxRecord+1)
	bad := func(change func(*journal.Event)) journal.Event {
		e := event("bad", 1)
		change(&e)
		return e
	}
	for name, e := range map[string]journal.Event{
		"data":      bad(func(e *journal.Event) { e.Data = huge }),
		"kind":      bad(func(e *journal.Event) { e.Kind = strings.Repeat("x", journal.MaxName+1) }),
		"address":   bad(func(e *journal.Event) { e.Address = "a\x00b" }),
		"utf-8":     bad(func(e *journal.Event) { e.Address = "\xff" }),
		"year":      bad(func(e *journal.Event) { e.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }),
		"artifacts": bad(func(e *journal.Event) { e.Artifacts = make([]string, journal.MaxArtifacts+1) }),
	} {
		_, err := j.Append(t.Context(), "r1", journal.Batch{State: "bad", Events: []journal.Event{good, e}, Outcomes: []journal.Outcome{{Scope: "s", Key: "k"}}})
		if !errors.Is(err, journal.ErrInvalid) {
			t.Errorf("%s: error %v, want ErrInvalid", name, err)
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: the error shows data", name)
		}
	}
	_, err := j.Append(t.Context(), "r1", journal.Batch{Outcomes: make([]journal.Outcome, journal.MaxOutcomes+1)})
	wantError(t, err, journal.ErrInvalid)
	_, err = j.Append(t.Context(), "r1", journal.Batch{Events: []journal.Event{good}, Outcomes: []journal.Outcome{{Scope: "s", Key: "k", Data: huge}}})
	wantError(t, err, journal.ErrInvalid)
	wantError(t, j.Create(t.Context(), journal.Run{}, journal.Batch{}), journal.ErrInvalid)
	wantError(t, j.Create(t.Context(), journal.Run{ID: "a\x00"}, journal.Batch{}), journal.ErrInvalid)
	wantError(t, j.Create(t.Context(), journal.Run{ID: "r2", Frozen: huge}, journal.Batch{}), journal.ErrInvalid)
	if r := get(t, j, "r1"); r.LastSeq != 0 || r.State != "queued" {
		t.Errorf("a refused batch left something: %+v", r)
	}
	_, err = j.Outcome(t.Context(), "s", "k")
	wantError(t, err, journal.ErrNotFound)

	// What is just inside is recorded, all of it at once.
	most := journal.Batch{Events: []journal.Event{{Time: start, Data: huge[1:]}}}
	for i := range journal.MaxOutcomes {
		name := strings.Repeat("x", journal.MaxName-3) + fmt.Sprintf("%03d", i)
		most.Outcomes = append(most.Outcomes, journal.Outcome{Scope: name, Key: name, Data: huge[:1000]})
	}
	appendTo(t, j, "r1", most)
	if got := collected(t, j.Outcomes(t.Context())); len(got) != journal.MaxOutcomes {
		t.Errorf("%d outcomes, want %d", len(got), journal.MaxOutcomes)
	}
	long := sample(strings.Repeat("r", journal.MaxName))
	long.Pipeline, long.Lineage, long.State, long.Parent = long.ID, long.ID, long.ID, long.ID
	create(t, j, long)
	same(t, "names of the greatest length", get(t, j, long.ID).Lineage, long.ID)
}

func largeBatch(t *testing.T, j journal.Journal) {
	const n = 30_000
	b := journal.Batch{State: "running", Outcomes: []journal.Outcome{{Scope: "s", Key: "k", Data: json.RawMessage("1")}}}
	for i := range n {
		b.Events = append(b.Events, journal.Event{Time: start, Kind: "e", Attempt: i, Data: json.RawMessage(`"` + strings.Repeat("x", 100) + `"`)})
	}
	if err := j.Create(t.Context(), sample("r1"), b); err != nil {
		t.Fatal(err)
	}
	if last := appendTo(t, j, "r1", b); last != 2*n {
		t.Errorf("last %d, want %d", last, 2*n)
	}
	seen := 0
	for e, err := range j.Events(t.Context(), "r1", 1) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Seq != uint64(seen+1) || e.Attempt != seen%n {
			t.Fatalf("event %d is %d with %d", seen+1, e.Seq, e.Attempt)
		}
		seen++
	}
	if seen != 2*n {
		t.Errorf("%d events, want %d", seen, 2*n)
	}
	wantError(t, j.Create(t.Context(), sample("r1"), b), journal.ErrExists)
	_, err := j.Append(t.Context(), "r2", b)
	wantError(t, err, journal.ErrNotFound)
	if err := j.Delete(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	create(t, j, sample("r1"))
	if got := collected(t, j.Events(t.Context(), "r1", 1)); len(got) != 0 {
		t.Errorf("a new run has %d events of a deleted one", len(got))
	}
}

func bytesKept(t *testing.T, j journal.Journal) {
	odd := json.RawMessage("{ \"b\" : \"<é\u2028>\",\n\"a\":1.0}")
	r := sample("r1")
	r.Frozen = odd
	create(t, j, r)
	appendTo(t, j, "r1", journal.Batch{
		Events:   []journal.Event{{Time: start, Data: odd}, {Time: start, Data: json.RawMessage{}}},
		Outcomes: []journal.Outcome{{Scope: "s", Key: "k", Data: odd}},
	})
	if got := get(t, j, "r1").Frozen; string(got) != string(odd) {
		t.Errorf("frozen %q", got)
	}
	evs := collected(t, j.Events(t.Context(), "r1", 1))
	if string(evs[0].Data) != string(odd) || len(evs[1].Data) != 0 {
		t.Errorf("events %q and %q", evs[0].Data, evs[1].Data)
	}
	if o, err := j.Outcome(t.Context(), "s", "k"); err != nil || string(o.Data) != string(odd) {
		t.Errorf("outcome %q, %v", o.Data, err)
	}
}

func independent(t *testing.T, j journal.Journal) {
	data, artifacts := json.RawMessage(`"kept"`), []string{"kept"}
	r := sample("r1")
	r.Frozen = data
	b := journal.Batch{
		Events:   []journal.Event{{Time: start, Data: data, Artifacts: artifacts}},
		Outcomes: []journal.Outcome{{Scope: "s", Key: "k", Data: data, Artifacts: artifacts}},
	}
	if err := j.Create(t.Context(), r, b); err != nil {
		t.Fatal(err)
	}
	check := func() (given []json.RawMessage) {
		t.Helper()
		ev := collected(t, j.Events(t.Context(), "r1", 1))[0]
		o, err := j.Outcome(t.Context(), "s", "k")
		if err != nil {
			t.Fatal(err)
		}
		given = []json.RawMessage{get(t, j, "r1").Frozen, ev.Data, o.Data}
		for _, g := range given {
			if string(g) != `"kept"` {
				t.Fatalf("data is %s", g)
			}
		}
		if ev.Artifacts[0] != "kept" || o.Artifacts[0] != "kept" {
			t.Fatalf("artifacts are %v and %v", ev.Artifacts, o.Artifacts)
		}
		return given
	}
	copy(data, "XXXXXX")
	artifacts[0] = "X"
	for _, g := range check() {
		copy(g, "XXXXXX")
	}
	check()
}

func concurrent(t *testing.T, j journal.Journal) {
	const runs, writers, each = 8, 4, 25
	for i := range runs {
		create(t, j, sample(fmt.Sprint("r", i)))
	}
	var wg sync.WaitGroup
	seen := make([]map[uint64]bool, runs)
	var mu sync.Mutex
	for i := range runs {
		seen[i] = map[uint64]bool{}
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					last, err := j.Append(t.Context(), fmt.Sprint("r", i), journal.Batch{
						State:    fmt.Sprint("s", n%3),
						Events:   []journal.Event{{Time: start, Kind: "a", Attempt: w}, {Time: start, Kind: "b", Attempt: w}},
						Outcomes: []journal.Outcome{{Scope: "shared", Key: fmt.Sprint(w)}},
					})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if seen[i][last] {
						t.Errorf("number %d was given twice", last)
					}
					seen[i][last] = true
					mu.Unlock()
					// What was acknowledged can be read at once.
					if evs, err := collect(j.Events(t.Context(), fmt.Sprint("r", i), last)); err != nil || len(evs) == 0 || evs[0].Attempt != w {
						t.Errorf("event %d cannot be read back: %v, %v", last, evs, err)
						return
					}
				}
			})
		}
		wg.Go(func() {
			for range each {
				if _, err := collect(j.Runs(t.Context(), journal.Query{State: "s1"})); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for i := range runs {
		evs := collected(t, j.Events(t.Context(), fmt.Sprint("r", i), 1))
		if len(evs) != writers*each*2 {
			t.Fatalf("%d events, want %d", len(evs), writers*each*2)
		}
		for n := 0; n < len(evs); n += 2 {
			if evs[n].Kind != "a" || evs[n+1].Kind != "b" || evs[n].Attempt != evs[n+1].Attempt {
				t.Fatalf("a batch was torn at event %d", n+1)
			}
		}
	}
	if got := collected(t, j.Runs(t.Context(), journal.Query{State: "s0"})); len(got)+len(collected(t, j.Runs(t.Context(), journal.Query{State: "s1"})))+len(collected(t, j.Runs(t.Context(), journal.Query{State: "s2"}))) != runs {
		t.Errorf("the runs are not each in one state")
	}
}

func endedContext(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, j.Create(ctx, sample("r2"), journal.Batch{}), context.Canceled)
	_, err := j.Append(ctx, "r1", journal.Batch{Events: []journal.Event{event("e", 1)}})
	wantError(t, err, context.Canceled)
	wantError(t, j.Delete(ctx, "r1"), context.Canceled)
	wantError(t, j.Forget(ctx, journal.OutcomeKey{Scope: "s", Key: "k"}), context.Canceled)
	_, err = collect(j.Runs(ctx, journal.Query{}))
	wantError(t, err, context.Canceled)
	if got := collected(t, j.Runs(t.Context(), journal.Query{})); len(got) != 1 || got[0].LastSeq != 0 {
		t.Errorf("runs %+v", got)
	}
}

func closed(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := j.Append(t.Context(), "r1", journal.Batch{})
	wantError(t, err, journal.ErrClosed)
	wantError(t, j.Create(t.Context(), sample("r2"), journal.Batch{}), journal.ErrClosed)
	wantError(t, j.Delete(t.Context(), "r1"), journal.ErrClosed)
	wantError(t, j.Forget(t.Context(), journal.OutcomeKey{Scope: "s", Key: "k"}), journal.ErrClosed)
	_, err = j.Run(t.Context(), "r1")
	wantError(t, err, journal.ErrClosed)
	_, err = collect(j.Runs(t.Context(), journal.Query{}))
	wantError(t, err, journal.ErrClosed)
	_, err = collect(j.Events(t.Context(), "r1", 1))
	wantError(t, err, journal.ErrClosed)
	_, err = j.Outcome(t.Context(), "s", "k")
	wantError(t, err, journal.ErrClosed)
	_, err = collect(j.Outcomes(t.Context()))
	wantError(t, err, journal.ErrClosed)
}
