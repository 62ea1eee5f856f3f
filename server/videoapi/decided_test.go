package videoapi_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/store"
)

// What was decided for this API where it takes more than a mocked film to show it.

// An atelier is the mocks, with something that is done before each picture.
type atelier struct {
	providers.Source
	before atomic.Pointer[func(context.Context, *providers.Call) error]
}

func newAtelier() *atelier { return &atelier{Source: builtin.Mock(0)} }

// meet sets what is done before each picture; its error is the call's.
func (a *atelier) meet(before func(context.Context, *providers.Call) error) { a.before.Store(&before) }

// Open implements providers.Source.
func (a *atelier) Open(ctx context.Context, plugin string, o providers.OpenOptions) (providers.Provider, error) {
	p, err := a.Source.Open(ctx, plugin, o)
	return painter{p, a}, err
}

type painter struct {
	providers.Provider
	atelier *atelier
}

// Execute implements providers.Provider.
func (p painter) Execute(ctx context.Context, call *providers.Call) (*providers.Result, error) {
	if before := p.atelier.before.Load(); before != nil && call.Capability == "image.generate" {
		if err := (*before)(ctx, call); err != nil {
			return nil, err
		}
	}
	return p.Provider.Execute(ctx, call)
}

// house starts a server with the atelier's pictures.
func (a *atelier) house(t testing.TB, pipelines []byte, change ...func(*config.Config)) *servertest.Server {
	t.Helper()
	return servertest.Start(t, servertest.Options{
		Providers: a, Pipelines: pipeline.Source{"pipelines.hcl": pipelines},
		Config: func(c *config.Config) {
			c.RateLimitMinute, c.RateLimitDay = 1_000_000, 10_000_000
			for _, fn := range change {
				fn(c)
			}
		},
	})
}

func TestVideoAFailedImageThatIsMadeAnewCompletesItsFilm(t *testing.T) {
	a := newAtelier()
	a.meet(func(_ context.Context, call *providers.Call) error {
		if call.Address == `image_generation["scene-03"]` {
			return providers.Errorf(providers.KindRejected, "the picture is refused")
		}
		return nil
	})
	ann := a.house(t, filmloom.Pipelines).User("ann")
	failed := film(t, ann, request())
	id, img := failed["task_id"].(string), images(failed)[2]
	if failed["status"] != "failed" || failed["error_message"] == nil || failed["url"] != nil || img["status"] != "failed" || len(img["urls"].([]any)) != 0 {
		t.Fatalf("got %v", failed)
	}
	path := "/v1/images/" + img["id"].(string)
	// As long as it is refused, it fails again.
	ann.Post(path, nil).Want(200)
	if again := settle(t, ann, id); again["status"] != "failed" || images(again)[2]["status"] != "failed" {
		t.Errorf("got %v", again)
	}
	a.meet(func(context.Context, *providers.Call) error { return nil })
	made := ann.Post(path, nil).Want(200).JSON()
	if made["task_id"] != id || made["status"] != "processing" || len(made["urls"].([]any)) != 0 {
		t.Errorf("got %v", made)
	}
	done := settle(t, ann, id)
	if done["status"] != "completed" || done["error_message"] != nil || done["url"] == nil || done["progress"] != 1.0 {
		t.Fatalf("got %v", done)
	}
	for i, img := range images(done) {
		if img["status"] != "completed" || len(img["urls"].([]any)) != 1 {
			t.Errorf("image %d is %v", i, img)
		}
	}
	ann.Get(done["url"].(string)).Want(200)
	if set := ann.Get("/v1/images/tasks/" + id).JSON(); set["status"] != "completed" {
		t.Errorf("got %v", set)
	}
}

