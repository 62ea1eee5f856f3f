package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/store"
)

type object = map[string]any

// A town is a server on which two accounts own one of everything.
type town struct {
	*servertest.Server
	t        *testing.T
	vendor   *youtubetest.Server
	ada, bob *servertest.Client
	id       string // ada's
	bobs     string // what bob sees of what bob owns
	link     string // to a film of ada's
	began    string // a state at Google's that ada has begun
	files    int    // of everybody's films
}

var routed = regexp.MustCompile(`(?s)(route "[^"]+" \{)[^}]*\}`)

// hang is a script whose film is never finished.
const hang = "The first picture is never finished. [mock:hang@image.generate]"

func settleTown(t *testing.T) *town {
	t.Helper()
	tw := &town{t: t, vendor: youtubetest.New(t)}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError) // so that deliveries wait for their next try
	}))
	t.Cleanup(receiver.Close)
	// The mock stands in the place of all providers but youtube.
	hcl := routed.ReplaceAll(filmloom.Pipelines, []byte("$1\n  prefer = [\"mock\"]\n}"))
	tw.Server = servertest.Start(t, servertest.Options{Providers: builtin.InProcess(), Pipelines: pipeline.Source{"pipelines.hcl": hcl}, Config: func(c *config.Config) {
		c.RateLimitMinute, c.RateLimitDay = 1_000_000, 10_000_000
		c.MaxActive, c.DefaultPlan = 2, "pro"
		c.WebhookAllow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		c.YouTubeClientID, c.YouTubeClientSecret = youtubetest.ClientID, config.NewSecret(youtubetest.ClientSecret)
		c.YouTubeAuthURL, c.YouTubeTokenURL, c.YouTubeUploadURL = tw.vendor.AuthURL(), tw.vendor.TokenURL(), tw.vendor.UploadURL()
	}})
	tw.ada, tw.bob = tw.User("ada").Key(identity.Read|identity.Write), tw.User("bob").Key(identity.Read|identity.Write)
	tw.id = tw.ada.ID()
	tw.settle(tw.bob, receiver.URL+"/bob", "Bob's channel")
	tw.settle(tw.ada, receiver.URL+"/ada", "Ada's channel")
	tw.began = tw.begin(tw.ada)
	// What is being made, what waits, and what was deleted and is kept yet.
	for range 3 {
		p := tw.ada.Post("/api/v1/projects", object{"title": "Hangs", "script": hang}).Want(http.StatusCreated).JSON()["project_id"].(string)
		tw.ada.Post("/api/v1/projects/"+p+"/generate", nil).Want(http.StatusAccepted)
	}
	gone := tw.ada.Post("/api/v1/projects", object{"title": "Deleted", "script": "Deleted."}).Want(http.StatusCreated).JSON()["project_id"].(string)
	tw.ada.Delete("/api/v1/projects/" + gone).Want(http.StatusNoContent)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(time.Millisecond) {
		if waiting, active := tw.Desk().Load(); waiting == 1 && active == 2 {
			break
		}
	}
	tw.bobs, tw.files = tw.estate(tw.bob), files(t, tw.Dir())
	return tw
}

// begin begins to connect a channel, and gives the page on which a person agrees.
func (tw *town) begin(c *servertest.Client) string {
	tw.t.Helper()
	return c.Post("/api/v1/youtube/authorize", nil).Want(http.StatusOK).JSON()["authorize_url"].(string)
}

func (tw *town) connect(c *servertest.Client, page, channel string) *servertest.Answer {
	tw.t.Helper()
	back := tw.vendor.Consent(page, youtubetest.Decision{Channel: channel}).Query()
	return c.Post("/api/v1/youtube/callback", object{"state": back.Get("state"), "code": back.Get("code")})
}

// settle lets an account own one of everything.
func (tw *town) settle(c *servertest.Client, receiver, channel string) {
	tw.t.Helper()
	tw.connect(c, tw.begin(c), channel).Want(http.StatusOK)
	c.Post("/api/v1/webhooks", object{"url": receiver, "events": []string{"job.queued", "job.completed", "job.cancelled", "batch.completed"}}).Want(http.StatusCreated)
	tw.Admin().Post("/api/v1/users/"+c.ID()+"/credits", object{"amount": 5, "note": "a gift"}).Want(http.StatusOK)
	p := c.With("Idempotency-Key", "project").Post("/api/v1/projects", object{
		"title": "The Lamp", "script": "The lamp went out.", "settings": object{"youtube_upload": true, "duration": 8},
	}).Want(http.StatusCreated).JSON()["project_id"].(string)
	job := c.Post("/api/v1/projects/"+p+"/generate", nil).Want(http.StatusAccepted).JSON()["job_id"].(string)
	if j := c.Preferring("wait=60").Get("/api/v1/jobs/" + job).Want(http.StatusOK).JSON(); j["status"] != "completed" {
		tw.t.Fatalf("%v", j)
	}
	c.Post("/api/v1/projects", object{"title": "A draft", "script": "Nothing yet."}).Want(http.StatusCreated)
	batch := c.Post("/api/v1/batches", object{"items": []object{{"title": "One", "script": "The first of " + channel}, {"project_id": p}}}).
		Want(http.StatusAccepted).JSON()["batch_id"].(string)
	for end := time.Now().Add(time.Minute); c.Get("/api/v1/batches/" + batch).Want(http.StatusOK).JSON()["status"] != "completed"; <-time.After(20 * time.Millisecond) { // a plan has its rate
		if time.Now().After(end) {
			tw.t.Fatal("the batch does not end")
		}
	}
	task := settle(tw.t, c, order(tw.t, c, request()))
	tw.link = task["url"].(string)
}

