package badger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
)

// A prepared batch is encoded but for what depends on its events' numbers. The callers do that, each
// its own and at the same time, so that little is left for the one writer.
type prepared struct {
	j        *Journal
	id       string
	created  *creation // nil for Append
	state    string    // the run's new one, or ""
	updated  time.Time // when the last event was
	events   []pair    // without their numbers and checksums
	outcomes []pair
	ahead    int // of the events, how many are written already, beyond the run's last number
	write    write
}

// A creation is what a new run has beside its first batch.
type creation struct {
	run    journal.Run // without ordinal
	frozen pair
}

func (j *Journal) prepare(id string, b journal.Batch) (*prepared, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	p := &prepared{j: j, id: id, state: b.State}
	if n := len(b.Events); n > 0 {
		p.updated = plain(b.Events[n-1].Time)
	}
	size := 0
	for i := range b.Events {
		size += j.eventKeySize(id) + eventSize(&b.Events[i])
	}
	for i := range b.Outcomes {
		size += j.outcomeKeySize(&b.Outcomes[i]) + outcomeSize(&b.Outcomes[i])
	}
	a := arena{left: size}
	pairs := make([]pair, 0, len(b.Events)+len(b.Outcomes))
	for i := range b.Events {
		e := &b.Events[i]
		key := a.keep(binary.BigEndian.AppendUint64(j.appendKey(a.room(j.eventKeySize(id)), kindEvent, id, ""), 0))
		raw := a.keep(appendEvent(a.room(eventSize(e)), e))
		pairs = append(pairs, pair{key, raw})
	}
	for i := range b.Outcomes {
		o := &b.Outcomes[i]
		key := a.keep(j.appendKey(a.room(j.outcomeKeySize(o)), kindOutcome, o.Scope, o.Key))
		raw := a.keep(appendOutcome(a.room(outcomeSize(o)), o))
		sign(j.bare(key), raw)
		pairs = append(pairs, pair{key, raw})
	}
	p.events, p.outcomes = pairs[:len(b.Events)], pairs[len(b.Events):]
	p.write.cost = j.costOf(pairs...)
	return p, nil
}

// An arena cuts small slices out of large ones.
type arena struct {
	free []byte
	left int // bytes that are still to be asked for
}

const arenaBlock = 64 << 10

// room is an empty slice with room for n bytes.
func (a *arena) room(n int) []byte {
	if cap(a.free) < n {
		a.free = make([]byte, 0, max(n, min(a.left, arenaBlock)))
	}
	a.left -= n
	return a.free
}

// keep takes what was appended to the last room.
func (a *arena) keep(b []byte) []byte {
	a.free = b[len(b):]
	return b[:len(b):len(b)]
}

// submit hands the batch to the writer and waits for it.
func (p *prepared) submit(ctx context.Context, apply func(*group) (uint64, error)) (uint64, error) {
	p.write.apply = apply
	if !p.j.fits(p.write.cost.plus(p.j.headRoom())) {
		p.write.alone = p.alone
	}
	return p.j.submit(ctx, &p.write)
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
	run.Created, run.Updated = plain(run.Created), plain(run.Updated)
	frozen := pair{j.frozenKey(run.ID), appendFrozen(nil, run.Frozen)}
	sign(j.bare(frozen.key), frozen.value)
	run.Frozen = nil
	p.created = &creation{run, frozen}
	after := run
	p.change(&after)
	p.write.cost = p.write.cost.plus(j.costOf(frozen)).plus(j.createCost(&after))
	_, err = p.submit(ctx, p.create)
	return err
}

// createCost is what a new run costs, beside what it froze: its header, its entries in the indexes and
// its ordinal.
func (j *Journal) createCost(r *journal.Run) cost {
	c := j.headCost(r).plus(j.entry(len(j.prefix)+1, 8))
	for _, entry := range j.indexEntries(*r) {
		c = c.plus(j.entry(len(entry), len(r.ID)))
	}
	return c
}

