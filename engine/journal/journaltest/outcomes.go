package journaltest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine/journal"
)

func outcomes(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"), sample("r2"))
	old := journal.Outcome{Scope: "shared", Key: "k", Data: json.RawMessage("1"), Artifacts: []string{"a"}}
	newer := journal.Outcome{Scope: "shared", Key: "k", Data: json.RawMessage("2"), Artifacts: []string{"b", "c"}}
	appendTo(t, j, "r1", journal.Batch{Outcomes: []journal.Outcome{old}})
	appendTo(t, j, "r2", journal.Batch{Outcomes: []journal.Outcome{old, newer}})
	got, err := j.Outcome(t.Context(), "shared", "k")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "outcome", got, newer)
	for _, miss := range [][2]string{{"share", "dk"}, {"shared", "k2"}, {"", "k"}, {"shared", ""}} {
		_, err := j.Outcome(t.Context(), miss[0], miss[1])
		wantError(t, err, journal.ErrNotFound)
	}
}

func listOutcomes(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"))
	for i := range 290 {
		appendTo(t, j, "r1", journal.Batch{Outcomes: []journal.Outcome{{Scope: fmt.Sprint("s", i%3), Key: fmt.Sprintf("k%04d", i), Artifacts: []string{fmt.Sprint(i)}}}})
	}
	var want []string
	for scope := range 3 {
		for i := scope; i < 290; i += 3 {
			want = append(want, fmt.Sprintf("s%d k%04d %d", scope, i, i))
		}
	}
	var got []string
	for _, o := range collected(t, j.Outcomes(t.Context())) {
		got = append(got, o.Scope+" "+o.Key+" "+o.Artifacts[0])
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func lineage(t *testing.T, j journal.Journal) {
	first, second, other := sample("r1"), sample("r2"), sample("r10")
	second.Lineage, second.Parent = "r1", "r1"
	create(t, j, first, second, other)
	for _, scope := range []string{journal.LineageScope("r1"), journal.LineageScope("r10"), "shared"} {
		appendTo(t, j, "r1", journal.Batch{Outcomes: []journal.Outcome{{Scope: scope, Key: "k"}, {Scope: scope, Key: "k2"}}})
	}
	count := func() int { return len(collected(t, j.Outcomes(t.Context()))) }
	if err := j.Delete(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 6 {
		t.Errorf("%d outcomes while the lineage has a run, want 6", n)
	}
	if err := j.Delete(t.Context(), "r2"); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 4 {
		t.Errorf("%d outcomes after the lineage's last run, want 4", n)
	}
	_, err := j.Outcome(t.Context(), journal.LineageScope("r1"), "k")
	wantError(t, err, journal.ErrNotFound)
}

func forgotten(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"))
	all := journal.Batch{Events: []journal.Event{event("e", 1)}}
	for _, scope := range []string{"s", "s2", ""} {
		for _, key := range []string{"k", "k2", ""} {
			all.Outcomes = append(all.Outcomes, journal.Outcome{Scope: scope, Key: key, Artifacts: []string{"a"}})
		}
	}
	appendTo(t, j, "r1", all)
	forget := func(keys ...journal.OutcomeKey) {
		t.Helper()
		if err := j.Forget(t.Context(), keys...); err != nil {
			t.Fatal(err)
		}
	}
	stored := func() (names []string) {
		for _, o := range collected(t, j.Outcomes(t.Context())) {
			names = append(names, o.Scope+"/"+o.Key)
		}
		return names
	}
	forget()
	forget(journal.OutcomeKey{Scope: "nobody", Key: "k"}, journal.OutcomeKey{Scope: "s\x00k", Key: ""}, journal.OutcomeKey{Scope: strings.Repeat("x", 100_000)})
	if n := len(stored()); n != 9 {
		t.Fatalf("%d outcomes after forgetting none, want 9", n)
	}
	forget(journal.OutcomeKey{Scope: "s", Key: "k"}, journal.OutcomeKey{Scope: "s", Key: "none"}, journal.OutcomeKey{}, journal.OutcomeKey{Scope: "s", Key: "k"})
	if got, want := stored(), []string{"/k", "/k2", "s/", "s/k2", "s2/", "s2/k", "s2/k2"}; !slices.Equal(got, want) {
		t.Errorf("what is left: %v, want %v", got, want)
	}
	_, err := j.Outcome(t.Context(), "s", "k")
	wantError(t, err, journal.ErrNotFound)
	if r := get(t, j, "r1"); r.LastSeq != 1 {
		t.Errorf("the run has changed: %+v", r)
	}
	appendTo(t, j, "r1", journal.Batch{Outcomes: []journal.Outcome{{Scope: "s", Key: "k", Data: json.RawMessage("2")}}})
	if o, err := j.Outcome(t.Context(), "s", "k"); err != nil || string(o.Data) != "2" {
		t.Errorf("stored again: %s, %v", o.Data, err)
	}
}

func forgetMany(t *testing.T, j journal.Journal) {
	create(t, j, sample("r1"))
	const n = 12_000
	var keys []journal.OutcomeKey
	var wg sync.WaitGroup
	for from := 0; from < n; from += journal.MaxOutcomes {
		var b journal.Batch
		for i := from; i < min(n, from+journal.MaxOutcomes); i++ {
			k := journal.OutcomeKey{Scope: "s", Key: fmt.Sprintf("%s%06d", strings.Repeat("k", i%300), i)}
			b.Outcomes = append(b.Outcomes, journal.Outcome{Scope: k.Scope, Key: k.Key})
			if i != n/2 {
				keys = append(keys, k)
			}
		}
		wg.Go(func() {
			if _, err := j.Append(t.Context(), "r1", b); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := j.Forget(t.Context(), keys...); err != nil {
		t.Fatal(err)
	}
	if left := collected(t, j.Outcomes(t.Context())); len(left) != 1 || left[0].Key != fmt.Sprintf("%06d", n/2) {
		t.Errorf("%d outcomes are left, want the one that was not forgotten", len(left))
	}
}
