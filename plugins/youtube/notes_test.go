package youtube

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
)

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// halfway interrupts an upload for longer than an attempt waits, after two pieces of four.
func halfway(r *rig) outcome {
	r.t.Helper()
	r.vendor.Interfere(once(youtubetest.Piece, 3, &youtubetest.Fault{Status: 503, Header: map[string][]string{"Retry-After": {"3000"}}}))
	o := r.publish(r.t.Context(), attempt{})
	r.failed(o, providers.KindUnavailable, "")
	r.vendor.Interfere(nil)
	return o
}

func TestAnotherProcessGoesOnByTheCheckpointOrByTheNote(t *testing.T) {
	for _, way := range []string{"checkpoint", "note", "both", "note, and a checkpoint of somebody else"} {
		t.Run(way, func(t *testing.T) {
			r := newRig(t, 4*piece)
			o := halfway(r)
			a := attempt{checkpoint: o.heard.last()}
			switch way {
			case "checkpoint":
				r.state += "-new"
			case "note":
				a.checkpoint = nil
			case "note, and a checkpoint of somebody else":
				a.checkpoint = []byte("\x00job-1")
			}
			r.begin()
			r.arrived(r.publish(t.Context(), a))
			r.requests(youtubetest.Begin, 1)
			r.requests(youtubetest.Query, 1)
			r.requests(youtubetest.Piece, 5) // the one that was refused too
		})
	}
}

func TestWhatKnowsMoreCounts(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	base := upload{Format: 1, Size: 10, Session: "a", Begun: at, Offset: 4}
	with := func(change func(*upload)) upload {
		u := base
		change(&u)
		return u
	}
	for name, more := range map[string]upload{
		"further":         with(func(u *upload) { u.Offset = 5 }),
		"ending":          with(func(u *upload) { u.Offset, u.Ending = 2, true }),
		"done":            with(func(u *upload) { u.Session, u.Begun, u.ID = "b", at.Add(-time.Hour), "x" }),
		"a later session": with(func(u *upload) { u.Session, u.Begun, u.Offset = "b", at.Add(time.Hour), 0 }),
	} {
		if !more.beyond(base) || base.beyond(more) {
			t.Errorf("%s: %v, %v", name, more.beyond(base), base.beyond(more))
		}
	}
	if base.beyond(base) {
		t.Error("it is beyond itself")
	}
}

func TestANoteOfAnotherFilmIsNotFollowed(t *testing.T) {
	r := newRig(t, 4*piece)
	o := halfway(r)
	r.input.Video = filmOf(t, 3*piece)
	r.arrived(r.publish(t.Context(), attempt{checkpoint: o.heard.last()}))
	r.requests(youtubetest.Begin, 2)
}

func TestADamagedNoteIsNone(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "cut": `{"v":1,"si`, "newer": `{"v":2,"size":5,"session":"x"}`, "huge": strings.Repeat(" ", maxNote) + `{}`} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 4*piece)
			halfway(r)
			files, _ := os.ReadDir(r.state)
			if len(files) != 1 {
				t.Fatalf("notes %v", files)
			}
			if err := os.WriteFile(filepath.Join(r.state, files[0].Name()), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			r.arrived(r.publish(t.Context(), attempt{}))
			r.requests(youtubetest.Begin, 2)
		})
	}
}

func TestNotesAreTheirOwnersAlone(t *testing.T) {
	r := newRig(t, 4*piece)
	halfway(r)
	st, err := os.Stat(r.state)
	if err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	files, _ := os.ReadDir(r.state)
	for _, f := range files {
		if at, err := f.Info(); err != nil || at.Mode() != 0o600 || !strings.HasSuffix(f.Name(), ".json") || strings.Contains(f.Name(), "call") {
			t.Errorf("%s: %v, %v", f.Name(), at.Mode(), err)
		}
	}
	if len(files) != 1 {
		t.Errorf("notes %v", files)
	}
}

func TestWithoutADirectoryTheProcessRemembers(t *testing.T) {
	r := newRig(t, 4*piece)
	if err := os.WriteFile(r.state, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := halfway(r)
	if said := strings.Join(o.heard.said, "\n"); strings.Count(said, "cannot be noted") != 1 {
		t.Errorf("it said %s", said)
	}
	r.arrived(r.publish(t.Context(), attempt{}))
	r.requests(youtubetest.Begin, 1)
}

func TestByDefaultNotesAreInTheUsersCache(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache) // where it is not Linux
	r := newRig(t, 4*piece)
	r.configure(map[string]any{"state_dir": ""})
	halfway(r)
	dir, _ := os.UserCacheDir()
	if files, err := os.ReadDir(filepath.Join(dir, "filmloom", "youtube")); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
}

