package studioapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

type retryInput struct {
	JobPath
	web.Preference
}

// retryJob makes what is left of a job as a new one.
func (a *api) retryJob(ctx context.Context, in *retryInput) (*startedOutput, error) {
	o, v, err := a.ownJob(ctx, in.JobID)
	if err != nil {
		return nil, err
	}
	switch {
	case !v.Settled():
		return nil, refusal(production.ErrActive, nil)
	case v.Production.Head() != o.ID, o.Status != production.Failed && o.Status != production.Cancelled:
		return nil, refusal(production.ErrIdle, nil)
	}
	who := web.Caller(ctx)
	owner, err := a.owner(ctx, who, o.Account)
	if err != nil {
		return nil, err
	}
	c, err := a.again(owner, o, v.Production.Orders)
	if err != nil {
		return nil, err
	}
	out := &startedOutput{}
	_, err = a.Desk.Make(ctx, o.Production, c.order, func(tx *store.Tx, p *production.Production, again *production.Order) (err error) {
		if len(p.Orders) > 1 && p.Orders[len(p.Orders)-2] != o.ID { // another job has begun and ended meanwhile
			return production.ErrIdle
		}
		if out.Body, err = a.accept(tx, c, again); err != nil {
			return err
		}
		return web.Record(ctx, tx, http.StatusAccepted, out.Body)
	})
	if err != nil {
		return nil, refusal(ownerless(err, who, owner.ID), missing(codeNoJob, noJob))
	}
	return out, a.await(ctx, in.Preference, o.Production, out)
}

// again checks and prices a film that an earlier order has asked for and not come to the end of: as the owner's plan
// is now. orders are the project's, up to that one.
func (a *api) again(owner identity.Account, o *production.Order, orders []string) (commission, error) {
	var c commission
	var asked map[string]json.RawMessage
	var script string
	if err := json.Unmarshal(o.Inputs, &asked); err != nil {
		return c, err
	}
	if err := json.Unmarshal(asked["script"], &script); err != nil {
		return c, err
	}
	n := noteOf(o)
	var err error
	if c.plan, err = a.allowed(owner, n.Settings, script); err != nil {
		return c, err
	}
	if c.price, err = a.due(orders); err != nil {
		return c, err
	}
	changed := map[string]any{"resolution": c.plan.Quality, "watermark": c.plan.Watermark}
	if n.Settings.YouTubeUpload {
		changed["youtube_account"] = owner.ID
	}
	for name, value := range changed {
		if asked[name], err = json.Marshal(value); err != nil {
			return c, err
		}
	}
	c.order = production.Order{Pipeline: o.Pipeline, Seed: o.Seed, Priority: c.plan.Priority}
	if c.order.Inputs, err = json.Marshal(asked); err != nil {
		return c, err
	}
	c.estimate = a.expected(n.Settings.Duration, c.order.Inputs, orders)
	n.Batch, n.Estimate = "", c.estimate.Seconds()
	c.order.Note, err = json.Marshal(n)
	return c, err
}

// due is the price of what is left of the last of a project's orders: nothing, unless what was paid for it, or for the
// one that it retries, came back.
func (a *api) due(orders []string) (price int, err error) {
	for _, id := range slices.Backward(orders) {
		o, err := a.Desk.Order(id)
		if err != nil {
			return 0, refusal(err, missing(codeNoJob, noJob))
		}
		if o.Charge == "" { // a retry for nothing: the one before it is paid
			continue
		}
		end, err := a.end(o.Charge)
		if end == credits.KindRefund {
			price = o.Price
		}
		return price, err
	}
	return 0, nil
}

// end is how a reservation has ended.
func (a *api) end(charge string) (kind credits.Kind, err error) {
	err = a.Store.View(func(tx *store.Tx) error {
		kind, err = a.Credits.Ended(tx, charge)
		return err
	})
	return kind, err
}
