package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
)

func TestAFilmArrivesWithAllThatIsSaidAboutIt(t *testing.T) {
	r := newRig(t, 3*piece+1000)
	picture := fileOf(t, "picture.jpg", "image/jpeg", []byte("a picture"))
	r.input.Thumbnail = &picture
	r.input.Tags = []string{"lamp", "the sea"}
	r.input.Language, r.input.Privacy, r.input.MadeForKids = "chinese", "unlisted", true
	o := r.publish(t.Context(), attempt{})
	v := r.arrived(o)
	if v.Snippet.Title != "The Lamp" || v.Snippet.Description != "A keeper, and the sea." || !slices.Equal(v.Snippet.Tags, r.input.Tags) ||
		v.Snippet.CategoryID != "1" || v.Snippet.DefaultLanguage != "zh-CN" || v.Status.PrivacyStatus != "unlisted" || !*v.Status.SelfDeclaredMadeForKids {
		t.Errorf("%+v", v)
	}
	if v.Thumbnail != picture.SHA256 || v.MediaType != "video/mp4" || len(o.warnings) > 0 {
		t.Errorf("%+v, %q", v, o.warnings)
	}
	r.requests(youtubetest.Begin, 1)
	r.requests(youtubetest.Piece, 4)
	r.requests(youtubetest.Query, 0)
	if done := o.heard.done; len(done) < 5 || done[len(done)-1] != 1 {
		t.Errorf("progress %v", done)
	}
	// The session; each piece; before the last one; the end.
	var offsets []string
	for _, c := range o.heard.checkpoints {
		u, ok := readUpload(c)
		if !ok {
			t.Fatalf("the checkpoint %s", c)
		}
		offsets = append(offsets, fmt.Sprint(u.Offset/1000, u.Ending, u.ID != ""))
	}
	if want := []string{"0 false false", "262 false false", "524 false false", "786 false false", "786 true false", "787 true true"}; !slices.Equal(offsets, want) {
		t.Errorf("checkpoints %q", offsets)
	}
}

func TestAFilmOfAnySizeArrives(t *testing.T) {
	for _, size := range []int{1, piece - 1, piece, piece + 1, 2 * piece} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			r := newRig(t, size)
			r.arrived(r.publish(t.Context(), attempt{}))
			r.requests(youtubetest.Piece, (size+piece-1)/piece)
		})
	}
}

func TestAnExpiredTokenIsReplacedByTheNextAttempts(t *testing.T) {
	r := newRig(t, 4*piece)
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		if q.Kind == youtubetest.Piece && q.N == 3 {
			r.vendor.Expire()
		}
		return nil
	})
	e := r.failed(r.publish(t.Context(), attempt{}), providers.KindUnavailable, "")
	if e.RetryAfter > time.Second || !strings.Contains(e.Message, "expired") {
		t.Errorf("%+v", e)
	}
	// The engine gives a failed attempt's checkpoint to nobody.
	r.arrived(r.publish(t.Context(), attempt{token: r.vendor.Renew(r.token)}))
	r.requests(youtubetest.Begin, 1)
	r.requests(youtubetest.Piece, 5) // the one with the expired token, which was not taken
}

func TestATokenThatIsNeverTakenIsThePersonsMatter(t *testing.T) {
	r := newRig(t, piece)
	r.vendor.Expire()
	e := r.failed(r.publish(t.Context(), attempt{}), providers.KindUnauthorized, "connect the channel again")
	if e.Hint == "" || len(r.slept) > 0 {
		t.Errorf("%+v, slept %v", e, r.slept)
	}
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	r := newRig(t, piece)
	for _, token := range []string{" ", "two words and some more of it", "line\nbreak and more of it.......", strings.Repeat("x", 5000)} {
		r.failed(r.publish(t.Context(), attempt{token: token + strings.Repeat(" ", 30)}), providers.KindUnauthorized, "No YouTube channel is connected")
	}
	r.requests(youtubetest.Begin, 0)
}

// An upload that was begun for somebody who was connected before does not stand in the way of the new one.
func TestAnUploadThatMayNotGoOnBeginsAnew(t *testing.T) {
	r := newRig(t, 4*piece)
	r.vendor.Interfere(once(youtubetest.Piece, 3, &youtubetest.Fault{Status: 503, Header: http.Header{"Retry-After": {"3000"}}}))
	r.failed(r.publish(t.Context(), attempt{}), providers.KindUnavailable, "")
	r.vendor.Interfere(once(youtubetest.Query, 1, youtubetest.Refuse(403, "forbidden")))
	r.arrived(r.publish(t.Context(), attempt{}))
	r.requests(youtubetest.Begin, 2)
}

func TestACancelledUploadEndsAtOnceAndGoesOnLater(t *testing.T) {
	r := newRig(t, 4*piece)
	ctx, cancel := context.WithCancel(t.Context())
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		if q.Kind == youtubetest.Piece && q.N == 3 {
			cancel()
			return &youtubetest.Fault{Hold: make(chan struct{})}
		}
		return nil
	})
	began := time.Now()
	o := r.publish(ctx, attempt{})
	if !errors.Is(o.err, context.Canceled) || time.Since(began) > 30*time.Second {
		t.Errorf("%v after %v", o.err, time.Since(began))
	}
	r.vendor.Interfere(nil)
	r.arrived(r.publish(t.Context(), attempt{}))
	r.requests(youtubetest.Begin, 1)
}

