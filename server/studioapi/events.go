package studioapi

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/web"
)

type eventsInput struct {
	JobPath
	Last string `header:"Last-Event-ID" maxLength:"50" doc:"The id of the last event that was seen; the stream goes on after it." example:"1-42"`
}

// A Happening is one step of a job.
type Happening struct {
	JobID    string    `json:"job_id" doc:"The job." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011"`
	Kind     string    `json:"kind" doc:"What happened: run.created, run.started, run.resumed, run.paused, run.completed, run.failed, run.cancelled or run.superseded; stage.expanded or stage.skipped; attempt.started, attempt.checkpoint or attempt.failed; approval.requested; instance.done, instance.reused, instance.edited or instance.failed. There may be others in time." example:"instance.done"`
	Stage    string    `json:"stage,omitempty" doc:"The stage of the pipeline, with an event of one." example:"image_generation"`
	Address  string    `json:"address,omitempty" doc:"The instance of the stage, with an event of one." example:"image_generation[\"scene-01\"]"`
	Attempt  int       `json:"attempt,omitempty" minimum:"1" doc:"With an attempt and what came of it; counts from 1." example:"1"`
	Message  string    `json:"message,omitempty" doc:"With a failure: why, for people." example:"This content was refused."`
	Progress int       `json:"progress" minimum:"0" maximum:"100" doc:"Of the job, from 0 to 100." example:"65"`
	Time     time.Time `json:"time" doc:"When it happened." example:"2026-01-02T15:04:31.123456Z"`
}

func (a *api) eventsOperation() huma.Operation {
	op := operation(http.MethodGet, "/jobs/{job_id}/events", "followJob", "jobs", "Follow a job",
		"A stream of server-sent events. `event: step` is a step of the work and has an id, from which the stream can go on "+
			"(Last-Event-ID); `event: job` has the job as GET gives it, first, and whenever something of it has "+
			"changed; `event: end` is the last one. A stream that has nothing more to tell is answered with 204; "+
			"an id that the server does not know, such as one of work that a restored backup has not, with 400.\n\n"+
			"The body is described as the list of its messages. Each is sent as lines: `id: 1-42`, where it has one, "+
			"`event: step`, and `data: ` with the JSON on one line.",
		http.StatusNotFound)
	schemas := a.OpenAPI().Components.Schemas
	job := schemas.Schema(reflect.TypeFor[Job](), true, "Job")
	op.Responses = map[string]*huma.Response{
		"200": {Description: "Events", Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema: &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{OneOf: []*huma.Schema{
				web.MessageSchema("job", "The job, first and whenever something of it has changed.", false, job),
				web.MessageSchema("step", "A step of the work.", true, schemas.Schema(reflect.TypeFor[Happening](), true, "Happening")),
				web.MessageSchema("end", "The job as it is in the end: the last message.", false, job),
			}}},
			Example: []map[string]any{{"id": "1-42", "event": "step", "data": Happening{
				JobID: "0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011", Kind: string(engine.InstanceDone), Stage: "image_generation",
				Address: `image_generation["scene-01"]`, Attempt: 1, Progress: 65, Time: time.Date(2026, 1, 2, 15, 4, 31, 123456000, time.UTC),
			}}},
		}}},
		"204": {Description: "There is nothing more to tell"},
	}
	return op
}

func (a *api) events(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	o, v, err := a.ownJob(ctx, in.JobID)
	if err != nil {
		return nil, err
	}
	ordinal := slices.Index(v.Production.Orders, o.ID) + 1
	after, ok := position(in.Last, ordinal)
	if ok { // a position ahead of what there is would skip steps without a word
		if ok, err = a.Desk.Reached(ctx, o.Production, production.Position{Order: ordinal, Seq: after}); err != nil {
			return nil, refusal(err, missing(codeNoJob, noJob))
		}
	}
	if !ok {
		return nil, web.Invalid(web.Problem{Location: "header.Last-Event-ID", Message: "is no id of this stream"})
	}
	if in.Last != "" && !o.Status.Open() && !a.more(ctx, o.ID, after) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) { ctx.SetStatus(http.StatusNoContent) }}, nil
	}
	return web.Stream(func(ctx context.Context, send func(web.Message) bool) {
		f := following{api: a, id: o.ID, project: o.Production, ordinal: ordinal, send: send}
		f.follow(ctx, after)
	}), nil
}

