package production_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
)

// A publisher is the mocked providers, with the real one that uploads.
type publisher struct{ providers.Source }

func (p publisher) Describe(ctx context.Context, name string) (providers.Description, error) {
	if name == "youtube" {
		return builtin.InProcess().Describe(ctx, name)
	}
	return p.Source.Describe(ctx, name)
}

func (p publisher) Open(ctx context.Context, name string, o providers.OpenOptions) (providers.Provider, error) {
	if name == "youtube" {
		return builtin.InProcess().Open(ctx, name, o)
	}
	return p.Source.Open(ctx, name, o)
}

// uploaded asks for a film that goes to a channel which this studio knows nothing of.
func uploaded(script string) *production.Order {
	raw, err := json.Marshal(film.Script{
		Title: "The sea", Text: script, Seconds: 10, Style: "cinematic", Language: "english", MusicGenre: "calm",
		AspectRatio: "16:9", Resolution: "720p", YouTubeAccount: "ann",
	}.Inputs())
	if err != nil {
		panic(err)
	}
	return &production.Order{Pipeline: film.ScriptVideo, Inputs: raw}
}

// An order that has failed at its upload has made a film, and one that has failed before has not, whatever an earlier
// order has made.
func TestAFilmWhoseUploadFailsIsThereAllTheSame(t *testing.T) {
	s := open(t, production.Config{})
	p, err := s.Create(t.Context(), production.Creation{Account: "ann", API: "studio", Order: uploaded("The sea is calm.")}, nil)
	s.must(err)
	v := s.settle(p.ID)
	o, sum := v.Head, v.Production.Summary
	if o.Status != production.Failed || o.Failure == nil || o.Failure.Capability != "video.publish" {
		t.Fatalf("the order is %s: %+v", o.Status, o.Failure)
	}
	if o.Video == nil || o.Seconds <= 0 || sum.Video == nil || *o.Video != *sum.Video || sum.Seconds != o.Seconds || !sum.Finished.Equal(o.Ended) {
		t.Errorf("the order has %+v of %v s, the summary %+v", o.Video, o.Seconds, sum)
	}
	again, err := s.Make(t.Context(), p.ID, *uploaded("It is not. [mock:reject@image.generate]"), nil)
	s.must(err)
	later := s.settle(p.ID)
	if h := later.Head; h.ID != again.ID || h.Status != production.Failed || h.Failure.Capability != "image.generate" || h.Video != nil || h.Seconds != 0 {
		t.Errorf("the second order has %+v, %+v", h.Video, h.Failure)
	}
	if now := later.Production.Summary; now.Video == nil || *now.Video != *o.Video || !now.Finished.Equal(sum.Finished) {
		t.Errorf("the film is %+v, finished at %v", now.Video, now.Finished)
	}
	s.stop()
	conf, shut := s.parts()
	want := later.Production.Summary
	s.must(conf.Store.Update(t.Context(), func(tx *store.Tx) error { // as older servers have left it
		broken, bare := *later.Production, *o
		broken.Summary.Video, broken.Summary.Finished = nil, time.Time{}
		bare.Video, bare.Seconds = nil, 0
		if err := tx.Put(store.K("order", bare.ID), bare); err != nil {
			return err
		}
		return tx.Put(store.K("production", p.ID), broken)
	}))
	if all, mended, err := production.Rebuild(t.Context(), conf); all != 1 || mended != 1 || err != nil {
		t.Errorf("%d productions, %d mended, %v", all, mended, err)
	}
	if _, mended, err := production.Rebuild(t.Context(), conf); mended != 0 || err != nil {
		t.Errorf("the second time %d mended, %v", mended, err)
	}
	shut()
	s.start()
	v, err = s.Get(t.Context(), p.ID)
	s.must(err)
	if got := v.Production.Summary; got.Video == nil || *got.Video != *want.Video || got.Seconds != want.Seconds || !got.Finished.Equal(want.Finished) || got.Status != want.Status {
		t.Errorf("rebuilt %+v\nbefore  %+v", got, want)
	}
	if o, err = s.Order(o.ID); err != nil || o.Video == nil || o.Seconds != want.Seconds {
		t.Errorf("the order has %+v of %v s, %v", o.Video, o.Seconds, err)
	}
}

// What a film took to make is without the time in which no server ran, and it is known how much was made before.
func TestTheTimeInWhichNobodyWorksIsNotCounted(t *testing.T) {
	const down = time.Second
	s := open(t, production.Config{})
	s.stop()
	s.delay = 20 * time.Millisecond
	s.start()
	began := time.Now()
	p := s.create(film.Story{})
	_, err := s.Wait(t.Context(), p.ID, func(v production.View) bool { return v.Progress > 0.3 })
	s.must(err)
	s.stop()
	<-time.After(down) // it is the time that is tested
	s.start()
	v, err := s.Wait(t.Context(), p.ID, func(v production.View) bool { return v.Idle > 0 })
	s.must(err)
	if v.Settled() || v.Idle < down {
		t.Errorf("stood still for %v, %s", v.Idle, v.Production.Summary.Status)
	}
	o := s.settle(p.ID).Head
	whole := o.Ended.Sub(o.Started)
	if o.Status != production.Completed || o.Worked <= 0 || o.Worked > whole-down || o.Worked > time.Since(began)-down || o.Reused != 0 {
		t.Errorf("%s: worked %v of %v, with %v reused", o.Status, o.Worked, whole, o.Reused)
	}
	again, err := s.Make(t.Context(), p.ID, *order(film.Story{}), nil)
	s.must(err)
	if o := s.settle(p.ID).Head; o.ID != again.ID || o.Reused != 1 || o.Worked <= 0 {
		t.Errorf("the same again: %v reused in %v", o.Reused, o.Worked)
	}
}
