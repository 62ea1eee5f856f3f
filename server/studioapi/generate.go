package studioapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
	"github.com/filmloom/filmloom/server/webhooks"
)

// A Generation says what is different about the film that is made now.
type Generation struct {
	Settings Settings `json:"settings,omitempty" doc:"They count more than the project's, for this job."`
}

type generateInput struct {
	ProjectPath
	web.Preference
	Body *Generation `required:"false"`
}

// A Started tells of a job that was begun.
type Started struct {
	JobID           string `json:"job_id" doc:"Names the job." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011"`
	Status          string `json:"status" enum:"queued" doc:"Always \"queued\"." example:"queued"`
	EstimatedTime   string `json:"estimated_time" doc:"How long it takes, for people; learned from earlier jobs on this machine." example:"3-5 minutes"`
	EstimatedSecond int    `json:"estimated_time_seconds" doc:"The same for programs." example:"240"`
	CreditsDeducted int    `json:"credits_deducted" doc:"What it costs." example:"3"`
}

type startedOutput struct {
	web.Applied
	Body Started
}

func (a *api) generate(ctx context.Context, in *generateInput) (*startedOutput, error) {
	v, err := a.own(ctx, web.Caller(ctx), in.ProjectID)
	if err != nil {
		return nil, err
	}
	var over Settings
	if in.Body != nil {
		over = in.Body.Settings
	}
	out := &startedOutput{}
	out.Body, err = a.begin(ctx, web.Caller(ctx), v, over, "", func(tx *store.Tx, _ *production.Order, s Started) error {
		return web.Record(ctx, tx, http.StatusAccepted, s)
	})
	if err != nil {
		return nil, err
	}
	return out, a.await(ctx, in.Preference, in.ProjectID, out)
}

// await waits for a job that was begun, as long as the client prefers to.
func (a *api) await(ctx context.Context, p web.Preference, project string, out *startedOutput) error {
	wait, cancel, applied, ok := p.Wait(ctx)
	if !ok {
		return nil
	}
	defer cancel()
	out.Applied = applied
	_, err := a.Desk.Wait(wait, project, production.View.Settled)
	return refusal(err, missing(codeNoProject, noProject))
}

// errEdited says that a project is not any more as it was read.
var errEdited = errors.New("the project was edited meanwhile")

// begin orders the film of a project as it is then. record is called within the transaction.
func (a *api) begin(ctx context.Context, who identity.Principal, v production.View, over Settings, batch string,
	record func(*store.Tx, *production.Order, Started) error,
) (Started, error) {
	for {
		s, err := a.beginAsRead(ctx, who, v, over, batch, record)
		if !errors.Is(err, errEdited) {
			return s, err
		}
		if v, err = a.Desk.Get(ctx, v.Production.ID); err != nil {
			return Started{}, refusal(err, missing(codeNoProject, noProject))
		}
	}
}

// beginAsRead orders the film of a project unless it was edited since it was read: errEdited.
func (a *api) beginAsRead(ctx context.Context, who identity.Principal, v production.View, over Settings, batch string,
	record func(*store.Tx, *production.Order, Started) error,
) (Started, error) {
	var read json.RawMessage
	var asked request
	if err := a.Desk.Request(v.Production.ID, &read); err != nil {
		return Started{}, refusal(err, missing(codeNoProject, noProject))
	}
	if err := json.Unmarshal(read, &asked); err != nil {
		return Started{}, err
	}
	if !v.Settled() {
		return Started{}, refusal(production.ErrActive, nil)
	}
	c, err := a.commission(ctx, who, v.Production.Title, asked.Script, over.over(asked.Settings).effective(), batch)
	if err != nil {
		return Started{}, err
	}
	var s Started
	_, err = a.Desk.Make(ctx, v.Production.ID, c.order, func(tx *store.Tx, p *production.Production, o *production.Order) error {
		var now json.RawMessage
		if err := production.RequestIn(tx, p.ID, &now); err != nil {
			return err
		}
		if p.Title != v.Production.Title || !bytes.Equal(now, read) {
			return errEdited
		}
		if s, err = a.accept(tx, c, o); err != nil {
			return err
		}
		return record(tx, o, s)
	})
	return s, refusal(err, missing(codeNoProject, noProject))
}

// A commission is a film that may be made: what it is, what it costs, and by whose plan.
type commission struct {
	order    production.Order
	plan     plans.Plan
	price    int // credits
	estimate time.Duration
}

// commission checks and prices a film.
func (a *api) commission(ctx context.Context, who identity.Principal, title, script string, s Effective, batch string) (commission, error) {
	plan, err := a.Plans.Plan(who.Account.Plan)
	if err != nil {
		return commission{}, err
	}
	if err := a.allowed(plan, s, script); err != nil {
		return commission{}, refusal(err, nil)
	}
	if s.YouTubeUpload {
		if err := a.channel(who.Account.ID); err != nil {
			return commission{}, err
		}
	}
	c := commission{plan: plan, price: credits.Price(s.Duration), estimate: a.pace.estimate(s.Duration)}
	ask, warnings := a.script(ctx, title, script, s, plan)
	if s.YouTubeUpload {
		ask.YouTubeAccount = who.Account.ID
	}
	c.order = production.Order{Pipeline: film.ScriptVideo, Priority: plan.Priority}
	if c.order.Inputs, err = json.Marshal(ask.Inputs()); err != nil {
		return c, err
	}
	c.order.Note, err = json.Marshal(note{Settings: s, Warnings: warnings, Batch: batch, Estimate: c.estimate.Seconds()})
	return c, err
}

