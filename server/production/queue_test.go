package production_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
)

// However many ask at once, no more wait than may.
func TestTheQueueIsNeverLongerThanItMayBe(t *testing.T) {
	s := open(t, production.Config{Active: 2, Queue: 3})
	hang := film.Story{Topic: film.CustomTopic, CustomStory: "Wait here. [mock:hang@image.generate]"}
	results := make(chan error)
	for range 20 {
		go func() {
			_, err := s.Create(t.Context(), production.Creation{Account: "ann", API: "video", Order: order(hang)}, nil)
			results <- err
		}()
	}
	taken := 0
	for range 20 {
		switch err := <-results; {
		case err == nil:
			taken++
		case !errors.Is(err, production.ErrFull):
			t.Error(err)
		}
	}
	if waiting, active := s.Load(); taken != 5 || waiting != 3 || active != 2 {
		t.Errorf("%d were taken, %d wait, %d are made", taken, waiting, active)
	}
	// A place is free again when one that was taken comes to nothing, before and after it is recorded.
	list, _, err := s.List(t.Context(), production.Query{API: "video", Account: "ann"})
	s.must(err)
	for _, v := range list[:2] {
		_, err := s.Cancel(t.Context(), v.Production.ID)
		s.must(err)
	}
	wrong := errors.New("it is not to be")
	for range 10 {
		_, err := s.Create(t.Context(), production.Creation{Account: "ann", API: "video", Order: order(hang)},
			func(*store.Tx, *production.Production, *production.Order) error { return wrong })
		if !errors.Is(err, wrong) {
			t.Fatal(err)
		}
	}
	for range 2 {
		s.create(hang)
	}
	if _, err := s.Create(t.Context(), production.Creation{Account: "ann", API: "video", Order: order(hang)}, nil); !errors.Is(err, production.ErrFull) {
		t.Errorf("got %v", err)
	}
}

// Whoever reads a record while it is changed does not keep the old one for those who come later.
func TestWhatWasReadDuringAChangeIsNotKept(t *testing.T) {
	s := open(t, production.Config{})
	p, err := s.Create(t.Context(), production.Creation{Account: "ann", API: "studio"}, nil)
	s.must(err)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := s.Get(t.Context(), p.ID); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 200 {
		title := fmt.Sprint("title ", i)
		_, err := s.Edit(t.Context(), p.ID, func(p *production.Production, _, _ func(any) error) error {
			p.Title = title
			return nil
		})
		s.must(err)
		for range 3 {
			v, err := s.Get(t.Context(), p.ID)
			s.must(err)
			if v.Production.Title != title {
				t.Fatalf("%q after %q was written", v.Production.Title, title)
			}
		}
	}
	close(stop)
	readers.Wait()
}

// A list tells what the records alone tell: the newest order, the subtitles, how far it came.
func TestAListTellsOfTheNewestOrder(t *testing.T) {
	s := open(t, production.Config{})
	s.settle(s.create(film.Story{}).ID)
	s.settle(s.create(film.Story{Topic: film.CustomTopic, CustomStory: "One sentence is here. [mock:reject@speech.synthesize]"}).ID)
	list, _, err := s.List(t.Context(), production.Query{API: "video", Account: "ann"})
	s.must(err)
	for _, v := range list {
		whole, err := s.Get(t.Context(), v.Production.ID)
		s.must(err)
		if v.Head == nil || v.Head.ID != whole.Head.ID || v.Progress != whole.Progress || v.RunProgress != whole.RunProgress ||
			len(v.Film.Subtitles) != len(whole.Film.Subtitles) {
			t.Errorf("listed %+v\nby itself %+v", v, whole)
		}
	}
	failed, made := list[0], list[1]
	if failed.RunProgress >= 1 || made.RunProgress != 1 || len(made.Film.Subtitles) != 1 {
		t.Errorf("%v and %v", failed.RunProgress, made.RunProgress)
	}
}
