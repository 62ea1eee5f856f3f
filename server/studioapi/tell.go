package studioapi

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/media"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

// What webhooks are told is written in the transactions in which it happens.

// linkLife is how long the link to a film in a delivery lives.
const linkLife = 7 * 24 * time.Hour

// told is the data of a job's event. Its video becomes a link when it is sent.
type told struct {
	JobNews
	Video *film.File `json:"video,omitempty"`
	Title string     `json:"title,omitempty"`
}

// Render makes of an event's data what a receiver gets: it has links in the place of files.
func Render(m *media.Media) func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
	return func(_ context.Context, _ string, data json.RawMessage) (json.RawMessage, error) {
		var t told
		if err := json.Unmarshal(data, &t); err != nil || t.JobID == "" {
			return data, nil //nolint:nilerr // the data of another event
		}
		if t.Video != nil {
			url := m.URL(media.File{SHA256: t.Video.SHA256, Name: t.Title, Type: t.Video.MediaType}, media.Options{Lifetime: linkLife})
			t.OutputURL = &url
		}
		return json.Marshal(t.JobNews)
	}
}

// Follow is the production.Hook of this API: it tells webhooks, closes batches, and learns how long films take.
func Follow(hooks *webhooks.Service, db *store.DB) production.Hook {
	f := &follower{hooks: hooks, pace: newPace(db)}
	return f.hook
}

type follower struct {
	hooks *webhooks.Service
	pace  *pace
}

var jobEvents = map[production.Status]string{
	production.Queued: webhooks.JobQueued, production.Processing: webhooks.JobStarted,
	production.Completed: webhooks.JobCompleted, production.Failed: webhooks.JobFailed, production.Cancelled: webhooks.JobCancelled,
}

func (f *follower) hook(tx *store.Tx, p *production.Production, o *production.Order) error {
	kind := jobEvents[o.Status]
	if o.API != Name || kind == "" {
		return nil
	}
	t := told{JobNews{JobID: o.ID, ProjectID: o.Production, Status: string(o.Status)}, o.Video, p.Title}
	at := o.Created
	switch {
	case !o.Ended.IsZero():
		at = o.Ended
	case !o.Started.IsZero():
		at = o.Started
	}
	if o.Status == production.Failed {
		t.Error = jobError(o.Failure)
	}
	if err := publish(tx, f.hooks, o.Account, o.ID+"_"+string(o.Status), kind, at, t); err != nil {
		return err
	}
	if o.Status.Open() {
		return nil
	}
	if err := f.pace.learn(tx, p, o); err != nil {
		return err
	}
	if batch := noteOf(o).Batch; batch != "" {
		return closeBatch(tx, f.hooks, batch, o, at)
	}
	return nil
}

func publish(tx *store.Tx, hooks *webhooks.Service, account, id, kind string, at time.Time, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return hooks.Publish(tx, account, webhooks.Event{ID: id, Type: kind, Time: at, Data: raw})
}

// closeBatch notes the end of a job in its batch, and tells that the batch is completed when that was its last.
func closeBatch(tx *store.Tx, hooks *webhooks.Service, id string, ended *production.Order, at time.Time) error {
	var b batchRecord
	if err := tx.Get(batchKey(id), &b); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	return finishBatch(tx, hooks, &b, ended, at)
}

// finishBatch tells once that nothing of a batch is open, and writes it. The record of the order that is being
// written has not its new status yet.
func finishBatch(tx *store.Tx, hooks *webhooks.Service, b *batchRecord, ended *production.Order, at time.Time) error {
	done := !b.Open
	items := make([]BatchOutcome, len(b.Items))
	for i := range b.Items {
		item := &b.Items[i]
		switch {
		case item.JobID == nil:
		case ended != nil && ended.ID == *item.JobID:
			item.Status = string(ended.Status)
		default:
			o, err := production.OrderIn(tx, *item.JobID)
			if errors.Is(err, production.ErrNotFound) { // forgotten with its project
				break
			}
			if err != nil {
				return err
			}
			item.Status = string(o.Status)
		}
		done = done && item.begun() && !production.Status(item.Status).Open()
		items[i] = BatchOutcome{item.ProjectID, item.JobID, item.Status}
	}
	if done && !b.Told {
		b.Told = true
		data := BatchNews{BatchID: b.ID, Status: "completed", Items: items}
		if err := publish(tx, hooks, b.Account, b.ID+"_completed", webhooks.BatchCompleted, at, data); err != nil {
			return err
		}
	}
	return tx.Put(batchKey(b.ID), b)
}
