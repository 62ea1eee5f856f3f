package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// StartOptions say more about a run. The zero value is useful.
type StartOptions struct {
	// ID makes starting idempotent: when there is a run of this id, of the same pipeline and given inputs,
	// it is returned, and goes on if it is unfinished; nothing else is started. "" means a new id.
	ID string
	// Seed is the run's seed when HasSeed is true; otherwise it is random, or that of From.
	Seed    int64
	HasSeed bool
	// Until stops after the named stage and what it depends on; the run's outputs are those that can
	// be known then.
	Until string
	// From is the id of a run whose lineage this one continues, under the pipelines as they are now:
	// results are used again where the inputs are the same, whatever provider made them; takes and edits
	// are kept; an unfinished run of the lineage is superseded. "" means none.
	From string
	// Budget is what the run may cost: it fails before the call that would pass it. 0 means no limit.
	Budget providers.Money
	// Priority decides whose calls go first where they wait for a place; higher is sooner, 0 is usual.
	Priority int
}

// frozen is what a run keeps from its start, whatever becomes of the pipelines' file.
type frozen struct {
	Format    int                `json:"v"`
	Source    pipeline.Source    `json:"source"`
	Inputs    json.RawMessage    `json:"inputs"` // all of them, of the types the pipeline declares
	Given     json.RawMessage    `json:"given"`  // those that the caller gave
	Seed      int64              `json:"seed"`
	Until     string             `json:"until,omitempty"`
	Budget    providers.Money    `json:"budget,omitempty"`
	Priority  int                `json:"priority,omitempty"`
	Providers map[string]string  `json:"providers"`         // the plugins' versions
	Weights   map[string]float64 `json:"weights,omitempty"` // of stages in the progress, by declared address
	Takes     map[string]int     `json:"takes,omitempty"`   // by address, where it is not the first
	Edits     map[string]edit    `json:"edits,omitempty"`   // by address
}

// frozenFormat is the format that frozen has. A newer program may read older formats, never the other way.
const frozenFormat = 1

func readFrozen(raw json.RawMessage) (frozen, error) {
	var f frozen
	if err := json.Unmarshal(raw, &f); err != nil {
		return f, err
	}
	if f.Format > frozenFormat {
		return f, fmt.Errorf("it has format %d and this program knows format %d: it was started by a newer version", f.Format, frozenFormat)
	}
	return f, nil
}

// Start begins a run of a pipeline and returns at once; Run.Wait waits for it. Before anything runs it
// checks the inputs (*InputError) and that every stage can be served on this machine
// (*NotReadyError). The context bounds Start only, not the run.
func (e *Engine) Start(ctx context.Context, name string, inputs Inputs, options ...StartOptions) (*Run, error) {
	var o StartOptions
	if len(options) > 0 {
		o = options[0]
	}
	defer e.refuse.use()() // the inputs' files, until the run refers to them
	d, err := e.draft(ctx, name, inputs, o)
	if err != nil {
		return nil, err
	}
	return e.begin(ctx, d)
}

// A draft is a run that could be started.
type draft struct {
	pl     *pipeline.Pipeline
	header journal.Run // its id may be ""
	frozen frozen
	inputs cty.Value // all of them
}

// draft checks what a caller of Start wants.
func (e *Engine) draft(ctx context.Context, name string, inputs Inputs, o StartOptions) (*draft, error) {
	pl, err := e.pipeline(name)
	if err != nil {
		return nil, err
	}
	given, err := e.inputValues(ctx, pl, inputs)
	if err != nil {
		return nil, err
	}
	d := &draft{pl: pl, header: journal.Run{ID: o.ID, Pipeline: name}, frozen: frozen{
		Source: e.conf.Source, Seed: o.Seed, Until: o.Until, Budget: o.Budget, Priority: o.Priority,
	}}
	if d.frozen.Given, err = givenJSON(given); err != nil {
		return nil, err
	}
	resolved, problems := pl.ResolveInputs(given)
	if len(problems) > 0 {
		return nil, &InputError{name, problems}
	}
	d.inputs = resolved
	if !o.HasSeed {
		d.frozen.Seed = rand.Int64N(1 << 31)
	}
	if o.From == "" {
		return d, d.check()
	}
	parent, err := e.parent(ctx, o.From)
	if err != nil {
		return nil, err
	}
	d.header.Parent, d.header.Lineage = parent.ID, parent.Lineage
	d.frozen.Takes, d.frozen.Edits = parent.frozen.Takes, parent.frozen.Edits
	if !o.HasSeed {
		d.frozen.Seed = parent.frozen.Seed
	}
	return d, d.check()
}

// check finds what no start could mend.
func (d *draft) check() error {
	if until := d.frozen.Until; until != "" && d.pl.Stage(until) == nil {
		return fmt.Errorf("stage %q of %s: %w", until, d.pl.Name, ErrNotFound)
	}
	return nil
}