func (p *prepared) create(g *group) (uint64, error) {
	j := p.j
	_, err := g.head(p.id)
	if err := p.admit(err); err != nil {
		return 0, err
	}
	r := p.created.run
	r.Ordinal = j.last + 1
	p.change(&r)
	pairs := []pair{p.created.frozen, {j.key(kindOrdinal), binary.BigEndian.AppendUint64(nil, r.Ordinal)}}
	for _, entry := range j.indexEntries(r) {
		pairs = append(pairs, pair{entry, []byte(r.ID)})
	}
	if err := g.set(pairs...); err != nil {
		return 0, err
	}
	if err := p.put(g, r.LastSeq); err != nil {
		return 0, err
	}
	j.last = r.Ordinal
	h := &head{run: r, indexed: r.State}
	j.heads[r.ID] = h
	g.change(h)
	return r.LastSeq, nil
}

// Append implements [journal.Journal].
func (j *Journal) Append(ctx context.Context, runID string, b journal.Batch) (uint64, error) {
	p, err := j.prepare(runID, b)
	if err != nil {
		return 0, err
	}
	p.write.run, p.write.state = runID, b.State
	return p.submit(ctx, p.append)
}

func (p *prepared) append(g *group) (uint64, error) {
	h, err := g.head(p.id)
	if err != nil {
		return 0, err
	}
	last := h.run.LastSeq + uint64(len(p.events))
	if err := p.put(g, last); err != nil {
		return 0, err
	}
	p.change(&h.run)
	g.change(h)
	return last, nil
}

// change makes a run what it is after the batch.
func (p *prepared) change(r *journal.Run) {
	r.LastSeq += uint64(len(p.events))
	if p.state != "" {
		r.State = p.state
	}
	if len(p.events) > 0 {
		r.Updated = p.updated
	}
}

// put sets the events, of which the last has the number last, and the outcomes.
func (p *prepared) put(g *group, last uint64) error {
	rest := p.events[p.ahead:]
	p.number(rest, last-uint64(len(rest)))
	if err := g.set(rest...); err != nil {
		return err
	}
	return g.set(p.outcomes...)
}

// number completes events that follow the number after.
func (p *prepared) number(events []pair, after uint64) {
	for i, e := range events {
		binary.BigEndian.PutUint64(e.key[len(e.key)-8:], after+1+uint64(i))
		sign(p.j.bare(e.key), e.value)
	}
}

// alone does a batch that is larger than a transaction. All but the last of its events are written
// first, ahead of the run's last number, where no reader looks and a later append writes over them;
// then apply does the rest and moves the number.
func (p *prepared) alone() (last uint64, err error) {
	j := p.j
	r, err := j.peek(p.id)
	if err := p.admit(err); err != nil {
		return 0, err
	}
	total := p.write.cost.plus(j.headRoom())
	for !j.fits(total) && p.ahead < len(p.events) {
		n, sum := p.ahead, cost{}
		for n < len(p.events) {
			next := sum.plus(j.costOf(p.events[n]))
			if !j.fits(next) {
				break
			}
			sum = next
			n++
		}
		some := p.events[p.ahead:n]
		p.number(some, r.LastSeq+uint64(p.ahead))
		if err := j.inGroup(func(g *group) error { return g.set(some...) }); err != nil {
			return 0, err
		}
		p.ahead = n
		total = total.minus(sum)
	}
	err = j.inGroup(func(g *group) error {
		last, err = p.write.apply(g)
		return err
	})
	return last, err
}

// peek reads a run's header as it is now. For the writer, between two groups.
func (j *Journal) peek(id string) (journal.Run, error) {
	if h := j.heads[id]; h != nil {
		return h.run, nil
	}
	t := j.db.NewTransaction(false)
	defer t.Discard()
	return j.header(t, id)
}

// admit tells whether the batch can be recorded, from how reading the run's header went: one that is to
// be created must not be there, not even damaged.
func (p *prepared) admit(err error) error {
	if p.created == nil {
		return err
	}
	var damaged *journal.CorruptError
	switch {
	case err == nil, errors.As(err, &damaged):
		return fmt.Errorf("run %s: %w", p.id, journal.ErrExists)
	case errors.Is(err, journal.ErrNotFound):
		return nil
	}
	return err
}
