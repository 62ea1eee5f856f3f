package plans_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/plans"
)

func TestThePlansAreAsDocumented(t *testing.T) {
	want := []plans.Plan{
		{"free", plans.Rate{Minute: 10, Day: 100}, 3, false, 60, "720p", true, 2, 0},
		{"standard", plans.Rate{Minute: 60, Day: 5000}, 30, false, 120, "1080p", false, 5, 1},
		{"pro", plans.Rate{Minute: 120, Day: 20000}, 60, false, 180, "1080p", false, 10, 2},
		{"enterprise", plans.Rate{Minute: 6000, Day: 1000000}, 0, true, 600, "1080p", false, 10, 3},
	}
	all := plans.Defaults()
	if _, err := plans.New(all.All()...); err != nil {
		t.Error(err)
	}
	if len(all.All()) != len(want) {
		t.Fatalf("there are %d plans", len(all.All()))
	}
	for i, p := range all.All() {
		if p != want[i] {
			t.Errorf("got  %+v\nwant %+v", p, want[i])
		}
		if found, err := all.Plan(p.Name); found != p || err != nil {
			t.Errorf("%s is found as %+v, %v", p.Name, found, err)
		}
	}
}

func TestAPlanThatCannotBeUsedIsRefused(t *testing.T) {
	good := plans.Plan{Name: "x", Rate: plans.Rate{Minute: 1, Day: 1}, Seconds: 5, Quality: plans.HD}
	if _, err := plans.New(good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*plans.Plan){
		"no name": func(p *plans.Plan) { p.Name = "" },
		"x plan: the number of requests a minute must be from 1": func(p *plans.Plan) { p.Rate.Minute = 0 },
		"requests a day":                 func(p *plans.Plan) { p.Rate.Day = -1 },
		"credits a month must be from 0": func(p *plans.Plan) { p.Credits = -1 },
		"credits a month":                func(p *plans.Plan) { p.Credits = 2_000_000_000 },
		"seconds of a film":              func(p *plans.Plan) { p.Seconds = 601 },
		"characters":                     func(p *plans.Plan) { p.Characters = 11 },
		"priority":                       func(p *plans.Plan) { p.Priority = 4 },
		"quality must be 72":             func(p *plans.Plan) { p.Quality = "4k" },
	} {
		p := good
		change(&p)
		if _, err := plans.New(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("for %s: %v", want, err)
		}
	}
	if _, err := plans.New(good, good); err == nil || !strings.Contains(err.Error(), "two plans") {
		t.Errorf("two of a name: %v", err)
	}
}

func TestASetCannotBeChangedFromOutside(t *testing.T) {
	all := plans.Defaults()
	all.All()[0].Credits = 1000
	if p, _ := all.Plan("free"); p.Credits != 3 {
		t.Errorf("free has %d credits", p.Credits)
	}
}

func TestAnUnknownPlanIsAnsweredWithTheOnesThereAre(t *testing.T) {
	_, err := plans.Defaults().Plan("pr0")
	if err == nil || !strings.Contains(err.Error(), "free, standard, pro, enterprise") || strings.Contains(err.Error(), "pr0") {
		t.Errorf("got %v", err)
	}
}

func TestAPlanRefusesWhatIsBeyondItsLimits(t *testing.T) {
	p, _ := plans.Defaults().Plan("free")
	for name, c := range map[string]struct {
		check   func(int) error
		limit   plans.Limit
		allowed int
		says    string
	}{
		"duration":   {p.CheckDuration, plans.Duration, 60, "60 seconds"},
		"characters": {p.CheckCharacters, plans.Characters, 2, "2 characters"},
	} {
		for _, n := range []int{0, 1, c.allowed} {
			if err := c.check(n); err != nil {
				t.Errorf("%s %d: %v", name, n, err)
			}
		}
		err := c.check(c.allowed + 40321)
		var over *plans.LimitError
		if !errors.As(err, &over) || *over != (plans.LimitError{Plan: "free", Limit: c.limit, Allowed: c.allowed, Asked: c.allowed + 40321}) {
			t.Errorf("%s: %#v", name, err)
			continue
		}
		if s := err.Error(); !strings.Contains(s, c.says) || !strings.Contains(s, "free") || strings.Contains(s, "403") {
			t.Errorf("%s: %s", name, s)
		}
	}
}

func TestAQualityIsTheShortSideOfThePicture(t *testing.T) {
	for q, want := range map[plans.Quality]int{plans.HD: 720, plans.FullHD: 1080, "": 0, "8k": 0} {
		if got := q.ShortSide(); got != want {
			t.Errorf("%q is %d pixels", q, got)
		}
	}
}
