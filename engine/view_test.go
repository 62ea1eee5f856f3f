package engine

import (
	"testing"

	"pgregory.net/rapid"
)

// Batches of any size, empty ones too, are taken in in any order: the view is as far as the first gap, always.
func TestAViewIsAsFarAsItHasTakenInEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type batch struct{ first, last uint64 }
		var batches []batch
		last := rapid.Uint64Range(0, 9).Draw(t, "before")
		v := view{seq: last}
		taken := map[uint64]bool{}
		for _, n := range rapid.SliceOfN(rapid.Uint64Range(0, 3), 0, 12).Draw(t, "sizes") {
			batches = append(batches, batch{last + 1, last + n})
			last += n
		}
		want := v.seq
		for _, b := range rapid.Permutation(batches).Draw(t, "order") {
			v.took(b.first, b.last)
			for n := b.first; n <= b.last; n++ {
				taken[n] = true
			}
			for taken[want+1] {
				want++
			}
			if v.seq != want {
				t.Fatalf("after %v it is at %d, and has everything up to %d", b, v.seq, want)
			}
		}
		if v.seq != last || len(v.beyond) > 0 {
			t.Errorf("it ends at %d of %d with %v", v.seq, last, v.beyond)
		}
	})
}
