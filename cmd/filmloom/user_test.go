package main

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

// adminServer has accounts open on a directory, and serves them to commands unless it is mute.
func adminServer(t *testing.T, dir string, mute bool) *identity.Service {
	t.Helper()
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := identity.New(t.Context(), db, identity.Config{Hash: identity.Argon2{Memory: 64, Time: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	stop := func(context.Context) error { return nil }
	if !mute {
		r := admin.NewRegistry()
		admin.Identity(r, accounts)
		books, err := server.Books(config.Default(), db)
		if err != nil {
			t.Fatal(err)
		}
		admin.Credits(r, accounts, books)
		server, err := admin.Listen(admin.Config{Dir: dir}, r)
		if err != nil {
			t.Fatal(err)
		}
		stop = server.Close
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := errors.Join(stop(ctx), accounts.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return accounts
}

// spoken runs a command line and gives what it wrote, and its exit code.
func spoken(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, said bytes.Buffer
	code = run(t.Context(), args, &out, &said)
	return code, out.String(), said.String()
}

var anywhere = netip.MustParseAddr("192.0.2.1")

func TestUserCommandsReachARunningServer(t *testing.T) {
	dir := t.TempDir()
	accounts := adminServer(t, dir, false)
	code, out, said := spoken(t, "user", "add", "ada", "--generate", "--data", dir)
	password := strings.TrimSpace(out)
	if code != 0 || len(password) != 23 {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	session, err := accounts.Login(t.Context(), "ada", password, anywhere)
	if err != nil {
		t.Fatal(err)
	}
	code, out, said = spoken(t, "key", "create", "--user", "ada", "--data", dir)
	key := strings.TrimSpace(out)
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	for _, credential := range []string{session.Token, key} {
		if _, err := accounts.Authenticate(t.Context(), credential, anywhere); err != nil {
			t.Error(err)
		}
	}
	// What the server remembers does not outlive the command.
	if code, _, said := spoken(t, "user", "disable", "ada", "--data", dir); code != 0 {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	for _, credential := range []string{session.Token, key} {
		if _, err := accounts.Authenticate(t.Context(), credential, anywhere); !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("got %v", err)
		}
	}
	if code, out, _ := spoken(t, "user", "list", "--data", dir); code != 0 || !strings.Contains(out, "disabled") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if code, _, said := spoken(t, "user", "remove", "ada", "--data", dir); code != exitUsage || !strings.Contains(said, "pass --yes") {
		t.Errorf("exit code %d\n%s", code, said)
	}
	if code, out, _ := spoken(t, "key", "list", "--data", dir); code != 0 || !strings.Contains(out, key[len("flm_live_"):][:12]) || strings.Contains(out, key) {
		t.Errorf("exit code %d\n%s", code, out)
	}
	code, out, said = spoken(t, "user", "remove", "ada", "--yes", "--data", dir)
	if code != 0 || out != "User ada is removed. The server is erasing what the user owned.\n" {
		t.Errorf("exit code %d\n%s%s", code, out, said)
	}
	if left, err := accounts.Removed(t.Context()); err != nil || len(left) != 1 {
		t.Errorf("left to erase are %v, %v", left, err)
	}
}

// What is wrong reads the same, and has the same exit code, with a server and without.
func TestErrorsAreTheSameWithAServerAndWithout(t *testing.T) {
	served, alone := t.TempDir(), t.TempDir()
	adminServer(t, served, false)
	for _, dir := range []string{served, alone} {
		if code, _, said := spoken(t, "user", "add", "root", "--admin", "--generate", "--data", dir); code != 0 {
			t.Fatalf("exit code %d\n%s", code, said)
		}
	}
	for _, args := range [][]string{
		{"user", "add", "ROOT", "--generate"},
		{"user", "add", " x", "--generate"},
		{"user", "add", "x", "--generate", "--plan", "golden"},
		{"user", "remove", "nobody", "--yes"},
		{"user", "remove", "root", "--yes"},
		{"user", "set", "root", "--admin=false"},
		{"key", "create", "--user", "nobody"},
		{"key", "create", "--user", "root", "--cidr", "here"},
		{"key", "create", "--user", "root", "--expires", "9y"},
		{"key", "rotate", "none", "--grace", "31d"},
		{"key", "revoke", "none"},
		{"key", "list", "--user", "nobody"},
		{"credits", "show", "nobody"},
		{"credits", "list", "nobody"},
		{"credits", "list", "root", "--limit", "1001"},
		{"credits", "add", "nobody", "1"},
		{"credits", "add", "root", "0"},
		{"credits", "add", "root", "1000001"},
		{"credits", "add", "root", "many"},
		{"credits", "add", "root", "1", "--note", strings.Repeat("é", 201)},
		{"credits", "add", "root", "1", "--idempotency-key", ""},
		{"credits", "add", "root", "1", "--idempotency-key", "é"},
	} {
		code, out, said := spoken(t, append(args, "--data", served)...)
		ownCode, ownOut, ownSaid := spoken(t, append(args, "--data", alone)...)
		if code == 0 || code != ownCode || out != ownOut || said != ownSaid {
			t.Errorf("%v:\n%d %s%s%d %s%s", args, code, out, said, ownCode, ownOut, ownSaid)
		}
	}
}

func TestADirectoryThatIsInUseWithoutASocketIsSaidToBe(t *testing.T) {
	dir := t.TempDir()
	adminServer(t, dir, true)
	for _, args := range [][]string{{"user", "list"}, {"user", "add", "ada", "--generate"}, {"key", "list"}, {"credits", "show", "ada"}} {
		code, out, said := spoken(t, append(args, "--data", dir)...)
		if code != exitFailed || out != "" || !strings.Contains(said, "the data directory "+dir+" is in use by another filmloom (a render, or a server); wait for it, stop it") {
			t.Errorf("%v: exit code %d\n%s%s", args, code, out, said)
		}
	}
}

func TestRootLeavesTheDatabaseOfAnotherUserAlone(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root could write there")
	}
	dir := t.TempDir()
	spoken(t, "user", "add", "ada", "--generate", "--data", dir)
	if err := os.Chown(filepath.Join(dir, "journal"), 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if code, _, said := spoken(t, "user", "list", "--data", dir); code != exitFailed || !strings.Contains(said, "run this as that user, for example with `sudo -u ") {
		t.Errorf("exit code %d\n%s", code, said)
	}
}

func TestThePlanOfNewUsersIsTheServers(t *testing.T) {
	t.Setenv("FILMLOOM_DEFAULT_PLAN", "free")
	dir := t.TempDir()
	spoken(t, "user", "add", "ada", "--generate", "--data", dir)
	if code, out, said := spoken(t, "user", "list", "--data", dir); code != 0 || !strings.Contains(out, "free") {
		t.Errorf("exit code %d\n%s%s", code, out, said)
	}
}

func TestTimesAreReadAsPeopleWriteThem(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "2w": 14 * day, "1y": 365 * day, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute, "0": 0, "0d": 0,
	} {
		if d, forever, err := parseLifetime(text); d != want || forever || err != nil {
			t.Errorf("%s: %v, %v, %v", text, d, forever, err)
		}
	}
	if _, forever, err := parseLifetime("never"); !forever || err != nil {
		t.Errorf("never: %v, %v", forever, err)
	}
	for _, text := range []string{"", "d", "-1d", "1.5d", "1dd", "d1", "500y", "65535w", "99999999999999999999d", "90", "Never"} {
		if d, forever, err := parseLifetime(text); err == nil {
			t.Errorf("%q: %v, %v", text, d, forever)
		}
	}
}

func FuzzLifetime(f *testing.F) {
	for _, seed := range []string{"90d", "1y", "never", "1h", "d", "65535y", "-1w"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, forever, err := parseLifetime(text); err == nil && (forever && d != 0 || d < 0 && !strings.HasPrefix(text, "-")) {
			t.Errorf("%q: %v, %v", text, d, forever)
		}
	})
}

func TestWhenAKeyEndsIsSaidForPeople(t *testing.T) {
	now := time.Now()
	for want, expires := range map[string]time.Time{
		"never":      {},
		"expired":    now,
		"in 1 min":   now.Add(time.Second),
		"in 90 min":  now.Add(90*time.Minute - time.Second),
		"in 24 h":    now.Add(24 * time.Hour),
		"in 90 days": now.Add(90*24*time.Hour - time.Second),
	} {
		if got := ends(identity.Key{Expires: expires}, now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
