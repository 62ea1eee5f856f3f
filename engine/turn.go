package engine

import (
	"context"
	"sync"
)

// turns let one caller at a time decide what becomes of a run that is not being executed: to go on with it,
// or to record that it ended.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // by run; closed when the turn is over
}

// take waits for the caller's turn and gives what ends it.
func (t *turns) take(ctx context.Context, id string) (done func(), err error) {
	for {
		t.mu.Lock()
		other := t.taken[id]
		if other == nil {
			if t.taken == nil {
				t.taken = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.taken[id] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				defer t.mu.Unlock()
				delete(t.taken, id)
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
