package production

import (
	"errors"

	"github.com/filmloom/filmloom/engine"
)

// start starts an order's run, or finds it started. As long as the order that it changes is open the error may
// only mean that it is too early.
func (d *Desk) start(o *Order) (*engine.Run, error) {
	if !o.change() {
		return d.startNew(o, o)
	}
	rev := engine.Revision{ID: o.ID, Takes: o.Takes, Edits: o.Edits, Until: o.Until, Priority: o.Priority}
	for id := o.Parent; ; {
		run, err := d.conf.Engine.Revise(d.ctx, id, rev)
		if !lacking(err) {
			return run, err
		}
		// A run that ended early does not know what it would have used of the one before; or it never began.
		parent, err2 := d.Order(id)
		switch {
		case err2 != nil:
			return nil, errors.Join(err, err2)
		case parent.Status.Open():
			return nil, err
		case parent.change():
			id = parent.Parent
		case parent.Started.IsZero():
			return d.startNew(parent, o)
		case o.Edits == nil && rev.Takes != nil: // no run has ever made what is to be made anew
			id, rev.Takes = o.Parent, nil
		default:
			return nil, err
		}
	}
}

// lacking tells whether a run is not there, or has not what a revision changes.
func lacking(err error) bool {
	var wrong *engine.ReviseError
	return errors.Is(err, engine.ErrNotFound) || errors.As(err, &wrong)
}

// startNew starts a run for an order, with the inputs of the order that asks for a film.
func (d *Desk) startNew(asks, o *Order) (*engine.Run, error) {
	in, err := asks.inputs()
	if err != nil {
		return nil, err
	}
	opts := engine.StartOptions{ID: o.ID, From: asks.From, Priority: o.Priority, Until: o.Until}
	if asks.Seed != nil {
		opts.Seed, opts.HasSeed = *asks.Seed, true
	}
	return d.conf.Engine.Start(d.ctx, asks.Pipeline, in, opts)
}

// forsake shows a film as its runs have left it, after an order of it could not be started.
func (d *Desk) forsake(l *live, o *Order) {
	s, err := d.read(d.ctx, o.Production, false)
	if err != nil {
		d.conf.Log.Error("a film cannot be read", "production", o.Production, "error", err)
		return
	}
	l.change(func() {
		l.reading.Dismiss(o.ID)
		l.now.film = s.film
	})
}
