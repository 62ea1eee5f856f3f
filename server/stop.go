package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/engine"
)

// hooks are what the rooms do at the start and at the stop, in the order in which they were made. They are run here and
// not by fx, which leaves open what rooms have opened when a later one cannot be made or started.
type hooks struct {
	grace   time.Duration
	all     []fx.Hook
	started int // so many of the first ones were
}

// of is a life cycle whose hooks are these.
func (h *hooks) of(fx.Lifecycle) fx.Lifecycle { return h }

// Append implements fx.Lifecycle.
func (h *hooks) Append(hook fx.Hook) { h.all = append(h.all, hook) }

// start starts one room after the other. When one fails, everything is stopped.
func (h *hooks) start(ctx context.Context) error {
	for _, one := range h.all {
		err := ctx.Err()
		if err == nil && one.OnStart != nil {
			err = one.OnStart(ctx)
		}
		if err != nil {
			return errors.Join(err, h.stop(context.WithoutCancel(ctx)))
		}
		h.started++
	}
	return nil
}

// stop stops what was started, and closes what was opened, the last first. All have the grace time together.
func (h *hooks) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, h.grace)
	defer cancel()
	var errs []error
	for i := len(h.all) - 1; i >= 0; i-- {
		if one := h.all[i]; one.OnStop != nil && (one.OnStart == nil || i < h.started) {
			errs = append(errs, one.OnStop(ctx))
		}
	}
	h.all = nil
	return errors.Join(errs...)
}

// stopWithin is stop, but waits no longer than the context lasts for a room that does not heed it.
func (h *hooks) stopWithin(ctx context.Context) error {
	stopped := make(chan error, 1)
	go func() { stopped <- h.stop(ctx) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
		return fmt.Errorf("a room does not end: %w", ctx.Err())
	}
}

// beginNoMore lets films begin no call as soon as the server stops: those that are being made have the whole time of
// the stop then, like requests, and not what requests leave of it.
func beginNoMore(life fx.Lifecycle, eng *engine.Engine) {
	life.Append(fx.Hook{OnStop: func(ctx context.Context) error {
		ctx, now := context.WithCancel(ctx)
		now() // it is the engine's own end that waits for the calls
		eng.Drain(ctx)
		return nil
	}})
}
