package engine

import (
	"context"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// A Plan says what a run would do, as far as that is known before it starts.
type Plan struct {
	Pipeline string      `json:"pipeline"`
	Stages   []StagePlan `json:"stages"` // in topological order; inner stages of a pipeline after the stage that uses it
	Cost     CostRange   `json:"cost"`
	Calls    CountRange  `json:"calls"`
	// Time is from when nothing but the longest chain of calls counts, to when every call waits for the one
	// before it.
	Time TimeRange `json:"time"`
}

// A StagePlan says what one stage would do.
type StagePlan struct {
	Stage     string         `json:"stage"` // its address
	Uses      string         `json:"uses"`  // the capability, or pipeline.NAME
	Provider  string         `json:"provider,omitempty"`
	Skipped   bool           `json:"skipped,omitempty"`
	Known     bool           `json:"known"` // whether its instances are known
	Instances []InstancePlan `json:"instances,omitempty"`
	Calls     CountRange     `json:"calls"`
	Cost      CostRange      `json:"cost"`
	Time      TimeRange      `json:"time"` // of all its calls, one after another
}

// An InstancePlan says what one instance would do.
type InstancePlan struct {
	Address string     `json:"address"`
	Cached  bool       `json:"cached"` // a recorded result is used
	Edited  bool       `json:"edited,omitempty"`
	Calls   CountRange `json:"calls"`
}

// A CountRange is an interval of a number of calls. A negative Max means that it is not bounded yet.
type CountRange struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// A CostRange is an interval of cost. Unknown tells that there is more, of which the number of calls is not
// known. A provider that names no cost counts as free.
type CostRange struct {
	Min     providers.Money `json:"min"`
	Max     providers.Money `json:"max"`
	Unknown bool            `json:"unknown,omitempty"`
}

// A TimeRange is an interval of time. Unknown is as in CostRange.
type TimeRange struct {
	Min     time.Duration `json:"min"`
	Max     time.Duration `json:"max"`
	Unknown bool          `json:"unknown,omitempty"`
}

// Plan says what Start would do with the same arguments. It configures providers and asks them for
// estimates; it makes no call and records nothing. (Files that are given go to the store, since a call is
// named by their content; Collect removes them again.)
func (e *Engine) Plan(ctx context.Context, name string, inputs Inputs, options ...StartOptions) (*Plan, error) {
	var o StartOptions
	if len(options) > 0 {
		o = options[0]
	}
	defer e.refuse.use()()
	d, err := e.draft(ctx, name, inputs, o)
	if err != nil {
		return nil, err
	}
	return e.plan(ctx, d)
}

// PlanRevision says what Revise would do with the same arguments, as Plan does for Start.
func (e *Engine) PlanRevision(ctx context.Context, parent string, rev Revision) (*Plan, error) {
	defer e.refuse.use()()
	d, err := e.draftRevision(ctx, parent, rev)
	if err != nil {
		return nil, err
	}
	return e.plan(ctx, d)
}

// A planner makes a plan.
type planner struct {
	ctx     context.Context
	eng     *Engine
	d       *draft
	learned lessons
	stages  map[string]*StagePlan
	order   []string
}

func (e *Engine) plan(ctx context.Context, d *draft) (*Plan, error) {
	p := &planner{ctx: ctx, eng: e, d: d, learned: e.learned(ctx, d.pl.Name), stages: map[string]*StagePlan{}}
	w := &walk{
		seed:    d.frozen.Seed,
		take:    func(address string) int { return max(d.frozen.Takes[address], 1) },
		resolve: p.instance, unknown: p.fanOut, expanded: p.expanded,
	}
	w.pipeline(d.pl, "", d.inputs, upTo(d.pl, d.frozen.Until))
	if w.err != nil {
		return nil, w.err
	}
	return p.sum(), nil
}

// stage is the plan of a stage, which is added when it is new.
func (p *planner) stage(path string, s *pipeline.Stage) *StagePlan {
	sp := p.stages[path]
	if sp == nil {
		sp = &StagePlan{Stage: path, Uses: s.Uses()}
		p.stages[path] = sp
		p.order = append(p.order, path)
	}
	return sp
}

func (p *planner) expanded(path string, s *pipeline.Stage, x *pipeline.Expansion) {
	sp := p.stage(path, s)
	sp.Known, sp.Skipped = true, x.Skipped
}

// fanOut plans a stage whose instances are not known: one call stands for each of them.
func (p *planner) fanOut(path string, s *pipeline.Stage, x *pipeline.Expansion) {
	sp := p.stage(path, s)
	sp.Calls.Max, sp.Cost.Unknown, sp.Time.Unknown = -1, true, true
	if s.Pipeline != nil {
		return
	}
	if candidates, _ := p.eng.roster.candidates(p.ctx, s.Capability, s.Provider); len(candidates) > 0 {
		sp.Provider = candidates[0].name
	}
}

// instance plans one call, and gives its result when that is recorded.
func (p *planner) instance(at site) (cty.Value, error) {
	sp := p.stage(at.path, at.stage)
	one := InstancePlan{Address: at.address}
	v, err := p.call(at, sp, &one)
	sp.Instances = append(sp.Instances, one)
	sp.Calls.Min += one.Calls.Min
	sp.Calls.Max += one.Calls.Max
	return v, err
}

func (p *planner) call(at site, sp *StagePlan, one *InstancePlan) (cty.Value, error) {
	input, diags := at.input()
	if diags.HasErrors() {
		return cty.NilVal, diags
	}
	if at.stage.Capability == ApprovalWait {
		return p.approval(at, input, one)
	}
	candidates, missing := p.eng.roster.candidates(p.ctx, at.stage.Capability, at.stage.Provider)
	if len(candidates) == 0 {
		return cty.NilVal, &NotReadyError{p.d.pl.Name, missing}
	}
	first := candidates[0]
	sp.Provider = first.name
	op := first.operations[at.stage.Capability]
	deterministic := first.deterministic(op)
	if input.IsWhollyKnown() {
		asked, err := contentOf(input)
		if err != nil {
			return cty.NilVal, err
		}
		key := asked.key(at.stage.Capability, at.take)
		if ed, ok := p.d.frozen.Edits[at.address]; ok && ed.Key == key {
			one.Cached, one.Edited = true, true
			return providers.DecodeWire(ed.Output, at.stage.OutputType(), nil)
		}
		shared := ""
		if deterministic {
			shared = digest(key, first.digest, first.configured.CacheVersion)
		}
		v, cached, err := p.recorded(at, key, shared)
		if err != nil || cached {
			one.Cached = cached
			return v, err
		}
		one.Calls.Min = 1
	}
	one.Calls.Max = 1
	if !deterministic && p.d.header.Parent == "" {
		one.Calls.Min = 1 // nothing that it could reuse
	}
	raw, unknown, err := wireInput(p.ctx, p.eng.conf.Artifacts, input, op)
	if err != nil {
		return cty.NilVal, err
	}
	estimate, err := first.estimate(p.ctx, op, raw, unknown)
	if err != nil {
		return cty.NilVal, err
	}
	p.charge(at.path, sp, one, estimate)
	return cty.NilVal, nil
}

// approval is no call; it is cached where the lineage has the decision.
func (p *planner) approval(at site, input cty.Value, one *InstancePlan) (cty.Value, error) {
	if !input.IsWhollyKnown() {
		return cty.NilVal, nil
	}
	asked, err := contentOf(input)
	if err != nil {
		return cty.NilVal, err
	}
	v, decided, err := p.recorded(at, asked.key(at.stage.Capability, at.take), "")
	one.Cached = decided
	return v, err
}

// recorded finds a result that the run would use.
func (p *planner) recorded(at site, key, shared string) (cty.Value, bool, error) {
	if lineage := p.d.header.Lineage; lineage != "" {
		if _, v, ok, err := p.eng.kept(p.ctx, journal.LineageScope(lineage), key, at.stage.OutputType()); ok || err != nil {
			return v, ok, err
		}
	}
	if shared == "" {
		return cty.NilVal, false, nil
	}
	_, v, ok, err := p.eng.kept(p.ctx, sharedScope, shared, at.stage.OutputType())
	return v, ok, err
}

// charge adds what the call may cost and take. What a provider does not say of time, earlier runs may.
func (p *planner) charge(path string, sp *StagePlan, one *InstancePlan, e providers.Estimate) {
	if one.Calls.Min > 0 {
		sp.Cost.Min += e.MinCost
	}
	sp.Cost.Max += max(e.MaxCost, e.MinCost)
	if known, ok := p.learned[declaredPath(path)]; e.MaxTime == 0 && ok {
		e.MinTime, e.MaxTime = known.Call, known.Call
	}
	if e.MaxTime == 0 {
		sp.Time.Unknown = true
		return
	}
	if one.Calls.Min > 0 {
		sp.Time.Min += e.MinTime
	}
	sp.Time.Max += e.MaxTime
}

// sum adds the stages up.
func (p *planner) sum() *Plan {
	out := &Plan{Pipeline: p.d.pl.Name}
	for _, path := range p.order {
		sp := p.stages[path]
		out.Stages = append(out.Stages, *sp)
		out.Cost.Min += sp.Cost.Min
		out.Cost.Max += sp.Cost.Max
		out.Cost.Unknown = out.Cost.Unknown || sp.Cost.Unknown
		out.Time.Max += sp.Time.Max
		out.Time.Unknown = out.Time.Unknown || sp.Time.Unknown
		out.Calls.Min += sp.Calls.Min
		if out.Calls.Max >= 0 && sp.Calls.Max >= 0 {
			out.Calls.Max += sp.Calls.Max
		} else {
			out.Calls.Max = -1
		}
	}
	out.Time.Min = p.chain(p.d.pl, "")
	return out
}

// chain is the time of the longest chain of calls in a frame: of each stage counts its longest call, which
// is no more than the average.
func (p *planner) chain(pl *pipeline.Pipeline, prefix string) time.Duration {
	ends := map[string]time.Duration{}
	longest := time.Duration(0)
	for _, s := range pl.Order() {
		begin := time.Duration(0)
		for _, d := range s.Dependencies() {
			begin = max(begin, ends[d])
		}
		own := time.Duration(0)
		if sp := p.stages[prefix+s.Name]; sp != nil && sp.Calls.Min > 0 {
			own = sp.Time.Min / time.Duration(sp.Calls.Min)
		}
		ends[s.Name] = begin + own
		longest = max(longest, ends[s.Name])
	}
	return longest
}
