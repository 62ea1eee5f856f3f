package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/filmloom/filmloom/engine"
)

// progress shows how a run goes: bars that are redrawn on a terminal, or a line for each thing done.
type progress struct {
	w      io.Writer
	run    *engine.Run
	bars   bool
	none   bool
	screen func() screen // as large as it is now
	since  time.Time     // when the command began
	began  time.Time

	drawn int // lines of the last drawing
}

func newProgress(w io.Writer, mode string, since time.Time, run *engine.Run) *progress {
	p := &progress{w: w, run: run, none: mode == "none", bars: mode == "bars", since: since, began: time.Now()}
	p.screen = func() screen { return screenOf(w) }
	switch {
	case p.screen().terminal:
		p.bars = p.bars || mode == "auto"
	case p.bars: // asked for, on something that has no edge
		p.screen = func() screen { return screen{width: 100, height: 50} }
	}
	return p
}

// follow shows the run until it has ended, is paused or the context ends.
func (p *progress) follow(ctx context.Context) {
	switch {
	case p.none:
		for range p.run.Events(ctx) {
		}
	case p.bars:
		p.followBars(ctx)
	default:
		for ev := range p.run.Events(ctx) {
			if ev.Time.Before(p.since) {
				continue // an earlier command has shown it
			}
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
		return strings.TrimSuffix("going on ("+ev.Message+")", " ()")
	case engine.StageExpanded:
		if ev.Instances > 1 {
			return fmt.Sprintf("%s: %d to do", ev.Stage, ev.Instances)
		}
	case engine.StageSkipped:
		return ev.Stage + ": skipped"
	case engine.AttemptFailed:
		return fmt.Sprintf("%s: attempt %d at %s failed: %s", ev.Address, ev.Attempt, ev.Provider, ev.Error.Message)
	case engine.ApprovalRequested:
		return fmt.Sprintf("%s: asks for approval: %s", ev.Address, oneLine(ev.Message))
	case engine.InstanceDone:
		if ev.Provider == "" {
			return ev.Address + ": done"
		}
		line := fmt.Sprintf("%s: done by %s in %.1fs", ev.Address, ev.Provider, ev.Took.Seconds())
		if ev.Took == 0 {
			line = fmt.Sprintf("%s: %s", ev.Address, orElse(ev.Message, "done by "+ev.Provider))
		}
		return line + notes(ev)
	case engine.InstanceReused:
		return ev.Address + ": reused" + notes(ev)
	case engine.InstanceEdited:
		return ev.Address + ": edited by hand"
	case engine.InstanceFailed:
		return fmt.Sprintf("%s: failed: %s", ev.Address, ev.Error.Message)
	case engine.RunPaused:
		return strings.TrimSuffix("paused, "+ev.Message, ", ")
	case engine.RunCancelled:
		return "cancelled"
	case engine.RunSuperseded:
		return "superseded: a newer run goes on instead"
	}
	return ""
}

// notes are the warnings that came with a result, in lines of their own.
func notes(ev engine.Event) (text string) {
	for _, w := range ev.Warnings {
		text += "\n" + strings.Repeat(" ", 16) + "note: " + w
	}
	return text
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// followBars redraws a table of the stages ten times a second.
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
	on := p.screen()
	var b strings.Builder
	if up := min(p.drawn, on.height-1); up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", up)
	}
	lines := draw(s, on, time.Since(p.began))
	for _, line := range lines {
		b.WriteString("\r\x1b[K" + line + "\n")
	}
	b.WriteString("\x1b[J") // what is left of a longer one
	p.drawn = len(lines)
	io.WriteString(p.w, b.String())
}