func TestVideoImagesAppearQueuedWhileTheyWait(t *testing.T) {
	one := append(bytes.Clone(filmloom.Pipelines), "\nprovider \"illustrator\" {\n  limits {\n    concurrent = 1\n  }\n}\n"...)
	a := newAtelier()
	begun := make(chan struct{}, 1)
	a.meet(func(ctx context.Context, _ *providers.Call) error { // the first picture takes the only place, and keeps it
		begun <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	})
	ann := a.house(t, one).User("ann")
	order(t, ann, request())
	<-begun
	id := order(t, ann, request())
	task := until(t, ann, id, hasImages)
	set := ann.Get("/v1/images/tasks/" + id).Want(200).JSON()
	if set["status"] != "queued" || set["story_text"] == nil || fmt.Sprint(set["images"]) != fmt.Sprint(task["images"]) || task["status"] != "processing" || task["url"] != nil {
		t.Errorf("got %v\nof %v", set, task)
	}
	if len(images(task)) != 6 {
		t.Errorf("%d images", len(images(task)))
	}
	for i, img := range images(task) {
		if img["status"] != "queued" || len(img["urls"].([]any)) != 0 || img["subtitles"] == "" || img["updated_at"] != img["created_at"] {
			t.Errorf("image %d is %v", i, img)
		}
	}
}

func TestVideoACancelledRevisionKeepsTheFilm(t *testing.T) {
	ann := start(t).User("ann")
	done := film(t, ann, request())
	id, image := done["task_id"].(string), images(done)[1]["id"].(string)
	ann.Patch("/v1/images/"+image, map[string]any{"prompt": "a key [mock:hang]"}).Want(200)
	until(t, ann, id, func(task map[string]any) bool { return images(task)[1]["status"] == "processing" })
	check := func(task map[string]any) {
		t.Helper()
		if task["status"] != "failed" || task["error_message"] != "Cancelled" || task["progress"] != 1.0 || task["story_text"] != done["story_text"] {
			t.Errorf("got %v", task)
		}
		if url, _ := task["url"].(string); url == "" || digest(url) != digest(done["url"].(string)) {
			t.Errorf("the film is %v, not %v", task["url"], done["url"])
		}
		if img := images(task)[1]; img["status"] != "completed" || len(img["urls"].([]any)) != 1 {
			t.Errorf("the image is %v", img)
		}
	}
	check(ann.Post("/v1/video/tasks/"+id+"/cancel", nil).Want(200).JSON())
	task := ann.Get("/v1/video/tasks/" + id).Want(200).JSON()
	check(task)
	ann.Get(task["url"].(string)).Want(200)
	problem(t, ann.Post("/v1/video/tasks/"+id+"/cancel", nil), 409, "Nothing is being made for this task")
	// It is no end: the next change is made.
	ann.Patch("/v1/images/"+image, map[string]any{"prompt": "a key on a stair"}).Want(200)
	if last := settle(t, ann, id); last["status"] != "completed" || last["error_message"] != nil || digest(last["url"].(string)) == digest(done["url"].(string)) {
		t.Errorf("got %v", last)
	}
}

func TestVideoAFullDiskTakesNoFilm(t *testing.T) {
	var conf *config.Config
	s := start(t, func(c *config.Config) { conf = c })
	ann := s.User("ann")
	done := film(t, ann, request())
	least := conf.MinFreeDisk
	conf.MinFreeDisk = 1 << 60
	s.Restart()
	for range 2 {
		full := ann.With("Idempotency-Key", "k").Post("/v1/video", request())
		problem(t, full, 503, "There is no room on the server's disk for one more film; try again later")
		if after, err := strconv.Atoi(full.Header.Get("Retry-After")); err != nil || after < 60 {
			t.Errorf("Retry-After: %q", full.Header.Get("Retry-After"))
		}
	}
	problem(t, ann.Preferring("wait=60").Post("/v1/video", request()), 503, "There is no room on the server's disk for one more film; try again later")
	if n := tasks(t, s, ann.ID()); n != 1 {
		t.Errorf("%d tasks", n)
	}
	// What is there can be seen, and is mended.
	ann.Get("/v1/video/tasks/" + done["task_id"].(string)).Want(200)
	ann.Post("/v1/images/"+images(done)[0]["id"].(string), nil).Want(200)
	settle(t, ann, done["task_id"].(string))
	conf.MinFreeDisk = least
	s.Restart()
	if a := ann.With("Idempotency-Key", "k").Post("/v1/video", request()).Want(200); a.Header.Get("Idempotency-Replayed") != "" {
		t.Error("the refusal was remembered")
	}
}