func TestOldNotesGo(t *testing.T) {
	r := newRig(t, piece)
	if err := os.MkdirAll(r.state, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"old.json": 31 * 24 * time.Hour, "new-1": 31 * 24 * time.Hour, "young.json": 20 * 24 * time.Hour, "theirs.txt": 99 * 24 * time.Hour} {
		path := filepath.Join(r.state, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	r.arrived(r.publish(t.Context(), attempt{}))
	var left []string
	files, _ := os.ReadDir(r.state)
	for _, f := range files {
		if len(f.Name()) < 20 {
			left = append(left, f.Name())
		}
	}
	if s := strings.Join(left, " "); s != "theirs.txt young.json" {
		t.Errorf("left are %s", s)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for name, row := range map[string]struct {
		settings string
		problem  string // "" when it is ready
		warning  bool
	}{
		"none":              {`{}`, "", false},
		"Google's":          {`{"upload_url": "https://www.googleapis.com/upload/youtube/v3/videos"}`, "", false},
		"unencrypted":       {`{"upload_url": "http://example.com/videos"}`, "", true},
		"no address":        {`{"upload_url": "youtube"}`, "upload_url", false},
		"a query":           {`{"upload_url": "https://example.com/?a=b"}`, "upload_url", false},
		"a password":        {`{"upload_url": "https://u:secretword@example.com/"}`, "upload_url", false},
		"an odd piece":      {`{"chunk_kib": 300}`, "chunk_kib", false},
		"a negative piece":  {`{"chunk_kib": -256}`, "chunk_kib", false},
		"a category's name": {`{"category": "Film"}`, "category", false},
		"a relative path":   {`{"state_dir": "here"}`, "state_dir", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := New().Configure(t.Context(), []byte(row.settings))
			if err != nil || got.Ready != (row.problem == "") || !strings.Contains(got.Problem, row.problem) || strings.Contains(got.Problem, "secretword") {
				t.Errorf("%+v, %v", got, err)
			}
			if row.problem == "" && (len(got.Diagnostics) == 1) != row.warning {
				t.Errorf("%+v", got.Diagnostics)
			}
		})
	}
}

func FuzzReadUpload(f *testing.F) {
	f.Add([]byte(`{"v":1,"film":"aa","size":10,"session":"https://x/y","offset":5}`))
	f.Add([]byte(`{"v":1,"size":10,"id":"dQw4w9WgXcQ","offset":10,"begun":"2026-01-02T03:04:05Z"}`))
	f.Add([]byte(`{"v":1,"size":1e30,"offset":-1}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, ok := readUpload(raw)
		if !ok {
			if u != (upload{}) {
				t.Fatalf("%+v of nothing", u)
			}
			return
		}
		if u.Offset < 0 || u.Offset > u.Size || u.ID == "" && u.Session == "" || u.ID != "" && !videoID.MatchString(u.ID) {
			t.Fatalf("%+v", u)
		}
		if again, ok := readUpload(encoded(t, u)); ok && (again.Session != u.Session || again.Offset != u.Offset || !again.Begun.Equal(u.Begun)) {
			t.Fatalf("%+v and %+v", u, again)
		}
	})
}

func FuzzReceived(f *testing.F) {
	for _, s := range []string{"", "bytes=0-99", "0-99", "bytes=1-2", "bytes=0-9223372036854775807", "bytes=0-99,200-300"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if n, err := received(header); err == nil && (n < 0 || n == 0 && strings.TrimSpace(header) != "") {
			t.Fatalf("%q is %d", header, n)
		}
	})
}

func FuzzSession(f *testing.F) {
	for _, s := range []string{"https://www.googleapis.com/x?upload_id=1", "https://www.googleapis.com@evil.example/", "//evil.example/", "https:www.googleapis.com", "https://www.googleapis.com\\@evil.example"} {
		f.Add(s)
	}
	inner := newProvider()
	if got, err := inner.configure(f.Context(), Config{}); err != nil || !got.Ready {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, address string) {
		session, err := inner.session(address)
		if err == nil && !strings.HasPrefix(strings.ToLower(session), "https://www.googleapis.com/") && !strings.HasPrefix(strings.ToLower(session), "https://www.googleapis.com?") && !strings.EqualFold(session, "https://www.googleapis.com") {
			t.Fatalf("%q is taken as %q", address, session)
		}
	})
}
