package videoapi

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

// A Request orders a film.
type Request struct {
	StoryTopic string `json:"story_topic" enum:"scary,mystery,bedtime,interesting history,urban legends,motivational,fun facts,long form jokes,life pro tips,philosophy,love,custom topic" doc:"Topic for the story." example:"mystery"`
	ArtStyle   string `json:"art_style" enum:"photorealistic,cinematic,anime,comic-book,pixar-art" doc:"Art style of the images." example:"cinematic"`
	Duration   string `json:"duration" enum:"short,long" doc:"Duration of the video: about 45 to 60 or 90 to 120 seconds of narration." example:"short"`
	Language   string `json:"language" enum:"english,czech,danish,dutch,french,german,greek,hindi,indonesian,italian,chinese,japanese,norwegian,polish,portuguese,russian,spanish,swedish,turkish,ukrainian" doc:"Language of the narration." example:"english"`
	VoiceName  string `json:"voice_name" enum:"alloy,echo,fable,onyx,nova,shimmer" doc:"Voice of the narration." example:"nova"`

	CustomTopic *string `json:"custom_topic,omitempty" minLength:"1" maxLength:"500" doc:"With \"custom topic\": the theme, in your own words." example:"a lighthouse that dreams"`
	CustomStory *string `json:"custom_story,omitempty" minLength:"1" maxLength:"20000" doc:"With \"custom topic\": the text to narrate, word for word." example:"The lighthouse slept by day."`
	AspectRatio string  `json:"aspect_ratio,omitempty" enum:"9:16,16:9,1:1" default:"9:16" doc:"Shape of the film." example:"9:16"`
	MusicGenre  string  `json:"music_genre,omitempty" enum:"auto,none,epic,calm,suspense,upbeat,romantic,playful,documentary" default:"auto" doc:"Background music." example:"auto"`
	Seed        *int64  `json:"seed,omitempty" minimum:"0" maximum:"9007199254740991" doc:"The same request with the same seed makes the same film, as far as the providers can." example:"7"`
}

// Resolve implements huma.Resolver: it checks what no schema can.
func (r *Request) Resolve(huma.Context, *huma.PathBuffer) []error {
	var errs []error
	complain := func(field, message string) {
		errs = append(errs, &huma.ErrorDetail{Location: "body." + field, Message: message})
	}
	for field, value := range map[string]*string{"custom_topic": r.CustomTopic, "custom_story": r.CustomStory} {
		switch {
		case value == nil:
		case r.StoryTopic != film.CustomTopic:
			complain(field, `goes with story_topic "custom topic" only`)
		case *value != "" && web.Blank(*value): // of an empty one its schema tells
			complain(field, "has no text")
		case *value != "" && field == "custom_story" && !strings.ContainsFunc(*value, said):
			complain(field, "has no letter and no digit: there is nothing to narrate")
		}
	}
	if r.CustomTopic != nil && r.CustomStory != nil {
		complain("custom_story", "cannot be given together with custom_topic")
	}
	return errs
}

