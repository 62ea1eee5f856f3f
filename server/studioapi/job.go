package studioapi

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/filmloom/filmloom/server/media"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/web"
)

// A Job is the making of a film.
type Job struct {
	JobID                  string     `json:"job_id" doc:"Names the job." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011"`
	ProjectID              string     `json:"project_id" doc:"The project." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Status                 string     `json:"status" enum:"queued,processing,completed,failed,cancelled" doc:"Where it stands." example:"processing"`
	Progress               int        `json:"progress" minimum:"0" maximum:"100" doc:"Percent; it never falls." example:"65"`
	CurrentStep            *string    `json:"current_step" doc:"What is being done; null unless processing." example:"voice_synthesis"`
	EstimatedTimeRemaining *string    `json:"estimated_time_remaining" doc:"For people; null when it has ended." example:"90 seconds"`
	EstimatedTimeSeconds   *int       `json:"estimated_time_remaining_seconds" doc:"For programs; null when it has ended." example:"90"`
	CreditsDeducted        int        `json:"credits_deducted" doc:"What it costs." example:"3"`
	DurationSeconds        *float64   `json:"duration_seconds" doc:"How long the film has become; null until it is ready." example:"58.4"`
	OutputURL              *string    `json:"output_url" doc:"The film, for a day from now; null until it is ready." example:"https://films.example.org/media/1767225600.c2ln/e3b0/My%20Video.mp4"`
	Error                  *JobError  `json:"error" doc:"With \"failed\": why; null otherwise."`
	Warnings               []Warning  `json:"warnings" nullable:"false" doc:"What it went on without, and what providers say of its results."`
	CreatedAt              time.Time  `json:"created_at" doc:"When it was asked for." example:"2026-01-02T15:04:05.123456Z"`
	StartedAt              *time.Time `json:"started_at" doc:"When it began, or null." example:"2026-01-02T15:04:06.123456Z"`
	CompletedAt            *time.Time `json:"completed_at" doc:"When it ended, or null." example:"2026-01-02T15:09:05.123456Z"`
}

// A JobError is why a job has failed.
type JobError struct {
	_       struct{} `nullable:"true"`
	Code    string   `json:"code" enum:"INVALID_INPUT,CONTENT_REJECTED,PROVIDER_UNAVAILABLE,PROVIDER_OVERLOADED,BUDGET_EXCEEDED,YOUTUBE_NOT_CONNECTED,INTERNAL_SERVER_ERROR" doc:"For programs." example:"CONTENT_REJECTED"`
	Message string   `json:"message" doc:"For people." example:"A provider has rejected the content."`
}

const noJob = "There is no such job."

// ownJob finds a job of the caller's, and its project.
func (a *api) ownJob(ctx context.Context, id string) (*production.Order, production.View, error) {
	absent := missing(codeNoJob, noJob)
	o, err := a.Desk.Order(id)
	if err == nil {
		err = mine(web.Caller(ctx), o.API, o.Account)
	}
	if err != nil {
		return nil, production.View{}, refusal(err, absent)
	}
	v, err := a.Desk.Get(ctx, o.Production)
	if err != nil {
		return nil, v, refusal(err, absent)
	}
	if v.Head != nil && v.Head.ID == id {
		o = v.Head
	}
	return o, v, nil
}

// job tells of a job. v is the view of its project.
func (a *api) job(o *production.Order, v production.View) Job {
	j := Job{
		JobID: o.ID, ProjectID: o.Production, Status: string(o.Status), CreditsDeducted: o.Price,
		Warnings: warningsOf(o), CreatedAt: o.Created, StartedAt: moment(o.Started), CompletedAt: moment(o.Ended),
	}
	if o.Status == production.Superseded {
		j.Status = string(production.Cancelled)
	}
	head := v.Head != nil && v.Head.ID == o.ID
	switch {
	case o.Status == production.Completed:
		j.Progress = 100
	case head:
		j.Progress = percent(v.RunProgress)
	default:
		j.Progress = percent(o.Progress)
	}
	if head && o.Status == production.Processing && v.Step != "" {
		j.CurrentStep = &v.Step
	}
	if o.Status.Open() {
		left := a.remaining(o, v)
		text := about(left)
		seconds := int(math.Ceil(left.Seconds()))
		j.EstimatedTimeRemaining, j.EstimatedTimeSeconds = &text, &seconds
	}
	if o.Status == production.Failed {
		j.Error = jobError(o.Failure)
	}
	if o.Video != nil {
		j.OutputURL, j.DurationSeconds = a.link(o.Video, v.Production.Title), &o.Seconds
	}
	return j
}

func percent(progress float64) int { return int(math.Floor(progress * 100)) }

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// A JobPath names a job. Huma sees exported types only where they are embedded.
type JobPath struct {
	JobID string `path:"job_id" doc:"Names the job." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011"`
}

