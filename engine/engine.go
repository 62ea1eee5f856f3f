package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/filmloom/filmloom/engine/admission"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// Config says how an engine works. Dir, or both Journal and Artifacts, must be given; everything else
// has a useful zero value.
type Config struct {
	// Dir is the data directory, made when missing: the journal in Dir/journal, files in
	// Dir/artifacts. One engine at a time can use it.
	Dir string
	// Pipelines is a .hcl file or a directory of them. Source, when not nil, is used instead.
	Pipelines string
	Source    pipeline.Source
	// Providers makes the providers that the pipelines' stages use.
	Providers providers.Source
	// Journal and Artifacts replace what would be kept in Dir. Close does not close them.
	Journal   journal.Journal
	Artifacts artifact.Store
	// Cache is a directory where what external plugins say of themselves is remembered, so that checking
	// pipelines starts none of them twice; "" means filmloom in the user's cache directory.
	Cache string
	// Resume lets Open go on with every run that is queued or running; one that was paused stays so. By
	// default none goes on until Engine.Resume.
	Resume bool
	// CPUs is the size of the pool that calls with heavy local work share; 0 means runtime.NumCPU.
	CPUs int
	// Log receives what operators want to know; nil discards it.
	Log *slog.Logger
	// Env looks up environment variables for provider blocks; nil means os.LookupEnv.
	Env func(name string) (string, bool)
	// Secrets resolves the references in a stage's `secrets` when a call is made. The values go to the
	// provider alone; what is recorded is the reference. An error that is a *providers.Error keeps its kind and
	// what it says; any other is KindUnauthorized. Without it such a stage fails.
	Secrets func(ctx context.Context, reference string) (string, error)
	// Observe, when not nil, is told every event of every run that the engine records, once and after it is
	// recorded, for metrics and traces. Those of one run come one after another in the order of their numbers,
	// those of several may come concurrently. It is called in the middle of the work: it must return at once.
	Observe func(Observation)
	// Clock tells the time and waits between attempts; nil means the system's.
	Clock Clock
}

// An Engine runs pipelines. Its methods may be called concurrently.
type Engine struct {
	conf    Config
	admit   *admission.Controller
	roster  *roster
	flights flights
	turns   turns
	refuse  collection     // keeps a garbage collection off files that are about to be used
	owned   []func() error // closes what the engine has opened

	mu        sync.Mutex
	executing map[string]*execution // by run
	draining  bool                  // no run begins or goes on any more
	closed    bool
	wg        sync.WaitGroup // one for each executing run
	strays    sync.WaitGroup // one for each call that was given up and has not returned
}

