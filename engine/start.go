package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// Inputs are a run's inputs by name. A value is anything that encodes as JSON, a cty.Value, or a
// LocalFile for an input of type file. An input that is absent has its default.
type Inputs map[string]any

// A LocalFile is the path of a file on this machine; starting a run copies it into the store.
type LocalFile string

// StartOptions say more about a run. The zero value is useful.
type StartOptions struct {
	// ID makes starting idempotent: when there is a run of this id, it is returned and nothing is
	// started. "" means a new one.
	ID string
	// Seed is the run's seed when HasSeed is true; otherwise it is random, or that of From.
	Seed    int64
	HasSeed bool
	// Until stops after the named stage and what it depends on; the run's outputs are those that can
	// be known then.
	Until string
	// From is the id of a run whose results are reused where the inputs are the same, whatever
	// provider made them. "" means none.
	From string
}

// frozen is what a run keeps from its start, whatever becomes of the pipelines' file.
type frozen struct {
	Source    pipeline.Source   `json:"source"`
	Inputs    json.RawMessage   `json:"inputs"` // all of them, of the types the pipeline declares
	Given     json.RawMessage   `json:"given"`  // those that the caller gave
	Seed      int64             `json:"seed"`
	Until     string            `json:"until,omitempty"`
	Providers map[string]string `json:"providers"` // the plugins' versions
}

func readFrozen(raw json.RawMessage) (frozen, error) {
	var f frozen
	err := json.Unmarshal(raw, &f)
	return f, err
}

// Start begins a run of a pipeline and returns at once; Run.Wait waits for it. Before anything runs it
// checks the inputs (*InputError) and that every stage can be served on this machine
// (*NotReadyError). The context bounds Start only, not the run.
func (e *Engine) Start(ctx context.Context, name string, inputs Inputs, options ...StartOptions) (*Run, error) {
	var o StartOptions
	if len(options) > 0 {
		o = options[0]
	}
	if o.ID != "" {
		if r, err := e.Run(ctx, o.ID); !errors.Is(err, ErrNotFound) {
			return r, err
		}
	}
	pl := e.roster.file.Pipeline(name)
	if pl == nil {
		var names []string
		for _, p := range e.roster.file.Pipelines {
			names = append(names, p.Name)
		}
		msg := fmt.Sprintf("pipeline %q: %%w", name)
		if near := providers.Nearest(name, names); near != "" {
			msg += fmt.Sprintf("; did you mean %q?", near)
		}
		return nil, fmt.Errorf(msg, ErrNotFound)
	}
	if o.Until != "" && pl.Stage(o.Until) == nil {
		return nil, fmt.Errorf("stage %q of %s: %w", o.Until, name, ErrNotFound)
	}
	given, err := e.inputValues(ctx, pl, inputs)
	if err != nil {
		return nil, err
	}
	resolved, problems := pl.ResolveInputs(given)
	if len(problems) > 0 {
		return nil, &InputError{name, problems}
	}
	if err := e.roster.preflight(ctx, pl, needed(pl, resolved, o.Until)); err != nil {
		return nil, err
	}
	header := journal.Run{ID: o.ID, Pipeline: name, State: string(Queued), Created: e.conf.Clock.Now().UTC()}
	if header.ID == "" {
		header.ID = uuid.Must(uuid.NewV7()).String()
	}
	header.Updated, header.Lineage = header.Created, header.ID
	f := frozen{Source: e.conf.Source, Seed: o.Seed, Until: o.Until, Providers: e.roster.versions()}
	if !o.HasSeed {
		f.Seed = rand.Int64N(1 << 31)
	}
	if o.From != "" {
		parent, err := e.conf.Journal.Run(ctx, o.From)
		if err != nil {
			return nil, fmt.Errorf("run %s: %w", o.From, err)
		}
		header.Parent, header.Lineage = parent.ID, parent.Lineage
		if pf, err := readFrozen(parent.Frozen); err == nil && !o.HasSeed {
			f.Seed = pf.Seed
		}
	}
	if f.Inputs, err = ctyjson.Marshal(resolved, pl.InputType()); err != nil {
		return nil, err
	}
	if f.Given, err = givenJSON(given); err != nil {
		return nil, err
	}
	if header.Frozen, err = json.Marshal(f); err != nil {
		return nil, err
	}
	return e.create(ctx, header)
}