// more tells whether there are events of a job that has ended beyond one of them.
func (a *api) more(ctx context.Context, job string, after uint64) bool {
	run, err := a.Engine.Run(ctx, job)
	if err != nil { // it never began
		return false
	}
	for range run.EventsFrom(ctx, after+1) {
		return true
	}
	return false
}

// A following is a stream of one job's events.
type following struct {
	*api
	id, project string
	ordinal     int // of the job among its project's
	send        func(web.Message) bool
	last        Job // that was sent
}

// tell sends the job as it is now. false means that nobody reads it any more.
func (f *following) tell(ctx context.Context, name string) bool {
	o, v, err := f.ownJob(ctx, f.id)
	if err != nil {
		return false
	}
	f.last = f.job(o, v)
	return f.send(web.Message{Event: name, Data: f.last})
}

// moved sends the job if it has changed by more than the time that has passed.
func (f *following) moved(ctx context.Context) bool {
	o, v, err := f.ownJob(ctx, f.id)
	if err != nil {
		return false
	}
	now, was := f.job(o, v), f.last
	for _, j := range []*Job{&now, &was} {
		j.EstimatedTimeRemaining, j.EstimatedTimeSeconds, j.OutputURL = nil, nil, nil
	}
	return reflect.DeepEqual(now, was) || f.tell(ctx, "job")
}

// follow sends what happens in the job until nothing more does.
func (f *following) follow(ctx context.Context, after uint64) {
	if !f.tell(ctx, "job") {
		return
	}
	ended := func(v production.View) bool { return v.Head == nil || v.Head.ID != f.id || !v.Head.Status.Open() }
	begun := func(v production.View) bool { return ended(v) || v.Run != nil && v.Run.ID == f.id }
	if _, err := f.Desk.Wait(ctx, f.project, begun); err != nil {
		return
	}
	run, err := f.Engine.Run(ctx, f.id)
	for goesOn := err == nil; goesOn && ctx.Err() == nil; { // otherwise it has come to nothing before it began
		ok := false
		if after, ok = f.relay(ctx, run, after); !ok {
			return
		}
		// A run that waits for a person goes on later. What the end of one changes in the records is written
		// a moment after it.
		goesOn = run.Status().State == engine.Paused
		v, err := f.Desk.Wait(ctx, f.project, func(v production.View) bool {
			return ended(v) || goesOn && run.Status().State != engine.Paused
		})
		if err != nil || ended(v) {
			break
		}
	}
	if ctx.Err() == nil {
		f.tell(ctx, "end")
	}
}

// relay sends the events of a run beyond one of them, until it has ended or waits for a person.
func (f *following) relay(ctx context.Context, run *engine.Run, after uint64) (uint64, bool) {
	for ev := range run.EventsFrom(ctx, after+1) {
		if ev.Kind != engine.Progress {
			after = ev.Seq
			h := Happening{
				JobID: f.id, Kind: string(ev.Kind), Stage: ev.Stage, Address: ev.Address, Attempt: ev.Attempt,
				Progress: f.last.Progress, Time: instant(ev.Time),
			}
			if ev.Error != nil {
				h.Message = ev.Error.User
			}
			if !f.send(web.Message{ID: fmt.Sprintf("%d-%d", f.ordinal, after), Event: "step", Data: h}) {
				return after, false
			}
		}
		if !f.moved(ctx) {
			return after, false
		}
	}
	return after, true
}

// position reads an event's id of the job that is the given one of its project's; "" is its beginning.
func position(id string, ordinal int) (seq uint64, ok bool) {
	if id == "" {
		return 0, true
	}
	order, after, ok := strings.Cut(id, "-")
	if !ok || order != fmt.Sprint(ordinal) {
		return 0, false
	}
	seq, err := strconv.ParseUint(after, 10, 63)
	return seq, err == nil && fmt.Sprint(seq) == after
}
