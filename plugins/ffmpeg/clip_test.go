package ffmpeg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

var tiny = film.Encoding{Width: 180, Height: 320, FPS: 30, Quality: "draft"}

func TestClipsHaveTheFramesThatTheHeadLeaves(t *testing.T) {
	p := configured(t)
	img := picture(t, 200, 300, 2)
	for _, c := range []struct{ frames, head, tail int }{{1, 0, 0}, {2, 1, 0}, {30, 12, 12}, {90, 0, 12}} {
		for _, motion := range []string{"zoom-out", "still"} {
			got := must(t, p, film.ClipRender, film.ClipInput{Image: img, Motion: motion, Frames: c.frames, HeadFrames: c.head, TailFrames: c.tail, Encoding: tiny})
			answer := ffprobe(t, got.Video.Path, "-show_streams", "-count_frames")
			if n := fmt.Sprint(stream(t, answer, "video")["nb_read_frames"]); n != fmt.Sprint(c.frames-c.head) || got.Frames != c.frames-c.head {
				t.Errorf("%+v %s: %s frames, the answer says %d", c, motion, n, got.Frames)
			}
			if len(answer["streams"].([]any)) != 1 {
				t.Errorf("%+v: there is more than a picture", c)
			}
		}
	}
}

// The last frame before a transition, those of the transition and the first after it must be of one
// movement: compared with the slot rendered in one piece, frame by frame.
func TestTransitionsContinueTheMovement(t *testing.T) {
	p := configured(t)
	e := tiny
	e.Quality = "high"
	from := film.Side{Image: picture(t, 180, 320, 1), Motion: "pan-right", Frames: 30, TailFrames: 10}
	to := film.Side{Image: picture(t, 180, 320, 4), Motion: "zoom-in", Frames: 40, HeadFrames: 10}
	seg := must(t, p, film.TransitionRender, film.TransitionInput{Kind: "slide-left", From: from, To: to, Encoding: e})
	if seg.Frames != 10 {
		t.Fatalf("the transition has %d frames, want 10", seg.Frames)
	}
	whole := must(t, p, film.ClipRender, film.ClipInput{Image: to.Image, Motion: to.Motion, Frames: to.Frames, Encoding: e})
	// In the last frame of a slide only the left edge still shows the picture that goes.
	got, want := grey(t, seg.Video.Path, 9), grey(t, whole.Video.Path, 9)
	shift := 180 - slid(10, 11)
	diff := 0.0
	for y := range 320 {
		for x := shift; x < 180; x++ {
			d := float64(got[y*180+x]) - float64(want[y*180+x-shift])
			diff += d * d / float64(320*(180-shift))
		}
	}
	if diff > 12 {
		t.Errorf("the picture that comes differs from its clip by %.1f (mean square)", diff)
	}
}

// slid is how many columns a slide has moved after step of steps.
func slid(step, steps int) int {
	at := float64(step) / float64(steps)
	return int(at*at*(3-2*at)*180/2+0.5) * 2
}

// grey decodes one frame's luma.
func grey(t *testing.T, path string, n int) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-i", path,
		"-vf", fmt.Sprintf("select=eq(n\\,%d)", n), "-frames:v", "1", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return out[:180*320]
}

// Subtitles must be seen at their time in the slot, though the clip begins after the head.
func TestSubtitlesAreBurnedInAtTheirTime(t *testing.T) {
	p := configured(t)
	layout := must(t, p, film.SubtitleLayout, film.LayoutInput{
		Text: "Hello there", Seconds: 0.5, SpeechStart: 0.6, Language: "english", Width: 180, Height: 320,
	})
	img := picture(t, 180, 320, 3)
	in := film.ClipInput{Image: img, Motion: "still", Frames: 60, HeadFrames: 12, Encoding: tiny}
	bare := must(t, p, film.ClipRender, in)
	in.Subtitles = &layout.ASS
	burned := must(t, p, film.ClipRender, in)
	for _, c := range []struct {
		slot int // frame of the slot
		seen bool
	}{{12, false}, {17, false}, {19, true}, {30, true}, {40, true}, {43, false}, {59, false}} {
		a, b := grey(t, bare.Video.Path, c.slot-12), grey(t, burned.Video.Path, c.slot-12)
		changed := 0
		for i := range a {
			if d := int(a[i]) - int(b[i]); d > 40 || d < -40 {
				changed++
			}
		}
		if seen := changed > 200; seen != c.seen {
			t.Errorf("frame %d of the slot: %d pixels changed, subtitles seen %v, want %v", c.slot, changed, seen, c.seen)
		}
	}
}

