package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/filmloom/filmloom/engine/journal"
)

// supersede ends the unfinished runs of a lineage that are older than a run. Their calls in flight go on, and
// what they give is there for it.
func (e *Engine) supersede(ctx context.Context, run journal.Run) error {
	if run.Parent == "" {
		return nil
	}
	for h, err := range e.conf.Journal.Runs(ctx, journal.Query{Lineage: run.Lineage, Before: run.Ordinal}) {
		var damaged *journal.CorruptError
		if errors.As(err, &damaged) { // nobody can go on with it
			continue
		}
		if err != nil {
			return err
		}
		if State(h.State).Final() {
			continue
		}
		if err := e.endOlder(ctx, h.ID); err != nil {
			return err
		}
	}
	return nil
}

// endOlder supersedes one run.
func (e *Engine) endOlder(ctx context.Context, id string) error {
	done, err := e.turns.take(ctx, id)
	if err != nil {
		return err
	}
	defer done()
	if x := e.executes(id); x != nil {
		if x.replace() {
			x.halt(ErrSuperseded)
			return nil
		}
		select {
		case <-x.executed():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	h, err := e.conf.Journal.Run(ctx, id)
	if err != nil || State(h.State).Final() {
		return err
	}
	return e.stub(h).terminal(Superseded, Event{Kind: RunSuperseded})
}

// isNewest tells whether no run of the lineage is newer.
func (e *Engine) isNewest(ctx context.Context, run journal.Run) (bool, error) {
	for newest, err := range e.conf.Journal.Runs(ctx, journal.Query{Lineage: run.Lineage, Limit: 1}) {
		var damaged *journal.CorruptError
		if err != nil && !errors.As(err, &damaged) {
			return false, err
		}
		return newest.ID == run.ID, nil
	}
	return true, nil
}

// Resume goes on with an unfinished run: one that is queued, was interrupted, or is paused. A run that is
// final or already executing is left as it is; one whose lineage has a newer run is superseded by that.
func (e *Engine) Resume(ctx context.Context, id string) (*Run, error) {
	done, err := e.turns.take(ctx, id)
	if err != nil {
		return nil, err
	}
	defer done()
	return e.resume(ctx, id, false)
}

// resume goes on with a run whose turn the caller has, and who may have recorded already that it goes on.
func (e *Engine) resume(ctx context.Context, id string, recorded bool) (*Run, error) {
	x := e.executes(id)
	if x != nil {
		return x.handle(), nil
	}
	x, err := e.load(ctx, id)
	if err != nil {
		return nil, err
	}
	x.resumed = recorded
	if x.view.state.Final() {
		return x.handle(), nil
	}
	// Here and not where a revision is recorded, so that a crash between the two leaves no two of a lineage.
	newest, err := e.isNewest(ctx, x.header)
	if err != nil {
		return nil, err
	}
	if !newest {
		return x.handle(), x.terminal(Superseded, Event{Kind: RunSuperseded})
	}
	if err := e.supersede(ctx, x.header); err != nil {
		return nil, err
	}
	if !x.view.doomed() {
		if err := e.roster.preflight(ctx, x.pl, needed(x.pl, x.inputs, x.frozen.Until)); err != nil {
			return nil, err
		}
	}
	if x.handed, err = e.inherit(ctx, x.header.Parent); err != nil {
		return nil, err
	}
	if err := e.execute(x); err != nil {
		return nil, err
	}
	return x.handle(), nil
}

// resumeAll goes on with every run that is queued or running, oldest first. One that cannot go on is logged
// and left as it is.
func (e *Engine) resumeAll(ctx context.Context) error {
	var unfinished []Info
	for _, state := range []State{Running, Queued} {
		for info, err := range e.Runs(ctx, journal.Query{State: string(state)}) {
			if err != nil {
				e.conf.Log.Error("run cannot be resumed", "run", info.ID, "error", err)
				continue
			}
			unfinished = append(unfinished, info)
		}
	}
	slices.SortFunc(unfinished, func(a, b Info) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	for _, info := range unfinished {
		if _, err := e.Resume(ctx, info.ID); err != nil {
			e.conf.Log.Error("run cannot be resumed", "run", info.ID, "error", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
