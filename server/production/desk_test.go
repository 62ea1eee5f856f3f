package production_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/store"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// A studio is everything that a desk needs, on a directory.
type studio struct {
	*production.Desk
	t     testing.TB
	dir   string
	conf  production.Config
	delay time.Duration
	stop  func()
}

func open(t testing.TB, conf production.Config) *studio {
	t.Helper()
	s := &studio{t: t, dir: t.TempDir(), conf: conf}
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *studio) start() {
	s.t.Helper()
	conf, shut := s.parts()
	desk, err := production.New(s.t.Context(), conf)
	s.must(err)
	s.Desk = desk
	s.stop = func() {
		desk.Close()
		shut()
	}
}

// parts opens what a desk works with.
func (s *studio) parts() (conf production.Config, shut func()) {
	s.t.Helper()
	db, err := store.Open(s.dir)
	s.must(err)
	journal, err := badger.New(db.Badger(), "")
	s.must(err)
	files, err := artifact.OpenDir(s.dir + "/artifacts")
	s.must(err)
	eng, err := engine.Open(s.t.Context(), engine.Config{
		Journal: journal, Artifacts: files, Source: pipeline.Source{"pipelines.hcl": filmloom.Pipelines},
		Providers: publisher{builtin.Mock(s.delay)}, Env: func(string) (string, bool) { return "", false },
	})
	s.must(err)
	conf = s.conf
	conf.Store, conf.Engine = db, eng
	return conf, func() { s.must(errors.Join(eng.Close(), files.Close(), journal.Close(), db.Close())) }
}

func (s *studio) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// order asks for a film.
func order(story film.Story) *production.Order {
	raw, err := json.Marshal(story.Inputs())
	if err != nil {
		panic(err)
	}
	return &production.Order{Pipeline: film.StoryVideo, Inputs: raw}
}

func (s *studio) create(story film.Story) *production.Production {
	s.t.Helper()
	p, err := s.Create(s.t.Context(), production.Creation{Account: "ann", API: "video", Order: order(story)}, nil)
	s.must(err)
	return p
}

func (s *studio) settle(id string) production.View {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	v, err := s.Wait(ctx, id, production.View.Settled)
	s.must(err)
	if !v.Settled() {
		s.t.Fatalf("still %s", v.Production.Summary.Status)
	}
	return v
}

func TestAFilmIsMade(t *testing.T) {
	s := open(t, production.Config{})
	p := s.create(film.Story{Topic: "mystery"})
	if p.Summary.Status != production.Queued {
		t.Errorf("created as %s", p.Summary.Status)
	}
	v := s.settle(p.ID)
	sum := v.Production.Summary
	if sum.Status != production.Completed || sum.Video == nil || sum.Title == "" || sum.Seconds <= 0 || sum.Finished.IsZero() || v.Progress != 1 {
		t.Errorf("got %+v", sum)
	}
	if len(v.Film.Images) != 6 || v.Film.Text == "" || v.Film.Video == nil || len(v.Film.Subtitles) != 1 {
		t.Errorf("got %+v", v.Film)
	}
	for _, img := range v.Film.Images {
		if img.State != film.Completed || len(img.Takes) != 1 || img.Narration == "" {
			t.Errorf("image %+v", img)
		}
	}
	// What is read again from the records is the same.
	s.stop()
	s.start()
	again, err := s.Get(t.Context(), p.ID)
	s.must(err)
	if a, b := text(t, again), text(t, v); a != b {
		t.Errorf("after a restart\n%s\nbefore\n%s", a, b)
	}
}

