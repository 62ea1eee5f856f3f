package studioapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

// A batchRecord is what is remembered of a batch. Each of its films is ordered in one step with its result here, so
// that a batch which was interrupted goes on where it was. What was asked for is beside it: it may be megabytes, and
// this is written again for each item.
type batchRecord struct {
	ID      string          `json:"id"`
	Account string          `json:"account"`
	Scopes  identity.Scopes `json:"scopes"`         // of who asked for it
	Open    bool            `json:"open,omitempty"` // until every item was begun with or refused
	Items   []BatchResult   `json:"items"`
	Told    bool            `json:"told,omitempty"` // that it is completed
	Created time.Time       `json:"created"`
}

func batchKey(id string) store.Key { return store.K("batch", id) }

// openBatchKey has the items of a batch of which not every one was begun with or refused.
func openBatchKey(id string) store.Key { return store.K("open-batch", id) }

// begun tells whether it is known what becomes of an item.
func (r BatchResult) begun() bool { return r.JobID != nil || r.Error != nil }

// newBatch records a batch. The answer that is remembered with it is given again if everything ends here.
func (a *api) newBatch(ctx context.Context, who identity.Principal, items []BatchItem) (*batchRecord, error) {
	id, err := production.NewID()
	if err != nil {
		return nil, err
	}
	b := &batchRecord{
		ID: id, Account: who.Account.ID, Scopes: who.Scopes, Open: true,
		Created: a.Now().UTC().Truncate(time.Microsecond),
	}
	for range items {
		b.Items = append(b.Items, BatchResult{Status: string(production.Queued)})
	}
	return b, a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := identity.Known(tx, b.Account); err != nil {
			return err
		}
		if err := tx.Put(openBatchKey(id), items); err != nil {
			return err
		}
		if err := tx.Put(batchKey(id), b); err != nil {
			return err
		}
		return web.Record(ctx, tx, http.StatusAccepted, a.told(b))
	})
}

// work begins with the items of a batch that were not yet begun with, and tells of it then.
func (a *api) work(ctx context.Context, who identity.Principal, id string) (out Batch, err error) {
	b, err := a.batchRecord(id)
	if err != nil {
		return out, err
	}
	var asked []BatchItem
	err = a.Store.View(func(tx *store.Tx) error { return tx.Get(openBatchKey(id), &asked) })
	if errors.Is(err, store.ErrNotFound) { // erased meanwhile, with its account
		err = identity.ErrRemoved
	}
	if err != nil {
		return out, err
	}
	for i, item := range asked {
		if b.Items[i].begun() {
			continue
		}
		err := a.item(ctx, who, id, i, item)
		if err == nil {
			continue
		}
		if errors.Is(err, stopping) || errors.Is(err, identity.ErrRemoved) {
			return out, err // it goes on at the next start, or never
		}
		failed := BatchResult{Status: "rejected", Error: a.itemError(err)}
		if item.ProjectID != nil && !errors.Is(err, production.ErrNotFound) && failed.Error.Code != codeNoProject {
			failed.ProjectID = item.ProjectID
		}
		err = a.Store.Update(ctx, func(tx *store.Tx) error { return setItem(tx, id, i, failed) })
		if err != nil {
			return out, err
		}
	}
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		var b batchRecord
		if err := tx.Get(batchKey(id), &b); err != nil {
			return err
		}
		b.Open = false
		if err := tx.Delete(openBatchKey(id)); err != nil {
			return err
		}
		if err := finishBatch(tx, a.Webhooks, &b, nil, b.Created); err != nil {
			return err
		}
		out = a.told(&b)
		return web.Record(ctx, tx, http.StatusAccepted, out)
	})
	return out, err
}

// setItem writes what became of an item.
func setItem(tx *store.Tx, batch string, place int, r BatchResult) error {
	var b batchRecord
	if err := tx.Get(batchKey(batch), &b); err != nil {
		return err
	}
	b.Items[place] = r
	return tx.Put(batchKey(batch), b)
}

