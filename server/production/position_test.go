package production_test

import (
	"errors"
	"testing"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
)

func TestAPositionIsReachedUpToTheNewestEvent(t *testing.T) {
	s := open(t, production.Config{})
	p := s.create(film.Story{Topic: "mystery"})
	s.settle(p.ID)
	events, err := s.Events(t.Context(), p.ID, production.Position{})
	s.must(err)
	var last production.Position
	for ev := range events {
		if ev.At.Seq > 0 {
			last = ev.At
		}
	}
	for _, row := range []struct {
		at   production.Position
		want bool
	}{
		{production.Position{}, true},
		{production.Position{Order: 1}, true},
		{production.Position{Order: 1, Seq: 1}, true},
		{last, true},
		{production.Position{Order: last.Order, Seq: last.Seq + 1}, false},
		{production.Position{Order: 1, Seq: 1 << 63}, false},
		{production.Position{Order: 2}, false},
		{production.Position{Order: -1}, false},
		{production.Position{Seq: 1}, false},
	} {
		if got, err := s.Reached(t.Context(), p.ID, row.at); err != nil || got != row.want {
			t.Errorf("%+v: %v, %v", row.at, got, err)
		}
	}
	if _, err := s.Reached(t.Context(), "none", production.Position{}); !errors.Is(err, production.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
