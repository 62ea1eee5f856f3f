package engine

import (
	"context"
	"encoding/json"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
)

// learnedScope is the scope of what earlier runs taught of each pipeline.
const learnedScope = "learned"

// A lesson is what completed runs taught of one stage: averages in which the newest run counts half.
type lesson struct {
	Call      time.Duration `json:"call"`      // of one call
	Instances float64       `json:"instances"` // in one run, or in one instance of the pipeline that the stage is part of
}

// lessons of a pipeline by the declared address of a stage: its name, or outer.inner within a pipeline that
// a stage uses.
type lessons map[string]lesson

func (e *Engine) learned(ctx context.Context, pl string) lessons {
	var l lessons
	if out, err := e.conf.Journal.Outcome(ctx, learnedScope, pl); err == nil {
		_ = json.Unmarshal(out.Data, &l) // what is not understood is learned again
	}
	return l
}

// weigh gives the weight of every stage in the progress: the time that its calls took in earlier runs, or
// what the file says as long as nothing is known.
func (l lessons) weigh(pl *pipeline.Pipeline) map[string]float64 {
	weights := map[string]float64{}
	var seconds, declared float64
	walkStages(pl, "", func(path string, s *pipeline.Stage) {
		if known, ok := l[path]; ok && s.Pipeline == nil {
			weights[path] = known.Call.Seconds() * known.Instances
			seconds += weights[path]
			declared += s.Weight
		}
	})
	second := 1.0 // of declared weight, for stages that never ran
	if seconds > 0 && declared > 0 {
		second = seconds / declared
	}
	var sum func(prefix string, pl *pipeline.Pipeline) float64
	sum = func(prefix string, pl *pipeline.Pipeline) float64 {
		all := 0.0
		for _, s := range pl.Stages {
			path := prefix + s.Name
			if s.Pipeline != nil {
				inner := sum(path+".", s.Pipeline)
				weights[path] = s.Weight * second
				if known, ok := l[path]; ok {
					weights[path] = inner * max(known.Instances, 1)
				}
			} else if _, ok := weights[path]; !ok {
				weights[path] = s.Weight * second
			}
			all += weights[path]
		}
		return all
	}
	sum("", pl)
	return weights
}

// walkStages visits the stages of a pipeline and of those that it uses, by their declared address.
func walkStages(pl *pipeline.Pipeline, prefix string, visit func(path string, s *pipeline.Stage)) {
	for _, s := range pl.Stages {
		visit(prefix+s.Name, s)
		if s.Pipeline != nil {
			walkStages(s.Pipeline, prefix+s.Name+".", visit)
		}
	}
}

// lessons are what the completed run teaches, for the journal.
func (x *execution) lessons() []journal.Outcome {
	if x.frozen.Until != "" {
		return nil // a part of a run
	}
	old := x.eng.learned(context.Background(), x.header.Pipeline)
	taught := lessons{}
	type sums struct {
		stages, instances, called int
		busy                      time.Duration
	}
	byPath := map[string]*sums{}
	x.mu.Lock()
	for _, s := range x.view.stages {
		n := byPath[s.declared]
		if n == nil {
			n = &sums{}
			byPath[s.declared] = n
		}
		n.stages++
		n.instances += s.Instances
		n.called += s.Done - s.Reused
		n.busy += s.Busy
	}
	x.mu.Unlock()
	for path, n := range byPath {
		now := lesson{Instances: float64(n.instances) / float64(max(n.stages, 1))}
		before, known := old[path]
		switch {
		case n.called > 0:
			now.Call = n.busy / time.Duration(n.called)
		case known:
			now.Call = before.Call // everything was reused: that teaches nothing of the time
		default:
			continue
		}
		if known {
			now.Call = (now.Call + before.Call) / 2
			now.Instances = (now.Instances + before.Instances) / 2
		}
		taught[path] = now
	}
	data, err := json.Marshal(taught)
	if err != nil {
		return nil // cannot happen
	}
	return []journal.Outcome{{Scope: learnedScope, Key: x.header.Pipeline, Data: data}}
}