// item begins with one film of a batch.
func (a *api) item(ctx context.Context, who identity.Principal, batch string, place int, item BatchItem) error {
	if who.Account.Disabled { // since the batch was interrupted
		return &web.Fault{Status: http.StatusForbidden, Code: web.CodeForbidden, Message: "The account was disabled."}
	}
	note := func(tx *store.Tx, o *production.Order, s Started) error {
		return setItem(tx, batch, place, BatchResult{ProjectID: &o.Production, JobID: &o.ID, Status: s.Status})
	}
	if item.ProjectID != nil {
		v, err := a.own(ctx, who, *item.ProjectID)
		if err == nil {
			_, err = a.begin(ctx, who, v, item.Settings, batch, note)
		}
		return err
	}
	c, err := a.commission(ctx, who.Account, wanted{title: *item.Title, script: *item.Script, settings: item.Settings.effective(), batch: batch})
	if err != nil {
		return err
	}
	_, err = a.Desk.Create(ctx, production.Creation{
		Account: who.Account.ID, API: Name, Title: *item.Title, Order: &c.order,
		Request: request{Script: *item.Script, Settings: item.Settings},
	}, func(tx *store.Tx, _ *production.Production, o *production.Order) error {
		s, err := a.accept(tx, c, o)
		if err != nil {
			return err
		}
		return note(tx, o, s)
	})
	return refusal(err, nil)
}

// itemError words why an item was not begun with.
func (a *api) itemError(err error) *ItemError {
	var f *web.Fault
	if !errors.As(err, &f) {
		a.Log.Error("an item of a batch cannot be begun with", "error", err)
		f = &web.Fault{Status: http.StatusInternalServerError, Code: web.CodeInternal}
	}
	_, body := dialect{}.Answer(f)
	return &ItemError{ErrorBody: body.(Failure).Error}
}

// resume goes on with the batches that an earlier process was interrupted in.
func (a *api) resume(ctx context.Context) {
	var ids []string
	err := a.Store.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("open-batch"), Keys: true}) {
			ids = append(ids, e.Key.Last())
		}
		return nil
	})
	for _, id := range ids {
		if one := a.resumeOne(ctx, id); one != nil {
			err = errors.Join(err, one)
		}
	}
	if err != nil {
		a.Log.Error("a batch that was interrupted cannot go on", "error", err)
	}
}

func (a *api) resumeOne(ctx context.Context, id string) error {
	b, err := a.batchRecord(id)
	if errors.Is(err, production.ErrNotFound) { // erased meanwhile, with its account
		return nil
	}
	if err != nil {
		return err
	}
	who := identity.Principal{Scopes: b.Scopes}
	switch who.Account, err = a.Identity.Account(ctx, b.Account); {
	case errors.Is(err, identity.ErrNotFound):
		return a.Store.Update(ctx, func(tx *store.Tx) error { return tx.Delete(openBatchKey(id)) })
	case err != nil:
		return err
	case !who.Account.Admin:
		who.Scopes &^= identity.Admin
	}
	_, err = a.work(ctx, who, id)
	return err
}

// batchRecord reads a batch. The error is production.ErrNotFound when there is none.
func (a *api) batchRecord(id string) (b batchRecord, err error) {
	err = a.Store.View(func(tx *store.Tx) error { return tx.Get(batchKey(id), &b) })
	if errors.Is(err, store.ErrNotFound) {
		err = production.ErrNotFound
	}
	return b, err
}

// batch tells of a batch with its jobs as they stand now.
func (a *api) batch(id string) (Batch, error) {
	b, err := a.batchRecord(id)
	if err != nil {
		return Batch{}, err
	}
	for i, item := range b.Items {
		if item.JobID == nil {
			continue
		}
		o, err := a.Desk.Order(*item.JobID)
		if errors.Is(err, production.ErrNotFound) { // forgotten with its project: what was noted at its end
			continue
		}
		if err != nil {
			return Batch{}, err
		}
		b.Items[i].Status = string(o.Status)
	}
	return a.told(&b), nil
}

// told is a batch as it was recorded.
func (a *api) told(b *batchRecord) Batch {
	out := Batch{BatchID: b.ID, Status: "completed", Items: b.Items, CreatedAt: b.Created}
	for _, item := range b.Items {
		if !item.begun() || production.Status(item.Status).Open() {
			out.Status = "processing"
		}
	}
	return out
}
