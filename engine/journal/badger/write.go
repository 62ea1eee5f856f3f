package badger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
)

// A write is something that a caller waits for the writer to do.
type write struct {
	// cost is what apply adds to a group at most, headers aside. A write that has no alone fits a
	// group that is empty.
	cost cost
	// run and state are, where the write changes a run's header, that run and its new state, or "".
	run, state string
	// apply adds the write to a group. It gives an error before it has set anything, or sets
	// everything; an error in between is a *halfDone.
	apply func(g *group) (last uint64, err error)
	// alone, where it is set, does the write in groups of its own, for what does not fit one. It runs
	// in the writer, with nothing else under way.
	alone func() (last uint64, err error)

	last uint64
	err  error
	done sync.WaitGroup
}

// submit hands a write to the writer and waits for it.
func (j *Journal) submit(ctx context.Context, w *write) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	w.done.Add(1)
	j.queue.Lock()
	if j.queue.closing {
		j.queue.Unlock()
		return 0, journal.ErrClosed
	}
	j.queue.pending = append(j.queue.pending, w)
	first := len(j.queue.pending) == 1
	j.queue.Unlock()
	if first {
		j.signal()
	}
	w.done.Wait()
	return w.last, w.err
}

// write is the writer: it does what is pending, again and again, until the journal closes.
func (j *Journal) write() {
	defer close(j.idle)
	var pending, spare []*write
	for {
		j.queue.Lock()
		pending, j.queue.pending = j.queue.pending, spare
		closing := j.queue.closing
		j.queue.Unlock()
		if len(pending) == 0 {
			spare = pending
			if closing {
				return
			}
			<-j.wake
			continue
		}
		for rest := pending; len(rest) > 0; {
			rest = rest[j.do(rest):]
		}
		clear(pending)
		spare = pending[:0]
	}
}

// do makes as many of the pending writes durable as fit one transaction, tells each how it went, and
// gives their number: at least one.
func (j *Journal) do(pending []*write) (n int) {
	defer func() {
		for _, w := range pending[:n] {
			w.done.Done()
		}
	}()
	if j.broken != nil {
		for _, w := range pending {
			w.last, w.err = 0, j.broken
		}
		return len(pending)
	}
	if w := pending[0]; w.alone != nil {
		w.last, w.err = w.alone()
		return 1
	}
	err := j.inGroup(func(g *group) error {
		for _, w := range pending {
			if w.alone != nil {
				return nil
			}
			// What is asked first is whether the run can be written to at all, and what its header costs.
			var c cost
			if c, w.err = g.costOf(w); w.err == nil {
				if n > 0 && !j.fits(g.size.plus(c)) {
					return nil
				}
				w.last, w.err = w.apply(g)
			}
			n++
			if half := (*halfDone)(nil); errors.As(w.err, &half) {
				w.err = nil
				return half
			}
			if w.err == nil {
				g.size = g.size.plus(c)
			}
		}
		return nil
	})
	if err != nil {
		for _, w := range pending[:n] {
			if w.err == nil {
				w.last, w.err = 0, err
			}
		}
	}
	return n
}

// A group is one transaction of the writer, with the headers of runs that it changes.
type group struct {
	j       *Journal
	t       *badgerdb.Txn
	size    cost
	changed []*head
}

// inGroup runs a function on a new group and makes what it has set durable: all of it when it gives
// nil, and nothing otherwise.
func (j *Journal) inGroup(fn func(g *group) error) error {
	g := &group{j: j, t: j.db.NewTransaction(true)}
	defer g.t.Discard()
	before := j.last
	err := fn(g)
	if err == nil {
		err = g.putHeads()
	}
	if err == nil {
		err = j.commit(g.t)
	}
	if err != nil {
		j.last = before
		clear(j.heads) // they are ahead of the disk
		if half := (*halfDone)(nil); errors.As(err, &half) {
			return fmt.Errorf("the journal cannot be written: %w", half.err)
		}
		return err
	}
	j.keepHeads(g.changed)
	return nil
}

// commit makes a transaction durable. After a failure nothing is known for certain, so the journal
// accepts nothing more.
func (j *Journal) commit(t *badgerdb.Txn) error {
	j.settled.Lock()
	defer j.settled.Unlock()
	err := t.Commit()
	if err == nil && !j.db.Opts().SyncWrites {
		err = j.db.Sync()
	}
	if err != nil {
		j.broken = fmt.Errorf("%w: the disk failed: %w", journal.ErrBroken, err)
	}
	return j.broken
}

// A halfDone says that a transaction must not be committed: some of a write is in it already.
type halfDone struct{ err error }

func (e *halfDone) Error() string { return e.err.Error() }

// set adds pairs to the group; an error is a *halfDone.
func (g *group) set(pairs ...pair) error {
	for _, p := range pairs {
		if err := g.t.Set(p.key, p.value); err != nil {
			return &halfDone{err}
		}
	}
	return nil
}

// delete removes keys with the group; an error is a *halfDone.
func (g *group) delete(keys ...[]byte) error {
	for _, key := range keys {
		if err := g.t.Delete(key); err != nil {
			return &halfDone{err}
		}
	}
	return nil
}

type pair struct{ key, value []byte }

// cost is an upper bound of what a write adds to a transaction.
type cost struct {
	entries int
	bytes   int64
}

func (c cost) plus(d cost) cost { return cost{c.entries + d.entries, c.bytes + d.bytes} }

func (c cost) minus(d cost) cost { return cost{c.entries - d.entries, c.bytes - d.bytes} }

func (j *Journal) fits(c cost) bool { return c.entries <= j.count && c.bytes <= j.budget }

// entry is the cost of one entry of a key and value of these sizes.
func (j *Journal) entry(key, value int) cost {
	return cost{1, int64(key) + min(int64(value), j.inline) + entryOverhead}
}

func (j *Journal) costOf(pairs ...pair) (sum cost) {
	for _, p := range pairs {
		sum = sum.plus(j.entry(len(p.key), len(p.value)))
	}
	return sum
}

// entryOverhead is what Badger counts at most for an entry, beside its key and value.
const entryOverhead = 24
