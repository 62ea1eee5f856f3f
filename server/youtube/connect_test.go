package youtube_test

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/server/youtube"
)

func TestAPersonConnectsAChannel(t *testing.T) {
	r := newRig(t)
	if c := r.connection(ada); c != (youtube.Connection{}) {
		t.Errorf("before: %+v", c)
	}
	if _, err := r.secret(ada); !errors.Is(err, youtube.ErrNotConnected) || errors.Is(err, youtube.ErrBroken) {
		t.Errorf("before: %v", err)
	}
	r.connect(ada, youtubetest.Decision{})
	c := r.connection(ada)
	if !c.Connected || c.Channel != "Lighthouse Films" || !strings.HasPrefix(c.ChannelID, "UC") || c.Broken != "" || r.clock.now().Sub(c.Since) > 2*time.Second {
		t.Errorf("%+v", c)
	}
	token, err := r.secret(ada)
	if err != nil || !r.works(token) {
		t.Errorf("the token does not work: %v", err)
	}
	if c := r.connection(bob); c.Connected {
		t.Error("somebody else is connected")
	}
	// It lasts.
	r.Service = r.service(nil)
	if token, err := r.secret(ada); err != nil || !r.works(token) {
		t.Errorf("after a restart: %v", err)
	}
	// And what is looked for in the database could be found there.
	if !bytes.Contains(r.raw(), []byte(ada)) {
		t.Error("the database's files are read wrongly")
	}
}

func TestTheWayBackIsTheOneOfTheBeginning(t *testing.T) {
	r := newRig(t)
	c := r.begun(ada, youtubetest.Decision{})
	r.Service = r.service(func(c *youtube.Config) { c.RedirectURL = func() string { return "https://new.example.org/callback" } })
	if err := r.finish(c); err != nil { // the vendor compares
		t.Error(err)
	}
}

func TestTheConsentPageKeepsItsOwnQuery(t *testing.T) {
	r := newRig(t)
	s := r.service(func(c *youtube.Config) { c.AuthURL += "?hd=example.org" })
	address, err := s.Begin(t.Context(), ada)
	u, bad := url.Parse(address)
	if err != nil || bad != nil || u.Query().Get("hd") != "example.org" || u.Query().Get("client_id") == "" {
		t.Errorf("%s, %v", address, err)
	}
	if strings.Contains(address, youtubetest.ClientSecret) || strings.Contains(address, ada) {
		t.Errorf("the address is %s", address)
	}
}

func TestAnAttemptHoldsOnceForItsAccountAndForTenMinutes(t *testing.T) {
	for name, row := range map[string]struct {
		change func(r *rig, c *youtube.Callback)
		want   error
		after  bool // that the one who began can still finish
	}{
		"in time":           {func(r *rig, _ *youtube.Callback) { r.clock.pass(9 * time.Minute) }, nil, false},
		"too late":          {func(r *rig, _ *youtube.Callback) { r.clock.pass(10 * time.Minute) }, youtube.ErrState, false},
		"somebody else's":   {func(_ *rig, c *youtube.Callback) { c.Account = bob }, youtube.ErrState, true},
		"nobody's":          {func(_ *rig, c *youtube.Callback) { c.Account = "" }, youtube.ErrState, true},
		"another state":     {func(_ *rig, c *youtube.Callback) { c.State = strings.Repeat("x", 43) }, youtube.ErrState, true},
		"no state":          {func(_ *rig, c *youtube.Callback) { c.State = "" }, youtube.ErrState, true},
		"a long state":      {func(_ *rig, c *youtube.Callback) { c.State = strings.Repeat("x", 100_000) }, youtube.ErrState, true},
		"another code":      {func(_ *rig, c *youtube.Callback) { c.Code = "4/0Aguess" }, youtube.ErrState, false},
		"no code":           {func(_ *rig, c *youtube.Callback) { c.Code = "" }, youtube.ErrState, false},
		"a long code":       {func(_ *rig, c *youtube.Callback) { c.Code = strings.Repeat("x", 100_000) }, youtube.ErrState, false},
		"a refusal as well": {func(_ *rig, c *youtube.Callback) { c.Error = "access_denied" }, youtube.ErrDenied, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c := r.begun(ada, youtubetest.Decision{})
			changed := c
			row.change(r, &changed)
			if err := r.finish(changed); !errors.Is(err, row.want) {
				t.Fatalf("got %v", err)
			}
			if row.want == nil {
				row.after = false
			} else if r.connection(ada).Connected || r.connection(bob).Connected {
				t.Error("it is connected all the same")
			}
			if err := r.finish(c); (err == nil) != row.after || err != nil && !errors.Is(err, youtube.ErrState) {
				t.Errorf("the second time: %v", err)
			}
		})
	}
}

