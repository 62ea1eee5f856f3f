package studioapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

// A BatchItem asks for one film: of a project, or of a new one.
type BatchItem struct {
	ProjectID *string  `json:"project_id,omitempty" doc:"A project whose film is to be made." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Title     *string  `json:"title,omitempty" minLength:"1" maxLength:"100" doc:"Of a new project." example:"My Video"`
	Script    *string  `json:"script,omitempty" minLength:"1" maxLength:"20000" doc:"Of a new project." example:"An amazing story..."`
	Settings  Settings `json:"settings,omitempty" doc:"How the film is made."`
}

// Resolve implements huma.ResolverWithPath.
func (b *BatchItem) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	isNew := b.Title != nil && b.Script != nil
	if (b.ProjectID != nil) == isNew || b.ProjectID != nil && (b.Title != nil || b.Script != nil) {
		return []error{&huma.ErrorDetail{Location: at.String(), Message: "must have either project_id, or title and script"}}
	}
	if isNew {
		return append(blank(at, "title", *b.Title), silent(at, *b.Script)...)
	}
	return nil
}

// largestBatch is how many bytes a batch may have: 50 scripts of 20,000 characters, each written as two escapes of six
// bytes (\ud83c\udfac), have 12 million, and what is around them less than one.
const largestBatch = 16 << 20

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
	Error     *ItemError `json:"error" doc:"Why no job could be started, or null."`
}

// An ItemError is what an answer of its own would have said of an item.
type ItemError struct {
	_ struct{} `nullable:"true"`
	ErrorBody
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

func (a *api) batches() {
	create := with(operation(http.MethodPost, "/batches", "createBatch", "batches", "Make many films",
		"Starts a job for each item. What is wrong with one does not fail the others."), http.StatusAccepted)
	create.MaxBodyBytes = largestBatch
	web.Handle(a.API, create, a.createBatch)
	web.Handle(a.API, operation(http.MethodGet, "/batches/{batch_id}", "getBatch", "batches", "Get a batch",
		"Tells what became of each item.", http.StatusNotFound), a.getBatch)
}

func (a *api) createBatch(ctx context.Context, in *batchInput) (*batchOutput, error) {
	ctx = context.WithoutCancel(ctx) // a client that goes does not leave half a batch
	b, err := a.newBatch(ctx, web.Caller(ctx), in.Body.Items)
	if err != nil {
		return nil, err
	}
	out, err := a.work(ctx, web.Caller(ctx), b.ID)
	if errors.Is(err, production.ErrNotFound) || errors.Is(err, store.ErrNotFound) { // erased meanwhile, with the account
		err = identity.ErrRemoved
	}
	return &batchOutput{Body: out}, err
}

func (a *api) getBatch(ctx context.Context, in *batchIDInput) (*batchOutput, error) {
	b, err := a.batchRecord(in.BatchID)
	if err == nil {
		err = mine(web.Caller(ctx), Name, b.Account)
	}
	if err != nil {
		return nil, refusal(err, missing(codeNoBatch, "There is no such batch."))
	}
	out, err := a.batch(in.BatchID)
	return &batchOutput{Body: out}, err
}
