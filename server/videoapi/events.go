package videoapi

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/web"
)

type eventsInput struct {
	TaskID string `path:"task_id" doc:"The unique identifier of the video task." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Last   string `header:"Last-Event-ID" maxLength:"50" doc:"The id of the last event that was seen; the stream goes on after it." example:"1-42"`
}

// An Event is one step of the work on a film.
type Event struct {
	TaskID   string    `json:"task_id" doc:"The task." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Kind     string    `json:"kind" doc:"What happened: run.created, run.started, run.resumed, run.paused, run.completed, run.failed, run.cancelled or run.superseded; stage.expanded or stage.skipped; attempt.started, attempt.checkpoint or attempt.failed; approval.requested; instance.done, instance.reused, instance.edited or instance.failed. There may be others in time." example:"instance.done"`
	Stage    string    `json:"stage,omitempty" doc:"The stage of the pipeline, with an event of one." example:"image_generation"`
	Address  string    `json:"address,omitempty" doc:"The instance of the stage, with an event of one." example:"image_generation[\"scene-01\"]"`
	ImageID  string    `json:"image_id,omitempty" doc:"The image, with an event of one." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00.scene-01"`
	Attempt  int       `json:"attempt,omitempty" minimum:"1" doc:"With an attempt and what came of it; counts from 1." example:"1"`
	Message  string    `json:"message,omitempty" doc:"With a failure: why, for people." example:"This content was refused."`
	Progress float64   `json:"progress" minimum:"0" maximum:"1" doc:"Of the film, from 0 to 1." example:"0.4"`
	Time     time.Time `json:"time" doc:"When it happened." example:"2026-01-02T15:04:31.123456Z"`
}