type jobWaitInput struct {
	JobPath
	web.Preference
}

type jobOutput struct {
	web.Applied
	Body Job
}

// A JobList is a page of jobs.
type JobList struct {
	Jobs []Job `json:"jobs" nullable:"false" doc:"The jobs of the page, the newest first."`
	Page
}

type jobsOutput struct {
	Body JobList
}

func (a *api) jobs() {
	web.Handle(a.API, operation(http.MethodGet, "/jobs/{job_id}", "getJob", "jobs", "Get a job",
		"Tells how far the making of a film is.", http.StatusNotFound), a.getJob)
	web.Handle(a.API, operation(http.MethodPost, "/jobs/{job_id}/cancel", "cancelJob", "jobs", "Cancel a job",
		"Ends a job. Its credits come back when no work had begun.", http.StatusNotFound, http.StatusConflict), a.cancelJob)
	web.Handle(a.API, with(operation(http.MethodPost, "/jobs/{job_id}/retry", "retryJob", "jobs", "Retry a job",
		"Makes what is left of a job that has failed or was cancelled, as a new job, by the plan as it is now. It costs nothing as long as the job is paid; if its credits came back, it is paid again.", http.StatusNotFound, http.StatusPaymentRequired, http.StatusConflict), http.StatusAccepted), a.retryJob)
	web.Handle(a.API, operation(http.MethodGet, "/jobs/{job_id}/steps", "listJobSteps", "jobs", "List the steps of a job",
		"Tells what a job has done, does and will do.", http.StatusNotFound), a.jobSteps)
	web.Handle(a.API, a.downloadOperation(), a.download)
	web.Handle(a.API, a.eventsOperation(), a.events)
}

func (a *api) getJob(ctx context.Context, in *jobWaitInput) (*jobOutput, error) {
	o, v, err := a.ownJob(ctx, in.JobID)
	if err != nil {
		return nil, err
	}
	out := &jobOutput{}
	if wait, cancel, applied, ok := in.Wait(ctx); ok {
		defer cancel()
		out.Applied = applied
		ended := func(v production.View) bool {
			return v.Head == nil || v.Head.ID != in.JobID || !v.Head.Status.Open()
		}
		if _, err := a.Desk.Wait(wait, o.Production, ended); err != nil {
			return nil, refusal(err, missing(codeNoJob, noJob))
		}
		if o, v, err = a.ownJob(ctx, in.JobID); err != nil {
			return nil, err
		}
	}
	out.Body = a.job(o, v)
	return out, nil
}

func (a *api) cancelJob(ctx context.Context, in *JobPath) (*jobOutput, error) {
	o, _, err := a.ownJob(ctx, in.JobID)
	if err != nil {
		return nil, err
	}
	if !o.Status.Open() {
		return nil, refusal(production.ErrIdle, nil)
	}
	if _, err := a.Desk.Cancel(ctx, o.Production); err != nil {
		return nil, refusal(err, missing(codeNoJob, noJob))
	}
	o, v, err := a.ownJob(ctx, in.JobID)
	if err != nil {
		return nil, err
	}
	return &jobOutput{Body: a.job(o, v)}, nil
}