func TestHostileTextIsOnlyText(t *testing.T) {
	p := configured(t)
	texts := []string{
		`{\an8}{\p1}m 0 0 l 999 999{\p0} top`, `'movie=/etc/passwd',drawtext=textfile=/etc/passwd:x=0`, "line\nDialogue: 0,0:00:00.00,9:00:00.00,,,0,0,0,,injected",
		"שלום עולם مرحبا", "🙂👩‍👩‍👧 ☃", `C:\Windows\N\h`, "%{pts} $(id) `id` ;[in]null", "\u202eevil\u202c", strings.Repeat("x", 300), "",
	}
	for i, text := range texts {
		layout, _, err := do(t, t.Context(), p, film.SubtitleLayout, film.LayoutInput{Text: text, Seconds: 1, Language: "english", Width: 180, Height: 320})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		clip := must(t, p, film.ClipRender, film.ClipInput{
			Image: picture(t, 60, 90, 1), Motion: "still", Frames: 10, Subtitles: &layout.ASS, Watermark: text, Encoding: tiny,
		})
		made := must(t, p, film.Assemble, film.AssembleInput{
			Segments: []providers.File{clip.Video}, Frames: 10, FPS: 30, Language: text, Title: text, Description: text,
			Subtitles: []film.Track{{Language: text, Scenes: []film.SceneCues{{Cues: layout.Cues}}}},
		})
		answer := ffprobe(t, made.Video.Path, "-show_format", "-show_streams", "-count_frames")
		if n := fmt.Sprint(stream(t, answer, "video")["nb_read_frames"]); n != "10" {
			t.Errorf("text %d: the film has %s frames", i, n)
		}
		if name := made.Subtitles[0].SRT.Name; strings.ContainsAny(name, "/\\\n") {
			t.Errorf("text %d: the file is named %q", i, name)
		}
	}
}

func TestTheWarningNamesWhatNoFontHas(t *testing.T) {
	_, result, err := do(t, t.Context(), configured(t), film.SubtitleLayout, film.LayoutInput{Text: "a ☃", Seconds: 1, Language: "english", Width: 180, Height: 320})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "☃ (U+2603)") {
		t.Errorf("the warnings are %q", result.Warnings)
	}
}

func TestClipRefuses(t *testing.T) {
	p := configured(t)
	img := picture(t, 60, 90, 1)
	broken := filepath.Join(t.TempDir(), "broken.png")
	if err := os.WriteFile(broken, []byte("\x89PNG\r\n\x1a\n and no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		in   film.ClipInput
		want string
	}{
		{"no frames", film.ClipInput{Image: img, Motion: "still", Encoding: tiny}, "cannot have 0 frames"},
		{"all head", film.ClipInput{Image: img, Motion: "still", Frames: 5, HeadFrames: 5, Encoding: tiny}, "no frame left"},
		{"odd width", film.ClipInput{Image: img, Motion: "still", Frames: 5, Encoding: film.Encoding{Width: 181}}, "must be even"},
		{"unknown quality", film.ClipInput{Image: img, Motion: "still", Frames: 5, Encoding: film.Encoding{Quality: "best"}}, `"best" is not one of`},
		{"too long", film.ClipInput{Image: img, Motion: "still", Frames: maxFrames + 1, Encoding: tiny}, "too long"},
		{"broken picture", film.ClipInput{Image: providers.File{Path: broken}, Motion: "still", Frames: 5, Encoding: tiny}, "no PNG, JPEG or WebP"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := do(t, t.Context(), p, film.ClipRender, c.in)
			if err == nil || providers.AsError(err).Kind != providers.KindInvalidInput || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
	side := film.Side{Image: img, Motion: "still", Frames: 20, TailFrames: 5}
	_, _, err := do(t, t.Context(), p, film.TransitionRender, film.TransitionInput{Kind: "crossfade", From: side, To: film.Side{Image: img, Motion: "still", Frames: 20, HeadFrames: 6}, Encoding: tiny})
	if err == nil || !strings.Contains(err.Error(), "same overlap") {
		t.Errorf("got %v for a tail and a head of different length", err)
	}
}

// A reporter keeps the progress and tells when there is any.
type reporter struct {
	mu    sync.Mutex
	done  []float64
	first chan struct{}
	once  sync.Once
}

func (r *reporter) Progress(done float64, _ string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done = append(r.done, done)
	r.once.Do(func() { close(r.first) })
}
func (r *reporter) Log(slog.Level, string, ...any)           {}
func (r *reporter) Checkpoint(context.Context, []byte) error { return nil }

func TestProgressIsFramesDone(t *testing.T) {
	p := configured(t)
	raw, err := json.Marshal(film.ClipInput{Image: picture(t, 60, 90, 1), Motion: "zoom-in", Frames: 90, Encoding: tiny})
	if err != nil {
		t.Fatal(err)
	}
	r := &reporter{first: make(chan struct{})}
	if _, err := p.Execute(t.Context(), &providers.Call{Capability: film.ClipRender.Name, Input: raw, WorkDir: t.TempDir(), Report: r}); err != nil {
		t.Fatal(err)
	}
	if len(r.done) != 6 || r.done[5] != 1 {
		t.Errorf("the progress was %v", r.done)
	}
}

func TestCancellingEndsFFmpeg(t *testing.T) {
	p := configured(t)
	raw, err := json.Marshal(film.ClipInput{Image: picture(t, 540, 960, 1), Motion: "zoom-in", Frames: 20000, Encoding: film.Encoding{Quality: "high"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := &reporter{first: make(chan struct{})}
	var cancelled time.Time
	go func() {
		<-r.first
		cancelled = time.Now()
		cancel()
	}()
	dir := t.TempDir()
	_, err = p.Execute(ctx, &providers.Call{Capability: film.ClipRender.Name, Input: raw, WorkDir: dir, Report: r})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if d := time.Since(cancelled); d > 10*time.Second {
		t.Errorf("it took %v", d)
	}
	if pids := workingIn(t, dir); len(pids) > 0 {
		t.Errorf("processes %v go on", pids)
	}
}

// workingIn lists the processes whose working directory this is, where /proc tells.
func workingIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	var pids []string
	for _, link := range links {
		if at, err := os.Readlink(link); err == nil && at == dir {
			pids = append(pids, strings.Split(link, "/")[2])
		}
	}
	return pids
}
