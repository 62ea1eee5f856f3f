package videoapi

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/media"
	"github.com/filmloom/filmloom/server/production"
)

// A Created tells of a new task.
type Created struct {
	TaskID string `json:"task_id" doc:"Names the task." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Status string `json:"status" enum:"queued" doc:"Always \"queued\"." example:"queued"`
}

// A Summary is what lists tell of a task.
type Summary struct {
	TaskID           string    `json:"task_id" doc:"Names the task." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Status           string    `json:"status" enum:"queued,processing,completed,failed" doc:"Where the task stands." example:"completed"`
	Progress         float64   `json:"progress" minimum:"0" maximum:"1" doc:"From 0 to 1; it never falls." example:"1"`
	URL              *string   `json:"url" doc:"The newest finished film, for a day from now; null as long as there is none." example:"https://films.example.org/media/1767225600.c2ln/e3b0/The%20Lost%20Key.mp4"`
	StoryTitle       *string   `json:"story_title" doc:"Title of the story; null until it is written." example:"The Lost Key"`
	StoryDescription *string   `json:"story_description" doc:"150 to 200 characters for a video platform; null until the story is written." example:"An old key opens a door that nobody remembers. #mystery"`
	ErrorMessage     *string   `json:"error_message" doc:"With \"failed\": why; null otherwise." example:"A provider has rejected the content."`
	CreatedAt        time.Time `json:"created_at" doc:"When the task was created." example:"2026-01-02T15:04:05.123456Z"`
	UpdatedAt        time.Time `json:"updated_at" doc:"When something of it changed last." example:"2026-01-02T15:05:06.123456Z"`
}

// A Task is a film in the making, or a finished one.
type Task struct {
	Summary
	StoryText *string `json:"story_text" doc:"The whole narration; null until it is written." example:"The key lay under the third stair. …"`
	Images    []Image `json:"images" nullable:"false" doc:"The pictures in the order of the scenes; empty until the story is written."`

	ready []byte // all of it as JSON, or nil
}

// TransformSchema implements huma.SchemaTransformer.
func (Task) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["images"].Examples = exampleImages()
	return s
}

// An Image is the picture of one scene.
type Image struct {
	ID        string    `json:"id" doc:"Names the image." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00.scene-01"`
	Status    string    `json:"status" enum:"queued,processing,completed,failed" doc:"Where the image stands." example:"completed"`
	URLs      []string  `json:"urls" nullable:"false" doc:"Every take of it, the newest last, each for a day from now." example:"[\"https://films.example.org/media/1767225600.c2ln/9f86/scene-01.png\"]"`
	Subtitles string    `json:"subtitles" doc:"What is told while it is seen." example:"The key lay under the third stair."`
	CreatedAt time.Time `json:"created_at" doc:"When the scene became known." example:"2026-01-02T15:04:07.123456Z"`
	UpdatedAt time.Time `json:"updated_at" doc:"When the image changed last." example:"2026-01-02T15:04:31.123456Z"`
}

// An ImageTask is the pictures of a task.
type ImageTask struct {
	TaskID    string    `json:"task_id" doc:"Names the task." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Status    string    `json:"status" enum:"queued,processing,completed,failed" doc:"Of all images together: failed if one is, else processing if one is, else queued if one is." example:"completed"`
	CreatedAt time.Time `json:"created_at" doc:"When the task was created." example:"2026-01-02T15:04:05.123456Z"`
	UpdatedAt time.Time `json:"updated_at" doc:"When an image changed last." example:"2026-01-02T15:04:31.123456Z"`
	StoryText *string   `json:"story_text" doc:"The whole narration; null until it is written." example:"The key lay under the third stair. …"`
	Images    []Image   `json:"images" nullable:"false" doc:"The pictures in the order of the scenes; empty until the story is written."`
}

// TransformSchema implements huma.SchemaTransformer.
func (ImageTask) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["images"].Examples = exampleImages()
	return s
}

// exampleImages are pictures for documents: tags would have them in one long line.
func exampleImages() []any {
	made := time.Date(2026, 1, 2, 15, 4, 31, 123456000, time.UTC)
	return []any{[]Image{{
		ID: exampleTask + ".scene-01", Status: string(film.Completed), Subtitles: "The key lay under the third stair.",
		URLs:      []string{"https://films.example.org/media/1767225600.c2ln/9f86/scene-01.png"},
		CreatedAt: made.Add(-24 * time.Second), UpdatedAt: made,
	}}}
}

// Listed is the status of a task: one that was cancelled has failed, and a change of a film does not wait.
func Listed(p *production.Production) string {
	switch status := p.Summary.Status; {
	case status == production.Cancelled:
		return string(production.Failed)
	case status == production.Queued && len(p.Orders) > 1:
		return string(production.Processing)
	default:
		return string(status)
	}
}

// summary tells of a task what lists do.
func (a *api) summary(v production.View) Summary {
	p := v.Production
	s := Summary{
		TaskID: p.ID, Status: Listed(p), Progress: v.Progress,
		URL: a.link(v.Film.Video, v.Film.Title), StoryTitle: text(v.Film.Title), StoryDescription: text(v.Film.Description),
		CreatedAt: instant(p.Created), UpdatedAt: instant(v.Updated()),
	}
	if s.URL == nil {
		s.URL = a.link(p.Summary.Video, v.Film.Title) // of an earlier run
	}
	if f := p.Summary.Failure; f != nil {
		s.ErrorMessage = &f.Message
	}
	return s
}

func (a *api) task(v production.View) Task {
	return Task{Summary: a.summary(v), StoryText: text(v.Film.Text), Images: a.pictures(v)}
}

func (a *api) imageTask(v production.View) ImageTask {
	t := ImageTask{
		TaskID: v.Production.ID, Status: string(film.Queued), CreatedAt: instant(v.Production.Created),
		UpdatedAt: instant(v.Production.Created), StoryText: text(v.Film.Text), Images: a.pictures(v),
	}
	counts := map[film.State]int{}
	for _, img := range v.Film.Images {
		counts[img.State]++
		if at := instant(img.Updated); at.After(t.UpdatedAt) {
			t.UpdatedAt = at
		}
	}
	for _, s := range []film.State{film.Failed, film.Processing, film.Queued, film.Completed} {
		if counts[s] > 0 {
			t.Status = string(s)
			break
		}
	}
	if len(v.Film.Images) == 0 && Listed(v.Production) == string(production.Failed) {
		t.Status = string(film.Failed) // there will be none
	}
	return t
}

func (a *api) pictures(v production.View) []Image {
	images := make([]Image, len(v.Film.Images))
	for i, img := range v.Film.Images {
		images[i] = Image{
			ID: imageID(v.Production.ID, img.Scene), Status: string(img.State), URLs: a.links(img),
			Subtitles: img.Narration, CreatedAt: instant(img.Created), UpdatedAt: instant(img.Updated),
		}
	}
	return images
}

// links are those of an image's takes.
func (a *api) links(img film.Image) []string {
	urls := make([]string, len(img.Takes))
	for i, f := range img.Takes {
		urls[i] = a.Media.URL(media.File{SHA256: f.SHA256, Name: img.Scene, Type: f.MediaType}, media.Options{})
	}
	return urls
}

func (a *api) link(f *film.File, name string) *string {
	if f == nil {
		return nil
	}
	url := a.Media.URL(media.File{SHA256: f.SHA256, Name: name, Type: f.MediaType}, media.Options{})
	return &url
}

// instant is a time as answers have it: to the microsecond, which every client can read.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// text is null while it is not known.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