// A Progress tells that something of a film has moved.
type Progress struct {
	TaskID   string  `json:"task_id" doc:"The task." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Status   string  `json:"status" enum:"queued,processing,completed,failed" doc:"Where the task stands." example:"processing"`
	Progress float64 `json:"progress" minimum:"0" maximum:"1" doc:"Of the film, from 0 to 1; it never falls." example:"0.4"`
	Step     string  `json:"step,omitempty" doc:"What is being done: script_analysis, image_generation, voice_synthesis, music_generation, subtitle_generation or video_composition, unless the owner of the server has named the steps otherwise." example:"image_generation"`
}

func (a *api) eventsOperation() huma.Operation {
	op := operation(http.MethodGet, "/video/tasks/{task_id}/events", "followVideoTask", "video", "Follow a video task",
		"A stream of server-sent events. `event: step` is a step of the work and has an id, from which the stream can go on "+
			"(Last-Event-ID); `event: progress` tells that something moved; `event: task` has the task as GET gives it, first and "+
			"whenever its status changes; `event: end` is the last one. A stream that has nothing more to tell is answered with 204; "+
			"an id that the server does not know, such as one of work that a restored backup has not, with 422.\n\n"+
			"The body is described as the list of its messages. Each is sent as lines: `id: 1-42`, where it has one, "+
			"`event: step`, and `data: ` with the JSON on one line.",
		http.StatusNotFound)
	schemas := a.OpenAPI().Components.Schemas
	task := schemas.Schema(reflect.TypeFor[Task](), true, "Task")
	op.Responses = map[string]*huma.Response{
		"200": {Description: "Events", Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema: &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{OneOf: []*huma.Schema{
				web.MessageSchema("task", "The task, first and whenever its status has changed.", false, task),
				web.MessageSchema("step", "A step of the work.", true, schemas.Schema(reflect.TypeFor[Event](), true, "Event")),
				web.MessageSchema("progress", "Something moved.", false, schemas.Schema(reflect.TypeFor[Progress](), true, "Progress")),
				web.MessageSchema("end", "The task as it is in the end: the last message.", true, task),
			}}},
			Example: []map[string]any{{"event": "progress", "data": Progress{exampleTask, "processing", 0.4, "image_generation"}}},
		}}},
		"204": {Description: "There is nothing more to tell"},
	}
	return op
}

const exampleTask = "0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"

func (a *api) events(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	v, err := a.own(ctx, in.TaskID)
	if err != nil {
		return nil, refusal(err, noTask)
	}
	after, ok := position(in.Last)
	if ok { // a position ahead of what there is would skip steps without a word
		if ok, err = a.Desk.Reached(ctx, in.TaskID, after); err != nil {
			return nil, refusal(err, noTask)
		}
	}
	if !ok {
		return nil, web.Invalid(web.Problem{Location: "header.Last-Event-ID", Message: "is no id of this stream"})
	}
	if v.Settled() && after.Order >= len(v.Production.Orders) && in.Last != "" && a.seen(ctx, v, after) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) { ctx.SetStatus(http.StatusNoContent) }}, nil
	}
	return web.Stream(func(ctx context.Context, send func(web.Message) bool) {
		a.follow(ctx, in.TaskID, after, send)
	}), nil
}

// seen tells whether a position is the end of a settled production's events.
func (a *api) seen(ctx context.Context, v production.View, after production.Position) bool {
	events, err := a.Desk.Events(ctx, v.Production.ID, after)
	if err != nil {
		return false
	}
	for range events {
		return false
	}
	return true
}

// follow sends what happens until nothing more does.
func (a *api) follow(ctx context.Context, task string, after production.Position, send func(web.Message) bool) {
	events, err := a.Desk.Events(ctx, task, after)
	if err != nil {
		return
	}
	f := follower{api: a, task: task, send: send}
	if !f.tell(ctx) {
		return
	}
	for ev := range events {
		if !f.event(ctx, ev) {
			return
		}
		if ev.At.Seq > 0 {
			after = ev.At
		}
	}
	if ctx.Err() == nil {
		f.end(ctx, after)
	}
}

// A follower tells one client of a task.
type follower struct {
	*api
	task   string
	status string // that was told last
	send   func(web.Message) bool
}

// tell sends the task when its status is another one than before. false means that nobody listens any more.
func (f *follower) tell(ctx context.Context) bool {
	v, err := f.Desk.Get(ctx, f.task)
	if err != nil {
		return false
	}
	if now := Listed(v.Production); now != f.status {
		f.status = now
		return f.send(web.Message{Event: "task", Data: f.api.task(v)})
	}
	return true
}

func (f *follower) event(ctx context.Context, ev production.Event) bool {
	if ev.Kind != engine.Progress {
		return f.send(web.Message{ID: eventID(ev.At), Event: "step", Data: f.step(ctx, f.task, ev)}) && f.tell(ctx)
	}
	v, err := f.Desk.Get(ctx, f.task)
	if err != nil {
		return false
	}
	return f.send(web.Message{Event: "progress", Data: Progress{f.task, Listed(v.Production), v.Progress, v.Step}})
}

// end sends the task as it is in the end. Its id is beyond all events, also when there were none: a client that
// comes back with it is told that there is nothing more.
func (f *follower) end(ctx context.Context, last production.Position) {
	v, err := f.Desk.Get(ctx, f.task)
	if err != nil || !v.Settled() {
		return // it was deleted, or this is not the end: the client comes back
	}
	if !f.tell(ctx) {
		return
	}
	if n := len(v.Production.Orders); last.Order < n {
		last = production.Position{Order: n}
	}
	f.send(web.Message{ID: eventID(last), Event: "end", Data: f.api.task(v)})
}

// eventID is a position as a client knows it.
func eventID(at production.Position) string { return fmt.Sprintf("%d-%d", at.Order, at.Seq) }

// step tells of an event what its owner may know.
func (a *api) step(ctx context.Context, task string, ev production.Event) Event {
	e := Event{TaskID: task, Kind: string(ev.Kind), Stage: ev.Stage, Address: ev.Address, Attempt: ev.Attempt, Time: instant(ev.Time)}
	v, err := a.Desk.Get(ctx, task)
	if err == nil {
		e.Progress = v.Progress
	}
	if ev.Stage == film.ImageStage && ev.Address != "" {
		for _, img := range v.Film.Images {
			if film.ImageAddress(img.Scene) == ev.Address {
				e.ImageID = imageID(task, img.Scene)
			}
		}
	}
	if ev.Error != nil {
		e.Message = ev.Error.User
	}
	return e
}

// position reads an event's id; "" is the beginning.
func position(id string) (production.Position, bool) {
	var p production.Position
	if id == "" {
		return p, true
	}
	order, seq, ok := strings.Cut(id, "-")
	if !ok {
		return p, false
	}
	_, err := fmt.Sscanf(order+" "+seq, "%d %d", &p.Order, &p.Seq)
	return p, err == nil && p.Order > 0 && eventID(p) == id
}