// pipeline finds a pipeline as it is declared now.
func (e *Engine) pipeline(name string) (*pipeline.Pipeline, error) {
	if pl := e.roster.file.Pipeline(name); pl != nil {
		return pl, nil
	}
	var names []string
	for _, p := range e.roster.file.Pipelines {
		names = append(names, p.Name)
	}
	if near := providers.Nearest(name, names); near != "" {
		return nil, fmt.Errorf("pipeline %q: %w; did you mean %q?", name, ErrNotFound, near)
	}
	return nil, fmt.Errorf("pipeline %q: %w", name, ErrNotFound)
}

// again gives the run that an earlier call of Start with the same id has begun, or nothing.
func (e *Engine) again(ctx context.Context, id, name string, given []byte) (*Run, error) {
	r, err := e.Run(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	x := r.execution()
	if r.Pipeline != name || string(x.frozen.Given) != string(given) {
		return nil, fmt.Errorf("run %s: %w with another pipeline or other inputs", id, ErrExists)
	}
	if s, _ := x.stand(); s.Final() || s == Paused {
		return r, nil
	}
	return e.Resume(ctx, id)
}

// A parentRun is what a run takes over from the one it is based on.
type parentRun struct {
	journal.Run
	frozen frozen
}

func (e *Engine) parent(ctx context.Context, id string) (parentRun, error) {
	h, err := e.conf.Journal.Run(ctx, id)
	if errors.Is(err, journal.ErrNotFound) {
		return parentRun{}, fmt.Errorf("run %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return parentRun{}, err
	}
	f, err := readFrozen(h.Frozen)
	if err != nil {
		return parentRun{}, fmt.Errorf("run %s cannot be read: %w", id, err)
	}
	return parentRun{h, f}, nil
}

// begin records a run, supersedes what it replaces and goes on with it; where there is a run of its id
// already, it goes on with that.
func (e *Engine) begin(ctx context.Context, d *draft) (*Run, error) {
	header, f := d.header, d.frozen
	if header.ID != "" {
		if r, err := e.again(ctx, header.ID, header.Pipeline, f.Given); r != nil || err != nil {
			return r, err
		}
	}
	if err := e.roster.preflight(ctx, d.pl, needed(d.pl, d.inputs, f.Until)); err != nil {
		return nil, err
	}
	var err error
	if f.Inputs, err = ctyjson.Marshal(d.inputs, d.pl.InputType()); err != nil {
		return nil, err
	}
	f.Format, f.Providers, f.Weights = frozenFormat, e.roster.versions(), e.learned(ctx, d.pl.Name).weigh(d.pl)
	if header.Frozen, err = json.Marshal(f); err != nil {
		return nil, err
	}
	if header.ID == "" {
		header.ID = uuid.Must(uuid.NewV7()).String()
	}
	if header.Lineage == "" {
		header.Lineage = header.ID
	}
	err = e.create(ctx, header, f.artifacts(d.inputs))
	if errors.Is(err, journal.ErrExists) { // somebody else was faster
		return e.again(ctx, header.ID, header.Pipeline, f.Given)
	}
	if err != nil {
		return nil, err
	}
	return e.Resume(ctx, header.ID)
}

// create records a new run, which refers to artifacts. It takes the run's turn, so that the observer hears of
// the run before anybody goes on with it.
func (e *Engine) create(ctx context.Context, header journal.Run, artifacts []string) error {
	done, err := e.turns.take(ctx, header.ID)
	if err != nil {
		return err
	}
	defer done()
	header.State, header.Created = string(Queued), e.conf.Clock.Now().UTC()
	created := record{Event: Event{Seq: 1, Time: header.Created, Kind: RunCreated}, artifacts: artifacts}
	ev, err := created.journalled()
	if err != nil {
		return err
	}
	e.refuse.touch(ev.Artifacts)
	if err := e.conf.Journal.Create(ctx, header, journal.Batch{Events: []journal.Event{ev}}); err != nil {
		return err
	}
	x := e.stub(header)
	x.note([]record{created})
	x.tell()
	return nil
}

// artifacts are the files that the run refers to from its start.
func (f frozen) artifacts(inputs cty.Value) []string {
	var sums []string
	for _, file := range providers.Files(inputs) {
		sums = append(sums, file.SHA256)
	}
	for _, ed := range f.Edits {
		sums = append(sums, ed.Artifacts...)
	}
	slices.Sort(sums)
	return slices.Compact(sums)
}

// needed are the stages that a run will do, as far as that is known at its start.
func needed(pl *pipeline.Pipeline, inputs cty.Value, until string) map[string]bool {
	wanted := upTo(pl, until)
	for _, s := range pl.Order() {
		if !s.Conditional() || !wanted[s.Name] {
			continue
		}
		if x, diags := pl.Expand(s, pipeline.Scope{Inputs: inputs}); !diags.HasErrors() && x.Skipped {
			delete(wanted, s.Name)
		}
	}
	return wanted
}

// upTo is the set of the stage and all that it depends on; every stage for "".
func upTo(pl *pipeline.Pipeline, until string) map[string]bool {
	set := map[string]bool{}
	if until != "" {
		set[until] = true
	}
	for _, s := range slices.Backward(pl.Order()) {
		if until == "" {
			set[s.Name] = true
		}
		if set[s.Name] {
			for _, d := range s.Dependencies() {
				set[d] = true
			}
		}
	}
	return set
}
