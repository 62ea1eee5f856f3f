package studioapi

import (
	"context"
	"fmt"
	"net/http"
	"slices"
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
	JobID    string    `json:"job_id"`
	Kind     string    `json:"kind"` // run.started, stage.expanded, instance.done, …
	Stage    string    `json:"stage,omitempty"`
	Address  string    `json:"address,omitempty"`
	Attempt  int       `json:"attempt,omitempty"`
	Message  string    `json:"message,omitempty"`
	Progress int       `json:"progress"`
	Time     time.Time `json:"time"`
}

func (a *api) eventsOperation() huma.Operation {
	op := operation(http.MethodGet, "/jobs/{job_id}/events", "followJob", "jobs", "Follow a job",
		"A stream of server-sent events. `event: step` is a step of the work and has an id, from which the stream can go on "+
			"(Last-Event-ID); `event: job` has the job as GET gives it, first, whenever its status changes and when something "+
			"moved; `event: end` is the last one. A stream that has nothing more to tell is answered with 204.",
		http.StatusNotFound)
	op.Responses = map[string]*huma.Response{
		"200": {Description: "Events", Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema:  &huma.Schema{Type: "string"},
			Example: "event: job\ndata: {\"job_id\":\"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011\",\"progress\":65}\n\n",
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
	if !ok {
		return nil, web.Invalid(web.Problem{Location: "header.Last-Event-ID", Message: "is no id of this stream"})
	}
	if in.Last != "" && !o.Status.Open() && a.seen(ctx, o, after) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) { ctx.SetStatus(http.StatusNoContent) }}, nil
	}
	return web.Stream(func(ctx context.Context, send func(web.Message) bool) {
		a.follow(ctx, in.JobID, o.Production, after, send)
	}), nil
}

// seen tells whether a position is the end of a job's events.
func (a *api) seen(ctx context.Context, o *production.Order, after production.Position) bool {
	events, err := a.Desk.Events(ctx, o.Production, after)
	if err != nil {
		return false
	}
	for ev := range events {
		return ev.At.Order > after.Order
	}
	return true
}

// follow sends what happens in a job until nothing more does.
func (a *api) follow(ctx context.Context, id, project string, after production.Position, send func(web.Message) bool) {
	events, err := a.Desk.Events(ctx, project, after)
	if err != nil {
		return
	}
	tell := func(name string) (Job, bool) {
		o, v, err := a.ownJob(ctx, id)
		if err != nil {
			return Job{}, false
		}
		j := a.job(o, v)
		return j, send(web.Message{Event: name, Data: j})
	}
	j, ok := tell("job")
	if !ok {
		return
	}
	for ev := range events {
		if ev.At.Order > after.Order {
			break
		}
		if ev.Kind != engine.Progress {
			h := Happening{
				JobID: id, Kind: string(ev.Kind), Stage: ev.Stage, Address: ev.Address, Attempt: ev.Attempt,
				Progress: j.Progress, Time: ev.Time,
			}
			if ev.Error != nil {
				h.Message = ev.Error.User
			}
			if !send(web.Message{ID: fmt.Sprintf("%d-%d", ev.At.Order, ev.At.Seq), Event: "step", Data: h}) {
				return
			}
		}
		if j, ok = tell("job"); !ok {
			return
		}
	}
	if ctx.Err() == nil {
		tell("end")
	}
}

// position reads an event's id of the job that is the given order; "" is its beginning.
func position(id string, ordinal int) (production.Position, bool) {
	p := production.Position{Order: ordinal}
	if id == "" {
		return p, true
	}
	order, seq, ok := strings.Cut(id, "-")
	if !ok || order != fmt.Sprint(ordinal) {
		return p, false
	}
	_, err := fmt.Sscanf(seq, "%d", &p.Seq)
	return p, err == nil && fmt.Sprint(p.Seq) == seq
}
