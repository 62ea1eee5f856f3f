package ffmpeg

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDescribe(t *testing.T) {
	d, err := New().Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"film.timeline", "subtitle.layout", "clip.render", "transition.render", "film.assemble"} {
		if c, ok := d.Capability(name); !ok || !c.Deterministic {
			t.Errorf("%s: served %v, deterministic %v", name, ok, c.Deterministic)
		}
	}
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		if a, ok := d.Config.Attribute(name); !ok || a.Required {
			t.Errorf("the attribute %s is missing or required", name)
		}
	}
}

func TestConfigureNamesTheVersion(t *testing.T) {
	answer, err := New().Configure(t.Context(), nil)
	if err != nil || !answer.Ready {
		t.Fatalf("not ready: %s, %v", answer.Problem, err)
	}
	if !strings.HasPrefix(answer.CacheVersion, "ffmpeg version ") || !strings.HasSuffix(answer.CacheVersion, ", settings "+settings) {
		t.Errorf("the cache version is %q", answer.CacheVersion)
	}
}

// program writes a script that answers like ffmpeg.
func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNotReadySaysWhyAndHowToMendIt(t *testing.T) {
	for _, c := range []struct{ name, ffmpeg, want string }{
		{"missing", "/nowhere/ffmpeg", "The program /nowhere/ffmpeg was not found."},
		{"without x264", program(t, `case "$*" in *-encoders*) echo ' A....D aac AAC';; esac`), "was built without the encoder libx264."},
		{"without libass", program(t, `case "$*" in *-encoders*) echo ' V....D libx264 x'; echo ' A....D aac AAC';; *) echo ' .. ebur128 A->A';; esac`), "was built without libass (the filter ass)."},
		{"old", program(t, `case "$*" in *-encoders*) echo ' V....D libx264 x'; echo ' A....D aac AAC';; *-filters*) for f in ass ebur128 sidechaincompress alimiter; do echo " .. $f A->A"; done;; *) echo 'ffmpeg version 4.4.2-0ubuntu0 Copyright (c) 2000';; esac`), "too old (ffmpeg version 4.4.2-0ubuntu0)"},
		{"broken", program(t, "echo cannot load libavcodec >&2; exit 127"), "cannot load libavcodec"},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw, err := json.Marshal(Config{FFmpeg: c.ffmpeg})
			if err != nil {
				t.Fatal(err)
			}
			answer, err := New().Configure(t.Context(), raw)
			if err != nil {
				t.Fatal(err)
			}
			if answer.Ready || !strings.Contains(answer.Problem, c.want) || !strings.Contains(answer.Hint, "apt-get install ffmpeg") {
				t.Errorf("ready %v, problem %q, hint %q", answer.Ready, answer.Problem, answer.Hint)
			}
		})
	}
}

// Each question is a process, and a server starts no sooner than all are answered. In ffmpeg's place is a program
// that answers when it is asked two things at the same time, and names its version besides.
func TestConfigureAsksTwoThingsAtTheSameTime(t *testing.T) {
	met := t.TempDir()
	raw, err := json.Marshal(Config{FFmpeg: program(t, `touch "`+met+`/$$"
for i in $(seq 500); do
  [ $(ls "`+met+`" | wc -l) -lt 2 ] || break
  sleep 0.01
done
[ $(ls "`+met+`" | wc -l) -eq 2 ] || { echo "it is asked one thing at a time" >&2; exit 1; }
echo 'ffmpeg version 7.1 Copyright (c) 2000-2024 the FFmpeg developers' >&2
echo '  built with love' >&2
echo ' V....D libx264 x'; echo ' A....D aac AAC'
for f in ass ebur128 sidechaincompress alimiter; do echo " .. $f A->A"; done`)})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := New().Configure(t.Context(), raw)
	if err != nil || !answer.Ready || answer.CacheVersion != "ffmpeg version 7.1, settings "+settings {
		t.Errorf("ready %v (%s), version %q, %v", answer.Ready, answer.Problem, answer.CacheVersion, err)
	}
	if asked, err := os.ReadDir(met); err != nil || len(asked) != 2 {
		t.Errorf("it was asked %d times, %v", len(asked), err)
	}
}

