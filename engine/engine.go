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

	"golang.org/x/sync/semaphore"

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
	// Resume lets Open go on with every unfinished run. By default none goes on until Engine.Resume.
	Resume bool
	// CPUs is the size of the pool that calls with heavy local work share; 0 means runtime.NumCPU.
	CPUs int
	// Log receives what operators want to know; nil discards it.
	Log *slog.Logger
	// Env looks up environment variables for provider blocks; nil means os.LookupEnv.
	Env func(name string) (string, bool)
	// Clock tells the time and waits between attempts; nil means the system's.
	Clock Clock
}

// An Engine runs pipelines. Its methods may be called concurrently.
type Engine struct {
	conf   Config
	roster *roster
	cpu    *semaphore.Weighted
	owned  []func() error // closes what the engine has opened

	mu     sync.Mutex
	runs   map[string]*Run // those that this engine executes
	closed bool
	wg     sync.WaitGroup // one for each executing run
}

// Open makes an engine: it opens the stores, reads and checks the pipelines and, with Config.Resume,
// goes on with unfinished runs. The error is an *InvalidError when the pipelines are not valid. The
// context bounds Open only.
func Open(ctx context.Context, conf Config) (_ *Engine, err error) {
	if conf.Log == nil {
		conf.Log = slog.New(slog.DiscardHandler)
	}
	if conf.Env == nil {
		conf.Env = os.LookupEnv
	}
	if conf.Clock == nil {
		conf.Clock = systemClock{}
	}
	if conf.CPUs <= 0 {
		conf.CPUs = runtime.NumCPU()
	}
	if conf.Providers == nil {
		return nil, errors.New("engine: Config.Providers is needed, for example builtin.InProcess()")
	}
	e := &Engine{conf: conf, runs: map[string]*Run{}, cpu: semaphore.NewWeighted(int64(conf.CPUs))}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.closeOwned())
		}
	}()
	if conf.Source == nil {
		if e.conf.Source, err = pipeline.Load(conf.Pipelines); err != nil {
			return nil, err
		}
	}
	if e.roster, err = openRoster(ctx, e.conf); err != nil {
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

// Close stops everything: executing runs are interrupted where they are, and go on when they are
// resumed. It returns when no call is left and every provider has ended.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	for _, r := range e.runs {
		r.stop(ErrClosed)
	}
	e.mu.Unlock()
	e.wg.Wait()
	return errors.Join(e.roster.close(), e.closeOwned())
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
	e.mu.Lock()
	r := e.runs[id]
	e.mu.Unlock()
	if r != nil {
		return r, nil
	}
	header, err := e.conf.Journal.Run(ctx, id)
	if errors.Is(err, journal.ErrNotFound) {
		return nil, fmt.Errorf("run %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return e.load(ctx, header)
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
	Until    string // the stage after which it stops, or ""
}

// Runs lists runs, newest first. A query's zero fields do not restrict it.
func (e *Engine) Runs(ctx context.Context, q journal.Query) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		for h, err := range e.conf.Journal.Runs(ctx, q) {
			if err != nil {
				yield(Info{}, err)
				return
			}
			f, err := readFrozen(h.Frozen)
			if !yield(Info{
				ID: h.ID, Pipeline: h.Pipeline, State: State(h.State), Lineage: h.Lineage, Parent: h.Parent,
				Source: f.Source.Digest(), Given: f.Given, Seed: f.Seed, Until: f.Until,
			}, err) {
				return
			}
		}
	}
}
