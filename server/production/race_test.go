package production_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
)

// Whoever follows, waits, reads and lists while films come to their end sees each of them end, whole.
func TestEverybodyWhoWaitsForManyFilmsSeesEachEnd(t *testing.T) {
	s := open(t, production.Config{Active: 4})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for range 16 {
		p := s.create(film.Story{Topic: film.CustomTopic, CustomStory: "Only one scene."})
		for range 3 {
			wg.Go(func() {
				v, err := s.Wait(ctx, p.ID, production.View.Settled)
				if err != nil || v.Production.Summary.Status != production.Completed || v.Film.Video == nil || v.Progress != 1 || len(v.Film.Images) != 1 {
					t.Errorf("waited for %s: %v, %+v", p.ID, err, v.Production.Summary)
				}
			})
			wg.Go(func() {
				events, err := s.Events(ctx, p.ID, production.Position{})
				if err != nil {
					t.Error(err)
					return
				}
				var kinds []engine.Kind
				for ev := range events {
					if ev.Seq > 0 {
						kinds = append(kinds, ev.Kind)
					}
				}
				v, err := s.Get(ctx, p.ID)
				if err != nil || !v.Settled() || len(kinds) == 0 || kinds[len(kinds)-1] != engine.RunCompleted {
					t.Errorf("%s: %v, settled %v, the last events %v", p.ID, err, v.Settled(), kinds[max(0, len(kinds)-3):])
				}
			})
		}
	}
	wg.Wait()
	if waiting, active := s.Load(); waiting != 0 || active != 0 {
		t.Errorf("%d wait and %d are being made", waiting, active)
	}
}

// A reader that never comes back holds nobody up.
func TestAReaderThatStandsStillDoesNotHoldTheFilmUp(t *testing.T) {
	s := open(t, production.Config{})
	p := s.create(film.Story{})
	events, err := s.Events(t.Context(), p.ID, production.Position{})
	s.must(err)
	still, leave := make(chan struct{}), make(chan struct{})
	var seen []uint64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ev := range events {
			if len(seen) == 0 {
				close(still)
				<-leave
			}
			if ev.At.Seq > 0 {
				seen = append(seen, ev.At.Seq)
			}
		}
	}()
	<-still
	s.settle(p.ID)
	close(leave)
	<-done
	if len(seen) < 20 || !slices.IsSorted(seen) || seen[len(seen)-1] != uint64(len(seen)) {
		t.Errorf("seen %v", seen)
	}
}

// What is seen of a film while it is made is never less than what was seen before.
func TestWhatIsSeenOfAFilmOnlyGrows(t *testing.T) {
	s := open(t, production.Config{})
	p := s.create(film.Story{})
	last, views := production.View{}, 0
	_, err := s.Wait(t.Context(), p.ID, func(v production.View) bool {
		takes := func(v production.View) (n int) {
			for _, img := range v.Film.Images {
				n += len(img.Takes)
			}
			return n
		}
		switch {
		case v.Progress < last.Progress, len(v.Film.Images) < len(last.Film.Images), takes(v) < takes(last),
			v.Film.Title == "" && last.Film.Title != "", v.Film.Text == "" && len(v.Film.Images) > 0:
			t.Errorf("after %+v\ncomes %+v", last.Film, v.Film)
		}
		last, views = v, views+1
		return false
	})
	s.must(err)
	if views < 10 || last.Progress != 1 {
		t.Errorf("%d views, the last at %v", views, last.Progress)
	}
}
