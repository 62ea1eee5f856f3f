package youtube

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// A rig is the provider, the vendor and a film.
type rig struct {
	t      *testing.T
	vendor *youtubetest.Server
	p      *provider
	served providers.Provider
	token  string
	input  film.PublishInput
	state  string // the directory of the notes

	mu    sync.Mutex
	slept []time.Duration
}

// piece is the size of pieces in tests, in bytes.
const piece = 256 << 10

// newRig makes one with a film of so many bytes. Nobody sleeps.
func newRig(t *testing.T, size int) *rig {
	t.Helper()
	r := &rig{t: t, vendor: youtubetest.New(t), state: filepath.Join(t.TempDir(), "state")}
	r.token = r.vendor.Token(youtubetest.ScopeUpload)
	r.input = film.PublishInput{Video: filmOf(t, size), Title: "The Lamp", Description: "A keeper, and the sea.", Language: "english", Privacy: "private"}
	r.begin()
	return r
}

// begin makes a new provider, as a process does that has lost its memory.
func (r *rig) begin() {
	r.t.Helper()
	r.p = newProvider()
	r.p.sleep = func(ctx context.Context, d time.Duration) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.slept = append(r.slept, d)
		return ctx.Err()
	}
	r.served = r.p.serve()
	r.configure(map[string]any{})
	r.t.Cleanup(func() { _ = r.served.Shutdown(context.Background()) })
}

func (r *rig) configure(settings map[string]any) {
	r.t.Helper()
	conf := map[string]any{"upload_url": r.vendor.UploadURL(), "chunk_kib": piece >> 10, "state_dir": r.state}
	for name, value := range settings {
		conf[name] = value
	}
	raw, _ := json.Marshal(conf)
	if got, err := r.served.Configure(r.t.Context(), raw); err != nil || !got.Ready {
		r.t.Fatalf("%+v, %v", got, err)
	}
}

// filmOf writes a film of random bytes.
func filmOf(t testing.TB, size int) providers.File {
	t.Helper()
	raw := make([]byte, size)
	var seed [32]byte
	seed[0] = byte(size)
	_, _ = rand.NewChaCha8(seed).Read(raw)
	return fileOf(t, "film.mp4", "video/mp4", raw)
}

func fileOf(t testing.TB, name, media string, raw []byte) providers.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, raw, 0o400); err != nil {
		t.Fatal(err)
	}
	return providers.File{Path: path, MediaType: media, Name: name, Size: int64(len(raw)), SHA256: digestOf(raw)}
}

func digestOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// A listener keeps what a call says while it runs.
type listener struct {
	mu          sync.Mutex
	said        []string
	done        []float64
	checkpoints [][]byte
	refuse      error // what saving a checkpoint gives
}

func (l *listener) Progress(done float64, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = append(l.done, done)
	l.said = append(l.said, message)
}

func (l *listener) Log(_ slog.Level, message string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, message+fmt.Sprint(args...))
}

func (l *listener) Checkpoint(_ context.Context, state []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.checkpoints = append(l.checkpoints, state)
	return l.refuse
}

func (l *listener) last() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.checkpoints) == 0 {
		return nil
	}
	return l.checkpoints[len(l.checkpoints)-1]
}

// An attempt is one call.
type attempt struct {
	key        string // idempotency key; default "call"
	token      string // default the rig's
	checkpoint []byte
	refuse     error
}

// An outcome is what came of one.
type outcome struct {
	film.Published
	warnings []string
	err      error
	heard    *listener
}

// publish makes an attempt, and looks for secrets in all that comes of it.
func (r *rig) publish(ctx context.Context, a attempt) outcome {
	r.t.Helper()
	raw, err := json.Marshal(r.input)
	if err != nil {
		r.t.Fatal(err)
	}
	if a.key == "" {
		a.key = "call"
	}
	if a.token == "" {
		a.token = r.token
	}
	o := outcome{heard: &listener{refuse: a.refuse}}
	res, err := r.served.Execute(ctx, &providers.Call{
		Capability: film.VideoPublish.Name, Input: raw, IdempotencyKey: a.key, Attempt: 1, Checkpoint: a.checkpoint,
		Secrets: map[string]string{"token": a.token}, Report: o.heard,
	})
	o.err = err
	o.heard.mu.Lock()
	said := strings.Join(o.heard.said, "\n")
	for _, c := range o.heard.checkpoints {
		said += string(c)
	}
	for i, done := range o.heard.done {
		if done < 0 || done > 1 || i > 0 && done < o.heard.done[i-1] {
			r.t.Errorf("the progress is %v", o.heard.done)
			break
		}
	}
	o.heard.mu.Unlock()
	if err != nil {
		e := providers.AsError(err)
		said += fmt.Sprintf("%v\n%+v\n%s\n%s\n%s", err, err, e.Message, e.Hint, e.User)
		if strings.Contains(e.Message+e.Hint+e.User, "upload_id=") {
			r.t.Errorf("the address of the upload is in the error: %v", err)
		}
	} else {
		if err := json.Unmarshal(res.Output, &o.Published); err != nil {
			r.t.Fatal(err)
		}
		o.warnings = res.Warnings
		said += string(res.Output) + strings.Join(res.Warnings, "\n")
	}
	if files, err := os.ReadDir(r.state); err == nil {
		for _, f := range files {
			note, err := os.ReadFile(filepath.Join(r.state, f.Name()))
			if err == nil {
				said += string(note)
			}
		}
	}
	if strings.Contains(said, a.token[5:25]) || strings.Contains(said, a.token[len(a.token)-20:]) {
		r.t.Errorf("the token is in what came of the call:\n%s", said)
	}
	return o
}

// arrived checks that the vendor has the film once, whole.
func (r *rig) arrived(o outcome) youtubetest.Video {
	r.t.Helper()
	if o.err != nil {
		r.t.Fatal(o.err)
	}
	videos := r.vendor.Videos()
	if len(videos) != 1 {
		r.t.Fatalf("there are %d videos", len(videos))
	}
	v := videos[0]
	if v.SHA256 != r.input.Video.SHA256 || v.Size != r.input.Video.Size {
		r.t.Errorf("the film that arrived has %d bytes and the digest %s", v.Size, v.SHA256)
	}
	if o.ID != v.ID || o.URL != "https://youtu.be/"+v.ID {
		r.t.Errorf("the result is %+v of the video %s", o.Published, v.ID)
	}
	return v
}

// requests checks how many requests of a kind came.
func (r *rig) requests(kind string, want int) {
	r.t.Helper()
	if got := r.vendor.Requests(kind); got != want {
		r.t.Errorf("%d requests of the kind %s, want %d", got, kind, want)
	}
}

// failed checks what an attempt failed with.
func (r *rig) failed(o outcome, kind providers.Kind, user string) *providers.Error {
	r.t.Helper()
	if o.err == nil {
		r.t.Fatal("it worked")
	}
	e := providers.AsError(o.err)
	if e.Kind != kind || user != "" && !strings.Contains(e.User, user) {
		r.t.Errorf("it failed as %s: %s; %q", e.Kind, e.Message, e.User)
	}
	return e
}
