package admin_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

const password = "correct horse battery staple"

var home = netip.MustParseAddr("192.0.2.1")

// A hall is a server with accounts.
type hall struct {
	*identity.Service
	dir string
}

func openHall(t testing.TB) hall {
	t.Helper()
	h := hall{dir: t.TempDir()}
	db, err := store.Open(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	h.Service, err = identity.New(t.Context(), db, identity.Config{Hash: identity.Argon2{Memory: 64, Time: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(h.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	r := admin.NewRegistry()
	admin.Identity(r, h.Service)
	serve(t, h.dir, r)
	return h
}

func (h hall) do(t testing.TB, name string, in, out any) {
	t.Helper()
	if err := admin.Call(t.Context(), h.dir, name, in, out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func (h hall) refused(t testing.TB, name string, in any, code admin.Code, text string) {
	t.Helper()
	err := admin.Call(t.Context(), h.dir, name, in, nil)
	var e *admin.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, text) {
		t.Errorf("%s: got %v", name, err)
	}
}

func (h hall) valid(t testing.TB, key string) bool {
	t.Helper()
	_, err := h.Authenticate(t.Context(), key, home)
	return err == nil
}

func TestUsersAreLookedAfterFromAnotherProcess(t *testing.T) {
	h := openHall(t)
	var added admin.AddedUser
	h.do(t, "user.add", admin.AddUser{Name: "Ada", Password: password, Plan: "pro"}, &added)
	if added.User.Name != "Ada" || added.User.Plan != "pro" || !added.NoAdmin {
		t.Errorf("got %+v", added)
	}
	h.do(t, "user.add", admin.AddUser{Name: "root", Password: password, Admin: true}, &added)
	if added.NoAdmin || !added.User.Admin {
		t.Errorf("got %+v", added)
	}
	login := func(password string) error {
		_, err := h.Login(t.Context(), "ada", password, home)
		return err
	}
	if err := login(password); err != nil {
		t.Error(err)
	}
	h.do(t, "user.passwd", admin.SetPassword{Name: "ADA", Password: "another password"}, nil)
	if err := login("another password"); err != nil {
		t.Error(err)
	}
	h.do(t, "user.disable", admin.Named{Name: "ada"}, nil)
	if err := login("another password"); !errors.Is(err, identity.ErrIncorrect) {
		t.Errorf("disabled: %v", err)
	}
	h.do(t, "user.enable", admin.Named{Name: "ada"}, nil)
	free, yes := "free", true
	h.do(t, "user.set", admin.SetUser{Name: "ada", Plan: &free, Admin: &yes}, nil)
	var users admin.Users
	h.do(t, "user.list", nil, &users)
	if len(users.Users) != 2 || users.Users[0].Plan != "free" || !users.Users[0].Admin || users.Users[0].Disabled {
		t.Errorf("got %+v", users)
	}
	h.do(t, "user.remove", admin.Named{Name: "Ada"}, nil)
	if _, err := h.Find(t.Context(), "ada"); !errors.Is(err, identity.ErrNotFound) {
		t.Errorf("removed: %v", err)
	}
}

func TestWhatCannotBeDoneToUsersIsSaid(t *testing.T) {
	h := openHall(t)
	h.do(t, "user.add", admin.AddUser{Name: "root", Password: password, Admin: true}, nil)
	h.refused(t, "user.add", admin.AddUser{Name: "ROOT", Password: password}, admin.Invalid, `there is a user "ROOT" already`)
	h.refused(t, "user.add", admin.AddUser{Name: "ada", Password: "short"}, admin.Invalid, "the password must have 8 characters or more")
	h.refused(t, "user.add", admin.AddUser{Name: "ada", Password: password, Plan: "golden"}, admin.Invalid, "free, standard, pro, enterprise")
	h.refused(t, "user.disable", admin.Named{Name: "root"}, admin.Other, "root is the last enabled user who is an admin")
	h.refused(t, "user.remove", admin.Named{Name: "root"}, admin.Other, "root is the last enabled user who is an admin")
	for _, name := range []string{"user.disable", "user.enable", "user.remove"} {
		h.refused(t, name, admin.Named{Name: "nobody"}, admin.NotFound, `there is no user "nobody"`)
	}
	h.refused(t, "user.passwd", admin.SetPassword{Name: "nobody", Password: password}, admin.NotFound, "there is no user")
	h.refused(t, "user.set", admin.SetUser{Name: "nobody"}, admin.NotFound, "there is no user")
}

func TestKeysAreLookedAfterFromAnotherProcess(t *testing.T) {
	h := openHall(t)
	for _, name := range []string{"ada", "bob"} {
		h.do(t, "user.add", admin.AddUser{Name: name, Password: password}, nil)
	}
	var made, other admin.MadeKey
	h.do(t, "key.create", admin.CreateKey{User: "Ada", Name: "ci", Scopes: []string{"read"}, CIDRs: []string{"192.0.2.0/24"}, Lifetime: time.Hour}, &made)
	if made.User != "ada" || made.Name != "ci" || made.Scopes != identity.Read || len(made.CIDRs) != 1 || !h.valid(t, made.Text) {
		t.Errorf("got %+v", made)
	}
	h.do(t, "key.create", admin.CreateKey{User: "bob", Scopes: []string{"read", "write"}, Forever: true}, &other)
	var keys admin.Keys
	h.do(t, "key.list", nil, &keys)
	if len(keys.Keys) != 2 {
		t.Errorf("got %+v", keys)
	}
	keys = admin.Keys{}
	h.do(t, "key.list", admin.ListKeys{User: "BOB"}, &keys)
	if len(keys.Keys) != 1 || keys.Keys[0].User != "bob" || keys.Keys[0].ID != other.ID || !keys.Keys[0].Expires.IsZero() {
		t.Errorf("got %+v", keys)
	}
	var rotated admin.MadeKey
	h.do(t, "key.rotate", admin.RotateKey{ID: made.ID}, &rotated)
	if h.valid(t, made.Text) || !h.valid(t, rotated.Text) || rotated.User != "ada" {
		t.Errorf("got %+v", rotated)
	}
	for i, name := range []string{rotated.ID, rotated.Prefix, rotated.Text} {
		if i > 0 {
			h.do(t, "key.create", admin.CreateKey{User: "ada", Scopes: []string{"read"}}, &rotated)
			name = []string{"", rotated.Prefix, rotated.Text}[i]
		}
		var gone admin.UserKey
		h.do(t, "key.revoke", admin.RevokeKey{ID: name}, &gone)
		if h.valid(t, rotated.Text) || gone.ID != rotated.ID {
			t.Errorf("by %q: revoked %+v", name, gone)
		}
	}
	if !h.valid(t, other.Text) {
		t.Error("bob's key is gone")
	}
}

func TestWhatCannotBeDoneToKeysIsSaid(t *testing.T) {
	h := openHall(t)
	h.do(t, "user.add", admin.AddUser{Name: "ada", Password: password}, nil)
	h.refused(t, "key.create", admin.CreateKey{User: "nobody"}, admin.NotFound, `there is no user "nobody"`)
	h.refused(t, "key.create", admin.CreateKey{User: "ada", Scopes: []string{"raed"}}, admin.Invalid, "read, write and admin")
	h.refused(t, "key.create", admin.CreateKey{User: "ada", Scopes: []string{"admin"}}, admin.Invalid, "an account that is an admin")
	h.refused(t, "key.create", admin.CreateKey{User: "ada", Scopes: []string{"read"}, CIDRs: []string{"x"}}, admin.Invalid, "192.0.2.0/24")
	h.refused(t, "key.create", admin.CreateKey{User: "ada", Scopes: []string{"read"}, Lifetime: 1}, admin.Invalid, "a year")
	h.refused(t, "key.list", admin.ListKeys{User: "nobody"}, admin.NotFound, `there is no user "nobody"`)
	h.refused(t, "key.rotate", admin.RotateKey{ID: "none"}, admin.NotFound, "there is no API key none")
	h.refused(t, "key.revoke", admin.RevokeKey{ID: "none"}, admin.NotFound, "there is no API key none")
	err := admin.Call(t.Context(), h.dir, "key.revoke", admin.RevokeKey{ID: "flm_live_secretsecretsecretsecret"}, nil)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("what may be a secret: %v", err)
	}
}

// Every operation takes what anybody sends, without a panic.
func FuzzIdentity(f *testing.F) {
	h := openHall(f)
	r := admin.NewRegistry()
	admin.Identity(r, h.Service)
	for _, name := range []string{"user.add", "user.list", "user.set", "user.passwd", "user.enable", "user.disable", "user.remove", "key.create", "key.list", "key.rotate", "key.revoke"} {
		f.Add(name, `{}`)
		f.Add(name, `{"name":"ada","password":"correct horse","plan":"pro","admin":true}`)
		f.Add(name, `{"user":"ada","scopes":["read"],"cidrs":["::/0"],"lifetime":1e18}`)
		f.Add(name, `{"id":"flm_live_"}`)
	}
	f.Fuzz(func(t *testing.T, name, in string) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := r.Call(ctx, name, raw(in), nil); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}
