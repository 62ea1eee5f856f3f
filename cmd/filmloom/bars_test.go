package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine"
)

// season is a run of a pipeline that uses another one many times: one instance of it has failed, some are
// at work, and the rest wait or are done.
func season(films int) engine.Status {
	s := engine.Status{Pipeline: "season", State: engine.Running, Progress: 0.5}
	add := func(name string, state engine.State, done, of int) *engine.StageStatus {
		s.Stages = append(s.Stages, engine.StageStatus{Name: name, State: state, Done: done, Instances: of})
		return &s.Stages[len(s.Stages)-1]
	}
	add("films", engine.Running, films/2, films)
	for i := range films {
		cards, cut := engine.Completed, engine.Completed
		switch {
		case i == films-1:
			cards, cut = engine.Failed, engine.Waiting
		case i >= films/2:
			cards, cut = engine.Running, engine.Waiting
		}
		frame := fmt.Sprintf(`films["no. %d"].`, i)
		one := add(frame+"cards", cards, 1, 3)
		if cards == engine.Running {
			one.Running = []engine.Activity{{Address: frame + `cards["x"]`, Message: "drawing"}}
		}
		add(frame+"cut", cut, 0, 1)
	}
	return s
}

func TestTheDisplayNeverOutgrowsTheScreen(t *testing.T) {
	for _, size := range []screen{{width: 80, height: 24}, {width: 120, height: 10}, {width: 20, height: 4}} {
		for _, films := range []int{1, 4, 1000} {
			lines := draw(season(films), size, 3*time.Second)
			if len(lines) >= size.height {
				t.Errorf("%d films on %dx%d: %d lines", films, size.width, size.height, len(lines))
			}
			for _, line := range lines {
				if n := columns(line); n > size.width {
					t.Errorf("%d films on %dx%d: %d columns in %q", films, size.width, size.height, n, line)
				}
			}
		}
	}
}

func TestWhatFailedAndWhatIsAtWorkIsShownFirst(t *testing.T) {
	lines := draw(season(1000), screen{width: 80, height: 12}, time.Second)
	text := strings.Join(lines, "\n")
	for _, want := range []string{`▸ films`, `▸   ["no. 500"].cards`, `✗   ["no. 999"].cards`, "… and more stages: 492 at work, 500 waiting"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, `["no. 1"]`) {
		t.Errorf("a finished film is shown:\n%s", text)
	}
}

func TestOnASmallRunEverythingIsShown(t *testing.T) {
	got := draw(season(3), screen{width: 60, height: 24}, time.Second)
	want := []string{
		"season               ━━━━━────  50%  1.0s",
		"▸ films              ━━━────── 1/3",
		`▸   ["no. 1"].cards  ━━━────── 1/3`,
		"                     x: drawing",
		`·   ["no. 1"].cut    ───────── waiting`,
		`✗   ["no. 2"].cards  ━━━────── 1/3, failed`,
		`·   ["no. 2"].cut    ───────── waiting`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("it is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAPausedRunShowsThatItIsPaused(t *testing.T) {
	s := engine.Status{Pipeline: "p", State: engine.Paused, Stages: []engine.StageStatus{{Name: "check", State: engine.Running, Instances: 1}}}
	text := strings.Join(draw(s, screen{width: 80, height: 24}, 0), "\n")
	if !strings.Contains(text, "‖ check") || !strings.Contains(text, "0/1, paused") {
		t.Errorf("it is\n%s", text)
	}
}

func TestATextIsCutByItsColumns(t *testing.T) {
	for _, tt := range []struct {
		text string
		most int
		want string
	}{
		{"short", 5, "short"},
		{"longer", 5, "long…"},
		{"日本語の話", 10, "日本語の話"},
		{"日本語の話", 9, "日本語の…"},
		{"日本語の話", 8, "日本語…"},
		{"e\u0301te\u0301", 3, "e\u0301te\u0301"},
	} {
		if got := cut(tt.text, tt.most); got != tt.want {
			t.Errorf("cut(%q, %d) = %q, want %q", tt.text, tt.most, got, tt.want)
		}
	}
}
