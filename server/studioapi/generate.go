package studioapi

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/film"
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
	v, err := a.own(ctx, in.ProjectID)
	if err != nil {
		return nil, err
	}
	var over Settings
	if in.Body != nil {
		over = in.Body.Settings
	}
	out := &startedOutput{}
	if out.Body, err = a.begin(ctx, v, over, "", func(tx *store.Tx, s Started) error {
		return web.Record(ctx, tx, http.StatusAccepted, s)
	}); err != nil {
		return nil, err
	}
	if wait, cancel, applied, ok := in.Wait(ctx); ok {
		defer cancel()
		out.Applied = applied
		if _, err := a.Desk.Wait(wait, in.ProjectID, production.View.Settled); err != nil {
			return nil, refusal(err, missing(codeNoProject, noProject))
		}
	}
	return out, nil
}

// begin orders a project's film. record is called within the transaction.
func (a *api) begin(ctx context.Context, v production.View, over Settings, batch string, record func(*store.Tx, Started) error) (Started, error) {
	var asked request
	if err := a.Desk.Request(v.Production.ID, &asked); err != nil {
		return Started{}, err
	}
	if !v.Settled() {
		return Started{}, refusal(production.ErrActive, nil)
	}
	settings := over.over(asked.Settings).effective()
	plan, err := a.plan(ctx)
	if err != nil {
		return Started{}, err
	}
	if err := a.allowed(plan, settings, asked.Script); err != nil {
		return Started{}, refusal(err, nil)
	}
	o, n, err := a.order(ctx, v.Production.Title, asked.Script, settings, plan, batch)
	if err != nil {
		return Started{}, err
	}
	estimate := a.pace.estimate(settings.Duration)
	n.Estimate = estimate.Seconds()
	if o.Note, err = json.Marshal(n); err != nil {
		return Started{}, err
	}
	var s Started
	_, err = a.Desk.Make(ctx, v.Production.ID, *o, func(tx *store.Tx, _ *production.Production, o *production.Order) error {
		if err := a.charge(tx, plan, o, credits.Price(settings.Duration)); err != nil {
			return err
		}
		s = Started{
			JobID: o.ID, Status: string(production.Queued), EstimatedTime: between(estimate),
			EstimatedSecond: int(math.Ceil(estimate.Seconds())), CreditsDeducted: o.Price,
		}
		return record(tx, s)
	})
	return s, refusal(err, missing(codeNoProject, noProject))
}

// allowed tells what of a film the plan or the script does not allow.
func (a *api) allowed(plan plans.Plan, s Effective, script string) error {
	if err := plan.CheckDuration(s.Duration); err != nil {
		return err
	}
	if err := plan.CheckCharacters(len(s.Characters)); err != nil {
		return err
	}
	if a.Space != nil && !a.Space() {
		return web.Unavailable("There is no room on the server's disk for one more film; try again later.", "3600")
	}
	if s.YouTubeUpload {
		return &web.Fault{Status: http.StatusBadRequest, Code: codeYouTube, Message: "No YouTube channel is connected."}
	}
	return tooLong(s, script)
}

// longer is by how much a film may be longer than what was asked for.
const longer = 1.25

// tooLong refuses a script that cannot be spoken in the time that the film has.
func tooLong(s Effective, script string) error {
	needs := film.ShortestSeconds(script, film.Language(s.Language))
	if needs <= longer*float64(s.Duration) {
		return nil
	}
	seconds := int(math.Ceil(needs / longer))
	return &web.Fault{
		Status: http.StatusBadRequest, Code: codeInput,
		Message: fmt.Sprintf("The script takes at least %d seconds to speak; ask for a duration of %d or more, or make it shorter.", int(math.Ceil(needs)), seconds),
		Details: map[string]any{"required_seconds": int(math.Ceil(needs)), "duration": s.Duration, "shortest_duration": seconds},
	}
}

// order makes the order of a film.
func (a *api) order(ctx context.Context, title, script string, s Effective, plan plans.Plan, batch string) (*production.Order, note, error) {
	n := note{Settings: s, Batch: batch}
	language := film.Language(s.Language)
	ask := film.Script{
		Title: title, Text: script, Seconds: s.Duration, Style: s.Style, Language: language,
		IncludeSubtitles: s.IncludeSubtitles, MusicGenre: s.MusicGenre, AspectRatio: s.AspectRatio,
		Resolution: string(plan.Quality), Watermark: plan.Watermark,
	}
	able := a.Engine.Serves(ctx, film.Translate)
	for _, code := range s.SubtitleLanguages {
		switch name := film.Language(code); {
		case name == language:
			ask.SubtitleLanguages = append(ask.SubtitleLanguages, name)
		case able:
			ask.SubtitleLanguages = append(ask.SubtitleLanguages, name)
			ask.TranslateTo = append(ask.TranslateTo, name)
		default:
			n.Warnings = append(n.Warnings, Warning{
				Code: "TRANSLATION_UNAVAILABLE", Message: fmt.Sprintf("There are no subtitles in %q: no provider that translates is configured.", code),
			})
		}
	}
	for _, c := range s.Characters {
		ask.Characters = append(ask.Characters, film.Character{
			Name: strings.TrimSpace(c.Name), Age: given(c.Age), Gender: given(c.Gender), Voice: given(c.Voice),
		})
	}
	inputs, err := json.Marshal(ask.Inputs())
	return &production.Order{Pipeline: film.ScriptVideo, Inputs: inputs, Priority: plan.Priority}, n, err
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

// retryJob makes what is left of a job as a new one.
func (a *api) retryJob(ctx context.Context, in *JobPath) (*startedOutput, error) {
	o, v, err := a.ownJob(ctx, in.JobID)
	if err != nil {
		return nil, err
	}
	if v.Head == nil || v.Head.ID != o.ID || !slices.Contains([]production.Status{production.Failed, production.Cancelled}, o.Status) {
		if !v.Settled() {
			return nil, refusal(production.ErrActive, nil)
		}
		return nil, refusal(production.ErrIdle, nil)
	}
	n := noteOf(o)
	out := &startedOutput{}
	again := production.Order{Pipeline: o.Pipeline, Inputs: o.Inputs, Seed: o.Seed, Priority: o.Priority, Note: o.Note}
	_, err = a.Desk.Make(ctx, o.Production, again, func(tx *store.Tx, _ *production.Production, o *production.Order) error {
		estimate := a.pace.estimate(n.Settings.Duration)
		out.Body = Started{
			JobID: o.ID, Status: string(production.Queued), EstimatedTime: between(estimate), EstimatedSecond: int(math.Ceil(estimate.Seconds())),
		}
		return web.Record(ctx, tx, http.StatusAccepted, out.Body)
	})
	if err != nil {
		return nil, refusal(err, missing(codeNoJob, noJob))
	}
	return out, nil
}

// downloadOperation describes the way to a film's bytes.
func (a *api) downloadOperation() huma.Operation {
	op := operation(http.MethodGet, "/jobs/{job_id}/download", "downloadJob", "jobs", "Download the film of a job",
		"Gives the film's bytes, or ranges of them.", http.StatusNotFound)
	op.Responses = map[string]*huma.Response{
		"200": {Description: "The film", Content: map[string]*huma.MediaType{"video/mp4": {Schema: &huma.Schema{Type: "string"}}}},
		"206": {Description: "A part of the film"},
	}
	return op
}
