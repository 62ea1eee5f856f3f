package film

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/filmloom/filmloom/engine"
)

// A Film is what is known of a film in the making, or of a finished one. It is not changed after it was
// given away.
type Film struct {
	Title, Description, Text string  // "" until the story is written
	Images                   []Image // in scene order; nil until the story is known
	Video, Thumbnail         *File   // of the newest run that made the film; nil until the first has
	Subtitles                []Subtitle
	Seconds                  float64 // of the video
	YouTube                  string  // where the video is at YouTube, or ""
	Updated                  time.Time
}

// Expect is the film with a picture that is about to be made anew.
func (f Film) Expect(scene string, at time.Time) Film {
	f.Images = slices.Clone(f.Images)
	for i := range f.Images {
		if f.Images[i].Scene == scene {
			f.Images[i].move(Processing, at)
		}
	}
	return f
}

// A Subtitle is the subtitles in one language.
type Subtitle struct {
	Language string `json:"language"`
	SRT      *File  `json:"srt"`
	VTT      *File  `json:"vtt"`
}

// An Image is the picture of one scene.
type Image struct {
	Scene     string // its id
	Prompt    string // what it shows
	Narration string // what is spoken while it is seen
	State     State
	Takes     []File // every take, the newest last
	Created   time.Time
	Updated   time.Time
}

// A State is where a picture or a film stands.
type State string

// The states.
const (
	Queued     State = "queued"
	Processing State = "processing"
	Completed  State = "completed"
	Failed     State = "failed"
)

// A Reading adds up what the events of a film's runs tell: of its first run, then of each revision, in their
// order, each run's events in theirs. It is for one goroutine. The zero value is ready.
type Reading struct {
	film   Film
	run    *engine.Run
	images map[string]*Image // by scene
	order  []string
	stale  bool // the run's outputs have more than was read of them

	expected map[string]expected // by scene
}

// expected is a picture that is about to be made anew.
type expected struct {
	run string // that will make it, or a later one
	at  time.Time
}

// outputImage is one element of the output images.
type outputImage struct {
	ID        string `json:"id"`
	Prompt    string `json:"prompt"`
	Narration string `json:"narration"`
	File      *File  `json:"file"`
}

// Expect shows that a picture is about to be made anew, until the run that will make it, or a later one, tells of it.
// What earlier runs tell of the picture meanwhile is not lost; it is seen after Dismiss. Ids of runs are in the order
// in which the runs are read.
func (r *Reading) Expect(scene, run string, at time.Time) {
	if r.expected == nil {
		r.expected = map[string]expected{}
	}
	r.expected[scene] = expected{run, at}
}

// Dismiss takes back what was expected of a run: it will not be.
func (r *Reading) Dismiss(run string) {
	maps.DeleteFunc(r.expected, func(_ string, e expected) bool { return e.run == run })
}

// arrive ends what is expected of the run for a picture.
func (r *Reading) arrive(img *Image) {
	if e, ok := r.expected[img.Scene]; ok && r.run.ID >= e.run {
		delete(r.expected, img.Scene)
		img.move(Processing, e.at)
	}
}

// Take reads an event of a run. It tells whether the film has changed by it. The error is that of outputs
// which cannot be read; the reading goes on without them.
func (r *Reading) Take(run *engine.Run, ev engine.Event) (changed bool, err error) {
	if ev.Seq == 0 {
		return false, nil
	}
	if r.run == nil || run.ID != r.run.ID {
		err = r.refresh()
		r.run = run
	}
	switch {
	case ev.Kind == engine.StageExpanded && ev.Stage == ImageStage:
		err = errors.Join(err, r.story(ev.Time))
	case ev.Stage == ImageStage && ev.Address != "":
		r.image(ev)
	case ev.Kind == engine.RunCompleted:
		err = errors.Join(err, r.ending(ev.Time))
	case ev.Kind == engine.RunFailed, ev.Kind == engine.RunCancelled:
		if err := r.refresh(); err != nil {
			r.stale = true
		}
		r.settle(ev.Time)
		if out, outErr := run.Outputs(); outErr != nil {
			err = errors.Join(err, outErr)
		} else {
			err = errors.Join(err, r.made(out)) // it may have failed after the film, at its upload
		}
	default:
		return false, err
	}
	r.film.Updated = ev.Time
	return true, err
}

// story reads what is known once the scenes are.
func (r *Reading) story(at time.Time) error {
	out, err := r.run.Outputs()
	if err != nil {
		return err
	}
	return r.tell(out, at)
}

