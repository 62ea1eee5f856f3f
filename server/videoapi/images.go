package videoapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/web"
)

// A Regenerated is an image that is being made anew.
type Regenerated struct {
	TaskID    string    `json:"task_id" doc:"The video task that the image belongs to." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00"`
	Status    string    `json:"status" enum:"queued,processing,completed,failed" doc:"Of the image." example:"processing"`
	URLs      []string  `json:"urls" nullable:"false" doc:"Every take of it so far, the newest last." example:"[\"https://films.example.org/media/1767225600.c2ln/9f86/scene-01.png\"]"`
	CreatedAt time.Time `json:"created_at" doc:"When the scene became known." example:"2026-01-02T15:04:07.123456Z"`
	UpdatedAt time.Time `json:"updated_at" doc:"When the image changed last." example:"2026-01-02T15:04:31.123456Z"`
}

type imageTaskOutput struct {
	web.Applied
	Body ImageTask
}

// An ImagePath names an image. Huma sees exported types only where they are embedded.
type ImagePath struct {
	web.Preference
	ImageID  string `path:"image_id" doc:"The unique identifier of the image." example:"0193a5b2-7c1e-7a3f-9d2b-5a6c7d8e9f00.scene-01"`
	Rerender bool   `query:"rerender" default:"true" doc:"false leaves the film as it is; the image comes into it with the next change." example:"true"`
}

type regeneratedOutput struct {
	web.Applied
	Body Regenerated
}

// An Edit changes what an image shows or tells.
type Edit struct {
	Prompt    *string `json:"prompt,omitempty" minLength:"1" maxLength:"2000" doc:"What the image is to show." example:"an iron key on a wooden stair, candle light"`
	Subtitles *string `json:"subtitles,omitempty" minLength:"1" maxLength:"1000" doc:"What is told while it is seen; it is spoken and shown anew." example:"The key lay under the fourth stair."`
}

// Resolve implements huma.Resolver.
func (e *Edit) Resolve(huma.Context, *huma.PathBuffer) []error {
	var errs []error
	for field, value := range map[string]*string{"prompt": e.Prompt, "subtitles": e.Subtitles} {
		if value != nil && *value != "" && web.Blank(*value) {
			errs = append(errs, &huma.ErrorDetail{Location: "body." + field, Message: "has no text"})
		}
	}
	return errs
}

type editInput struct {
	ImagePath
	Body Edit
}

func (a *api) images() {
	web.Handle(a.API, operation(http.MethodGet, "/images/tasks/{task_id}", "getImageTask", "images", "Get the images of a task",
		"Tells how far the pictures of a film are. It takes the id of the video task.", http.StatusNotFound), a.imagesOf)
	web.Handle(a.API, operation(http.MethodPost, "/images/{image_id}", "regenerateImage", "images", "Regenerate an image",
		"Makes a picture anew and brings the film up to date. The new take comes after the earlier ones.", http.StatusNotFound), a.regenerate)
	web.Handle(a.API, operation(http.MethodPatch, "/images/{image_id}", "editImage", "images", "Edit an image",
		"Changes what a picture shows, or what is told while it is seen, and brings the film up to date.", http.StatusNotFound), a.edit)
}

func (a *api) imagesOf(ctx context.Context, in *taskInput) (*imageTaskOutput, error) {
	v, err := a.own(ctx, in.TaskID)
	if err != nil {
		return nil, refusal(err, noTask)
	}
	out := &imageTaskOutput{}
	if wait, cancel, applied, ok := in.Wait(ctx); ok {
		defer cancel()
		out.Applied = applied
		if v, err = a.Desk.Wait(wait, in.TaskID, drawn); err != nil {
			return nil, refusal(err, noTask)
		}
	}
	out.Body = a.imageTask(v)
	return out, nil
}

// drawn tells that no picture of a film is still to come.
func drawn(v production.View) bool {
	return len(v.Film.Images) > 0 && !slices.ContainsFunc(v.Film.Images, func(i film.Image) bool {
		return i.State == film.Queued || i.State == film.Processing
	})
}

func (a *api) regenerate(ctx context.Context, in *ImagePath) (*regeneratedOutput, error) {
	return a.change(ctx, in, film.Edit{})
}

func (a *api) edit(ctx context.Context, in *editInput) (*regeneratedOutput, error) {
	if in.Body == (Edit{}) {
		return nil, web.Invalid(web.Problem{Location: "body", Message: "has neither prompt nor subtitles"})
	}
	return a.change(ctx, &in.ImagePath, film.Edit{Prompt: in.Body.Prompt, Narration: in.Body.Subtitles})
}

func (a *api) change(ctx context.Context, in *ImagePath, edit film.Edit) (*regeneratedOutput, error) {
	task, scene, ok := imageOf(in.ImageID)
	if !ok {
		return nil, web.NotFound(noImage)
	}
	seen, err := a.own(ctx, task)
	if err != nil {
		return nil, refusal(err, noImage)
	}
	img, ok := seen.Image(scene)
	if !ok {
		return nil, web.NotFound(noImage)
	}
	out, redraw := &regeneratedOutput{}, false
	change := production.Change{Scene: scene, Edit: edit, StillOnly: !in.Rerender}
	_, err = a.Desk.Change(ctx, task, change, func(tx *store.Tx, _ *production.Production, o *production.Order) error {
		out.Body, redraw = a.regenerated(task, img), o.Redraw
		if redraw {
			out.Body.Status, out.Body.UpdatedAt = string(film.Processing), instant(o.Created)
		}
		return web.Record(ctx, tx, http.StatusOK, out.Body)
	})
	if err != nil {
		return nil, refusal(err, noImage)
	}
	if wait, cancel, applied, ok := in.Wait(ctx); ok {
		defer cancel()
		out.Applied = applied
		if err := a.await(wait, task, img, redraw, &out.Body); err != nil {
			return nil, refusal(err, noImage)
		}
	}
	return out, nil
}

// await waits for the new take of a picture, and tells of it. was is the picture before.
func (a *api) await(ctx context.Context, task string, was film.Image, redraw bool, out *Regenerated) error {
	there := func(v production.View) bool {
		img, _ := v.Image(was.Scene)
		return !redraw || img.State == film.Completed && newest(img) != newest(was)
	}
	v, err := a.Desk.Wait(ctx, task, there)
	if err != nil {
		return err
	}
	if img, ok := v.Image(was.Scene); ok {
		*out = a.regenerated(task, img)
		if !there(v) && !v.Settled() { // while one change takes the place of another, a picture may seem to be done
			out.Status = string(film.Processing)
		}
	}
	return nil
}

// newest is the file of the last take of a picture, or "".
func newest(img film.Image) string {
	if n := len(img.Takes); n > 0 {
		return img.Takes[n-1].SHA256
	}
	return ""
}

func (a *api) regenerated(task string, img film.Image) Regenerated {
	return Regenerated{
		TaskID: task, Status: string(img.State), URLs: a.links(img), CreatedAt: instant(img.Created), UpdatedAt: instant(img.Updated),
	}
}
