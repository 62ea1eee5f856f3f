package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
)

// Collected is what a garbage collection removed.
type Collected struct {
	Artifacts int
	Bytes     int64 // of the artifacts
	Outcomes  int   // results that no run has any more, or that could not be used again without them
}

// Hold keeps [Engine.Collect] from beginning until release is called, for a backup that copies files; it waits
// for one that is under way.
func (e *Engine) Hold() (release func()) {
	e.refuse.running.Lock()
	return e.refuse.running.Unlock
}

// collection keeps a garbage collection and the runs that go on meanwhile out of each other's way. A file
// comes into use under use's protection, and touch says that a record refers to it; the collection removes
// a file only while nothing is coming into use, and none that was touched since it began.
type collection struct {
	running sync.Mutex // held by the collection
	gate    sync.RWMutex
	mu      sync.Mutex
	touched map[string]bool // nil while no collection runs
}

// use protects files that are about to be used, until the returned function is called.
func (c *collection) use() func() {
	c.gate.RLock()
	return c.gate.RUnlock
}

// touch says that a record refers to these files.
func (c *collection) touch(sums []string) {
	if len(sums) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.touched == nil {
		return
	}
	for _, sum := range sums {
		c.touched[sum] = true
	}
}

// begin waits until nothing is coming into use: a record that was touched before is in the journal then, where the
// collection finds it.
func (c *collection) begin() {
	c.running.Lock()
	c.gate.Lock()
	defer c.gate.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.touched = map[string]bool{}
}

func (c *collection) end() {
	c.mu.Lock()
	c.touched = nil
	c.mu.Unlock()
	c.running.Unlock()
}

// remove removes a file unless it was touched.
func (c *collection) remove(ctx context.Context, store artifact.Store, sum string) (bool, error) {
	c.gate.Lock()
	defer c.gate.Unlock()
	c.mu.Lock()
	touched := c.touched[sum]
	c.mu.Unlock()
	if touched {
		return false, nil
	}
	err := store.Delete(ctx, sum)
	if errors.Is(err, artifact.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Collect removes the files that no run refers to, and the shared results that no run has any more or that cannot
// be used again without their files. Runs may go on meanwhile. Runs whose record is damaged keep nothing alive that
// cannot be read, so Collect refuses to remove anything while there is one; restore or delete it first.
func (e *Engine) Collect(ctx context.Context) (Collected, error) {
	c := &e.refuse
	c.begin()
	defer c.end()
	var candidates []artifact.Info
	for info, err := range e.conf.Artifacts.All(ctx) {
		if err != nil {
			return Collected{}, err
		}
		candidates = append(candidates, info)
	}
	used, err := e.referred(ctx)
	if err != nil {
		return Collected{}, err
	}
	var done Collected
	for _, info := range candidates {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		if used[info.SHA256] {
			continue
		}
		gone, err := c.remove(ctx, e.conf.Artifacts, info.SHA256)
		if err != nil {
			return done, err
		}
		if gone {
			done.Artifacts++
			done.Bytes += info.Size
		}
	}
	done.Outcomes, err = e.forget(ctx)
	return done, err
}

// referred are the files that the events of any run refer to.
func (e *Engine) referred(ctx context.Context) (map[string]bool, error) {
	used := map[string]bool{}
	for run, err := range e.conf.Journal.Runs(ctx, journal.Query{}) {
		if err != nil {
			return nil, err
		}
		for ev, err := range e.conf.Journal.Events(ctx, run.ID, 1) {
			if errors.Is(err, journal.ErrNotFound) {
				break // deleted meanwhile
			}
			if err != nil {
				return nil, err
			}
			for _, sum := range ev.Artifacts {
				used[sum] = true
			}
		}
	}
	return used, nil
}

// forget removes results whose files are gone, damaged ones, and shared ones that no lineage has any more: what was
// made for deleted runs goes with them, whatever is in it.
func (e *Engine) forget(ctx context.Context) (int, error) {
	var gone []journal.OutcomeKey
	shared := map[journal.OutcomeKey][sha256.Size]byte{}
	for o, err := range e.conf.Journal.Outcomes(ctx) {
		key := journal.OutcomeKey{Scope: o.Scope, Key: o.Key}
		var damaged *journal.CorruptError
		switch {
		case errors.As(err, &damaged):
			gone = append(gone, journal.OutcomeKey{Scope: damaged.Scope, Key: damaged.Key})
			continue
		case err != nil:
			return 0, err
		}
		if lost, err := e.lost(ctx, o.Artifacts); err != nil {
			return 0, err
		} else if lost {
			gone = append(gone, key)
		} else if o.Scope == sharedScope {
			shared[key] = sha256.Sum256(o.Data)
		}
	}
	// A result is recorded for its lineage and for all in one append, so that what was seen above has its lineage
	// here, unless that is deleted.
	if len(shared) > 0 {
		had := map[[sha256.Size]byte]bool{}
		for o, err := range e.conf.Journal.Outcomes(ctx) {
			if err == nil && o.Scope != sharedScope {
				had[sha256.Sum256(o.Data)] = true
			} else if err != nil && !errors.As(err, new(*journal.CorruptError)) {
				return 0, err
			}
		}
		for key, sum := range shared {
			if !had[sum] {
				gone = append(gone, key)
			}
		}
	}
	return len(gone), e.conf.Journal.Forget(ctx, gone...)
}

// lost tells whether one of these files is gone.
func (e *Engine) lost(ctx context.Context, sums []string) (bool, error) {
	for _, sum := range sums {
		switch _, err := e.conf.Artifacts.Stat(ctx, sum); {
		case errors.Is(err, artifact.ErrNotFound):
			return true, nil
		case err != nil:
			return false, err
		}
	}
	return false, nil
}
