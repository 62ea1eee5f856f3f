package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/filmloom/filmloom/engine/journal"
)

// flights are the calls that are being made, by lineage and key: identical calls of one lineage are one
// call, whichever of its runs makes it.
type flights struct {
	mu     sync.Mutex
	flying map[string]*flight
}

// A flight is one call that is being made.
type flight struct {
	address string        // of the instance that makes it
	landed  chan struct{} // closed when it has ended, well or not
}

// board begins a call, whose maker tells its end with landed; or it gives the flight that is making the
// same call already.
func (f *flights) board(key, address string) (landed func(), other *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if other := f.flying[key]; other != nil {
		return nil, other
	}
	if f.flying == nil {
		f.flying = map[string]*flight{}
	}
	mine := &flight{address, make(chan struct{})}
	f.flying[key] = mine
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.flying, key)
		close(mine.landed)
	}, nil
}

// A handover is work that an interrupted call has left under way at a provider.
type handover struct {
	provider   string
	checkpoint []byte
}

// inherit gives the work that superseded runs of the lineage, before this one, have left under way, by the
// key of the call. A run that is being executed keeps its own until it has ended.
func (e *Engine) inherit(ctx context.Context, parent string) (map[string]handover, error) {
	handed := map[string]handover{}
	for parent != "" {
		if e.executes(parent) != nil {
			break
		}
		x, err := e.load(ctx, parent)
		var damaged *journal.CorruptError
		if errors.Is(err, ErrNotFound) || errors.As(err, &damaged) { // deleted, or nobody can tell
			break
		}
		if err != nil {
			return nil, fmt.Errorf("what run %s left under way cannot be read: %w", parent, err)
		}
		if x.view.state != Superseded {
			break
		}
		for _, c := range x.view.calls {
			if _, newer := handed[c.key]; c.checkpoint != nil && !c.done && !newer {
				handed[c.key] = handover{c.provider, c.checkpoint}
			}
		}
		parent = x.header.Parent
	}
	return handed, nil
}