// estate is what an account sees of what it owns. It has none of what changes by itself.
func (tw *town) estate(c *servertest.Client) string {
	tw.t.Helper()
	var b strings.Builder
	hooks := c.Get("/api/v1/webhooks").Want(http.StatusOK).JSON()["webhooks"].([]any)
	for _, w := range hooks {
		hook := w.(object)
		for _, d := range c.Get("/api/v1/webhooks/" + hook["webhook_id"].(string) + "/deliveries?limit=100").Want(http.StatusOK).JSON()["deliveries"].([]any) {
			fmt.Fprintln(&b, d.(object)["delivery_id"])
		}
	}
	for _, path := range []string{"/api/v1/webhooks", "/api/v1/youtube", "/api/v1/users/me/credits", "/api/v1/projects", "/v1/video/tasks", "/api/v1/api-keys", "/api/v1/users/me"} {
		v := c.Get(path).Want(http.StatusOK).JSON()
		timeless(v)
		fmt.Fprintln(&b, path, v)
	}
	return b.String()
}

// timeless takes out what differs from one look to the next.
func timeless(v any) {
	switch v := v.(type) {
	case object:
		maps.DeleteFunc(v, func(k string, v any) bool {
			text, _ := v.(string)
			return k == "failing_since" || k == "last_used_at" || strings.Contains(text, "/media/")
		})
		for _, one := range v {
			timeless(one)
		}
	case []any:
		for _, one := range v {
			timeless(one)
		}
	}
}

// remove removes ada as the command does.
func (tw *town) remove() {
	tw.t.Helper()
	removeFrom(tw.t, tw.Server)
}

func removeFrom(t *testing.T, s *servertest.Server) {
	t.Helper()
	if err := admin.Call(t.Context(), s.Dir(), "user.remove", admin.Named{Name: "ada"}, nil); err != nil {
		t.Fatal(err)
	}
}

// erased waits until nothing is left to erase.
func (tw *town) erased() {
	tw.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(time.Millisecond) {
		if left, err := tw.Identity().Removed(tw.t.Context()); err != nil || len(left) == 0 {
			return
		}
	}
	tw.t.Fatal("the account is not erased")
}

// traces are the keys of the whole database, the journal's too, in which or in whose value a text is.
func traces(t *testing.T, db *badgerdb.DB, text string) (keys []string) {
	t.Helper()
	err := db.View(func(tx *badgerdb.Txn) error {
		it := tx.NewIterator(badgerdb.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			if key := it.Item().Key(); bytes.Contains(key, []byte(text)) || bytes.Contains(value, []byte(text)) {
				keys = append(keys, strings.ReplaceAll(string(key), "\x00", "/"))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// tracesIn are those in a directory that nobody has open.
func tracesIn(t *testing.T, dir, text string) []string {
	t.Helper()
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	return traces(t, db.Badger(), text)
}

// files counts the files of films.
func files(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "artifacts"), func(_ string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was removed meanwhile
		}
		if err == nil && e.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// gone makes sure that nothing of ada is left and all of bob's.
func (tw *town) gone() {
	tw.t.Helper()
	if waiting, active := tw.Desk().Load(); waiting+active != 0 {
		tw.t.Errorf("%d films wait, %d are made", waiting, active)
	}
	if _, err := tw.Desk().Clean(tw.t.Context()); err != nil {
		tw.t.Error(err)
	}
	if left := files(tw.t, tw.Dir()); left >= tw.files {
		tw.t.Errorf("the files of the films stay: %d of %d", left, tw.files)
	}
	tw.Nobody().Get(tw.link).Want(http.StatusNotFound)
	if n := tw.vendor.Live(); n != 1 {
		tw.t.Errorf("%d permissions are in force at Google, not bob's alone", n)
	}
	if now := tw.estate(tw.bob); now != tw.bobs {
		tw.t.Errorf("bob owns\n%s\nand owned\n%s", now, tw.bobs)
	}
	film := settle(tw.t, tw.bob, order(tw.t, tw.bob, request()))
	tw.Nobody().Get(film["url"].(string)).Want(http.StatusOK)
	tw.ada.Get("/api/v1/users/me").Want(http.StatusUnauthorized)
	tw.bobs = tw.estate(tw.bob)
	tw.Offline(func(dir string) {
		for _, key := range tracesIn(tw.t, dir, tw.id) {
			tw.t.Errorf("%q still knows the account", key)
		}
		for _, key := range tracesIn(tw.t, dir, "The first of Ada's channel") {
			tw.t.Errorf("%q still has a script of the account's", key)
		}
	})
	// A new user of the name sees nothing.
	ada := tw.User("ada")
	if ada.ID() == tw.id {
		tw.t.Error("the id was used again")
	}
	for path, list := range map[string]string{"/api/v1/webhooks": "webhooks", "/api/v1/projects": "projects", "/v1/video/tasks": "tasks", "/api/v1/api-keys": "api_keys"} {
		if v, ok := ada.Get(path).Want(http.StatusOK).JSON()[list].([]any); !ok || len(v) != 0 {
			tw.t.Errorf("%s: %v", path, v)
		}
	}
	if c := ada.Get("/api/v1/users/me/credits").Want(http.StatusOK).JSON(); c["available"] != 60.0 || len(c["entries"].([]any)) != 1 {
		tw.t.Errorf("the new user's credits are %v", c)
	}
	if c := ada.Get("/api/v1/youtube").Want(http.StatusOK).JSON(); c["connected"] != false {
		tw.t.Errorf("the new user's channel is %v", c)
	}
	tw.connect(ada, tw.began, "Ada's channel").Want(http.StatusBadRequest)
	ada.With("Idempotency-Key", "project").Post("/api/v1/projects", object{"title": "Another", "script": "Another one."}).Want(http.StatusCreated)
}