func (a *api) projectJobs(ctx context.Context, in *struct {
	ProjectPath
	Paging
},
) (*jobsOutput, error) {
	v, err := a.own(ctx, web.Caller(ctx), in.ProjectID)
	if err != nil {
		return nil, err
	}
	orders := v.Production.Orders
	out := &jobsOutput{Body: JobList{Jobs: []Job{}, Page: in.page(len(orders))}}
	skip, ok := out.Body.skip()
	for i := len(orders) - 1 - skip; ok && i >= 0 && len(out.Body.Jobs) < out.Body.PerPage; i-- {
		o, err := a.Desk.Order(orders[i])
		if err != nil { // deleted meanwhile
			return nil, refusal(err, missing(codeNoProject, noProject))
		}
		out.Body.Jobs = append(out.Body.Jobs, a.job(o, v))
	}
	return out, nil
}

// A Step is one part of a job.
type Step struct {
	Step        string     `json:"step" doc:"What is done." example:"voice_synthesis"`
	Status      string     `json:"status" enum:"waiting,processing,completed,skipped,failed,cancelled" doc:"Where it stands." example:"processing"`
	Done        int        `json:"done" doc:"Parts that are done." example:"3"`
	Total       int        `json:"total" doc:"Parts that are known." example:"7"`
	Reused      int        `json:"reused" doc:"Parts that an earlier job had made." example:"0"`
	StartedAt   *time.Time `json:"started_at" doc:"When it began, or null." example:"2026-01-02T15:04:06.123456Z"`
	CompletedAt *time.Time `json:"completed_at" doc:"When it ended, or null." example:"2026-01-02T15:05:06.123456Z"`
}

type stepsOutput struct {
	Body struct {
		Steps []Step `json:"steps" nullable:"false" doc:"In the order in which they begin."`
	}
}

func (a *api) jobSteps(ctx context.Context, in *JobPath) (*stepsOutput, error) {
	o, _, err := a.ownJob(ctx, in.JobID)
	if err != nil {
		return nil, err
	}
	out := &stepsOutput{}
	out.Body.Steps = []Step{}
	run, err := a.Engine.Run(ctx, o.ID)
	if err != nil {
		return out, nil //nolint:nilerr // it has not begun
	}
	out.Body.Steps = steps(run.Status())
	return out, nil
}

func (a *api) download(ctx context.Context, in *JobPath) (*huma.StreamResponse, error) {
	o, v, err := a.ownJob(ctx, in.JobID)
	if err != nil {
		return nil, err
	}
	if o.Video == nil {
		return nil, missing(codeNotFound, "This job has made no film.")
	}
	f := media.File{SHA256: o.Video.SHA256, Name: v.Production.Title, Type: o.Video.MediaType}
	link, err := url.Parse(a.Media.URL(f, media.Options{Download: true}))
	if err != nil {
		return nil, fmt.Errorf("the film's link: %w", err)
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		r, _ := humago.Unwrap(hctx)
		r = r.Clone(r.Context())
		r.URL = link
		r.URL.Path = r.URL.Path[strings.Index(r.URL.Path, media.Prefix):] // without that of the public URL
		a.API.Relay(hctx, a.Media.Handler(), r, notSent)
	}}, nil
}

// notSent says why a film's bytes are not sent.
func notSent(status int) *web.Fault {
	switch status {
	case http.StatusNotFound:
		return missing(codeNotFound, "The film of this job does not exist any more.")
	case http.StatusPreconditionFailed:
		return &web.Fault{Status: status, Code: codePrecondition, Message: "The film is not the one that If-Match names."}
	case http.StatusRequestedRangeNotSatisfiable:
		return &web.Fault{Status: status, Code: codeRange, Message: "The film has no such range of bytes."}
	}
	return &web.Fault{Status: http.StatusInternalServerError, Code: web.CodeInternal}
}

// about says a time as people do.
func about(d time.Duration) string {
	s := int(math.Ceil(d.Seconds()))
	switch {
	case s < 1:
		return "a moment"
	case s == 1:
		return "1 second"
	case s <= 120:
		return fmt.Sprintf("%d seconds", s)
	}
	return fmt.Sprintf("%d minutes", (s+59)/60)
}
