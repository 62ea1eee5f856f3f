package badger

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
)

// headerRoom is an upper bound of what a run's header and its indexes cost in a transaction.
func (j *Journal) headerRoom() cost {
	return cost{entries: 10, bytes: int64(10*(len(j.prefix)+journal.MaxName+64)) + 2*j.inline}
}

// A prepared batch waits for its events' numbers.
type prepared struct {
	state    string
	events   []journal.Event
	ahead    int // of the events, how many are written already, beyond the run's last number
	outcomes []pair
	rest     cost   // of everything but the events
	each     []cost // of the events
}

func (j *Journal) prepare(id string, b journal.Batch) (*prepared, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	p := &prepared{state: b.State, events: b.Events, rest: j.headerRoom(), each: make([]cost, len(b.Events))}
	keySize := int64(len(j.eventKey(id, 0)))
	for i, e := range b.Events {
		const escaped, fields = 6, 256 // bytes that JSON makes of one at most; of the other fields
		size := fields + escaped*(len(e.Kind)+len(e.Address)) + len(e.Data)
		for _, a := range e.Artifacts {
			size += escaped*len(a) + 3
		}
		p.each[i] = cost{1, keySize + min(int64(size), j.inline) + entryOverhead}
	}
	for _, o := range b.Outcomes {
		key := j.outcomeKey(o.Scope, o.Key)
		raw, err := encode(j.bare(key), outcomeHead{o.Artifacts}, o.Data)
		if err != nil {
			return nil, err
		}
		p.outcomes = append(p.outcomes, pair{key, raw})
	}
	p.rest = p.rest.plus(j.costOf(p.outcomes...))
	return p, nil
}

func (p *prepared) total() cost {
	sum := p.rest
	for _, c := range p.each[p.ahead:] {
		sum = sum.plus(c)
	}
	return sum
}

// Create implements [journal.Journal].
func (j *Journal) Create(ctx context.Context, run journal.Run, first journal.Batch) error {
	if err := run.Validate(); err != nil {
		return err
	}
	p, err := j.prepare(run.ID, first)
	if err != nil {
		return err
	}
	run.LastSeq = 0
	if run.Updated.IsZero() {
		run.Updated = run.Created
	}
	frozen := pair{key: j.frozenKey(run.ID)}
	if frozen.value, err = encode(j.bare(frozen.key), frozenHead{}, run.Frozen); err != nil {
		return err
	}
	p.rest = p.rest.plus(j.costOf(frozen))
	create := func(t *badgerdb.Txn) (uint64, error) {
		_, err := t.Get(j.headerKey(run.ID))
		if err == nil {
			return 0, fmt.Errorf("run %s: %w", run.ID, journal.ErrExists)
		}
		if !errors.Is(err, badgerdb.ErrKeyNotFound) {
			return 0, err
		}
		r := run
		r.Ordinal = j.last + 1
		p.change(&r)
		pairs := []pair{frozen, {j.key(kindOrdinal), binary.BigEndian.AppendUint64(nil, r.Ordinal)}}
		for _, entry := range j.indexEntries(r) {
			pairs = append(pairs, pair{entry, []byte(r.ID)})
		}
		if err := j.put(t, r, p, pairs...); err != nil {
			return 0, err
		}
		j.last = r.Ordinal
		return r.LastSeq, nil
	}
	_, err = j.submit(ctx, j.batchWrite(run.ID, p, create, func() (uint64, error) {
		_, err := j.peek(run.ID)
		if errors.Is(err, journal.ErrNotFound) {
			return 0, nil
		}
		return 0, cmp.Or(err, fmt.Errorf("run %s: %w", run.ID, journal.ErrExists))
	}))
	return err
}

// Append implements [journal.Journal].
func (j *Journal) Append(ctx context.Context, runID string, b journal.Batch) (uint64, error) {
	p, err := j.prepare(runID, b)
	if err != nil {
		return 0, err
	}
	add := func(t *badgerdb.Txn) (uint64, error) {
		r, err := j.header(t, runID)
		if err != nil {
			return 0, err
		}
		old := r.State
		p.change(&r)
		var pairs []pair
		if r.State != old {
			pairs = append(pairs, pair{j.indexEntry(byState, r.State, r.Ordinal), []byte(runID)})
		}
		if err := j.put(t, r, p, pairs...); err != nil {
			return 0, err
		}
		if r.State != old {
			if err := t.Delete(j.indexEntry(byState, old, r.Ordinal)); err != nil {
				return 0, &halfDone{err}
			}
		}
		return r.LastSeq, nil
	}
	return j.submit(ctx, j.batchWrite(runID, p, add, func() (uint64, error) {
		r, err := j.peek(runID)
		return r.LastSeq, err
	}))
}

// batchWrite is the write of a batch. When the batch is larger than a transaction, all but the last of
// its events are written first, ahead of the run's last number (which last tells), where no reader looks
// and a later append writes over them; then apply does the rest and moves the number.
func (j *Journal) batchWrite(id string, p *prepared, apply func(*badgerdb.Txn) (uint64, error), last func() (uint64, error)) *write {
	w := &write{cost: p.total(), apply: apply}
	if j.fits(w.cost) {
		return w
	}
	w.alone = func() (uint64, error) {
		seq, err := last()
		if err != nil {
			return 0, err
		}
		for !j.fits(p.total()) {
			n, sum := p.ahead, cost{}
			for n < len(p.each) && j.fits(sum.plus(p.each[n])) {
				sum = sum.plus(p.each[n])
				n++
			}
			pairs, err := j.eventPairs(id, seq+uint64(p.ahead), p.events[p.ahead:n])
			if err != nil {
				return 0, err
			}
			if err := j.inOwn(func(t *badgerdb.Txn) error { return set(t, pairs...) }); err != nil {
				return 0, err
			}
			p.ahead = n
		}
		var end uint64
		before := j.last
		err = j.inOwn(func(t *badgerdb.Txn) error {
			end, err = apply(t)
			return err
		})
		if err != nil {
			j.last = before
		}
		return end, err
	}
	return w
}

// change makes a run what it is after the batch.
func (p *prepared) change(r *journal.Run) {
	r.LastSeq += uint64(len(p.events))
	if p.state != "" {
		r.State = p.state
	}
	if n := len(p.events); n > 0 {
		r.Updated = p.events[n-1].Time
	}
}

// put sets the header of a run that a batch has changed, the batch, and more pairs that go with them.
func (j *Journal) put(t *badgerdb.Txn, r journal.Run, p *prepared, more ...pair) error {
	rest := p.events[p.ahead:]
	pairs, err := j.eventPairs(r.ID, r.LastSeq-uint64(len(rest)), rest)
	if err != nil {
		return err
	}
	header := pair{key: j.headerKey(r.ID)}
	if header.value, err = encodeRun(j.bare(header.key), r); err != nil {
		return err
	}
	return set(t, slices.Concat(more, pairs, p.outcomes, []pair{header})...)
}

// eventPairs are events, numbered on from last.
func (j *Journal) eventPairs(id string, last uint64, events []journal.Event) ([]pair, error) {
	pairs := make([]pair, len(events))
	for i, e := range events {
		key := j.eventKey(id, last+1+uint64(i))
		raw, err := encodeEvent(j.bare(key), e)
		if err != nil {
			return nil, err
		}
		pairs[i] = pair{key, raw}
	}
	return pairs, nil
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

// peek reads a run's header as it is now. For the writer.
func (j *Journal) peek(id string) (journal.Run, error) {
	t := j.db.NewTransaction(false)
	defer t.Discard()
	return j.header(t, id)
}
