package badger

import (
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
)

// A head is the header of a run as the writer knows it: with everything that is applied to the group
// under way. It goes into the group once, at its end, however many writes have changed it. Heads are
// kept between groups, so that an append need not read what an earlier one wrote; they are the
// writer's alone.
type head struct {
	run     journal.Run // without what it froze
	indexed string      // the state that the index has it under
	changed bool        // by the group under way
}

// maxHeads is how many are kept between groups: about 2 MB.
const maxHeads = 4096

// head finds a run's header, as the group has it.
func (g *group) head(id string) (*head, error) {
	if h := g.j.heads[id]; h != nil {
		return h, nil
	}
	r, err := g.j.header(g.t, id)
	if err != nil {
		return nil, err
	}
	h := &head{run: r, indexed: r.State}
	g.j.heads[id] = h
	return h, nil
}

// change says that the head is to be written with the group.
func (g *group) change(h *head) {
	if !h.changed {
		h.changed = true
		g.changed = append(g.changed, h)
	}
}

// costOf is what a write adds to the group at most. The error says that the run it is for cannot be
// written to.
func (g *group) costOf(w *write) (cost, error) {
	if w.run == "" {
		return w.cost, nil
	}
	h, err := g.head(w.run)
	if err != nil {
		return cost{}, err
	}
	c := w.cost
	if !h.changed {
		c = c.plus(g.j.headCost(&h.run))
	}
	if w.state != "" {
		c = c.plus(g.j.moveCost(&h.run, w.state))
	}
	return c, nil
}

// headCost is what a header costs, in its present state.
func (j *Journal) headCost(r *journal.Run) cost {
	return j.entry(len(j.prefix)+1+len(r.ID), runSize(r))
}

// moveCost is what a new state of a run costs, beside its header: what that grows by, an index entry
// and the end of another.
func (j *Journal) moveCost(r *journal.Run, state string) cost {
	const indexOverhead = 3 + 8 // kind, index, NUL; ordinal
	c := j.entry(len(j.prefix)+indexOverhead+len(state), len(r.ID))
	c = c.plus(j.entry(len(j.prefix)+indexOverhead+len(r.State), 0))
	c.bytes += int64(len(state))
	return c
}

// headRoom is the most that a header and a move in the index can cost.
func (j *Journal) headRoom() cost {
	const names = journal.MaxName * 5 // the id in the key; pipeline, lineage, parent and state in the value
	return cost{entries: 3, bytes: 3 * (int64(len(j.prefix)) + names + 128)}
}

// putHeads adds the headers of the changed runs to the group, and moves the runs in the index.
func (g *group) putHeads() error {
	j := g.j
	for _, h := range g.changed {
		r := &h.run
		key := j.headerKey(r.ID)
		raw := appendRun(make([]byte, 0, runSize(r)), r)
		sign(j.bare(key), raw)
		if err := g.set(pair{key, raw}); err != nil {
			return err
		}
		if r.State == h.indexed {
			continue
		}
		if err := g.set(pair{j.indexEntry(byState, r.State, r.Ordinal), []byte(r.ID)}); err != nil {
			return err
		}
		if err := g.delete(j.indexEntry(byState, h.indexed, r.Ordinal)); err != nil {
			return err
		}
		h.indexed = r.State
	}
	return nil
}

// keepHeads keeps the heads of a group that is durable, and not too many in all.
func (j *Journal) keepHeads(changed []*head) {
	for _, h := range changed {
		h.changed = false
	}
	for id := range j.heads {
		if len(j.heads) <= maxHeads {
			return
		}
		delete(j.heads, id)
	}
}

// header reads a run's header within a transaction.
func (j *Journal) header(t *badgerdb.Txn, id string) (journal.Run, error) {
	key := j.headerKey(id)
	raw, err := value(t, key)
	if errors.Is(err, badgerdb.ErrKeyNotFound) {
		return journal.Run{}, fmt.Errorf("run %s: %w", id, journal.ErrNotFound)
	}
	if err != nil {
		return journal.Run{}, fmt.Errorf("run %s cannot be read: %w", id, err)
	}
	return decodeRun(j.bare(key), id, raw)
}