func TestAConnectionThatStandsStillIsTakenUpAnew(t *testing.T) {
	r := newRig(t, 2*piece)
	r.p.stalled = 300 * time.Millisecond
	r.vendor.Interfere(func(q youtubetest.Request) *youtubetest.Fault {
		// To a query, which has no body, the answer may take no longer than a byte.
		if q.Kind == youtubetest.Piece && q.N == 2 || q.Kind == youtubetest.Query && q.N == 1 {
			if q.Kind == youtubetest.Piece {
				return &youtubetest.Fault{Keep: 10, Cut: true}
			}
			return &youtubetest.Fault{Hold: make(chan struct{})}
		}
		return nil
	})
	r.arrived(r.publish(t.Context(), attempt{}))
	r.requests(youtubetest.Query, 2)
}

func TestACheckpointThatIsNotKeptStopsTheUpload(t *testing.T) {
	r := newRig(t, 2*piece)
	broken := errors.New("the host is gone")
	o := r.publish(t.Context(), attempt{refuse: broken})
	if o.err == nil || !strings.Contains(o.err.Error(), "the host is gone") {
		t.Errorf("got %v", o.err)
	}
	r.requests(youtubetest.Piece, 0)
}

func TestCallsOfOneKeyAreOneVideo(t *testing.T) {
	r := newRig(t, 8*piece)
	var wg sync.WaitGroup
	outcomes := make([]outcome, 4)
	for i := range outcomes {
		wg.Go(func() { outcomes[i] = r.publish(t.Context(), attempt{}) })
	}
	wg.Wait()
	for _, o := range outcomes {
		r.arrived(o)
	}
	r.requests(youtubetest.Begin, 1)
}

func TestCallsOfDifferentKeysAreDifferentVideos(t *testing.T) {
	r := newRig(t, 2*piece)
	ids := map[string]bool{}
	for i := range 3 {
		o := r.publish(t.Context(), attempt{key: fmt.Sprint("call ", i)})
		if o.err != nil {
			t.Fatal(o.err)
		}
		ids[o.ID] = true
	}
	if len(ids) != 3 || len(r.vendor.Videos()) != 3 {
		t.Errorf("the videos are %v", ids)
	}
}

func TestAFinishedUploadIsNotMadeAgain(t *testing.T) {
	for name, again := range map[string]func(*rig, outcome) attempt{
		"by its checkpoint": func(r *rig, o outcome) attempt {
			r.state += "-new"
			return attempt{checkpoint: o.heard.last()}
		},
		"by its note":   func(*rig, outcome) attempt { return attempt{} },
		"by the memory": func(*rig, outcome) attempt { return attempt{} },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2*piece)
			if name == "by the memory" {
				if err := os.WriteFile(r.state, nil, 0o600); err != nil { // no directory can be there
					t.Fatal(err)
				}
			}
			o := r.publish(t.Context(), attempt{})
			r.arrived(o)
			a := again(r, o)
			if name != "by the memory" {
				r.begin()
			}
			r.arrived(r.publish(t.Context(), a))
			r.requests(youtubetest.Begin, 1)
			r.requests(youtubetest.Query, 0)
		})
	}
}

func TestABadInputIsSaidBeforeAnythingIsSent(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*rig)
		kind   providers.Kind
	}{
		"no title":         {func(r *rig) { r.input.Title = " \n " }, providers.KindInvalidInput},
		"no video":         {func(r *rig) { r.input.Video.MediaType = "text/html" }, providers.KindInvalidInput},
		"a header in it":   {func(r *rig) { r.input.Video.MediaType = "video/mp4\r\nX: y" }, providers.KindInvalidInput},
		"an empty film":    {func(r *rig) { r.input.Video = fileOf(t, "x.mp4", "video/mp4", nil) }, providers.KindInvalidInput},
		"a missing film":   {func(r *rig) { r.input.Video.Path += ".gone" }, providers.KindInternal},
		"a film cut short": {func(r *rig) { r.input.Video.Size++ }, providers.KindInternal},
		"a directory":      {func(r *rig) { r.input.Video.Path = filepath.Dir(r.input.Video.Path) }, providers.KindInvalidInput},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, piece)
			row.change(r)
			r.failed(r.publish(t.Context(), attempt{}), row.kind, "")
			r.requests(youtubetest.Begin, 0)
		})
	}
}

// A film of any size takes the same memory.
func TestAFilmIsNotReadIntoMemory(t *testing.T) {
	r := newRig(t, piece)
	r.configure(map[string]any{"chunk_kib": 8 << 10})
	const size = 192 << 20
	path := filepath.Join(t.TempDir(), "large.mp4")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	r.input.Video = providers.File{Path: path, MediaType: "video/mp4", Size: size, SHA256: "of zeros"}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o := r.publish(t.Context(), attempt{})
	runtime.ReadMemStats(&after)
	if o.err != nil || r.vendor.Videos()[0].Size != size {
		t.Fatal(o.err)
	}
	// That includes what the vendor took.
	if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
		t.Errorf("an upload of %d MB allocated %d MB", size>>20, took>>20)
	}
}

func BenchmarkUpload(b *testing.B) {
	raw, _ := json.Marshal(upload{Format: uploadFormat, Film: "x", Size: 1 << 30, Session: "http://x/" + strings.Repeat("y", 200)})
	for b.Loop() { // what is done for a piece beside sending it
		if _, ok := readUpload(raw); !ok {
			b.Fatal("unreadable")
		}
	}
}