// said tells whether a character is spoken.
func said(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// story is what the pipeline is asked for.
func (r *Request) story(plan plans.Plan) film.Story {
	s := film.Story{
		Topic: r.StoryTopic, ArtStyle: r.ArtStyle, Duration: r.Duration, Language: r.Language, Voice: r.VoiceName,
		AspectRatio: r.AspectRatio, MusicGenre: r.MusicGenre, Resolution: string(plan.Quality), Watermark: plan.Watermark,
	}
	switch {
	case r.CustomTopic != nil:
		s.CustomTopic = *r.CustomTopic
	case r.CustomStory != nil:
		s.CustomStory = *r.CustomStory
	}
	return s
}

type createInput struct {
	web.Preference
	Body Request
}

type createOutput struct {
	web.Applied
	Body Created
}

type taskInput struct {
	web.Preference
	TaskID string `path:"task_id" doc:"The unique identifier of the video task." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
}

type taskOutput struct {
	web.Applied
	Body Task
}

type listInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many tasks at most." example:"50"`
	After  string `query:"after" maxLength:"100" doc:"A task's id: the list begins with the one before it in time." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Status string `query:"status" enum:"queued,processing,completed,failed" doc:"Only tasks that stand so." example:"completed"`
}

// A List is a page of tasks.
type List struct {
	Tasks   []Summary `json:"tasks" nullable:"false" doc:"The tasks, newest first."`
	HasMore bool      `json:"has_more" doc:"There are older ones: ask again with after." example:"false"`
}

// TransformSchema implements huma.SchemaTransformer.
func (List) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	url, title := "https://films.example.org/media/1767225600.c2ln/e3b0/The%20Lost%20Key.mp4", "The Lost Key"
	description := "An old key opens a door that nobody remembers. #mystery"
	made := time.Date(2026, 1, 2, 15, 5, 6, 123456000, time.UTC)
	s.Properties["tasks"].Examples = []any{[]Summary{{
		TaskID: exampleTask, Status: string(production.Completed), Progress: 1, URL: &url, StoryTitle: &title, StoryDescription: &description,
		CreatedAt: made.Add(-time.Minute - time.Second), UpdatedAt: made,
	}}}
	return s
}

type listOutput struct {
	Body List
}

func (a *api) video() {
	create := operation(http.MethodPost, "/video", "createVideo", "video", "Generate a video",
		"Orders a film. It is made in the background; follow it by its task.", http.StatusPaymentRequired)
	web.Handle(a.API, create, a.create)
	web.Handle(a.API, operation(http.MethodGet, "/video/tasks/{task_id}", "getVideoTask", "video", "Get a video task",
		"Tells how far a film is, and where it and its pictures are.", http.StatusNotFound), a.get)
	web.Handle(a.API, operation(http.MethodGet, "/video/tasks", "listVideoTasks", "video", "List video tasks",
		"Lists your tasks, newest first."), a.list)
	web.Handle(a.API, operation(http.MethodPost, "/video/tasks/{task_id}/cancel", "cancelVideoTask", "video", "Cancel a video task",
		"Ends the work on a film. An earlier film of the task stays.", http.StatusNotFound), a.cancel)
	remove := operation(http.MethodDelete, "/video/tasks/{task_id}", "deleteVideoTask", "video", "Delete a video task",
		"Ends the work on a film and deletes it with all its pictures.", http.StatusNotFound)
	remove.DefaultStatus = http.StatusNoContent
	web.Handle(a.API, remove, a.remove)
	web.Handle(a.API, a.eventsOperation(), a.events)
}

func (a *api) create(ctx context.Context, in *createInput) (*createOutput, error) {
	who := web.Caller(ctx)
	plan, err := a.Plans.Plan(who.Account.Plan)
	if err != nil {
		return nil, err
	}
	if err := allowed(plan, &in.Body); err != nil {
		return nil, refusal(err, noTask)
	}
	if a.Space != nil && !a.Space() {
		return nil, web.Unavailable("There is no room on the server's disk for one more film; try again later", "3600")
	}
	inputs, err := json.Marshal(in.Body.story(plan).Inputs())
	if err != nil {
		return nil, err
	}
	order := &production.Order{Pipeline: film.StoryVideo, Inputs: inputs, Seed: in.Body.Seed, Priority: plan.Priority}
	out := &createOutput{}
	p, err := a.Desk.Create(ctx, production.Creation{Account: who.Account.ID, API: Name, Request: in.Body, Order: order},
		func(tx *store.Tx, p *production.Production, o *production.Order) error {
			if err := a.charge(tx, plan, o, in.Body.Duration); err != nil {
				return err
			}
			out.Body = Created{TaskID: p.ID, Status: string(production.Queued)}
			return web.Record(ctx, tx, http.StatusOK, out.Body)
		})
	if err != nil {
		return nil, refusal(err, noTask)
	}
	if wait, cancel, applied, ok := in.Wait(ctx); ok {
		defer cancel()
		out.Applied = applied
		if _, err := a.Desk.Wait(wait, p.ID, production.View.Settled); err != nil {
			return nil, refusal(err, noTask)
		}
	}
	return out, nil
}

// By their duration: what films cost, in credits, and how long they may become, in seconds.
var (
	prices  = map[string]int{"short": 3, "long": 6}
	seconds = map[string]int{"short": 60, "long": 120}
)

// allowed tells that a film is longer than the plan allows. A text of the user's own is as long as it is; it may take
// a quarter more than films that are asked for by their length, and any time where the plan is the largest.
func allowed(plan plans.Plan, r *Request) error {
	if err := plan.CheckDuration(seconds[r.Duration]); err != nil || r.CustomStory == nil || plan.Seconds >= plans.MostSeconds {
		return err
	}
	return plan.CheckDuration(int(math.Ceil(film.ShortestSeconds(*r.CustomStory, r.Language) / film.Longer)))
}

// charge takes the price of a film, within the transaction that records its order.
func (a *api) charge(tx *store.Tx, plan plans.Plan, o *production.Order, duration string) error {
	taken, err := a.Credits.Reserve(tx, o.Account, plan, prices[duration], o.ID)
	if err != nil {
		return err
	}
	o.Charge, o.Price = o.ID, taken.Price
	return nil
}

func (a *api) get(ctx context.Context, in *taskInput) (*taskOutput, error) {
	v, err := a.own(ctx, in.TaskID)
	if err != nil {
		return nil, refusal(err, noTask)
	}
	out := &taskOutput{}
	if wait, cancel, applied, ok := in.Wait(ctx); ok {
		defer cancel()
		out.Applied = applied
		if v, err = a.Desk.Wait(wait, in.TaskID, production.View.Settled); err != nil {
			return nil, refusal(err, noTask)
		}
	}
	out.Body = a.finished.task(a, v)
	return out, nil
}

func (a *api) list(ctx context.Context, in *listInput) (*listOutput, error) {
	views, more, err := a.Desk.List(ctx, production.Query{
		API: Name, Account: web.Caller(ctx).Account.ID, Status: in.Status, After: in.After, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	out := &listOutput{Body: List{Tasks: make([]Summary, len(views)), HasMore: more}}
	for i, v := range views {
		out.Body.Tasks[i] = a.summary(v)
	}
	return out, nil
}

type actInput struct {
	TaskID string `path:"task_id" doc:"The unique identifier of the video task." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
}

func (a *api) cancel(ctx context.Context, in *actInput) (*taskOutput, error) {
	if _, err := a.own(ctx, in.TaskID); err != nil {
		return nil, refusal(err, noTask)
	}
	v, err := a.Desk.Cancel(ctx, in.TaskID)
	if err != nil {
		return nil, refusal(err, noTask)
	}
	return &taskOutput{Body: a.task(v)}, nil
}

func (a *api) remove(ctx context.Context, in *actInput) (*struct{}, error) {
	_, err := a.own(ctx, in.TaskID)
	if err == nil {
		err = a.Desk.Delete(ctx, in.TaskID)
	}
	if err != nil {
		return nil, refusal(err, noTask)
	}
	return nil, nil
}