// accept takes the price of a film, within the transaction that records its order.
func (a *api) accept(tx *store.Tx, c commission, o *production.Order) (Started, error) {
	if c.price > 0 {
		if err := a.charge(tx, c.plan, o, c.price); err != nil {
			return Started{}, err
		}
	}
	return Started{
		JobID: o.ID, Status: string(production.Queued), EstimatedTime: between(c.estimate),
		EstimatedSecond: int(math.Ceil(c.estimate.Seconds())), CreditsDeducted: o.Price,
	}, nil
}

// allowed tells what of a film the plan or the script does not allow.
func (a *api) allowed(plan plans.Plan, s Effective, script string) error {
	if err := plan.CheckDuration(s.Duration); err != nil {
		return err
	}
	if err := plan.CheckCharacters(len(s.Characters)); err != nil {
		return err
	}
	if err := tooLong(s, script); err != nil {
		return err
	}
	return a.roomOnDisk()
}

func (a *api) roomOnDisk() error {
	if a.Space != nil && !a.Space() {
		return web.Unavailable("There is no room on the server's disk for one more film; try again later.", "3600")
	}
	return nil
}

// tooLong refuses a script that cannot be spoken in the time that the film has.
func tooLong(s Effective, script string) error {
	needs := film.ShortestSeconds(script, film.Language(s.Language))
	if needs <= film.Longer*float64(s.Duration) {
		return nil
	}
	seconds := int(math.Ceil(needs / film.Longer))
	return &web.Fault{
		Status: http.StatusBadRequest, Code: codeInput,
		Message: fmt.Sprintf("The script takes at least %d seconds to speak; ask for a duration of %d or more, or make it shorter.", int(math.Ceil(needs)), seconds),
		Details: map[string]any{"required_seconds": int(math.Ceil(needs)), "duration": s.Duration, "shortest_duration": seconds},
	}
}

// script is what the pipeline is asked for, and what it has to go on without.
func (a *api) script(ctx context.Context, title, script string, s Effective, plan plans.Plan) (film.Script, []Warning) {
	language := film.Language(s.Language)
	ask := film.Script{
		Title: title, Text: script, Seconds: s.Duration, Style: s.Style, Language: language, SubtitleLanguages: []string{},
		IncludeSubtitles: s.IncludeSubtitles, MusicGenre: s.MusicGenre, AspectRatio: s.AspectRatio,
		Resolution: string(plan.Quality), Watermark: plan.Watermark,
	}
	var warnings []Warning
	for _, code := range s.SubtitleLanguages {
		name := film.Language(code)
		if name != language {
			if !a.Engine.Serves(ctx, film.Translate) {
				warnings = append(warnings, Warning{
					Code: warnTranslation, Message: fmt.Sprintf("There are no subtitles in %q: no provider that translates is configured.", code),
				})
				continue
			}
			ask.TranslateTo = append(ask.TranslateTo, name)
		}
		ask.SubtitleLanguages = append(ask.SubtitleLanguages, name)
	}
	for _, c := range s.Characters {
		ask.Characters = append(ask.Characters, film.Character{
			Name: strings.TrimSpace(c.Name), Age: given(c.Age), Gender: given(c.Gender), Voice: given(c.Voice),
		})
	}
	return ask, warnings
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// charge takes the price of an order, within the transaction that records it.
func (a *api) charge(tx *store.Tx, plan plans.Plan, o *production.Order, price int) error {
	taken, err := a.Credits.Reserve(tx, o.Account, plan, price, o.ID)
	if err != nil {
		return err
	}
	o.Charge, o.Price = o.ID, taken.Price
	if !taken.Low {
		return nil
	}
	data := map[string]any{"available": taken.Balance, "plan": plan.Name}
	return publish(tx, a.Webhooks, o.Account, o.ID+"_credits_low", webhooks.CreditsLow, o.Created, data)
}

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
	if err := a.roomOnDisk(); err != nil {
		return nil, err
	}
	n := noteOf(o)
	plan, err := a.Plans.Plan(web.Caller(ctx).Account.Plan)
	if err != nil {
		return nil, err
	}
	c := commission{
		order: production.Order{Pipeline: o.Pipeline, Inputs: o.Inputs, Seed: o.Seed, Priority: o.Priority},
		plan:  plan, estimate: a.pace.estimate(n.Settings.Duration),
	}
	if o.Status == production.Cancelled && o.Started.IsZero() {
		c.price = o.Price // it came back
	}
	n.Batch, n.Estimate = "", c.estimate.Seconds()
	if c.order.Note, err = json.Marshal(n); err != nil {
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
		return nil, refusal(err, missing(codeNoJob, noJob))
	}
	return out, a.await(ctx, in.Preference, o.Production, out)
}

// downloadOperation describes the way to a film's bytes.
func (a *api) downloadOperation() huma.Operation {
	op := operation(http.MethodGet, "/jobs/{job_id}/download", "downloadJob", "jobs", "Download the film of a job",
		"Gives the film's bytes, or ranges of them.", http.StatusNotFound, http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable)
	op.Responses = map[string]*huma.Response{
		"200": {Description: "The film", Content: map[string]*huma.MediaType{"video/mp4": {Schema: &huma.Schema{Type: "string"}}}},
		"206": {Description: "A part of the film"},
	}
	return op
}