func text(t *testing.T, v production.View) string {
	raw, err := json.MarshalIndent([]any{v.Production, v.Head, v.Film, v.Progress}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestANewTakeIsAppendedAndTheFilmRenewed(t *testing.T) {
	s := open(t, production.Config{})
	first := s.settle(s.create(film.Story{}).ID)
	v, err := s.Change(t.Context(), first.Production.ID, production.Change{Scene: "scene-03"}, nil)
	s.must(err)
	if img, _ := v.Image("scene-03"); img.State != film.Processing || len(img.Takes) != 1 || v.Settled() {
		t.Errorf("at once: %+v, %s", img, v.Production.Summary.Status)
	}
	if img, _ := v.Image("scene-02"); img.State != film.Completed || v.Film.Video == nil || v.Progress != 1 {
		t.Errorf("the others: %+v", img)
	}
	v = s.settle(first.Production.ID)
	if img, _ := v.Image("scene-03"); img.State != film.Completed || len(img.Takes) != 2 || img.Takes[0] != first.Film.Images[2].Takes[0] {
		t.Errorf("in the end: %+v", img)
	}
	if v.Film.Video.SHA256 == first.Film.Video.SHA256 {
		t.Error("the film is the same")
	}
}

func TestAStillCanBeMadeAloneOnceThereIsAFilm(t *testing.T) {
	s := open(t, production.Config{})
	first := s.settle(s.create(film.Story{}).ID)
	_, err := s.Change(t.Context(), first.Production.ID, production.Change{Scene: "scene-01", StillOnly: true}, nil)
	s.must(err)
	v := s.settle(first.Production.ID)
	img, _ := v.Image("scene-01")
	if len(img.Takes) != 2 || v.Film.Video.SHA256 != first.Film.Video.SHA256 || v.Production.Summary.Status != production.Completed {
		t.Errorf("takes %d, film %v", len(img.Takes), v.Film.Video)
	}
	// The next change brings it into the film.
	narration := "Another text."
	_, err = s.Change(t.Context(), first.Production.ID, production.Change{Scene: "scene-02", Edit: film.Edit{Narration: &narration}}, nil)
	s.must(err)
	v = s.settle(first.Production.ID)
	img, _ = v.Image("scene-02")
	other, _ := v.Image("scene-01")
	if img.Narration != narration || len(img.Takes) != 1 || len(other.Takes) != 2 || v.Film.Video.SHA256 == first.Film.Video.SHA256 {
		t.Errorf("%+v", img)
	}
}

func TestAFailedFilmKeepsItsStoryAndCanBeCompleted(t *testing.T) {
	s := open(t, production.Config{})
	p := s.create(film.Story{Topic: film.CustomTopic, CustomStory: "One sentence is here. [mock:reject:4@image.generate] Here is another one."})
	v := s.settle(p.ID)
	sum := v.Production.Summary
	if sum.Status != production.Failed || sum.Failure == nil || sum.Failure.Message == "" || v.Film.Text == "" {
		t.Fatalf("got %+v", sum)
	}
	failed := ""
	for _, img := range v.Film.Images {
		if img.State == film.Failed {
			failed = img.Scene
		}
	}
	if failed == "" {
		t.Fatalf("no image has failed: %+v", v.Film.Images)
	}
	prompt := "a quiet harbour"
	_, err := s.Change(t.Context(), p.ID, production.Change{Scene: failed, Edit: film.Edit{Prompt: &prompt}}, nil)
	s.must(err)
	v = s.settle(p.ID)
	if v.Production.Summary.Status != production.Completed || v.Film.Video == nil || v.Production.Summary.Failure != nil {
		t.Errorf("got %+v", v.Production.Summary)
	}
}

func TestFilmsWaitForTheirTurn(t *testing.T) {
	s := open(t, production.Config{Active: 1, Queue: 1})
	hang := film.Story{Topic: film.CustomTopic, CustomStory: "Wait here. [mock:hang@image.generate]"}
	first := s.create(hang)
	v, err := s.Wait(t.Context(), first.ID, func(v production.View) bool { return len(v.Film.Images) > 0 })
	s.must(err)
	if v.Production.Summary.Status != production.Processing {
		t.Errorf("the first is %s", v.Production.Summary.Status)
	}
	second := s.create(film.Story{})
	for {
		if waiting, active := s.Load(); waiting == 1 && active == 1 {
			break
		}
	}
	_, err = s.Create(t.Context(), production.Creation{Account: "ann", API: "video", Order: order(film.Story{})}, nil)
	if !errors.Is(err, production.ErrFull) {
		t.Errorf("got %v", err)
	}
	v, err = s.Cancel(t.Context(), first.ID)
	s.must(err)
	if sum := v.Production.Summary; sum.Status != production.Cancelled || sum.Failure.Message != "Cancelled" || v.Head.Status != production.Cancelled {
		t.Errorf("got %+v", sum)
	}
	if v := s.settle(second.ID); v.Production.Summary.Status != production.Completed {
		t.Errorf("the second is %s", v.Production.Summary.Status)
	}
}

func TestAWaitingFilmCanBeCancelled(t *testing.T) {
	s := open(t, production.Config{Active: 1})
	first := s.create(film.Story{Topic: film.CustomTopic, CustomStory: "Wait here. [mock:hang@image.generate]"})
	second := s.create(film.Story{})
	v, err := s.Cancel(t.Context(), second.ID)
	s.must(err)
	if v.Head.Status != production.Cancelled || v.Run != nil {
		t.Errorf("got %s", v.Head.Status)
	}
	_, err = s.Cancel(t.Context(), first.ID)
	s.must(err)
	if _, err = s.Cancel(t.Context(), first.ID); !errors.Is(err, production.ErrIdle) {
		t.Errorf("got %v", err)
	}
}

func TestWorkGoesOnAfterARestart(t *testing.T) {
	s := open(t, production.Config{Active: 1})
	s.stop()
	s.delay = 30 * time.Millisecond
	s.start()
	var ids []string
	for range 3 {
		ids = append(ids, s.create(film.Story{}).ID)
	}
	_, err := s.Wait(t.Context(), ids[0], func(v production.View) bool { return v.Progress > 0.2 })
	s.must(err)
	s.stop()
	s.start()
	v, err := s.Get(t.Context(), ids[0])
	s.must(err)
	if len(v.Film.Images) == 0 {
		t.Error("the images are not known after the restart")
	}
	for _, id := range ids {
		if v := s.settle(id); v.Production.Summary.Status != production.Completed || len(v.Production.Orders) != 1 {
			t.Errorf("got %+v", v.Production)
		}
	}
}

func TestADeletedProductionIsGoneAndItsFilesLater(t *testing.T) {
	now := time.Now()
	s := open(t, production.Config{Retention: time.Hour, Now: func() time.Time { return now }})
	p := s.create(film.Story{})
	s.settle(p.ID)
	s.must(s.Delete(t.Context(), p.ID))
	if _, err := s.Get(t.Context(), p.ID); !errors.Is(err, production.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if list, _, err := s.List(t.Context(), production.Query{API: "video", Account: "ann"}); len(list) != 0 || err != nil {
		t.Errorf("listed %v, %v", list, err)
	}
	if err := s.Delete(t.Context(), p.ID); !errors.Is(err, production.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if c, err := s.Clean(t.Context()); c.Artifacts != 0 || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
	now = now.Add(2 * time.Hour)
	if c, err := s.Clean(t.Context()); c.Artifacts == 0 || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAListHasTheNewestFirstByStatus(t *testing.T) {
	s := open(t, production.Config{})
	var ids []string
	for range 5 {
		p := s.create(film.Story{})
		ids = append([]string{p.ID}, ids...)
		s.settle(p.ID)
	}
	q := production.Query{API: "video", Account: "ann", Limit: 2, Status: string(production.Completed)}
	var got []string
	for {
		page, more, err := s.List(t.Context(), q)
		s.must(err)
		for _, v := range page {
			got = append(got, v.Production.ID)
		}
		if !more {
			break
		}
		q.After = got[len(got)-1]
	}
	if len(got) != 5 || got[0] != ids[0] || got[4] != ids[4] {
		t.Errorf("got %v\nwant %v", got, ids)
	}
	for _, other := range []production.Query{{API: "video", Account: "bob"}, {API: "studio", Account: "ann"}, {API: "video", Account: "ann", Status: string(production.Failed)}} {
		if list, _, err := s.List(t.Context(), other); len(list) != 0 || err != nil {
			t.Errorf("%+v: %v, %v", other, list, err)
		}
	}
}

func TestEventsSpanRevisionsAndGoOnFromAPosition(t *testing.T) {
	s := open(t, production.Config{})
	p := s.create(film.Story{})
	s.settle(p.ID)
	_, err := s.Change(t.Context(), p.ID, production.Change{Scene: "scene-01"}, nil)
	s.must(err)
	s.settle(p.ID)
	read := func(after production.Position) (all []production.Position) {
		events, err := s.Events(t.Context(), p.ID, after)
		s.must(err)
		for ev := range events {
			if ev.At.Seq > 0 {
				all = append(all, ev.At)
			}
		}
		return all
	}
	all := read(production.Position{})
	last := all[len(all)-1]
	if all[0] != (production.Position{Order: 1, Seq: 1}) || last.Order != 2 {
		t.Errorf("from %v to %v", all[0], last)
	}
	for _, i := range []int{0, 10, len(all) - 2, len(all) - 1} {
		if rest := read(all[i]); len(rest) != len(all)-1-i {
			t.Errorf("after %v there are %d, not %d", all[i], len(rest), len(all)-1-i)
		}
	}
}

func TestWhatIsDerivedCanBeMadeAnew(t *testing.T) {
	s := open(t, production.Config{})
	done := s.settle(s.create(film.Story{}).ID).Production
	failed := s.settle(s.create(film.Story{Topic: film.CustomTopic, CustomStory: "No. [mock:reject@image.generate]"}).ID).Production
	gone := s.create(film.Story{}).ID
	s.settle(gone)
	s.must(s.Delete(t.Context(), gone))
	s.stop()
	conf, shut := s.parts()
	s.must(conf.Store.Update(t.Context(), func(tx *store.Tx) error { // what a bug might leave
		for _, p := range []*production.Production{done, failed} {
			broken := *p
			broken.Summary = production.Summary{Status: production.Processing}
			if err := tx.Put(store.K("production", p.ID), broken); err != nil {
				return err
			}
			if err := tx.Delete(store.K("list", "video", "ann", "all", p.ID)); err != nil {
				return err
			}
		}
		return tx.Put(store.K("list", "video", "ann", "queued", "no such production"), 1)
	}))
	all, mended, err := production.Rebuild(t.Context(), conf)
	if all != 2 || mended != 2 || err != nil {
		t.Errorf("%d productions, %d mended, %v", all, mended, err)
	}
	if _, mended, err = production.Rebuild(t.Context(), conf); mended != 0 || err != nil {
		t.Errorf("the second time %d mended, %v", mended, err)
	}
	shut()
	s.start()
	views, _, err := s.List(t.Context(), production.Query{API: "video", Account: "ann"})
	s.must(err)
	if len(views) != 2 {
		t.Fatalf("%d are listed", len(views))
	}
	for i, want := range []*production.Production{failed, done} {
		got := views[i].Production.Summary
		if got.Status != want.Summary.Status || got.Title != want.Summary.Title || got.Seconds != want.Summary.Seconds || !got.Finished.Equal(want.Summary.Finished) {
			t.Errorf("rebuilt %+v\nbefore  %+v", got, want.Summary)
		}
	}
}
