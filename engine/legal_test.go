package engine_test

import (
	"strings"
	"testing"

	"github.com/filmloom/filmloom/engine"
)

// The model itself: it lets a legal log pass and finds what is wrong in others.
func TestTheModelFindsWhatTheStateMachineForbids(t *testing.T) {
	plan := shape{"a": {}, "b": {after: []string{"a"}}}
	log := func(text string) []engine.Event {
		var events []engine.Event
		for i, line := range strings.Split(text, ";") {
			ev := engine.Event{Seq: uint64(i + 1)}
			word := strings.Fields(line)
			ev.Kind = engine.Kind(word[0])
			if len(word) > 1 {
				ev.Stage = word[1]
			}
			switch {
			case ev.Kind == engine.StageExpanded:
				ev.Instances = 1
			case strings.HasPrefix(word[0], "attempt"), strings.HasPrefix(word[0], "instance"):
				ev.Address, ev.Attempt = ev.Stage, 1
			}
			if len(word) > 2 {
				ev.Attempt = int(word[2][0] - '0')
			}
			events = append(events, ev)
		}
		return events
	}
	const begun, a = "run.created;run.started;", "stage.expanded a;attempt.started a;instance.done a;"
	for name, c := range map[string]struct{ log, want string }{
		"a whole run":            {begun + a + "stage.skipped b;run.completed", ""},
		"an interrupted run":     {begun + "stage.expanded a;attempt.started a;run.resumed;attempt.started a 2;instance.done a 2", ""},
		"a stopped call":         {begun + "stage.expanded a;attempt.started a;attempt.failed a;run.cancelled", ""},
		"no start":               {"run.created;stage.expanded a", `the run is "queued"`},
		"an attempt too early":   {begun + "attempt.started a", "its stage is not expanded"},
		"a stage too early":      {begun + "stage.expanded b", "depends on a"},
		"a wrong attempt":        {begun + "stage.expanded a;attempt.started a 2", "it is attempt 2"},
		"two attempts at once":   {begun + "stage.expanded a;attempt.started a;attempt.started a 2", "open: true"},
		"done twice":             {begun + a + "instance.done a", "has ended before"},
		"done without a call":    {begun + "stage.expanded a;instance.done a", "not under way"},
		"completed too early":    {begun + a + "run.completed", "b is not over"},
		"failed without reason":  {begun + a + "run.failed", "no instance has failed"},
		"something after":        {begun + "run.cancelled;stage.expanded a", "the run is cancelled already"},
		"downstream of failure":  {begun + "stage.expanded a;instance.failed a;stage.expanded b", "depends on a"},
		"failed and completed":   {begun + "stage.expanded a;instance.failed a;stage.skipped b;run.completed", "an instance has failed"},
		"an attempt that hangs":  {begun + "stage.expanded a;attempt.started a;run.paused", "has not ended"},
		"a stage expanded twice": {begun + "stage.expanded a;stage.expanded a", "expanded before"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(audit(plan, log(c.log)).breaches, "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("breaches %q, want %q", got, c.want)
			}
		})
	}
	gap := log(begun + strings.TrimSuffix(a, ";"))[:4]
	gap[3].Seq = 5
	if got := audit(plan, gap).breaches; len(got) == 0 || !strings.Contains(got[0], "its number should be 4") {
		t.Errorf("a gap in the numbers gives %q", got)
	}
}
