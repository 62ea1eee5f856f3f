package studioapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

// A BatchItem asks for one film: of a project, or of a new one.
type BatchItem struct {
	ProjectID *string  `json:"project_id,omitempty" maxLength:"100" doc:"A project whose film is to be made." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Title     *string  `json:"title,omitempty" minLength:"1" maxLength:"100" doc:"Of a new project." example:"My Video"`
	Script    *string  `json:"script,omitempty" minLength:"1" maxLength:"20000" doc:"Of a new project." example:"An amazing story..."`
	Settings  Settings `json:"settings,omitempty" doc:"How the film is made."`
}

// Resolve implements huma.ResolverWithPath.
func (b *BatchItem) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	isNew := b.Title != nil && b.Script != nil
	if (b.ProjectID != nil) == isNew || b.ProjectID != nil && (b.Title != nil || b.Script != nil) {
		return []error{&huma.ErrorDetail{Location: at.String(), Message: "has either a project_id, or title and script"}}
	}
	if isNew {
		return append(blank(at, "title", *b.Title), blank(at, "script", *b.Script)...)
	}
	return nil
}

type batchInput struct {
	Body struct {
		Items []BatchItem `json:"items" nullable:"false" minItems:"1" maxItems:"50" doc:"The films."`
	}
}

// A BatchResult is what became of an item.
type BatchResult struct {
	ProjectID *string    `json:"project_id" doc:"The project; null when none could be made." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	JobID     *string    `json:"job_id" doc:"The job; null when none could be started." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011"`
	Status    string     `json:"status" enum:"queued,processing,completed,failed,cancelled,rejected" doc:"Of the job; rejected when none could be started." example:"queued"`
	Error     *ErrorBody `json:"error" doc:"Why no job could be started, or null."`
}

// A Batch is many films at once.
type Batch struct {
	BatchID   string        `json:"batch_id" doc:"Names the batch." example:"0193a5b2-b051-7e73-9b6f-9e1122334455"`
	Status    string        `json:"status" enum:"processing,completed" doc:"Completed when no job of it is open any more." example:"processing"`
	Items     []BatchResult `json:"items" nullable:"false" doc:"What became of each item, in their order."`
	CreatedAt time.Time     `json:"created_at" doc:"When it was asked for." example:"2026-01-02T15:04:05.123456Z"`
}

type batchOutput struct {
	Body Batch
}

type batchIDInput struct {
	BatchID string `path:"batch_id" doc:"Names the batch." example:"0193a5b2-b051-7e73-9b6f-9e1122334455"`
}

// A batchRecord is what is remembered of a batch.
type batchRecord struct {
	ID      string        `json:"id"`
	Account string        `json:"account"`
	Items   []BatchResult `json:"items"`
	Whole   bool          `json:"whole"` // every item has been begun with
	Told    bool          `json:"told"`  // that it is completed
	Created time.Time     `json:"created"`
}

func batchKey(id string) store.Key { return store.K("batch", id) }

func (a *api) batches() {
	web.Handle(a.API, with(operation(http.MethodPost, "/batches", "createBatch", "batches", "Make many films",
		"Starts a job for each item. What is wrong with one does not fail the others."), http.StatusAccepted), a.createBatch)
	web.Handle(a.API, operation(http.MethodGet, "/batches/{batch_id}", "getBatch", "batches", "Get a batch",
		"Tells what became of each item.", http.StatusNotFound), a.getBatch)
}

func (a *api) createBatch(ctx context.Context, in *batchInput) (*batchOutput, error) {
	id, err := production.NewID()
	if err != nil {
		return nil, err
	}
	b := batchRecord{ID: id, Account: web.Caller(ctx).Account.ID, Created: a.Now().UTC().Truncate(time.Microsecond)}
	for range in.Body.Items {
		b.Items = append(b.Items, BatchResult{Status: "rejected"})
	}
	if err := a.keep(ctx, &b); err != nil {
		return nil, err
	}
	for i, item := range in.Body.Items {
		b.Items[i] = a.item(ctx, item, id)
	}
	b.Whole = true
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := a.closeBatch(tx, &b); err != nil {
			return err
		}
		return web.Record(ctx, tx, http.StatusAccepted, a.batch(b))
	})
	if err != nil {
		return nil, err
	}
	return &batchOutput{Body: a.batch(b)}, nil
}

func (a *api) keep(ctx context.Context, b *batchRecord) error {
	return a.Store.Update(ctx, func(tx *store.Tx) error { return tx.Put(batchKey(b.ID), b) })
}

// item begins with one film of a batch.
func (a *api) item(ctx context.Context, item BatchItem, batch string) BatchResult {
	r := BatchResult{Status: "rejected"}
	project, err := a.itemProject(ctx, item)
	if err == nil {
		r.ProjectID = &project.Production.ID
		over := item.Settings
		if item.ProjectID == nil {
			over = Settings{} // they are the project's
		}
		var s Started
		if s, err = a.begin(ctx, project, over, batch, func(*store.Tx, Started) error { return nil }); err == nil {
			r.JobID, r.Status = &s.JobID, s.Status
			return r
		}
	}
	r.Error = a.itemError(ctx, err)
	return r
}

// itemProject finds or makes the project of an item.
func (a *api) itemProject(ctx context.Context, item BatchItem) (production.View, error) {
	if item.ProjectID != nil {
		return a.own(ctx, *item.ProjectID)
	}
	p, err := a.Desk.Create(ctx, production.Creation{
		Account: web.Caller(ctx).Account.ID, API: Name, Title: *item.Title,
		Request: request{Script: *item.Script, Settings: item.Settings},
	}, nil)
	if err != nil {
		return production.View{}, refusal(err, nil)
	}
	return production.View{Production: p}, nil
}

// itemError words why an item was not begun with, as an answer of its own would.
func (a *api) itemError(ctx context.Context, err error) *ErrorBody {
	var f *web.Fault
	if !errors.As(err, &f) {
		web.Log(ctx).Error("an item of a batch cannot be begun with", "error", err)
		f = &web.Fault{Status: http.StatusInternalServerError, Code: web.CodeInternal}
	}
	_, body := dialect{}.Answer(f)
	e := body.(Failure).Error
	return &e
}

func (a *api) getBatch(ctx context.Context, in *batchIDInput) (*batchOutput, error) {
	var b batchRecord
	err := a.Store.View(func(tx *store.Tx) error { return tx.Get(batchKey(in.BatchID), &b) })
	if err == nil {
		err = a.mine(ctx, Name, b.Account)
	}
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, production.ErrNotFound) {
		return nil, missing(codeNoBatch, "There is no such batch.")
	}
	if err != nil {
		return nil, err
	}
	return &batchOutput{Body: a.batch(b)}, nil
}

// batch tells of a batch with its jobs as they stand now.
func (a *api) batch(b batchRecord) Batch {
	out := Batch{BatchID: b.ID, Status: "completed", Items: append([]BatchResult{}, b.Items...), CreatedAt: b.Created}
	for i, item := range out.Items {
		if item.JobID == nil {
			continue
		}
		if o, err := a.Desk.Order(*item.JobID); err == nil {
			out.Items[i].Status = string(o.Status)
			if o.Status.Open() {
				out.Status = "processing"
			}
		}
	}
	return out
}