// The version is part of what results are kept under: it must not depend on how it was found out.
func TestTheBannerNamesTheVersionAsTheAnswerDoes(t *testing.T) {
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	c := &compositor{ffmpeg: path}
	out, err := c.ask(t.Context(), "-encoders")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := c.version(t.Context(), string(out.Stderr))
	if err != nil {
		t.Fatal(err)
	}
	asked, err := c.version(t.Context(), "")
	if err != nil || shown != asked || !strings.HasPrefix(string(out.Stderr), shown+" ") {
		t.Errorf("the banner says %q, and when it is asked %q, %v", shown, asked, err)
	}
}

func TestConfigureEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	begun := filepath.Join(t.TempDir(), "begun")
	raw, err := json.Marshal(Config{FFmpeg: program(t, `mkfifo "`+begun+`" 2>/dev/null || exec sleep 60; echo >"`+begun+`"; exec sleep 60`)})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer cancel()
		for {
			if _, err := os.ReadFile(begun); err == nil {
				return
			}
		}
	}()
	if _, err := New().Configure(ctx, raw); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkConfigure(b *testing.B) {
	for b.Loop() {
		if answer, err := New().Configure(b.Context(), nil); err != nil || !answer.Ready {
			b.Fatal(answer.Problem, err)
		}
	}
}

func TestVersions(t *testing.T) {
	for line, want := range map[string]bool{
		"ffmpeg version 5.1.9-0+deb12u1": false, "ffmpeg version 7.0": false, "ffmpeg version 10.2.1": false, "ffmpeg version N-118123-g4c96d6bf75": false,
		"ffmpeg version 5.0.3": true, "ffmpeg version 4.4.2-0ubuntu0": true,
	} {
		if tooOld(line) != want {
			t.Errorf("%s: too old %v, want %v", line, !want, want)
		}
	}
}

func TestAFailureOfFFmpegCarriesItsWords(t *testing.T) {
	c := &compositor{ffmpeg: program(t, "cat >/dev/null; echo 'x264 [error]: out of memory' >&2; exit 1")}
	call := &providers.Call{WorkDir: t.TempDir()}
	_, err := c.renderClip(t.Context(), call, film.ClipInput{Image: picture(t, 60, 90, 1), Motion: "still", Frames: 3, Encoding: tiny})
	known := providers.AsError(err)
	if known == nil || known.Kind != providers.KindInternal || !strings.Contains(known.Message, "out of memory") {
		t.Errorf("got %v", err)
	}
}

func TestFewerFramesThanPromisedAreAnError(t *testing.T) {
	// In ffmpeg's place is a program that leaves a segment of four frames.
	clip := must(t, configured(t), film.ClipRender, film.ClipInput{Image: picture(t, 60, 90, 1), Motion: "still", Frames: 4, Encoding: tiny})
	c := &compositor{ffmpeg: program(t, "cat >/dev/null; cp '"+clip.Video.Path+"' segment.mp4")}
	_, err := c.renderClip(t.Context(), &providers.Call{WorkDir: t.TempDir()}, film.ClipInput{Image: picture(t, 60, 90, 1), Motion: "still", Frames: 5, Encoding: tiny})
	if err == nil || !strings.Contains(err.Error(), "ffmpeg made 4 frames instead of 5") {
		t.Errorf("got %v", err)
	}
}

func TestUnconfiguredCallsSaySo(t *testing.T) {
	_, _, err := do(t, t.Context(), New(), film.ClipRender, film.ClipInput{Image: picture(t, 60, 90, 1), Motion: "still", Frames: 3, Encoding: tiny})
	if err == nil || providers.AsError(err).Kind != providers.KindUnavailable {
		t.Errorf("got %v", err)
	}
}