// create records a run and begins it.
func (e *Engine) create(ctx context.Context, header journal.Run) (*Run, error) {
	created, err := record{Event: Event{Time: header.Created, Kind: RunCreated}}.journalled()
	if err != nil {
		return nil, err
	}
	err = e.conf.Journal.Create(ctx, header, journal.Batch{Events: []journal.Event{created}})
	if errors.Is(err, journal.ErrExists) {
		return e.Run(ctx, header.ID)
	}
	if err != nil {
		return nil, err
	}
	r, err := e.load(ctx, header)
	if err != nil {
		return nil, err
	}
	return r, e.execute(r)
}

// Resume goes on with an unfinished run. A run that is final or already executing is left as it is.
func (e *Engine) Resume(ctx context.Context, id string) (*Run, error) {
	r, err := e.Run(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Status().State.Final() {
		return r, nil
	}
	if err := e.roster.preflight(ctx, r.pl, needed(r.pl, r.scope.Inputs, r.frozen.Until)); err != nil {
		return nil, err
	}
	return r, e.execute(r)
}

func (e *Engine) resumeAll(ctx context.Context) error {
	var unfinished []string
	for info, err := range e.Runs(ctx, journal.Query{}) {
		if err != nil {
			return err
		}
		if !info.State.Final() {
			unfinished = append(unfinished, info.ID)
		}
	}
	slices.Reverse(unfinished) // oldest first
	for _, id := range unfinished {
		if _, err := e.Resume(ctx, id); err != nil {
			e.conf.Log.Error("run cannot be resumed", "run", id, "error", err)
		}
	}
	return nil
}

// execute begins or goes on with a run in this engine, once.
func (e *Engine) execute(r *Run) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return ErrClosed
	}
	if _, running := e.runs[r.ID]; running {
		return nil
	}
	e.runs[r.ID] = r
	r.begin()
	e.wg.Go(func() {
		r.loop()
		e.mu.Lock()
		delete(e.runs, r.ID)
		e.mu.Unlock()
	})
	return nil
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

// inputValues turns what the caller gave into values, and local files into stored ones.
func (e *Engine) inputValues(ctx context.Context, pl *pipeline.Pipeline, inputs Inputs) (map[string]cty.Value, error) {
	values := make(map[string]cty.Value, len(inputs))
	for name, in := range inputs {
		switch in := in.(type) {
		case cty.Value:
			values[name] = in
		case LocalFile:
			f, err := e.store(ctx, string(in))
			if err != nil {
				return nil, &InputError{pl.Name, []providers.Problem{{Attribute: name, Summary: err.Error()}}}
			}
			values[name] = providers.FileVal(f)
		default:
			raw, err := json.Marshal(in)
			if err != nil {
				return nil, &InputError{pl.Name, []providers.Problem{{Attribute: name, Summary: "the value does not encode as JSON"}}}
			}
			ty, err := ctyjson.ImpliedType(raw)
			if err != nil {
				return nil, err
			}
			if values[name], err = ctyjson.Unmarshal(raw, ty); err != nil {
				return nil, err
			}
		}
	}
	return values, nil
}

// store copies a file into the artifact store.
func (e *Engine) store(ctx context.Context, path string) (providers.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return providers.File{}, err
	}
	defer f.Close()
	info, err := e.conf.Artifacts.Put(ctx, f)
	return providers.File{SHA256: info.SHA256, Size: info.Size, MediaType: mediaType(path), Name: filepath.Base(path)}, err
}

// givenJSON writes the given inputs with sorted keys, so that equal ones are equal bytes.
func givenJSON(given map[string]cty.Value) (json.RawMessage, error) {
	m := make(map[string]json.RawMessage, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		raw, err := ctyjson.Marshal(given[name], given[name].Type())
		if err != nil {
			return nil, err
		}
		m[name] = raw
	}
	return json.Marshal(m)
}

// Given writes inputs as Info.Given has them, to find an earlier run of the same ones.
func (e *Engine) Given(ctx context.Context, name string, inputs Inputs) ([]byte, error) {
	pl := e.roster.file.Pipeline(name)
	if pl == nil {
		return nil, fmt.Errorf("pipeline %q: %w", name, ErrNotFound)
	}
	given, err := e.inputValues(ctx, pl, inputs)
	if err != nil {
		return nil, err
	}
	return givenJSON(given)
}