// tell reads the story in a run's outputs.
func (r *Reading) tell(out engine.Outputs, at time.Time) error {
	for name, into := range map[string]*string{
		OutputTitle: &r.film.Title, OutputDescription: &r.film.Description, OutputText: &r.film.Text,
	} {
		var text *string
		if err := out.Decode(name, &text); err != nil {
			return err
		}
		if text != nil {
			*into = *text
		}
	}
	images, err := decodeImages(out)
	if err != nil {
		return err
	}
	if r.images == nil {
		r.images = map[string]*Image{}
	}
	r.order = nil
	for _, one := range images {
		if one.ID == "" {
			continue
		}
		r.order = append(r.order, one.ID)
		img := r.images[one.ID]
		if img == nil {
			img = &Image{Scene: one.ID, State: Queued, Created: at, Updated: at}
			r.images[one.ID] = img
		}
		img.Prompt, img.Narration = one.Prompt, one.Narration
		if img.State == Failed { // by an earlier run
			img.move(Queued, at)
		}
	}
	r.stale = true
	return nil
}

func decodeImages(out engine.Outputs) ([]outputImage, error) {
	var images []outputImage
	err := out.Decode(OutputImages, &images)
	return images, err
}

// image reads what happened to one picture.
func (r *Reading) image(ev engine.Event) {
	img := r.at(ev.Address)
	if img == nil {
		return
	}
	r.arrive(img)
	switch ev.Kind {
	case engine.AttemptStarted:
		img.move(Processing, ev.Time)
	case engine.InstanceFailed:
		img.move(Failed, ev.Time)
	case engine.InstanceEdited:
		img.State, img.Updated, r.stale = Completed, ev.Time, true
	case engine.InstanceDone, engine.InstanceReused:
		img.move(Completed, ev.Time)
		r.stale = true
	}
}

// refresh reads the pictures that the run has made. It is put off until somebody wants them, since the
// outputs cost more than an event.
func (r *Reading) refresh() error {
	if !r.stale {
		return nil
	}
	r.stale = false
	out, err := r.run.Outputs()
	if err != nil {
		return err
	}
	return r.pictures(out)
}

// pictures reads the pictures in a run's outputs.
func (r *Reading) pictures(out engine.Outputs) error {
	images, err := decodeImages(out)
	if err != nil {
		return err
	}
	for _, one := range images {
		if img := r.images[one.ID]; img != nil {
			img.take(one.File)
		}
	}
	return nil
}

func (r *Reading) at(address string) *Image {
	for scene, img := range r.images {
		if ImageAddress(scene) == address {
			return img
		}
	}
	return nil
}

// move changes the state.
func (i *Image) move(to State, at time.Time) {
	if i.State != to {
		i.State, i.Updated = to, at
	}
}

// take adds a new take; an older one that is used again becomes the newest.
func (i *Image) take(f *File) {
	if f == nil || f.SHA256 == "" {
		return
	}
	takes := slices.DeleteFunc(slices.Clone(i.Takes), func(o File) bool { return o.SHA256 == f.SHA256 })
	i.Takes = append(takes, *f)
}

// ending reads a run that has completed. One that stops before the film has none.
func (r *Reading) ending(at time.Time) error {
	out, err := r.run.Outputs() // once: they cost more than all the rest
	if err != nil {
		return err
	}
	if err := errors.Join(r.tell(out, at), r.pictures(out)); err != nil {
		return err
	}
	r.stale = false
	r.settle(at)
	return r.made(out)
}

// made reads the film that a run has made. One that stopped before the film has none.
func (r *Reading) made(out engine.Outputs) error {
	var video *File
	if err := out.Decode(OutputVideo, &video); err != nil {
		return err
	}
	if video == nil || video.SHA256 == "" {
		return nil
	}
	made := Film{Title: r.film.Title, Description: r.film.Description, Text: r.film.Text, Video: video}
	for name, into := range map[string]any{
		OutputThumbnail: &made.Thumbnail, OutputSubtitles: &made.Subtitles, OutputSeconds: &made.Seconds,
	} {
		if err := out.Decode(name, into); err != nil {
			return err
		}
	}
	if slices.Contains(out.Names(), OutputYouTube) {
		var address *string
		if err := out.Decode(OutputYouTube, &address); err != nil {
			return err
		}
		if address != nil {
			made.YouTube = *address
		}
	}
	r.film = made
	return nil
}

// settle says what became of the pictures that a run which has ended leaves behind.
func (r *Reading) settle(at time.Time) {
	for _, img := range r.images {
		r.arrive(img)
		switch {
		case img.State != Processing && img.State != Queued:
		case len(img.Takes) > 0:
			img.move(Completed, at)
		default:
			img.move(Failed, at)
		}
	}
}

// Film is what is known now.
func (r *Reading) Film() (Film, error) {
	err := r.refresh()
	f := r.film
	f.Subtitles = slices.Clone(f.Subtitles)
	for _, scene := range r.order {
		img := *r.images[scene]
		img.Takes = slices.Clone(img.Takes)
		if e, ok := r.expected[scene]; ok {
			img.move(Processing, e.at)
		}
		f.Images = append(f.Images, img)
	}
	return f, err
}
