package studioapi

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/media"
	"github.com/filmloom/filmloom/server/production"
)

// A Project is a script, and the film that was made of it last.
type Project struct {
	ProjectID        string     `json:"project_id" doc:"Names the project." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Title            string     `json:"title" doc:"Its title." example:"My Video Project"`
	Script           string     `json:"script" doc:"What is told." example:"A compelling story about innovation..."`
	Status           string     `json:"status" enum:"draft,processing,completed,failed" doc:"Where it stands." example:"completed"`
	Settings         Effective  `json:"settings" doc:"How its film is made."`
	Assets           Assets     `json:"assets" doc:"What was made; nulls before the first film."`
	EstimatedCredits int        `json:"estimated_credits" doc:"What its film costs." example:"3"`
	JobID            *string    `json:"job_id" doc:"Its newest job, or null." example:"0193a5b2-8d2f-7b40-8e3c-6b7d8e9f0011"`
	Warnings         []Warning  `json:"warnings" nullable:"false" doc:"What the newest job could not do and went on without, and what providers say of its results."`
	CreatedAt        time.Time  `json:"created_at" doc:"When it was created." example:"2026-01-02T15:04:05.123456Z"`
	UpdatedAt        time.Time  `json:"updated_at" doc:"When something of it changed last." example:"2026-01-02T15:09:05.123456Z"`
	CompletedAt      *time.Time `json:"completed_at" doc:"When its film was ready, or null." example:"2026-01-02T15:09:05.123456Z"`
}

// Assets are the links to what was made, for a day from now.
type Assets struct {
	VideoURL     *string              `json:"video_url" doc:"The film." example:"https://films.example.org/media/1767225600.c2ln/e3b0/My%20Video.mp4"`
	ThumbnailURL *string              `json:"thumbnail_url" doc:"A picture for lists." example:"https://films.example.org/media/1767225600.c2ln/9f86/My%20Video.jpg"`
	SubtitleURLs map[string]Subtitles `json:"subtitle_urls" nullable:"true" doc:"The subtitles by language."`
	YouTubeURL   *string              `json:"youtube_url" doc:"The film at YouTube, when it was uploaded." example:"https://youtu.be/dQw4w9WgXcQ"`
}

// Subtitles are the subtitles in one language.
type Subtitles struct {
	SRT *string `json:"srt" doc:"SubRip." example:"https://films.example.org/media/1767225600.c2ln/ab12/en.srt"`
	VTT *string `json:"vtt" doc:"WebVTT." example:"https://films.example.org/media/1767225600.c2ln/cd34/en.vtt"`
}

// The codes of warnings.
const (
	warnTranslation = "TRANSLATION_UNAVAILABLE"
	warnProvider    = "PROVIDER_WARNING"
)

// A Warning is something that a job went on without, or that a provider says of its result.
type Warning struct {
	Code    string `json:"code" enum:"TRANSLATION_UNAVAILABLE,PROVIDER_WARNING" doc:"For programs." example:"TRANSLATION_UNAVAILABLE"`
	Message string `json:"message" doc:"For people." example:"There are no subtitles in es: no provider translates into it."`
}

// A request is what is remembered of a project.
type request struct {
	Script   string   `json:"script"`
	Settings Settings `json:"settings"`
}

// A note is what is remembered of a job.
type note struct {
	Settings Effective `json:"settings"`
	Warnings []Warning `json:"warnings,omitempty"`
	Batch    string    `json:"batch,omitempty"`
	Estimate float64   `json:"estimate"` // seconds
}

func noteOf(o *production.Order) note {
	var n note
	if o != nil && len(o.Note) > 0 {
		_ = json.Unmarshal(o.Note, &n) // we wrote it; without it there is less to tell
	}
	return n
}

// warningsOf gives what a job goes on without and, once it has ended, what providers said of its results.
func warningsOf(o *production.Order) []Warning {
	all := slices.Clone(noteOf(o).Warnings)
	for _, w := range o.Warnings {
		all = append(all, Warning{Code: warnProvider, Message: w})
	}
	if all == nil {
		return []Warning{}
	}
	return all
}

// project tells of a project.
func (a *api) project(v production.View) (Project, error) {
	var asked request
	if err := a.Desk.Request(v.Production.ID, &asked); err != nil {
		return Project{}, err
	}
	return a.describe(v, asked), nil
}

// describe tells of a project with what was asked for it.
func (a *api) describe(v production.View, asked request) Project {
	p := v.Production
	settings := asked.Settings.effective()
	out := Project{
		ProjectID: p.ID, Title: p.Title, Script: asked.Script, Status: Listed(p), Settings: settings,
		Assets: a.assets(v), EstimatedCredits: credits.Price(settings.Duration), Warnings: []Warning{},
		CreatedAt: p.Created, UpdatedAt: v.Updated(),
	}
	if head := p.Head(); head != "" {
		out.JobID = &head
	}
	if v.Head != nil {
		out.Warnings = warningsOf(v.Head)
	}
	if done := p.Summary.Finished; !done.IsZero() {
		out.CompletedAt = &done
	}
	return out
}

func (a *api) assets(v production.View) Assets {
	title, made := v.Production.Title, v.Production.Summary
	out := Assets{
		VideoURL: a.link(made.Video, title), YouTubeURL: given(made.YouTube),
		ThumbnailURL: a.link(made.Thumbnail, title),
	}
	if made.Video != nil {
		out.SubtitleURLs = map[string]Subtitles{}
	}
	for _, s := range made.Subtitles {
		code := film.Code(s.Language)
		out.SubtitleURLs[code] = Subtitles{SRT: a.link(s.SRT, code), VTT: a.link(s.VTT, code)}
	}
	return out
}

func (a *api) link(f *film.File, name string) *string {
	if f == nil || f.SHA256 == "" {
		return nil
	}
	url := a.Media.URL(media.File{SHA256: f.SHA256, Name: name, Type: f.MediaType}, media.Options{})
	return &url
}
