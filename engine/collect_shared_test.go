package engine_test

import (
	"slices"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal/memory"
)

// sharedResults are the results that any lineage may use.
func sharedResults(t *testing.T, j *memory.Journal) (keys []string) {
	t.Helper()
	for o, err := range j.Outcomes(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if o.Scope == "shared" {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// A result may have what somebody wrote in it: it does not outlive the last run that has it.
func TestSharedResultsGoWithTheLastRunThatHasThem(t *testing.T) {
	shop, j := &workshop{}, memory.New()
	c := config(t.TempDir(), joined, shop)
	c.Journal = j
	eng := open(t, c)
	first := start(t, eng, nil)
	wait(t, first)
	kept := sharedResults(t, j)
	same := start(t, eng, nil, engine.StartOptions{Seed: first.Seed(), HasSeed: true})
	wait(t, same)
	other := start(t, eng, engine.Inputs{"count": 5})
	wait(t, other)
	all := sharedResults(t, j)
	if len(kept) == 0 || len(all) <= len(kept) {
		t.Fatalf("%d results are shared, then %d", len(kept), len(all))
	}
	for _, step := range []struct {
		run  string
		left []string
	}{{"", all}, {first.ID, all}, {other.ID, kept}, {same.ID, nil}} {
		if step.run != "" {
			if err := eng.Delete(t.Context(), step.run); err != nil {
				t.Fatal(err)
			}
		}
		before := len(sharedResults(t, j))
		got, err := eng.Collect(t.Context())
		if left := sharedResults(t, j); err != nil || !slices.Equal(left, step.left) || got.Outcomes != before-len(left) {
			t.Errorf("after %s: %d of %d are left, %+v, %v", step.run, len(left), len(step.left), got, err)
		}
	}
}
