package main

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

// A place is a data directory with a server on it, or without one.
type place struct {
	dir    string
	served *identity.Service // nil where none runs
}

// places are one of each, to which ada was added.
func places(t *testing.T) map[string]place {
	t.Helper()
	all := map[string]place{"with a server": {dir: t.TempDir()}, "without": {dir: t.TempDir()}}
	p := all["with a server"]
	p.served = adminServer(t, p.dir, false)
	all["with a server"] = p
	for _, p := range all {
		p.do(t, "user", "add", "ada", "--generate", "--plan", "standard")
	}
	return all
}

// do runs a command line that must succeed, and gives what it wrote.
func (p place) do(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	code, out, said := spoken(t, append(args, "--data", p.dir)...)
	if code != 0 {
		t.Fatalf("%v: exit code %d\n%s%s", args, code, out, said)
	}
	return out, said
}

// valid tells whether the server lets a key in, or would.
func (p place) valid(t *testing.T, key string) bool {
	t.Helper()
	accounts := p.served
	if accounts == nil {
		db, err := store.Open(p.dir)
		if err != nil {
			t.Fatal(err)
		}
		if accounts, err = identity.New(t.Context(), db, identity.Config{}); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := errors.Join(accounts.Close(), db.Close()); err != nil {
				t.Error(err)
			}
		}()
	}
	_, err := accounts.Authenticate(t.Context(), key, anywhere)
	if err != nil && !errors.Is(err, identity.ErrCredentials) {
		t.Error(err)
	}
	return err == nil
}

// A keyShown is a key as programs read it.
type keyShown struct {
	ID       string
	User     string
	Name     string
	Prefix   string
	Scopes   []string
	Expires  time.Time
	OldUntil time.Time `json:"old_until"`
	Key      string
	Sum      []byte
}

func (p place) keys(t *testing.T, args ...string) (list []keyShown) {
	t.Helper()
	out, _ := p.do(t, append([]string{"key", "list", "--json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return list
}

func TestKeysAreRotatedAndRevokedWithAServerAndWithout(t *testing.T) {
	for name, p := range places(t) {
		t.Run(name, func(t *testing.T) {
			p.do(t, "user", "add", "bob", "--generate")
			out, _ := p.do(t, "key", "create", "--user", "ada", "--name", "ci", "--scope", "read", "--expires", "30d")
			first := strings.TrimSpace(out)
			p.do(t, "key", "create", "--user", "bob")
			all, ada := p.keys(t), p.keys(t, "--user", "ADA")
			if len(all) != 2 || len(ada) != 1 {
				t.Fatalf("got %+v and %+v", all, ada)
			}
			k := ada[0]
			if left := time.Until(k.Expires); k.User != "ada" || k.Name != "ci" || k.Prefix != "flm_live_"+k.ID || len(k.Scopes) != 1 || k.Scopes[0] != "read" ||
				left < 29*24*time.Hour || left > 30*24*time.Hour || !k.OldUntil.IsZero() || k.Key != "" || k.Sum != nil {
				t.Errorf("got %+v", k)
			}
			// By its id: both work for a while.
			out, said := p.do(t, "key", "rotate", k.ID)
			second := strings.TrimSpace(out)
			if !regexp.MustCompile(`^flm_live_[0-9A-Za-z]{50}$`).MatchString(second) || second == first || !p.valid(t, first) || !p.valid(t, second) {
				t.Errorf("got %q", out)
			}
			if !regexp.MustCompile(`^API key ` + k.ID + ` of ada is rotated; the old one works until \d{4}-\d\d-\d\d \d\d:\d\d\. This is the key; it is shown only now:\n$`).MatchString(said) {
				t.Errorf("it says %q", said)
			}
			if k = p.keys(t, "--user", "ada")[0]; time.Until(k.OldUntil) < 23*time.Hour || time.Until(k.OldUntil) > 24*time.Hour {
				t.Errorf("got %+v", k)
			}
			// By the key itself, as JSON and without grace: nothing from before works.
			out, said = p.do(t, "key", "rotate", second, "--grace", "0", "--json")
			var got keyShown
			if err := json.Unmarshal([]byte(out), &got); err != nil || got.ID != k.ID || got.User != "ada" || said != "" || strings.Contains(out, second) {
				t.Fatalf("%v: %s%s", err, out, said)
			}
			third := got.Key
			if p.valid(t, first) || p.valid(t, second) || !p.valid(t, third) {
				t.Error("another key than the last one works")
			}
			// Once it is revoked there is none.
			if out, said := p.do(t, "key", "revoke", k.Prefix); out != "API key "+k.ID+" of ada is revoked.\n" || said != "" || p.valid(t, third) {
				t.Errorf("it says %q, %q", out, said)
			}
			if left := p.keys(t); len(left) != 1 || left[0].User != "bob" {
				t.Errorf("left are %+v", left)
			}
			if code, _, said := spoken(t, "key", "revoke", third, "--data", p.dir); code != exitUsage || strings.Contains(said, third) {
				t.Errorf("again: exit code %d\n%s", code, said)
			}
			if list, _ := p.do(t, "key", "list", "--json", "--user", "ada"); list != "[]\n" {
				t.Errorf("got %q", list)
			}
		})
	}
}
