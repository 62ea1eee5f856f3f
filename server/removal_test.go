package server_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/store"
)

func TestARemovedAccountLeavesNothingBehind(t *testing.T) {
	tw := settleTown(t)
	// Everything knows the account before, the journal of a film for YouTube too: the search finds it.
	tw.Offline(func(dir string) {
		found := map[string]bool{}
		for _, key := range tracesIn(t, dir, tw.id) {
			kind := "the journal"
			if own, ok := strings.CutPrefix(key, "S/"); ok {
				kind, _, _ = strings.Cut(own, "/")
			}
			found[kind] = true
		}
		for _, kind := range []string{
			"identity", "production", "order", "list", "credits", "credits-entry", "credits-hold", "webhook", "webhook-registration", "webhook-delivery",
			"webhook-pending", "webhook-once", "youtube", "youtube-attempt", "idempotency", "requests", "batch", "the journal",
		} {
			if !found[kind] {
				t.Errorf("nothing of %s knows the account", kind)
			}
		}
	})
	var h admin.Holdings
	if err := admin.Call(t.Context(), tw.Dir(), "user.holdings", admin.Named{Name: "Ada"}, &h); err != nil {
		t.Fatal(err)
	}
	if c := tw.ada.Get("/api/v1/users/me/credits").Want(http.StatusOK).JSON()["available"]; h.Films != 6 || h.Drafts != 1 || h.Open != 3 || float64(h.Credits) != c {
		t.Errorf("%+v, and %v credits", h, c)
	}
	tw.remove()
	tw.erased()
	tw.gone()
}

func TestAnAccountThatIsRemovedWithoutAServerIsErasedByTheNext(t *testing.T) {
	tw := settleTown(t)
	tw.Offline(func(dir string) {
		removeOffline(t, dir, "ada")
		if n := len(tracesIn(t, dir, tw.id)); n < 20 {
			t.Errorf("only %d traces are left already", n)
		}
	})
	tw.erased()
	tw.gone()
}

// removeOffline removes a user as the command does where no server runs.
func removeOffline(t *testing.T, dir, name string) {
	t.Helper()
	withAccounts(t, dir, func(ctx context.Context, ids *identity.Service) error {
		a, err := ids.Find(ctx, name)
		if err != nil {
			return err
		}
		return ids.Remove(ctx, a.ID)
	})
}

// marked tells whether an account is left to erase in a directory that nobody has open.
func marked(t *testing.T, dir string) (left bool) {
	t.Helper()
	withAccounts(t, dir, func(ctx context.Context, ids *identity.Service) error {
		removed, err := ids.Removed(ctx)
		left = len(removed) > 0
		return err
	})
	return left
}

func withAccounts(t *testing.T, dir string, fn func(context.Context, *identity.Service) error) {
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
	ids, err := identity.New(t.Context(), db, identity.Config{Hash: quick})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ids.Close() }() // it says nothing
	if err := fn(t.Context(), ids); err != nil {
		t.Error(err)
	}
}

// The server is killed while Google takes the permission back, and then again and again, a little later each time.
func TestAnErasureGoesOnThoughTheServerIsKilled(t *testing.T) {
	tw := settleTown(t)
	asked := make(chan struct{}, 1)
	var left []int // after each kill
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	tw.Offline(func(dir string) {
		removeOffline(t, dir, "ada")
		tw.vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
			if r.Kind != youtubetest.Revoke || r.N > 1 {
				return nil
			}
			asked <- struct{}{}
			return &youtubetest.Fault{Hold: hold, Cut: true}
		})
		c := &child{t: t, role: role{Dir: dir, Listen: "127.0.0.1:0", YouTube: tw.vendor.URL}}
		t.Cleanup(c.kill)
		c.start()
		<-asked
		c.kill()
		step := time.Millisecond
		if testing.Short() {
			step *= 5
		}
		for n := time.Duration(0); marked(t, dir) && n < 60; n++ {
			left = append(left, len(tracesIn(t, dir, tw.id)))
			c.start()
			<-time.After(n * step)
			c.kill()
		}
	})
	if slices.Sort(left); len(slices.Compact(slices.Clone(left))) < 3 {
		t.Errorf("it was not killed in between: %v traces were left", left)
	}
	slices.Reverse(left)
	t.Logf("it was killed %d times; left were %v", len(left), left)
	tw.erased()
	tw.gone()
}

