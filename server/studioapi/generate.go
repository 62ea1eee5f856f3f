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
	owner, err := a.owner(ctx, who, v.Production.Account)
	if err != nil {
		return Started{}, err
	}
	c, err := a.commission(ctx, owner, wanted{
		title: v.Production.Title, script: asked.Script, settings: over.over(asked.Settings).effective(), batch: batch, earlier: v.Production.Orders,
	})
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
	return s, refusal(ownerless(err, who, owner.ID), missing(codeNoProject, noProject))
}

// A wanted film is one that somebody asks for.
type wanted struct {
	title, script string
	settings      Effective
	batch         string   // that it is of, or ""
	earlier       []string // orders of its project
}

// A commission is a film that may be made: what it is, what it costs, and by its owner's plan.
type commission struct {
	order    production.Order
	plan     plans.Plan
	price    int // credits
	estimate time.Duration
}

// commission checks and prices a film of the owner's.
func (a *api) commission(ctx context.Context, owner identity.Account, w wanted) (commission, error) {
	s := w.settings
	plan, err := a.allowed(owner, s, w.script)
	if err != nil {
		return commission{}, err
	}
	c := commission{plan: plan, price: credits.Price(s.Duration)}
	ask, warnings := a.script(ctx, w.title, w.script, s, plan)
	if s.YouTubeUpload {
		ask.YouTubeAccount = owner.ID
	}
	c.order = production.Order{Pipeline: film.ScriptVideo, Priority: plan.Priority}
	if c.order.Inputs, err = json.Marshal(ask.Inputs()); err != nil {
		return c, err
	}
	c.estimate = a.expected(s.Duration, c.order.Inputs, w.earlier)
	c.order.Note, err = json.Marshal(note{Settings: s, Warnings: warnings, Batch: w.batch, Estimate: c.estimate.Seconds()})
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

// allowed refuses what of a film its owner's plan or channel, the script or the disk does not allow, and gives the
// plan.
func (a *api) allowed(owner identity.Account, s Effective, script string) (plans.Plan, error) {
	plan, err := a.Plans.Plan(owner.Plan)
	if err != nil {
		return plan, err
	}
	if err := errors.Join(plan.CheckDuration(s.Duration), plan.CheckCharacters(len(s.Characters))); err != nil {
		return plan, refusal(err, nil)
	}
	if !film.Speaks(script) { // of a project that is older than the check when it is written
		return plan, web.Invalid(web.Problem{Location: "script", Message: mute})
	}
	if err := tooLong(s, script); err != nil {
		return plan, err
	}
	if s.YouTubeUpload {
		if err := a.channel(owner.ID); err != nil {
			return plan, err
		}
	}
	return plan, a.roomOnDisk()
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
	data := CreditsNews{Available: taken.Balance, Plan: plan.Name}
	return publish(tx, a.Webhooks, o.Account, o.ID+"_credits_low", webhooks.CreditsLow, o.Created, data)
}

// downloadOperation describes the way to a film's bytes.
func (a *api) downloadOperation() huma.Operation {
	op := operation(http.MethodGet, "/jobs/{job_id}/download", "downloadJob", "jobs", "Download the film of a job",
		"Gives the film's bytes, or ranges of them.", http.StatusNotFound, http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable)
	op.Responses = map[string]*huma.Response{
		"200": {Description: "The film", Content: map[string]*huma.MediaType{"video/mp4": {Schema: &huma.Schema{Type: "string"}}}},
		"206": {Description: "A part of the film"},
		"304": {Description: "The film is the one that If-None-Match names"},
	}
	return op
}