// Open makes an engine: it opens the stores, reads and checks the pipelines and, with Config.Resume,
// goes on with unfinished runs. The error is an *InvalidError when the pipelines are not valid. The
// context bounds Open only.
func Open(ctx context.Context, conf Config) (_ *Engine, err error) {
	conf.fill()
	if conf.Providers == nil {
		return nil, errors.New("engine: Config.Providers is needed, for example builtin.InProcess()")
	}
	e := &Engine{conf: conf, executing: map[string]*execution{}, admit: admission.New(conf.CPUs, conf.Clock)}
	defer func() {
		if err != nil {
			e.admit.Close()
			err = errors.Join(err, e.closeOwned())
		}
	}()
	if conf.Source == nil {
		if e.conf.Source, err = pipeline.Load(conf.Pipelines); err != nil {
			return nil, err
		}
	}
	if e.roster, err = openRoster(ctx, e.conf, e.admit); err != nil {
		return nil, err
	}
	if err = e.openStores(); err != nil {
		return nil, err
	}
	if conf.Resume {
		if err = e.resumeAll(ctx); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// fill gives what was left out its usual value.
func (c *Config) fill() {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Env == nil {
		c.Env = os.LookupEnv
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.CPUs <= 0 {
		c.CPUs = runtime.NumCPU()
	}
}

func (e *Engine) openStores() error {
	if e.conf.Dir == "" && (e.conf.Journal == nil || e.conf.Artifacts == nil) {
		return errors.New("engine: Config.Dir is needed")
	}
	if e.conf.Journal == nil {
		j, err := badger.Open(filepath.Join(e.conf.Dir, "journal"))
		if err != nil {
			return err
		}
		e.conf.Journal = j
		e.owned = append(e.owned, j.Close)
	}
	if e.conf.Artifacts == nil {
		a, err := artifact.OpenDir(filepath.Join(e.conf.Dir, "artifacts"))
		if err != nil {
			return err
		}
		e.conf.Artifacts = a
		e.owned = append(e.owned, a.Close)
	}
	return nil
}

// Drain lets the calls that are being made finish, and nothing more start, in no run: what they give is not
// lost when Close follows. It returns when none is left or the context ends. Runs that were not done go on when
// they are resumed.
func (e *Engine) Drain(ctx context.Context) {
	e.mu.Lock()
	e.draining = true
	for _, x := range e.executing {
		x.halt(ErrClosed)
	}
	e.mu.Unlock()
	left := make(chan struct{})
	go func() {
		e.wg.Wait()
		close(left)
	}()
	select {
	case <-left:
	case <-ctx.Done():
	}
}

// Close stops everything: executing runs are interrupted where they are, and go on when they are
// resumed. It returns when no call is left and every provider has ended; for a provider that does not
// heed its context it waits no more than strayGrace.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	for _, x := range e.executing {
		x.cancel(ErrClosed)
	}
	e.mu.Unlock()
	e.wg.Wait()
	e.awaitStrays()
	err := e.roster.close()
	e.admit.Close()
	return errors.Join(err, e.closeOwned())
}

func (e *Engine) closeOwned() error {
	var errs []error
	for _, c := range e.owned {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// Pipelines are the pipelines as they are declared now.
func (e *Engine) Pipelines() *pipeline.File { return e.roster.file }

// Artifacts is where the engine keeps files.
func (e *Engine) Artifacts() artifact.Store { return e.conf.Artifacts }

// Run finds a run, executing or not. The error is ErrNotFound when there is none.
func (e *Engine) Run(ctx context.Context, id string) (*Run, error) {
	if x := e.executes(id); x != nil {
		return x.handle(), nil
	}
	x, err := e.load(ctx, id)
	if err != nil {
		return nil, err
	}
	return x.handle(), nil
}

// executes gives the run's execution in this engine, or nil.
func (e *Engine) executes(id string) *execution {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.executing[id]
}

// share is how many instances one run may have in flight, so that all together stay bounded.
func (e *Engine) share() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return min(max(maxInFlightAll/max(len(e.executing), 1), minInFlight), maxInFlight)
}

// Info is what the journal's index knows of a run.
type Info struct {
	ID       string
	Pipeline string
	State    State
	Lineage  string // the id of the first run of its chain of revisions
	Parent   string // the run it is based on, or ""
	Source   string // the digest of its frozen pipeline source
	Given    []byte // the inputs that the caller gave, as JSON with sorted keys
	Seed     int64
	Until    string          // the stage after which it stops, or ""
	Budget   providers.Money // what it may cost; 0 without a limit
	Created  time.Time
	Updated  time.Time // when its newest event was recorded
	Ordinal  uint64    // counts runs in the order of creation
}

// Runs lists runs, newest first. A query's zero fields do not restrict it. A run whose record is damaged
// is yielded with the error and what is known of it, and the listing goes on if it is asked to.
func (e *Engine) Runs(ctx context.Context, q journal.Query) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		for h, err := range e.conf.Journal.Runs(ctx, q) {
			var f frozen
			if err == nil {
				f, err = readFrozen(h.Frozen)
			}
			if !yield(Info{
				ID: h.ID, Pipeline: h.Pipeline, State: State(h.State), Lineage: h.Lineage, Parent: h.Parent,
				Source: f.Source.Digest(), Given: f.Given, Seed: f.Seed, Until: f.Until, Budget: f.Budget,
				Created: h.Created, Updated: h.Updated, Ordinal: h.Ordinal,
			}, err) {
				return
			}
		}
	}
}

// Delete forgets a run that has ended, and with the last run of a lineage what only that lineage could use
// again. Files stay until [Engine.Collect]. The error is ErrNotFound, or ErrUnfinished for a run that has
// not ended; a run that cannot be read can be deleted.
func (e *Engine) Delete(ctx context.Context, id string) error {
	done, err := e.turns.take(ctx, id)
	if err != nil {
		return err
	}
	defer done()
	if x := e.executes(id); x != nil { // even if its record is damaged
		if s, _ := x.stand(); !s.Final() {
			return fmt.Errorf("run %s is %s: %w", id, s, ErrUnfinished)
		}
	}
	h, err := e.conf.Journal.Run(ctx, id)
	if errors.Is(err, journal.ErrNotFound) {
		return fmt.Errorf("run %s: %w", id, ErrNotFound)
	}
	if err == nil && !State(h.State).Final() {
		if _, err = e.picture(ctx, h); err == nil {
			return fmt.Errorf("run %s is %s: %w", id, h.State, ErrUnfinished)
		}
	}
	var damaged *journal.CorruptError
	if err != nil && !errors.As(err, &damaged) {
		return err
	}
	return e.conf.Journal.Delete(ctx, id)
}
