package production

import (
	"context"
	"errors"
	"iter"

	"github.com/filmloom/filmloom/engine"
)

// A Position is a place in the events of a production: those up to it were seen.
type Position struct {
	Order int    // from 1: which of the production's orders; 0 is before the first
	Seq   uint64 // of the order's run
}

// An Event is one of a production's runs.
type Event struct {
	At  Position // its Seq is 0 for progress, which is not kept
	Run *engine.Run
	engine.Event
}

// Events yields the events of all runs of a production beyond a position, in order, and waits for more until
// nothing is being done any more or the context ends. A run that never began has none. The error is that of
// Get, given at once.
func (d *Desk) Events(ctx context.Context, id string, after Position) (iter.Seq[Event], error) {
	if _, err := d.Get(ctx, id); err != nil {
		return nil, err
	}
	return func(yield func(Event) bool) {
		for n := max(after.Order, 1); ; n++ {
			begun := func(v View) bool { return len(v.Production.Orders) > n || v.runs(n) }
			v, err := d.Wait(ctx, id, begun)
			if err != nil || ctx.Err() != nil || n > len(v.Production.Orders) {
				return
			}
			run, err := d.conf.Engine.Run(ctx, v.Production.Orders[n-1])
			if errors.Is(err, engine.ErrNotFound) {
				continue
			}
			if err != nil {
				d.conf.Log.Error("a run cannot be read", "run", v.Production.Orders[n-1], "error", err)
				return
			}
			from := uint64(1)
			if n == after.Order {
				from = after.Seq + 1
			}
			for ev := range run.EventsFrom(ctx, from) {
				if !yield(Event{Position{n, ev.Seq}, run, ev}) {
					return
				}
			}
			if ctx.Err() != nil {
				return
			}
			// What the end of the run changes in the records is written a moment later.
			if v, err = d.Wait(ctx, id, func(v View) bool { return len(v.Production.Orders) > n }); err != nil {
				return
			}
		}
	}, nil
}

// runs tells whether the n-th order is being done.
func (v View) runs(n int) bool {
	return v.Run != nil && n <= len(v.Production.Orders) && v.Run.ID == v.Production.Orders[n-1]
}
