package journaltest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
)

func createdRun(t *testing.T, j journal.Journal) {
	r := sample("r1")
	r.Parent, r.Lineage = "r0", "r0"
	r.Created = start.In(time.FixedZone("elsewhere", 3600))
	if err := j.Create(t.Context(), r, journal.Batch{State: "running", Events: []journal.Event{event("created", 1)}}); err != nil {
		t.Fatal(err)
	}
	want := r
	want.Created, want.Updated, want.Ordinal, want.LastSeq, want.State = start, start.Add(time.Minute), 1, 1, "running"
	same(t, "run", get(t, j, "r1"), want)

	create(t, j, sample("r2"))
	if r := get(t, j, "r2"); !r.Updated.Equal(start) || r.LastSeq != 0 || r.Ordinal != 2 {
		t.Errorf("a run without events: %+v", r)
	}
}

func takenID(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"))
	other := sample("r1")
	other.Pipeline = "other"
	err := j.Create(t.Context(), other, journal.Batch{Events: []journal.Event{event("x", 0)}, Outcomes: []journal.Outcome{{Scope: "s", Key: "k"}}})
	wantError(t, err, journal.ErrExists)
	if r := get(t, j, "r1"); r.Pipeline != "story_video" || r.LastSeq != 0 {
		t.Errorf("the run has changed: %+v", r)
	}
	_, err = j.Outcome(t.Context(), "s", "k")
	wantError(t, err, journal.ErrNotFound)
}

func unknownRun(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"))
	_, err := j.Run(t.Context(), "r")
	wantError(t, err, journal.ErrNotFound)
	_, err = j.Append(t.Context(), "r", journal.Batch{Outcomes: []journal.Outcome{{Scope: "s", Key: "k"}}})
	wantError(t, err, journal.ErrNotFound)
	_, err = j.Outcome(t.Context(), "s", "k")
	wantError(t, err, journal.ErrNotFound)
	_, err = collect(j.Events(t.Context(), "r", 1))
	wantError(t, err, journal.ErrNotFound)
	wantError(t, j.Delete(t.Context(), "r"), journal.ErrNotFound)
}

func listing(t *testing.T, j journal.Journal) {
	for i := range 300 {
		r := sample(fmt.Sprintf("r%03d", i))
		r.Pipeline = []string{"film", "film2"}[i%2]
		r.State = []string{"done", "failed", "running"}[i%3]
		r.Lineage = fmt.Sprintf("l%d", i/100)
		r.Created = start.Add(-time.Duration(i) * time.Hour) // the order is that of creation, not of the clock
		create(t, j, r)
	}
	for _, q := range []journal.Query{
		{},
		{Limit: 1},
		{Limit: 200},
		{Pipeline: "film"},
		{Pipeline: "film", Limit: 150},
		{Pipeline: "fil"},
		{State: "failed"},
		{State: "failed", Pipeline: "film2", Limit: 7},
		{Lineage: "l1"},
		{Lineage: "l1", State: "running", Pipeline: "film"},
		{Lineage: "l9"},
		{Before: 1},
		{Before: 2},
		{Before: 200, Limit: 160},
		{Before: 300},
		{Before: math.MaxUint64, Limit: 3},
		{Before: 77, Pipeline: "film", Limit: 20},
		{Before: 250, Pipeline: "film"},
		{Before: 150, State: "failed"},
		{Before: 150, Lineage: "l1", State: "running"},
		{Before: 100, Lineage: "l1"},
	} {
		var want []string
		for i := 299; i >= 0; i-- {
			r := get(t, j, fmt.Sprintf("r%03d", i))
			if q.Matches(r) && (q.Limit == 0 || len(want) < q.Limit) {
				want = append(want, r.ID)
			}
		}
		got := collected(t, j.Runs(t.Context(), q))
		if ids(got) != strings.Join(want, " ") {
			t.Errorf("%+v: got %s, want %s", q, ids(got), want)
		}
		for _, r := range got {
			if len(r.Frozen) == 0 || r.Ordinal == 0 {
				t.Fatalf("%+v: an incomplete run: %+v", q, r)
			}
		}
	}
}

func paging(t *testing.T, j journal.Journal) {
	var want []string
	for i := range 50 {
		r := sample(fmt.Sprint("r", i))
		r.State = []string{"done", "failed"}[i%2]
		create(t, j, r)
		if r.State == "failed" && i != 21 {
			want = append(want, r.ID)
		}
	}
	if err := j.Delete(t.Context(), "r21"); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(want)
	var got []string
	q := journal.Query{State: "failed", Limit: 7}
	for page := 1; ; page++ {
		runs := collected(t, j.Runs(t.Context(), q))
		if len(runs) == 0 {
			break
		}
		for _, r := range runs {
			got = append(got, r.ID)
		}
		q.Before = runs[len(runs)-1].Ordinal
		if page == 2 { // What comes between two pages moves nothing, not even the run the next begins before.
			newer := sample("newer")
			newer.State = "failed"
			create(t, j, newer)
			if err := j.Delete(t.Context(), runs[len(runs)-1].ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func listingMeanwhile(t *testing.T, j journal.Journal) {
	for i := range 200 {
		create(t, j, sample(fmt.Sprint("r", i)))
	}
	n := 0
	for r, err := range j.Runs(t.Context(), journal.Query{State: "queued"}) {
		if err != nil {
			t.Fatal(err)
		}
		appendTo(t, j, r.ID, journal.Batch{State: "done", Events: []journal.Event{event("e", n)}})
		for range j.Events(t.Context(), r.ID, 1) {
			break
		}
		if n++; n == 150 {
			break
		}
	}
	if got := collected(t, j.Runs(t.Context(), journal.Query{State: "done"})); len(got) != 150 {
		t.Errorf("%d runs are done, want 150", len(got))
	}
}

func deleted(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"), sample("r10"), sample("r2"))
	for _, id := range []string{"r1", "r10"} {
		appendTo(t, j, id, journal.Batch{State: "done", Events: []journal.Event{event("a", 1), event("b", 2)}})
	}
	if err := j.Delete(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	_, err := j.Run(t.Context(), "r1")
	wantError(t, err, journal.ErrNotFound)
	for _, q := range []journal.Query{{}, {Pipeline: "story_video"}} {
		if got := ids(collected(t, j.Runs(t.Context(), q))); got != "r2 r10" {
			t.Errorf("%+v: %s", q, got)
		}
	}
	for _, q := range []journal.Query{{Lineage: "r1"}, {State: "done", Lineage: "r1"}} {
		if got := ids(collected(t, j.Runs(t.Context(), q))); got != "" {
			t.Errorf("%+v: %s", q, got)
		}
	}
	if got := collected(t, j.Events(t.Context(), "r10", 1)); len(got) != 2 {
		t.Errorf("another run lost events: %v", got)
	}
	create(t, j, sample("r1"))
	if got := collected(t, j.Events(t.Context(), "r1", 1)); len(got) != 0 {
		t.Errorf("a new run has old events: %v", got)
	}
}

func ordinals(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"), sample("r2"))
	if err := j.Delete(t.Context(), "r2"); err != nil {
		t.Fatal(err)
	}
	wantError(t, j.Create(t.Context(), sample("r1"), journal.Batch{}), journal.ErrExists)
	create(t, j, sample("r3"))
	if got := get(t, j, "r3").Ordinal; got != 3 {
		t.Errorf("ordinal %d, want 3", got)
	}
}
