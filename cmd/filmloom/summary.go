package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/filmloom/filmloom/engine"
)

// summarise tells what came out, how long and large it is, and where the time went.
func summarise(ctx context.Context, w io.Writer, run *engine.Run, out engine.Outputs, path string, size int64, took time.Duration) error {
	s := run.Status()
	if path != "" {
		line := path
		if title := titleOf(out); title != "film" {
			line += fmt.Sprintf("  “%s”", title)
		}
		var seconds float64
		if out.Decode("seconds", &seconds) == nil && seconds > 0 {
			line += fmt.Sprintf("  %.1f s", seconds)
		}
		fmt.Fprintf(w, "%s  %s\n", line, bytesText(size))
	}
	stages, reused := worked(ctx, run)
	calls := 0
	for _, st := range stages {
		calls += st.calls
	}
	fmt.Fprintf(w, "Took %s, seed %d, %s", clock(took), run.Seed(), count(calls, "call"))
	if reused > 0 {
		fmt.Fprintf(w, ", %s reused", count(reused, "result"))
	}
	if s.Cost > 0 {
		fmt.Fprintf(w, ", %s", money(s.Cost))
	}
	if s.Interrupted > 0 {
		fmt.Fprintf(w, ", %s made again after an interruption", count(s.Interrupted, "call"))
	}
	fmt.Fprintf(w, ".\nRun %s.\n", shortID(run.ID))
	if err := writeWork(w, stages); err != nil {
		return err
	}
	for _, warning := range s.Warnings {
		fmt.Fprintf(w, "Note: %s\n", warning)
	}
	return nil
}

// work is what a stage's calls were and took. Stages within a pipeline that others use count together.
type work struct {
	stage string
	calls int
	busy  time.Duration
}

// worked sums up a run's calls by stage, the busiest first, and counts the results that needed none.
func worked(ctx context.Context, run *engine.Run) (stages []work, reused int) {
	at := map[string]int{}
	for ev := range run.Events(ctx) {
		switch ev.Kind {
		case engine.InstanceReused, engine.InstanceEdited:
			reused++
		case engine.InstanceDone:
			if ev.Took == 0 {
				continue // no call: a person's decision, or a pipeline whose own stages count
			}
			name := withoutKeys(ev.Stage)
			i, ok := at[name]
			if !ok {
				i = len(stages)
				at[name] = i
				stages = append(stages, work{stage: name})
			}
			stages[i].calls++
			stages[i].busy += ev.Took
		}
	}
	slices.SortStableFunc(stages, func(a, b work) int { return int(b.busy - a.busy) })
	return stages, reused
}

// writeWork shows where the time went, as far as it is worth a line.
func writeWork(w io.Writer, stages []work) error {
	t := table{head: []string{"WHERE THE TIME WENT", "SECONDS", "CALLS"}, right: []int{1, 2}}
	for _, st := range stages {
		if st.busy >= 50*time.Millisecond {
			t.row(st.stage, fmt.Sprintf("%.1f", st.busy.Seconds()), fmt.Sprint(st.calls))
		}
	}
	if len(t.rows) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	if err := t.write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "Calls run side by side, so that their sum is more than the clock.")
	return err
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func bytesText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return count(int(n), "byte")
}
