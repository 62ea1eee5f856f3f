package youtube_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/youtube"
)

// keysLeft is how many records there are.
func (r *rig) keysLeft() (n int) {
	r.t.Helper()
	err := r.db.View(func(tx *store.Tx) error {
		for range tx.Scan(store.Scan{Keys: true}) {
			n++
		}
		return nil
	})
	if err != nil {
		r.t.Error(err)
	}
	return n
}

func (r *rig) erase(account string) {
	r.t.Helper()
	if err := r.Erase(r.t.Context(), account); err != nil {
		r.t.Error(err)
	}
}

func TestAnErasedAccountsPermissionIsGivenBackAndNothingStays(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	r.connect(bob, youtubetest.Decision{Channel: "Harbour Films"})
	begun := r.begun(ada, youtubetest.Decision{})
	r.erase(ada)
	r.erase(ada)
	if c := r.connection(ada); c != (youtube.Connection{}) || r.vendor.Requests(youtubetest.Revoke) != 1 {
		t.Errorf("%+v, given back %d times", c, r.vendor.Requests(youtubetest.Revoke))
	}
	if err := r.finish(begun); !errors.Is(err, youtube.ErrState) {
		t.Errorf("what was begun still holds: %v", err)
	}
	if n := r.keysLeft(); n != 1 || !r.connection(bob).Connected {
		t.Errorf("%d records are left, not the other account's connection alone", n)
	}
	if token, err := r.secret(bob); err != nil || !r.works(token) {
		t.Errorf("the other account's permission is gone: %v", err)
	}
}

func TestErasingDoesNotNeedGoogle(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	r.vendor.Interfere(func(youtubetest.Request) *youtubetest.Fault { return &youtubetest.Fault{Cut: true} })
	r.erase(ada)
	if n := r.keysLeft(); n != 0 || !strings.Contains(r.log.String(), "could not be given back") {
		t.Errorf("%d records are left; logged %s", n, r.log)
	}
}

// What is interrupted while Google is asked is asked again; and of two accounts with one channel the last one that is
// erased gives the permission back.
func TestAnErasureThatIsInterruptedGivesThePermissionBackLater(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	r.connect(bob, youtubetest.Decision{})
	r.erase(bob)
	if r.vendor.Live() == 0 {
		t.Error("the other account's permission is gone")
	}
	if err := r.Erase(cancelled(), ada); err == nil || !r.connection(ada).Connected {
		t.Errorf("got %v", err)
	}
	r.erase(ada)
	if n := r.keysLeft(); n != 0 || r.vendor.Live() != 0 {
		t.Errorf("%d records, %d permissions are left", n, r.vendor.Live())
	}
}

// The account is removed while its owner is at Google.
func TestAnAccountThatIsNotThereIsNotConnected(t *testing.T) {
	r := newRig(t)
	gone := errors.New("it is gone")
	var removed bool
	r.Service = r.service(func(c *youtube.Config) {
		c.Known = func(*store.Tx, string) error {
			if removed {
				return gone
			}
			return nil
		}
	})
	begun := r.begun(ada, youtubetest.Decision{})
	removed = true
	if err := r.finish(begun); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	if _, err := r.Begin(t.Context(), ada); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	if n := r.keysLeft(); n != 0 || r.vendor.Live() != 0 {
		t.Errorf("%d records, %d permissions are left", n, r.vendor.Live())
	}
}
