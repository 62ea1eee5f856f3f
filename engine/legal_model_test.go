package engine_test

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/filmloom/filmloom/engine"
)

// A shape is what the model knows of a pipeline: its stages by name, and nothing of how they run.
type shape map[string]stageShape

type stageShape struct {
	after    []string // stages that it depends on
	inner    shape    // of the pipeline that it uses, or nil
	approval bool     // it waits for a person
}

// A ledger follows a run's events and notes every one that docs/state-machine.md does not allow. It is
// written from that page and shares nothing with the engine.
type ledger struct {
	shape     shape
	seq       uint64
	state     engine.State // "" before the first event
	stages    map[string]*stageEntry
	instances map[string]*instanceEntry
	breaches  []string

	interrupted int // attempts that had no end when somebody went on with the run, or ended it
}

type stageEntry struct {
	expanded, skipped, failed bool
	instances, done           int
}

func (s *stageEntry) over() bool {
	return s != nil && (s.skipped || s.expanded && !s.failed && s.done == s.instances)
}

type instanceEntry struct {
	attempts    int
	open, asked bool
	ended       bool // done, reused, edited or finally failed
	failed      bool
}

// audit follows a whole log and gives the ledger at its end.
func audit(s shape, events []engine.Event) *ledger {
	l := &ledger{shape: s, stages: map[string]*stageEntry{}, instances: map[string]*instanceEntry{}}
	for _, ev := range events {
		l.take(ev)
	}
	return l
}

var keyText = regexp.MustCompile(`\[("[^"]*"|[0-9]+)\]`)

// lookup finds a stage's shape by its address, whose keys may not hold a quote.
func (s shape) lookup(path string) (stageShape, bool) {
	var found stageShape
	for _, name := range strings.Split(keyText.ReplaceAllString(path, ""), ".") {
		one, ok := s[name]
		if !ok {
			return found, false
		}
		found, s = one, one.inner
	}
	return found, true
}

// frame is the address of the instance that a stage is part of, or "".
func frame(path string) string { return path[:max(strings.LastIndexByte(path, '.'), 0)] }

// within is a stage's address in the same frame as another's.
func within(path, name string) string { return path[:strings.LastIndexByte(path, '.')+1] + name }

func (l *ledger) breach(ev engine.Event, format string, args ...any) {
	what := strings.TrimSpace(fmt.Sprint(ev.Kind, " ", cmp.Or(ev.Address, ev.Stage)))
	l.breaches = append(l.breaches, fmt.Sprintf("event %d (%s): %s", ev.Seq, what, fmt.Sprintf(format, args...)))
}

// take follows one event.
func (l *ledger) take(ev engine.Event) {
	if l.seq++; ev.Seq != l.seq {
		l.breach(ev, "its number should be %d", l.seq)
		l.seq = ev.Seq
	}
	if l.state.Final() {
		l.breach(ev, "the run is %s already", l.state)
	}
	if ev.Stage == "" {
		l.run(ev)
		return
	}
	s, ok := l.shape.lookup(ev.Stage)
	if !ok {
		l.breach(ev, "there is no such stage")
		return
	}
	atRest := s.approval && (ev.Kind == engine.InstanceDone || ev.Kind == engine.InstanceFailed)
	if l.state != engine.Running && !(l.state == engine.Paused && atRest) {
		l.breach(ev, "the run is %q", l.state)
	}
	if ev.Address == "" {
		l.stage(ev, s)
		return
	}
	l.instance(ev, s)
}

// run follows an event of the run itself.
func (l *ledger) run(ev engine.Event) {
	from := map[engine.Kind][]engine.State{
		engine.RunCreated:    {""},
		engine.RunStarted:    {engine.Queued},
		engine.RunResumed:    {engine.Running, engine.Paused},
		engine.RunPaused:     {engine.Queued, engine.Running},
		engine.RunCompleted:  {engine.Running},
		engine.RunFailed:     {engine.Running},
		engine.RunCancelled:  {engine.Queued, engine.Running, engine.Paused},
		engine.RunSuperseded: {engine.Queued, engine.Running, engine.Paused},
	}
	to := map[engine.Kind]engine.State{
		engine.RunCreated: engine.Queued, engine.RunStarted: engine.Running, engine.RunResumed: engine.Running,
		engine.RunPaused: engine.Paused, engine.RunCompleted: engine.Completed, engine.RunFailed: engine.Failed,
		engine.RunCancelled: engine.Cancelled, engine.RunSuperseded: engine.Superseded,
	}
	if !slices.Contains(from[ev.Kind], l.state) {
		l.breach(ev, "the run is %q", l.state)
	}
	l.state = to[ev.Kind]
	failed := slices.ContainsFunc(slices.Collect(maps.Values(l.instances)), func(i *instanceEntry) bool { return i.failed })
	switch ev.Kind {
	case engine.RunResumed, engine.RunCancelled, engine.RunSuperseded: // those that were stopped have failed
		for _, i := range l.instances {
			if i.open {
				i.open = false
				l.interrupted++
			}
		}
	case engine.RunCompleted:
		if failed {
			l.breach(ev, "an instance has failed")
		}
		l.complete(ev, "", l.shape)
	case engine.RunFailed:
		if !failed {
			l.breach(ev, "no instance has failed")
		}
	}
	if ev.Kind == engine.RunCompleted || ev.Kind == engine.RunFailed || ev.Kind == engine.RunPaused {
		for address, i := range l.instances {
			if i.open {
				l.breach(ev, "the attempt at %s has not ended", address)
			}
		}
	}
}