func TestOfManyWhoComeWithOneStateOneIsConnected(t *testing.T) {
	r := newRig(t)
	c := r.begun(ada, youtubetest.Decision{})
	var wg sync.WaitGroup
	var worked atomic.Int32
	for range 16 {
		wg.Go(func() {
			if err := r.finish(c); err == nil {
				worked.Add(1)
			} else if !errors.Is(err, youtube.ErrState) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if worked.Load() != 1 || r.vendor.Requests(youtubetest.Token) != 1 {
		t.Errorf("%d were connected, by %d exchanges", worked.Load(), r.vendor.Requests(youtubetest.Token))
	}
}

// A code that was stolen from one attempt is of no use in another: the verifiers differ.
func TestACodeBelongsToItsAttempt(t *testing.T) {
	r := newRig(t)
	victim := r.begun(ada, youtubetest.Decision{Channel: "Of Ada"})
	thief := r.begun(bob, youtubetest.Decision{Channel: "Of Bob"})
	thief.Code = victim.Code
	if err := r.finish(thief); !errors.Is(err, youtube.ErrState) {
		t.Errorf("got %v", err)
	}
	if r.connection(bob).Connected {
		t.Error("the thief has the channel")
	}
}

func TestTheOwnerOfAStateIsKnownWhileItHolds(t *testing.T) {
	r := newRig(t)
	c := r.begun(ada, youtubetest.Decision{})
	if got, err := r.Owner(c.State); err != nil || got != ada {
		t.Errorf("%q, %v", got, err)
	}
	r.clock.pass(10 * time.Minute)
	if got, err := r.Owner(c.State); !errors.Is(err, youtube.ErrState) || got != "" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAPersonSaysNo(t *testing.T) {
	for name, row := range map[string]struct {
		decision youtubetest.Decision
		edit     func(c *youtube.Callback)
		want     error
		says     string
	}{
		"to all":             {youtubetest.Decision{Deny: true}, nil, youtube.ErrDenied, ""},
		"to uploads":         {youtubetest.Decision{Scopes: []string{youtubetest.ScopeReadonly}}, nil, youtube.ErrScope, "must be ticked"},
		"and has no channel": {youtubetest.Decision{NoChannel: true}, nil, youtube.ErrNoChannel, "create one"},
		"by another fault":   {youtubetest.Decision{}, func(c *youtube.Callback) { c.Error = "server_error" }, youtube.ErrDenied, "server_error"},
		"by a hostile fault": {youtubetest.Decision{}, func(c *youtube.Callback) { c.Error = "<script>alert(1)</script>\n" }, youtube.ErrDenied, "nothing that is understood"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c := r.begun(ada, row.decision)
			if row.edit != nil {
				row.edit(&c)
			}
			err := r.finish(c)
			if !errors.Is(err, row.want) || !strings.Contains(err.Error(), row.says) || strings.Contains(err.Error(), "script") {
				t.Errorf("got %v", err)
			}
			if r.connection(ada).Connected {
				t.Error("it is connected")
			}
			if err := r.finish(c); !errors.Is(err, youtube.ErrState) {
				t.Errorf("the state is of use again: %v", err)
			}
		})
	}
}

func TestAChannelWhoseTitleIsNotKnownIsConnected(t *testing.T) {
	for name, row := range map[string]struct {
		decision youtubetest.Decision
		fault    *youtubetest.Fault
		edit     func(*youtube.Config)
	}{
		"not allowed":      {youtubetest.Decision{Scopes: []string{youtubetest.ScopeUpload}}, nil, nil},
		"no quota":         {youtubetest.Decision{}, youtubetest.Refuse(403, "quotaExceeded"), nil},
		"not reached":      {youtubetest.Decision{}, &youtubetest.Fault{Cut: true}, nil},
		"no JSON":          {youtubetest.Decision{}, &youtubetest.Fault{Status: 200, Body: "<html>"}, nil},
		"a hostile id":     {youtubetest.Decision{}, &youtubetest.Fault{Status: 200, Body: `{"items":[{"id":"a b\n","snippet":{"title":"x"}}]}`}, nil},
		"unknown upload's": {youtubetest.Decision{}, nil, func(c *youtube.Config) { c.UploadURL = "https://elsewhere.example.org/here" }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.Service = r.service(row.edit)
			r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
				if q.Kind == youtubetest.Channels {
					return row.fault
				}
				return nil
			})
			r.connect(ada, row.decision)
			if c := r.connection(ada); !c.Connected || c.Channel != "" || c.ChannelID != "" {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestAChannelsTitleFitsOnALine(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{Channel: "  Two\nlines\u202e\x1b and " + strings.Repeat("é", 500)})
	if got := r.connection(ada).Channel; !strings.HasPrefix(got, "Two lines") || strings.ContainsAny(got, "\n\x1b\u202e") || len([]rune(got)) > 200 {
		t.Errorf("%q", got)
	}
}

func TestDisconnectingGivesThePermissionBack(t *testing.T) {
	r := newRig(t)
	if err := r.Disconnect(t.Context(), ada); !errors.Is(err, youtube.ErrNotConnected) {
		t.Errorf("before: %v", err)
	}
	r.connect(ada, youtubetest.Decision{})
	if err := r.Disconnect(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	if c := r.connection(ada); c != (youtube.Connection{}) {
		t.Errorf("%+v", c)
	}
	if _, err := r.secret(ada); !errors.Is(err, youtube.ErrNotConnected) {
		t.Errorf("got %v", err)
	}
	if r.vendor.Live() != 0 || r.vendor.Requests(youtubetest.Revoke) != 1 {
		t.Errorf("%d permissions are left", r.vendor.Live())
	}
}

// Google knows one permission for a person and this server, however often it was given.
func TestAChannelThatAnotherAccountHasTooStaysAllowed(t *testing.T) {
	r := newRig(t)
	r.connect(ada, youtubetest.Decision{})
	r.connect(bob, youtubetest.Decision{})
	if err := r.Disconnect(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	r.clock.pass(2 * time.Minute)
	if token, err := r.secret(bob); err != nil || !r.works(token) {
		t.Errorf("the other account's permission is gone: %v", err)
	}
	if err := r.Disconnect(t.Context(), bob); err != nil || r.vendor.Live() != 0 {
		t.Errorf("%v, %d permissions are left", err, r.vendor.Live())
	}
}

func TestConnectingAgainReplaces(t *testing.T) {
	for name, row := range map[string]struct {
		channel string
		revoked int
	}{"the same channel": {"Lighthouse Films", 0}, "another channel": {"Harbour Films", 1}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.connect(ada, youtubetest.Decision{})
			r.connect(ada, youtubetest.Decision{Channel: row.channel})
			if c := r.connection(ada); c.Channel != row.channel {
				t.Errorf("%+v", c)
			}
			if token, err := r.secret(ada); err != nil || !r.works(token) {
				t.Errorf("the token does not work: %v", err)
			}
			if n := r.vendor.Requests(youtubetest.Revoke); n != row.revoked {
				t.Errorf("%d permissions were given back", n)
			}
		})
	}
}

func TestDisconnectingDoesNotNeedGoogle(t *testing.T) {
	for name, fault := range map[string]*youtubetest.Fault{
		"away": {Cut: true}, "broken": {Status: 500}, "does not know it": {Status: 400, Body: `{"error": "invalid_token"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.connect(ada, youtubetest.Decision{})
			r.vendor.Interfere(func(youtubetest.Request) *youtubetest.Fault { return fault })
			if err := r.Disconnect(t.Context(), ada); err != nil || r.connection(ada).Connected {
				t.Errorf("got %v", err)
			}
			if logged := strings.Contains(r.log.String(), "could not be given back"); logged != (name != "does not know it") {
				t.Errorf("logged %s", r.log)
			}
		})
	}
}

func TestWithoutAClientNothingIsConnected(t *testing.T) {
	for _, missing := range []string{"id", "secret"} {
		r := newRig(t)
		c := r.begun(ada, youtubetest.Decision{})
		r.connect(bob, youtubetest.Decision{})
		r.Service = r.service(func(c *youtube.Config) {
			if missing == "id" {
				c.ClientID = ""
			} else {
				c.ClientSecret = ""
			}
		})
		_, begin := r.Begin(t.Context(), ada)
		_, secret := r.secret(bob)
		for what, err := range map[string]error{"begin": begin, "finish": r.finish(c), "secret": secret} {
			if !errors.Is(err, youtube.ErrNotConfigured) || !strings.Contains(err.Error(), "youtube_client_id") {
				t.Errorf("%s without the %s: %v", what, missing, err)
			}
		}
		if r.Configured() || r.connection(bob).Connected || r.connection(bob).Channel == "" {
			t.Errorf("%+v", r.connection(bob))
		}
		if err := r.Disconnect(t.Context(), bob); err != nil {
			t.Error(err)
		}
	}
}

func TestAnEndedContextEndsAll(t *testing.T) {
	r := newRig(t)
	c := r.begun(ada, youtubetest.Decision{})
	if _, err := r.Begin(cancelled(), ada); !errors.Is(err, context.Canceled) {
		t.Errorf("begin: %v", err)
	}
	if _, err := r.Finish(cancelled(), c); !errors.Is(err, context.Canceled) {
		t.Errorf("finish: %v", err)
	}
	if err := r.finish(c); err != nil { // nothing was used up
		t.Error(err)
	}
	if _, err := r.Begin(t.Context(), ""); err == nil {
		t.Error("nobody begins")
	}
}

func TestTheModuleProvidesAService(t *testing.T) {
	r := newRig(t)
	app := fx.New(fx.NopLogger, youtube.Module, fx.Supply(youtube.Config{DB: r.db, Keys: r.keys, RedirectURL: func() string { return callback }}),
		fx.Invoke(func(s *youtube.Service) {
			if s.Configured() {
				t.Error("it is configured")
			}
		}))
	if err := app.Err(); err != nil {
		t.Error(err)
	}
}

func TestAConfigurationIsChecked(t *testing.T) {
	r := newRig(t)
	good := youtube.Config{DB: r.db, Keys: r.keys, RedirectURL: func() string { return callback }}
	for name, change := range map[string]func(*youtube.Config){
		"DB":       func(c *youtube.Config) { c.DB = nil },
		"Keys":     func(c *youtube.Config) { c.Keys = nil },
		"redirect": func(c *youtube.Config) { c.RedirectURL = nil },
		"auth":     func(c *youtube.Config) { c.AuthURL = "accounts" },
		"token":    func(c *youtube.Config) { c.TokenURL = "ftp://x/y" },
		"upload":   func(c *youtube.Config) { c.UploadURL = "%" },
	} {
		c := good
		change(&c)
		if _, err := youtube.New(c); err == nil {
			t.Errorf("without a good %s it works", name)
		}
	}
}