// A stop does not wait for Google.
func TestAStopInterruptsAnErasure(t *testing.T) {
	tw := settleTown(t)
	asked, hold := make(chan struct{}, 1), make(chan struct{})
	t.Cleanup(func() { close(hold) })
	tw.vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
		if r.Kind != youtubetest.Revoke || r.N > 1 {
			return nil
		}
		asked <- struct{}{}
		return &youtubetest.Fault{Hold: hold, Cut: true}
	})
	tw.remove()
	<-asked
	began := time.Now()
	tw.Offline(func(dir string) {
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("the stop took %v", took)
		}
		if !marked(t, dir) {
			t.Error("the mark is gone")
		}
	})
	tw.erased()
	tw.gone()
}

// Requests that are under way when their account goes write nothing afterwards, whichever they are.
func TestRequestsUnderWayLeaveNothingOfARemovedAccount(t *testing.T) {
	vendor := youtubetest.New(t)
	s := start(t, 0, func(c *config.Config) {
		c.WebhookAllow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		c.YouTubeClientID, c.YouTubeClientSecret, c.YouTubeAuthURL = youtubetest.ClientID, config.NewSecret(youtubetest.ClientSecret), vendor.AuthURL()
	})
	root := s.Admin()
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for range rounds {
		ada := s.User("ada").Key(identity.Read | identity.Write)
		id := ada.ID()
		project := ada.Post("/api/v1/projects", object{"title": "A", "script": "A."}).Want(http.StatusCreated).JSON()["project_id"].(string)
		n := 0
		keyed := func() *servertest.Client { n++; return ada.With("Idempotency-Key", fmt.Sprint(n)) }
		requests := []func() *servertest.Answer{
			func() *servertest.Answer { return ada.Post("/v1/video", request()) },
			func() *servertest.Answer { return ada.Post("/api/v1/projects", object{"title": "B", "script": hang}) },
			func() *servertest.Answer { return ada.Post("/api/v1/projects/"+project+"/generate", nil) },
			func() *servertest.Answer { return ada.Get("/api/v1/users/me/credits") },
			func() *servertest.Answer { return ada.Post("/api/v1/youtube/authorize", nil) },
			func() *servertest.Answer { return ada.Post("/api/v1/api-keys", object{"name": "another"}) },
			func() *servertest.Answer { return root.Post("/api/v1/users/"+id+"/credits", object{"amount": 1}) },
			func() *servertest.Answer {
				return ada.Post("/api/v1/batches", object{"items": []object{{"title": "C", "script": "C."}, {"title": "D", "script": hang}}})
			},
			func() *servertest.Answer {
				return ada.Post("/api/v1/webhooks", object{"url": "http://127.0.0.1:9/" + id, "events": []string{"job.queued"}})
			},
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for _, send := range requests {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					switch a := send(); {
					case a.Status == http.StatusInternalServerError:
						t.Errorf("%s: %s", a.What, a.Body)
					case a.Status == http.StatusUnauthorized, a.Status == http.StatusNotFound: // it is gone
						return
					}
				}
			})
		}
		wg.Go(func() {
			for a := keyed().Post("/v1/video", request()); a.Status != http.StatusUnauthorized; a = keyed().Post("/v1/video", request()) {
			}
		})
		<-time.After(time.Duration(rand.IntN(60)) * time.Millisecond)
		removeFrom(t, s)
		close(stop)
		wg.Wait()
		for end := time.Now().Add(time.Minute); ; <-time.After(time.Millisecond) {
			if left, err := s.Identity().Removed(t.Context()); err != nil || len(left) == 0 {
				break
			}
			if time.Now().After(end) {
				t.Fatal("the account is not erased")
			}
		}
		s.Offline(func(dir string) {
			for _, key := range tracesIn(t, dir, id) {
				t.Errorf("%q still knows the account", key)
			}
		})
	}
}
