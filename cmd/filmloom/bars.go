package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/filmloom/filmloom/engine"
)

// A bar is a line of the progress display. The urgent ones are those that are shown when there is no room
// for all.
type bar struct {
	urgency int
	state   engine.State
	name    string // with its indentation
	meter   float64
	text    string
	note    bool // it has no name and no meter
}

// The urgencies of bars.
const (
	settled = iota
	upcoming
	noted
	underway
	broken
)

// draw is a run's status in lines that fit on the screen, with one to spare for the cursor.
func draw(s engine.Status, on screen, elapsed time.Duration) []string {
	bars := barsOf(s)
	shown, hidden := fit(bars, on.height-2)
	name := columns(s.Pipeline) - 2
	for _, b := range shown {
		if !b.note {
			name = max(name, columns(b.name))
		}
	}
	name = min(name, max(on.width/2-4, 10))
	meterWidth := min(max(on.width-name-34, 8), 40)
	head := fmt.Sprintf("%s  %s %3.0f%%  %s", pad(cut(s.Pipeline, name+2), name+2), meter(s.Progress, meterWidth), 100*s.Progress, clock(elapsed))
	if s.Cost > 0 {
		head += "  " + money(s.Cost)
	}
	lines := []string{on.paint(bold, cut(head, on.width))}
	for _, b := range shown {
		if b.note {
			lines = append(lines, on.paint(dim, cut(strings.Repeat(" ", name+4)+b.text, on.width)))
			continue
		}
		rest := fmt.Sprintf(" %s  %s %s", pad(cut(b.name, name), name), meter(b.meter, meterWidth), b.text)
		lines = append(lines, on.paint(colorOf(b.state), symbol(b.state))+cut(rest, on.width-1))
	}
	if hidden != "" {
		lines = append(lines, on.paint(dim, cut("  … and "+hidden, on.width)))
	}
	return lines
}

// barsOf are the lines for all stages, in order. What is within a finished instance of a pipeline is left
// out: its stage counts it.
func barsOf(s engine.Status) []bar {
	open := openFrames(s.Stages)
	var bars []bar
	for _, st := range s.Stages {
		if frame := frameOf(st.Name); frame != "" && !open[frame] {
			continue
		}
		state := st.State
		if state == engine.Running && s.State == engine.Paused {
			state = engine.Paused
		}
		depth, label := nested(st.Name)
		bars = append(bars, bar{
			urgency: urgencyOf(state), state: state, name: strings.Repeat("  ", depth) + label,
			meter: fraction(st), text: counts(st, state),
		})
		for _, a := range st.Running {
			if text := activity(st.Name, a); text != "" {
				bars = append(bars, bar{urgency: noted, text: text, note: true})
				break // one example is enough
			}
		}
	}
	return bars
}

// frameOf is what the names of the stages within one instance of a pipeline begin with, or "" for a stage
// of the run's own pipeline: all up to the last dot, but for those in keys.
func frameOf(stage string) string {
	last := -1
	for i := 0; i < len(stage); i++ {
		switch stage[i] {
		case '.':
			last = i
		case '[':
			if end := closing(stage, i); end > 0 {
				i = end
			}
		}
	}
	return stage[:last+1]
}

// openFrames are those in which not every stage is done, and those that they are in.
func openFrames(stages []engine.StageStatus) map[string]bool {
	open := map[string]bool{}
	for _, st := range stages {
		if st.State == engine.Completed || st.State == engine.Skipped {
			continue
		}
		for frame := frameOf(st.Name); frame != ""; frame = frameOf(strings.TrimSuffix(frame, ".")) {
			open[frame] = true
		}
	}
	return open
}

func urgencyOf(s engine.State) int {
	switch s {
	case engine.Failed:
		return broken
	case engine.Running, engine.Paused:
		return underway
	case engine.Waiting:
		return upcoming
	}
	return settled
}

// fit chooses the bars that there is room for, in order, and says what the others are.
func fit(bars []bar, room int) (shown []bar, hidden string) {
	if len(bars) <= room {
		return bars, ""
	}
	room-- // for the line about the others
	left := make([]int, 0, len(bars))
	for i := range bars {
		left = append(left, i)
	}
	slices.SortStableFunc(left, func(a, b int) int { return bars[b].urgency - bars[a].urgency })
	chosen := left[:max(min(room, len(left)), 0)]
	slices.Sort(chosen)
	for _, i := range chosen {
		shown = append(shown, bars[i])
	}
	done, waiting, active := 0, 0, 0
	for _, i := range left[len(chosen):] {
		switch bars[i].urgency {
		case settled:
			done++
		case upcoming:
			waiting++
		case underway, broken:
			active++
		}
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{active, "at work"}, {waiting, "waiting"}, {done, "done"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if len(parts) == 0 {
		return shown, ""
	}
	return shown, "more stages: " + strings.Join(parts, ", ")
}

func fraction(st engine.StageStatus) float64 {
	if st.State == engine.Completed || st.State == engine.Skipped {
		return 1
	}
	if st.Instances == 0 {
		return 0
	}
	done := float64(st.Done)
	for _, a := range st.Running {
		done += a.Done
	}
	return min(done/float64(st.Instances), 1)
}

// counts says how far a stage is. The state is what is shown of it.
func counts(st engine.StageStatus, state engine.State) string {
	switch {
	case state == engine.Skipped:
		return "skipped"
	case state == engine.Waiting:
		return "waiting"
	case st.Instances == 0:
		return "nothing to do"
	}
	text := fmt.Sprintf("%d/%d", st.Done, st.Instances)
	if st.Reused > 0 {
		text += fmt.Sprintf(", %d reused", st.Reused)
	}
	switch {
	case state == engine.Paused:
		text += ", paused"
	case state == engine.Cancelled, state == engine.Superseded, state == engine.Failed:
		text += ", " + string(state)
	case !st.Ended.IsZero():
		text += "  " + clock(st.Ended.Sub(st.Began))
	}
	return text
}

// activity says what a call of a stage is doing or waiting for.
func activity(stage string, a engine.Activity) string {
	what := a.Message
	if a.Waiting != "" {
		what = a.Waiting
	}
	if what == "" {
		return ""
	}
	if key := strings.Trim(strings.TrimPrefix(a.Address, stage), `[]"`); key != "" {
		what = key + ": " + what
	}
	return oneLine(what)
}

// meter draws a fraction as a bar.
func meter(fraction float64, width int) string {
	full := int(fraction*float64(width) + 0.5)
	return strings.Repeat("━", full) + strings.Repeat("─", width-full)
}

func clock(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}
