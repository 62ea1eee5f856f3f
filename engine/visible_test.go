package engine_test

import (
	"testing"

	"github.com/filmloom/filmloom/engine"
)

// Whoever reads an event asks the run next, and must find what the event has told.
func TestARunTellsNoLessThanTheEventsThatWereRead(t *testing.T) {
	conf := config(t.TempDir(), joined, &workshop{})
	eng := open(t, conf)
	for range 100 {
		run := start(t, eng, nil)
		done := 0
		for ev := range run.Events(t.Context()) {
			switch ev.Kind {
			case engine.InstanceDone, engine.InstanceReused:
				done++
			}
			st := run.Status()
			seen := 0
			for _, s := range st.Stages {
				seen += s.Done
			}
			if seen < done {
				t.Fatalf("event %d: %d instances are done, and %d were told of", ev.Seq, seen, done)
			}
			if ev.Kind == engine.RunCompleted && st.State != engine.Completed {
				t.Fatalf("the run is %s after its last event", st.State)
			}
		}
		if done == 0 {
			t.Fatal("no event told of an instance")
		}
	}
}