func TestVideoWhatBreaksInsideIsToldInTheAPIsShapeAndNotShown(t *testing.T) {
	s := start(t)
	ann := s.User("ann")
	broken, whole := film(t, ann, request())["task_id"].(string), film(t, ann, request())["task_id"].(string)
	s.Offline(func(dir string) { // a record that was damaged on the disk
		db, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error { return tx.Put(store.K("production", broken), marker) })
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	ops := map[string]*servertest.Answer{"the list": ann.Get("/v1/video/tasks")}
	for _, op := range namedOperations(t, s) {
		id := broken
		if op.parameter == "image_id" {
			id += ".scene-01"
		}
		ops[op.id] = op.call(ann, id)
	}
	for what, a := range ops {
		if a.Status != 500 || a.Header.Get("Content-Type") != "application/json" || !maps.Equal(a.JSON(), map[string]any{"detail": "Internal server error"}) || a.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: %d %v %s", what, a.Status, a.Header, a.Body)
		}
		if said := fmt.Sprint(a.Header) + string(a.Body); strings.Contains(said, marker) || strings.Contains(said, "damaged") {
			t.Errorf("%s tells of the inside: %s", what, said)
		}
	}
	ann.Get("/v1/video/tasks/" + whole).Want(200)
	order(t, ann, request())
}

func TestVideoARequestWhoseFirstOneIsStillAnsweredIsRefused(t *testing.T) {
	a := newAtelier()
	begun, stopped, release := make(chan struct{}, 16), make(chan struct{}, 16), make(chan struct{})
	a.meet(func(ctx context.Context, _ *providers.Call) error { // a picture that is slow to give up
		begun <- struct{}{}
		<-ctx.Done()
		stopped <- struct{}{}
		<-release
		return ctx.Err()
	})
	ann := a.house(t, filmloom.Pipelines).User("ann")
	id := order(t, ann, request())
	<-begun
	path := "/v1/video/tasks/" + id + "/cancel"
	once := ann.With("Idempotency-Key", "k")
	first := make(chan *servertest.Answer, 1)
	go func() { first <- once.Post(path, nil) }()
	<-stopped // the first request has come to the engine, and waits for the picture
	again, other := once.Post(path, nil), once.Post(path, map[string]any{})
	with := ann.With("Idempotency-Key", "another").Get("/v1/video/tasks/" + id)
	close(release)
	detail := declined(t, again, 409)
	if !strings.Contains(detail, "Idempotency-Key") || again.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("%q %v", detail, again.Header)
	}
	declined(t, other, 409)
	with.Want(200)
	made := (<-first).Want(200)
	replayed := once.Post(path, nil).Want(200)
	if replayed.Header.Get("Idempotency-Replayed") != "true" || string(replayed.Body) != string(made.Body) {
		t.Errorf("%v %s\nfirst %s", replayed.Header, replayed.Body, made.Body)
	}
}

func TestTheDocumentsListsHaveExamplesWithEveryField(t *testing.T) {
	doc := start(t).Document(api)
	for _, row := range [][2]string{{"List", "tasks"}, {"Task", "images"}, {"ImageTask", "images"}} {
		list := doc.Components.Schemas[row[0]].Properties[row[1]]
		if len(list.Examples) == 0 {
			t.Errorf("%v has no example", row)
			continue
		}
		one := list.Examples[0].([]any)[0].(map[string]any)
		want := doc.Resolve(list.Items).Properties
		if got := slices.Sorted(maps.Keys(one)); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
			t.Errorf("the example of %v has %v", row, got)
		}
	}
}
