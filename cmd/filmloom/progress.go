package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/filmloom/filmloom/engine"
)

// progress shows how a run goes: bars that are redrawn on a terminal, or a line for each thing done.
type progress struct {
	w     io.Writer
	run   *engine.Run
	bars  bool
	none  bool
	width func() int
	began time.Time

	drawn int // lines of the last drawing
}

func newProgress(w io.Writer, mode string, run *engine.Run) *progress {
	p := &progress{w: w, run: run, none: mode == "none", bars: mode == "bars", began: time.Now(), width: func() int { return 100 }}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bars = p.bars || mode == "auto"
		p.width = func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil || width < 40 {
				return 80
			}
			return width
		}
	}
	return p
}

// follow shows the run until it has ended or the context does.
func (p *progress) follow(ctx context.Context) {
	switch {
	case p.none:
		for range p.run.Events(ctx) {
		}
	case p.bars:
		p.followBars(ctx)
	default:
		for ev := range p.run.Events(ctx) {
			if line := describe(ev); line != "" {
				fmt.Fprintf(p.w, "%7.1fs  %3.0f%%  %s\n", time.Since(p.began).Seconds(), 100*p.run.Status().Progress, line)
			}
		}
	}
}

// describe is an event in one line, or "" for one that is not worth a line.
func describe(ev engine.Event) string {
	switch ev.Kind {
	case engine.RunResumed:
		return strings.TrimSpace("going on " + ev.Message)
	case engine.StageExpanded:
		if ev.Instances != 1 {
			return fmt.Sprintf("%s: %d to do", ev.Stage, ev.Instances)
		}
	case engine.StageSkipped:
		return ev.Stage + ": skipped"
	case engine.AttemptFailed:
		return fmt.Sprintf("%s: attempt %d at %s failed: %s", ev.Address, ev.Attempt, ev.Provider, ev.Error.Message)
	case engine.InstanceDone:
		line := fmt.Sprintf("%s: done by %s in %.1fs", ev.Address, ev.Provider, ev.Took.Seconds())
		for _, w := range ev.Warnings {
			line += "\n" + strings.Repeat(" ", 16) + "note: " + w
		}
		return line
	case engine.InstanceReused:
		return ev.Address + ": reused"
	case engine.InstanceFailed:
		return fmt.Sprintf("%s: failed: %s", ev.Address, ev.Error.Message)
	}
	return ""
}

// followBars redraws a table of the stages ten times a second while something changes.
func (p *progress) followBars(ctx context.Context) {
	ended := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		defer close(ended)
		for range p.run.Events(ctx) {
		}
	})
	fmt.Fprint(p.w, "\x1b[?25l") // no cursor while the lines move
	defer fmt.Fprint(p.w, "\x1b[?25h")
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		p.draw(p.run.Status())
		select {
		case <-tick.C:
		case <-ended:
			p.draw(p.run.Status())
			watch.Wait()
			return
		}
	}
}

// draw writes the table over the one before.
func (p *progress) draw(s engine.Status) {
	var b strings.Builder
	if p.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", p.drawn)
	}
	lines := table(s, p.width(), time.Since(p.began))
	for _, line := range lines {
		b.WriteString("\r\x1b[K" + line + "\n")
	}
	for range p.drawn - len(lines) {
		b.WriteString("\r\x1b[K\n")
	}
	p.drawn = max(len(lines), p.drawn)
	io.WriteString(p.w, b.String())
}

// table is a run's status in lines of at most the given width.
func table(s engine.Status, width int, elapsed time.Duration) []string {
	name := 0
	for _, st := range s.Stages {
		name = max(name, len(st.Name))
	}
	bar := min(max(width-name-34, 10), 40)
	lines := []string{fmt.Sprintf("%-*s  %s %3.0f%%  %s", name+2, s.Pipeline, meter(s.Progress, bar), 100*s.Progress, clock(elapsed))}
	for _, st := range s.Stages {
		line := fmt.Sprintf("%s %-*s  %s %s", symbol(st.State), name, st.Name, meter(fraction(st), bar), counts(st))
		lines = append(lines, cut(line, width))
		for i, a := range st.Running {
			if note := activity(a); note != "" && i < 1 {
				lines = append(lines, cut(strings.Repeat(" ", name+4)+note, width))
			}
		}
	}
	return lines
}

func symbol(s engine.State) string {
	switch s {
	case engine.Completed:
		return "✓"
	case engine.Failed:
		return "✗"
	case engine.Skipped:
		return "-"
	case engine.Running:
		return "▸"
	case engine.Cancelled:
		return "■"
	}
	return "·"
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

func counts(st engine.StageStatus) string {
	switch {
	case st.State == engine.Skipped:
		return "skipped"
	case st.State == engine.Waiting:
		return "waiting"
	case st.Instances == 0:
		return "nothing to do"
	}
	text := fmt.Sprintf("%d/%d", st.Done, st.Instances)
	if st.Reused > 0 {
		text += fmt.Sprintf(", %d reused", st.Reused)
	}
	if !st.Ended.IsZero() {
		text += "  " + clock(st.Ended.Sub(st.Began))
	}
	return text
}

// activity says what a call is doing or waiting for.
func activity(a engine.Activity) string {
	what := a.Message
	if a.Waiting != "" {
		what = a.Waiting
	}
	if what == "" {
		return ""
	}
	return a.Address + ": " + what
}

// meter draws a fraction as a bar.
func meter(fraction float64, width int) string {
	full := int(fraction*float64(width) + 0.5)
	return strings.Repeat("━", full) + strings.Repeat("─", width-full)
}

func clock(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}

// cut shortens a line to a width in columns, one for each character.
func cut(line string, width int) string {
	runes := []rune(line)
	if len(runes) <= width {
		return line
	}
	return string(runes[:width-1]) + "…"
}