// complete says which stages of a frame are not over.
func (l *ledger) complete(ev engine.Event, prefix string, s shape) {
	for name := range s {
		if !l.stages[prefix+name].over() {
			l.breach(ev, "%s is not over", prefix+name)
		}
	}
}

// stage follows the expansion of a stage.
func (l *ledger) stage(ev engine.Event, s stageShape) {
	if ev.Kind != engine.StageExpanded && ev.Kind != engine.StageSkipped {
		l.breach(ev, "it names no instance")
		return
	}
	if l.stages[ev.Stage] != nil {
		l.breach(ev, "the stage was expanded before")
		return
	}
	for _, name := range s.after {
		if !l.stages[within(ev.Stage, name)].over() {
			l.breach(ev, "it depends on %s, which is not over", name)
		}
	}
	if owner := frame(ev.Stage); owner != "" {
		if e := l.stages[stageText(owner)]; e == nil || !e.expanded {
			l.breach(ev, "the stage of %s is not expanded", owner)
		}
		if i := l.instances[owner]; i != nil && i.ended {
			l.breach(ev, "%s has ended", owner)
		}
	}
	l.stages[ev.Stage] = &stageEntry{expanded: ev.Kind == engine.StageExpanded, skipped: ev.Kind == engine.StageSkipped, instances: ev.Instances}
}

// stageText is the address of an instance's stage: without its last key.
func stageText(address string) string {
	if at := keyText.FindAllStringIndex(address, -1); len(at) > 0 && at[len(at)-1][1] == len(address) {
		return address[:at[len(at)-1][0]]
	}
	return address
}

// instance follows an event of an instance.
func (l *ledger) instance(ev engine.Event, s stageShape) {
	st := l.stages[ev.Stage]
	if ev.Kind == engine.InstanceFailed && st == nil { // its for_each or when could not be evaluated
		for _, name := range s.after {
			if !l.stages[within(ev.Stage, name)].over() {
				l.breach(ev, "it depends on %s, which is not over", name)
			}
		}
		st = &stageEntry{}
		l.stages[ev.Stage] = st
	} else if st == nil || !st.expanded {
		l.breach(ev, "its stage is not expanded")
		return
	}
	if stageText(ev.Address) != ev.Stage {
		l.breach(ev, "it is no instance of %s", ev.Stage)
	}
	i := l.instances[ev.Address]
	if i == nil {
		i = &instanceEntry{}
		l.instances[ev.Address] = i
	}
	if i.ended {
		l.breach(ev, "the instance has ended before")
	}
	switch ev.Kind {
	case engine.AttemptStarted:
		if i.attempts++; ev.Attempt != i.attempts || i.open || s.inner != nil || s.approval {
			l.breach(ev, "it is attempt %d, after %d (open: %t)", ev.Attempt, i.attempts-1, i.open)
		}
		i.open = true
	case engine.AttemptCheckpoint, engine.AttemptFailed:
		if !i.open || ev.Attempt != i.attempts {
			l.breach(ev, "attempt %d is not under way", ev.Attempt)
		}
		i.open = i.open && ev.Kind == engine.AttemptCheckpoint
	case engine.ApprovalRequested:
		if i.asked || !s.approval {
			l.breach(ev, "nobody may be asked here, or was before")
		}
		i.asked = true
	default:
		l.end(ev, s, st, i)
	}
}

// end follows the event that ends an instance.
func (l *ledger) end(ev engine.Event, s stageShape, st *stageEntry, i *instanceEntry) {
	switch ev.Kind {
	case engine.InstanceDone:
		switch {
		case s.inner != nil:
			l.complete(ev, ev.Address+".", s.inner)
		case s.approval && !i.asked:
			l.breach(ev, "nobody was asked")
		case !s.approval && (!i.open || ev.Attempt != i.attempts):
			l.breach(ev, "attempt %d is not under way", ev.Attempt)
		}
	case engine.InstanceReused, engine.InstanceEdited, engine.InstanceFailed:
		if i.open {
			l.breach(ev, "an attempt is under way")
		}
	default:
		l.breach(ev, "there is no such kind")
	}
	i.ended, i.open = true, false
	if ev.Kind == engine.InstanceFailed {
		i.failed, st.failed = true, true
		return
	}
	if st.done++; st.done > st.instances {
		l.breach(ev, "the stage has %d instances only", st.instances)
	}
}

// open lists the instances of which an attempt has no end.
func (l *ledger) open() []string {
	var open []string
	for address, i := range l.instances {
		if i.open {
			open = append(open, address)
		}
	}
	slices.Sort(open)
	return open
}

// done lists the instances that need no call any more.
func (l *ledger) done() []string {
	var done []string
	for address, i := range l.instances {
		if i.ended && !i.failed {
			done = append(done, address)
		}
	}
	slices.Sort(done)
	return done
}

// numbered are the events of a run that are there now, without progress.
func numbered(events func(func(engine.Event) bool)) []engine.Event {
	var all []engine.Event
	for ev := range events {
		if ev.Kind != engine.Progress {
			all = append(all, ev)
		}
	}
	return all
}
