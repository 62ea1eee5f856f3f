package production_test

import (
	"errors"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
)

// A film that was cancelled early has pictures that nobody has tried to make. They can be made, and then the film.
func TestAPictureThatWasNeverTriedCanBeMade(t *testing.T) {
	s := open(t, production.Config{})
	s.stop()
	s.delay = 20 * time.Millisecond
	s.start()
	p := s.create(film.Story{})
	_, err := s.Wait(t.Context(), p.ID, func(v production.View) bool { return len(v.Film.Images) > 0 })
	s.must(err)
	v, err := s.Cancel(t.Context(), p.ID)
	s.must(err)
	last := v.Film.Images[len(v.Film.Images)-1]
	if last.State != film.Failed || v.Production.Summary.Status != production.Cancelled {
		t.Fatalf("%s, %s", last.State, v.Production.Summary.Status)
	}
	_, err = s.Change(t.Context(), p.ID, production.Change{Scene: last.Scene}, nil)
	s.must(err)
	v = s.settle(p.ID)
	if v.Production.Summary.Status != production.Completed || v.Film.Video == nil {
		t.Errorf("%+v", v.Production.Summary)
	}
	for _, img := range v.Film.Images {
		if img.State != film.Completed || len(img.Takes) != 1 {
			t.Errorf("%+v", img)
		}
	}
}

// Changes that are cancelled at once, or overtaken, are no foundation for those that come after them; these are
// made all the same.
func TestChangesInQuickSuccessionAreAllMade(t *testing.T) {
	s := open(t, production.Config{})
	first := s.settle(s.create(film.Story{}).ID)
	id := first.Production.ID
	change := func(scene string) {
		t.Helper()
		for {
			_, err := s.Change(t.Context(), id, production.Change{Scene: scene}, nil)
			if !errors.Is(err, production.ErrActive) { // another one came first
				s.must(err)
				return
			}
		}
	}
	for _, scene := range []string{"scene-01", "scene-02", "scene-03"} {
		change(scene)
		if _, err := s.Cancel(t.Context(), id); err != nil && !errors.Is(err, production.ErrIdle) {
			t.Fatal(err)
		}
	}
	for _, scene := range []string{"scene-04", "scene-05", "scene-06"} {
		change(scene)
	}
	v := s.settle(id)
	if v.Production.Summary.Status != production.Completed || v.Film.Video.SHA256 == first.Film.Video.SHA256 {
		t.Errorf("%+v", v.Production.Summary)
	}
	for i, img := range v.Film.Images {
		if img.State != film.Completed || i >= 3 && len(img.Takes) != 2 {
			t.Errorf("image %d: %+v", i, img)
		}
	}
}

// A picture is made of what was said last, whatever came before and did not come to its end.
func TestEditsInQuickSuccessionAllCount(t *testing.T) {
	s := open(t, production.Config{})
	id := s.settle(s.create(film.Story{}).ID).Production.ID
	texts := map[string]string{"scene-01": "One.", "scene-02": "Two.", "scene-03": "Three."}
	for scene, text := range texts {
		_, err := s.Change(t.Context(), id, production.Change{Scene: scene, Edit: film.Edit{Narration: &text}}, nil)
		s.must(err)
	}
	v := s.settle(id)
	if v.Production.Summary.Status != production.Completed {
		t.Errorf("%+v", v.Production.Summary)
	}
	for scene, text := range texts {
		if img, _ := v.Image(scene); img.Narration != text {
			t.Errorf("%s: %q", scene, img.Narration)
		}
	}
}
