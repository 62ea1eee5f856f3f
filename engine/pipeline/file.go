package pipeline

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// A File is what a Source declares. It is not changed after Check.
type File struct {
	Source    Source
	Providers []*Provider // in order of declaration
	Plugins   []*Plugin
	Routes    map[string]*Route // by capability
	Pipelines []*Pipeline       // in order of declaration

	order []*Pipeline // those that others use come before those
	parts []*part     // in order of declaration
}

// Pipeline finds a pipeline by name, or nil.
func (f *File) Pipeline(name string) *Pipeline {
	for _, p := range f.Pipelines {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Provider finds a provider block by name, or nil.
func (f *File) Provider(name string) *Provider {
	for _, p := range f.Providers {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// A Provider is a provider block: one configuration of a plugin.
type Provider struct {
	Name       string
	Plugin     string
	Config     hcl.Attributes // everything but plugin and limits
	Concurrent int            // calls at once; 0 means no limit
	PerMinute  int            // calls begun in any minute; 0 means no limit
	Range      hcl.Range

	pluginAt hcl.Range // of Plugin
}

// A Plugin is a plugin block: the command of an external plugin.
type Plugin struct {
	Name    string
	Command []string
	SHA256  string // of the executable, or ""
	TLS     bool
	Range   hcl.Range
}

// A Route says who serves a capability.
type Route struct {
	Capability string
	Prefer     []string // the first one that is ready serves
	Fallback   []string // tried in order when the first has finally failed
	Range      hcl.Range

	prefer, fallback []word
	again            *Route // another one for the capability: a mistake, which is checked all the same
}

// A Pipeline is a graph of stages with typed inputs and outputs.
type Pipeline struct {
	Name        string
	Description string
	Inputs      []*Input  // in order of declaration
	Stages      []*Stage  // in order of declaration
	Outputs     []*Output // in order of declaration
	Range       hcl.Range

	parts       []*part // that it includes
	locals      []*local
	validations []*validation // of the inputs, in order of declaration
	order       []*Stage      // dependencies first, ties in order of declaration
	byName      map[string]*Stage
	twice       []*Stage // stages whose names other stages have: mistakes, of which the rest is checked
	outputType  cty.Type // of the object of its outputs, set by Check
}

// Stage finds a stage by name, or nil.
func (p *Pipeline) Stage(name string) *Stage {
	return p.byName[name]
}

// Order lists the stages, each after all that it depends on; otherwise in order of declaration.
func (p *Pipeline) Order() []*Stage { return p.order }

// An Input is a typed parameter of a pipeline.
type Input struct {
	Name        string
	Type        cty.Type // may have optional attributes
	Description string
	Default     cty.Value // NilVal when the input is required
	Allowed     []cty.Value
	Range       hcl.Range

	defaultRange hcl.Range
	typeDefaults *typeDefaults
}

// A Stage is one node of a pipeline.
type Stage struct {
	Name       string
	Step       string        // what a progress view calls it; the name unless given
	Capability string        // that it calls; "" when it runs a pipeline
	Pipeline   *Pipeline     // that it runs; nil when it calls a capability
	Provider   string        // serves the stage whatever the route says, or ""
	Retry      Retry         // of a call
	Timeout    time.Duration // of one attempt; 0 means the engine's default
	Weight     float64       // share in the progress; unless given 1, or the sum of its pipeline's stages
	Range      hcl.Range

	in           *Pipeline
	dependencies []string // names of the stages it waits for, in order of declaration
	refs         []string // the same, with names that do not exist
	locals       []*local // the locals its expressions need, dependencies first
	with         hclsyntax.Expression
	arguments    []argument // what `with` is when its attributes are written out one by one
	forEach      hclsyntax.Expression
	when         hclsyntax.Expression
	secrets      hclsyntax.Expression
	dependsOn    []hcl.Traversal
	selfish      bool   // `with` refers to self
	uses         string // the name of the pipeline
	usesRange    hcl.Range
	providedBy   hcl.Range            // of Provider
	weighed      bool                 // Weight was given
	schema       providers.Schema     // of the input, set by Check
	conformer    *providers.Conformer // of the schema; nil when there is none
	seeded       bool                 // the capability takes a seed, set by Check
	valueType    cty.Type             // of a reference to the stage, set by Check
	output       cty.Type             // of one instance, set by Check
}

// An argument is one attribute of a `with`.
type argument struct {
	name   string
	at     hcl.Range // of the name
	value  hclsyntax.Expression
	varies bool // from instance to instance: it refers to each or self
}

// Dependencies names the stages that must be done before this one, in order of declaration.
func (s *Stage) Dependencies() []string { return s.dependencies }

// FansOut tells whether the stage has for_each.
func (s *Stage) FansOut() bool { return s.forEach != nil }

// Conditional tells whether the stage has when.
func (s *Stage) Conditional() bool { return s.when != nil }

// OutputType is the type of one instance's output.
func (s *Stage) OutputType() cty.Type { return s.output }

// Retry says how often and how fast a failed call is tried again. Zero values mean the engine's
// defaults.
type Retry struct {
	Attempts int           // calls in all, the first included
	Delay    time.Duration // before the second; doubles from there
	MaxDelay time.Duration
}

// A validation is a condition that a pipeline's inputs must meet.
type validation struct {
	input     string // in whose block it stands
	condition hclsyntax.Expression
	message   hclsyntax.Expression
	misplaced bool // refers to what is not an input
	faulty    bool // has findings of its own; set by Check
}

// An Output is a named result of a pipeline.
type Output struct {
	Name        string
	Description string
	Range       hcl.Range

	value  hclsyntax.Expression
	stages []string
	refs   []string // the same, with names that do not exist
	locals []*local
}

// Stages names the stages that the output refers to.
func (o *Output) Stages() []string { return o.stages }

type local struct {
	name  string
	value hclsyntax.Expression // nil for a name that does not exist
	at    hcl.Range
}
