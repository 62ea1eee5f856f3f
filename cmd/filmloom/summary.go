package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/filmloom/filmloom/engine"
)

// summarise tells what came out, how long and large it is, and where the time went.
func summarise(w io.Writer, run *engine.Run, out engine.Outputs, path string, size int64, took time.Duration) {
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
	calls, reused := 0, 0
	for _, st := range s.Stages {
		calls += st.Done - st.Reused
		reused += st.Reused
	}
	fmt.Fprintf(w, "Took %s, seed %d, %s", clock(took), run.Seed(), count(calls, "call"))
	if reused > 0 {
		fmt.Fprintf(w, ", %s reused", count(reused, "result"))
	}
	if s.Cost > 0 {
		fmt.Fprintf(w, ", $%.4f", s.Cost.USD())
	}
	if s.Interrupted > 0 {
		fmt.Fprintf(w, ", %s made again after an interruption", count(s.Interrupted, "call"))
	}
	fmt.Fprintln(w, ".")
	stages := slices.Clone(s.Stages)
	slices.SortStableFunc(stages, func(a, b engine.StageStatus) int { return int(b.Busy - a.Busy) })
	if len(stages) > 0 && stages[0].Busy > 0 {
		fmt.Fprintln(w, "Where the time went (calls run side by side, so the sum is more than the clock):")
	}
	for _, st := range stages {
		if st.Busy >= 50*time.Millisecond {
			fmt.Fprintf(w, "  %-22s %7.1fs  %s\n", st.Name, st.Busy.Seconds(), count(st.Done-st.Reused, "call"))
		}
	}
	for _, warning := range s.Warnings {
		fmt.Fprintf(w, "Note: %s\n", warning)
	}
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
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
