package production_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
)

func TestAnErasedAccountsFilmsAreForgottenAtOnce(t *testing.T) {
	gone := errors.New("it is gone")
	removed := false
	s := &studio{t: t, dir: t.TempDir(), conf: production.Config{Active: 1, Retention: time.Hour, Known: func(_ *store.Tx, account string) error {
		if removed && account == "ann" {
			return gone
		}
		return nil
	}}}
	conf, shut := s.parts()
	defer shut()
	desk, err := production.New(t.Context(), conf)
	s.must(err)
	defer desk.Close()
	s.Desk = desk
	create := func(account string, o *production.Order) *production.Production {
		t.Helper()
		p, err := s.Create(t.Context(), production.Creation{Account: account, API: "video", Order: o}, nil)
		s.must(err)
		return p
	}
	finished, deleted, bobs := create("ann", order(film.Story{})), create("ann", order(film.Story{})), create("bob", order(film.Story{}))
	for _, p := range []*production.Production{finished, deleted, bobs} {
		s.settle(p.ID)
	}
	s.must(s.Delete(t.Context(), deleted.ID))
	create("ann", nil)
	hang := film.Story{Topic: film.CustomTopic, CustomStory: "Wait here. [mock:hang@image.generate]"}
	first := create("ann", order(hang))
	_, err = s.Wait(t.Context(), first.ID, func(v production.View) bool { return len(v.Film.Images) > 0 })
	s.must(err)
	create("ann", order(hang))
	waiting := create("bob", order(film.Story{}))
	if h, err := production.Held(t.Context(), conf.Store, "ann"); err != nil || h != (production.Holding{Films: 3, Drafts: 1, Open: 2}) {
		t.Errorf("held are %+v, %v", h, err)
	}

	removed = true
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Erase(interrupted, "ann"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		s.must(s.Erase(t.Context(), "ann"))
	}
	if _, err := s.Create(t.Context(), production.Creation{Account: "ann", API: "video"}, nil); !errors.Is(err, gone) {
		t.Errorf("a draft: %v", err)
	}
	if _, err := s.Create(t.Context(), production.Creation{Account: "ann", API: "video", Order: order(film.Story{})}, nil); !errors.Is(err, gone) {
		t.Errorf("a film: %v", err)
	}
	if v := s.settle(waiting.ID); v.Production.Summary.Status != production.Completed {
		t.Errorf("the other account's film is %s", v.Production.Summary.Status)
	}
	if h, err := production.Held(t.Context(), conf.Store, "bob"); err != nil || h != (production.Holding{Films: 2}) {
		t.Errorf("held are %+v, %v", h, err)
	}
	s.must(conf.Store.View(func(tx *store.Tx) error {
		n := 0
		for e := range tx.Scan(store.Scan{}) {
			var v any
			if err := e.Decode(&v); err != nil {
				return err
			}
			if o, _ := v.(map[string]any); o["account"] == "ann" || strings.Contains(e.Key.String(), "ann") {
				t.Errorf("left: %s", e.Key)
			}
			n++
		}
		if n == 0 {
			t.Error("nothing is left at all")
		}
		return nil
	}))
}

// An account that goes between a film and its change gets no other order.
func TestAnAccountThatIsNotThereGetsNoOrder(t *testing.T) {
	gone := errors.New("it is gone")
	removed := false
	s := open(t, production.Config{Known: func(*store.Tx, string) error {
		if removed {
			return gone
		}
		return nil
	}})
	p := s.create(film.Story{})
	v := s.settle(p.ID)
	removed = true
	if _, err := s.Change(t.Context(), p.ID, production.Change{Scene: v.Film.Images[0].Scene}, nil); !errors.Is(err, gone) {
		t.Errorf("a change: %v", err)
	}
	if _, err := s.Make(t.Context(), p.ID, *order(film.Story{}), nil); !errors.Is(err, gone) {
		t.Errorf("another film: %v", err)
	}
	if v := s.settle(p.ID); len(v.Production.Orders) != 1 {
		t.Errorf("%d orders", len(v.Production.Orders))
	}
}
