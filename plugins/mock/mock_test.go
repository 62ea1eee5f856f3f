package mock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// configured makes a mock with a configuration.
func configured(t testing.TB, conf string) providers.Provider {
	t.Helper()
	p := New()
	done, err := p.Configure(t.Context(), json.RawMessage(conf))
	if err != nil || !done.Ready || len(done.Diagnostics) > 0 {
		t.Fatalf("%s: %+v, %v", conf, done, err)
	}
	t.Cleanup(func() {
		if err := p.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return p
}

// call makes one call and decodes its result.
func call[In, Out any](t testing.TB, p providers.Provider, c providers.Capability[In, Out], in In) (Out, error) {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Out
	res, err := p.Execute(t.Context(), &providers.Call{Capability: c.Name, Address: "a", Attempt: 1, IdempotencyKey: "k", Input: raw, WorkDir: t.TempDir()})
	if err == nil {
		err = json.Unmarshal(res.Output, &out)
	}
	return out, err
}

func must[In, Out any](t testing.TB, p providers.Provider, c providers.Capability[In, Out], in In) Out {
	t.Helper()
	out, err := call(t, p, c, in)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	return out
}

// probe asks ffprobe for one entry of a file's first stream of a kind.
func probe(t *testing.T, path, stream, entry string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "stream="+entry, "-of", "csv=p=0", path).CombinedOutput()
	if err != nil {
		t.Fatalf("ffprobe %s: %v\n%s", path, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestFilesAreSmallButReal(t *testing.T) {
	p := configured(t, `{}`)
	img := must(t, p, film.ImageGenerate, film.ImageInput{Prompt: "a cat", Width: 121, Height: 97})
	f, err := os.Open(img.Image.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if conf, kind, err := image.DecodeConfig(f); err != nil || kind != "png" || conf.Width != 121 || conf.Height != 97 {
		t.Errorf("the picture is %s %+v, %v", kind, conf, err)
	}
	music := must(t, p, film.MusicCompose, film.MusicInput{Genre: "calm", Seconds: 2.5})
	if got := probe(t, music.Audio.Path, "a:0", "duration"); got != "2.500000" {
		t.Errorf("the music lasts %s s", got)
	}
	speech := must(t, p, film.SpeechSynthesize, film.SpeechInput{Text: "One two, three.", Language: "english", Voice: "alloy", Pace: 1})
	if got := probe(t, speech.Audio.Path, "a:0", "codec_name"); got != "pcm_u8" || len(speech.Words) != 3 {
		t.Errorf("the speech is %s with the words %+v", got, speech.Words)
	}
	last := 0.0
	for _, w := range speech.Words {
		if w.Start < last || w.End <= w.Start || w.End > speech.Seconds {
			t.Errorf("words out of order: %+v in %g s", speech.Words, speech.Seconds)
		}
		last = w.End
	}
	clip := must(t, p, film.ClipRender, film.ClipInput{Image: img.Image, Motion: "zoom-in", Frames: 45, Encoding: film.Encoding{FPS: 30, Width: 1080, Height: 1920}})
	if clip.Frames != 45 || probe(t, clip.Video.Path, "v:0", "codec_name,duration") != "h264,1.500000" {
		t.Errorf("the clip has %d frames and is %s", clip.Frames, probe(t, clip.Video.Path, "v:0", "codec_name,duration"))
	}
}

func TestStoriesHaveScenesInOrder(t *testing.T) {
	p := configured(t, `{}`)
	for length, want := range map[string]int{"short": 6, "long": 12} {
		story := must(t, p, film.StoryWrite, film.StoryInput{Topic: "mystery", Language: "english", Length: length})
		if len(story.Scenes) != want {
			t.Errorf("%s: %d scenes", length, len(story.Scenes))
		}
		for i, s := range story.Scenes {
			if s.ID != fmt.Sprintf("scene-%02d", i+1) || s.Narration == "" || s.ImagePrompt == "" {
				t.Errorf("%s: scene %d is %+v", length, i, s)
			}
		}
	}
	own := must(t, p, film.StoryWrite, film.StoryInput{Topic: "custom topic", CustomStory: "One. [mock:reject@image.generate] Two.", Language: "english", Length: "short"})
	var narrated []string
	for _, s := range own.Scenes {
		narrated = append(narrated, s.Narration)
	}
	if got := strings.Join(narrated, " "); got != "One. [mock:reject@image.generate] Two." {
		t.Errorf("the user's words became %q", got)
	}
	if strings.Contains(own.Title+own.Description, "[mock") {
		t.Errorf("title %q, description %q", own.Title, own.Description)
	}
}

func TestTheSameInputGivesTheSameFileAndAnotherAnother(t *testing.T) {
	p := configured(t, `{}`)
	content := func(seed int64) []byte {
		b, err := os.ReadFile(must(t, p, film.MusicCompose, film.MusicInput{Genre: "calm", Seconds: 1, Seed: seed}).Audio.Path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if !bytes.Equal(content(1), content(1)) || bytes.Equal(content(1), content(2)) {
		t.Error("the file does not follow from the input")
	}
}

func TestMagicWordsFailAsDocumented(t *testing.T) {
	p := configured(t, `{"retry_after": "7s"}`)
	for text, want := range map[string]providers.Kind{
		"[mock:fail]": providers.KindInternal, "[mock:invalid]": providers.KindInvalidInput, "[mock:reject]": providers.KindRejected,
		"[mock:unauthorized]": providers.KindUnauthorized, "[mock:rate]": providers.KindRateLimited, "[mock:flaky]": providers.KindUnavailable,
		"[mock:nonsense]": providers.KindInvalidInput, "[mock:fail:0]": providers.KindInvalidInput, "[mock:fail:x]": providers.KindInvalidInput,
		"[mock:fail@mock.echo]": providers.KindInternal, "[mock:rate] [mock:fail]": providers.KindRateLimited,
	} {
		_, err := call(t, p, Echo, EchoInput{Text: "before " + text + " after"})
		e := providers.AsError(err)
		if e == nil || e.Kind != want {
			t.Errorf("%s: %v", text, err)
		} else if want == providers.KindRateLimited && e.RetryAfter != 7*time.Second {
			t.Errorf("%s: wait %v", text, e.RetryAfter)
		}
	}
	for _, text := range []string{"plain", "[mock:fail@image.generate]", "mock:fail", "[mock:"} {
		if out, err := call(t, p, Echo, EchoInput{Text: text}); err != nil || out.Text != text {
			t.Errorf("%s: %+v, %v", text, out, err)
		}
	}
}

func TestAMagicWordIsLimitedToTheFirstAttempts(t *testing.T) {
	p := configured(t, `{}`)
	for text, failing := range map[string]int{"[mock:flaky]": 1, "[mock:flaky:3]": 3, "[mock:reject:2]": 2} {
		for attempt := 1; attempt <= 5; attempt++ {
			raw, _ := json.Marshal(EchoInput{Text: text})
			_, err := p.Execute(t.Context(), &providers.Call{Capability: "mock.echo", Attempt: attempt, Input: raw, WorkDir: t.TempDir()})
			if (err != nil) != (attempt <= failing) {
				t.Errorf("%s, attempt %d: %v", text, attempt, err)
			}
		}
	}
}

func TestADelayedOrHangingCallEndsWhenItIsCancelled(t *testing.T) {
	for conf, text := range map[string]string{`{"delay": "1h"}`: "patience", `{}`: "[mock:hang]"} {
		synctest.Test(t, func(t *testing.T) {
			p := configured(t, conf)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() {
				raw, _ := json.Marshal(EchoInput{Text: text})
				_, err := p.Execute(ctx, &providers.Call{Capability: "mock.echo", Attempt: 1, Input: raw})
				done <- err
			}()
			synctest.Wait()
			select {
			case err := <-done:
				t.Fatalf("%s: it returned by itself: %v", text, err)
			default:
			}
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", text, err)
			}
		})
	}
}

func TestEveryCallIsLoggedWhenItStartsAndWhenItHasEnded(t *testing.T) {
	log := filepath.Join(t.TempDir(), "calls.log")
	conf, _ := json.Marshal(map[string]string{"log_file": log})
	p := configured(t, string(conf))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			text := "fine"
			if i%2 == 1 {
				text = "[mock:fail]"
			}
			raw, _ := json.Marshal(EchoInput{Text: text})
			_, _ = p.Execute(t.Context(), &providers.Call{Capability: "mock.echo", Address: fmt.Sprintf("s[%d]", i), Attempt: 2, IdempotencyKey: "key", Input: raw})
		})
	}
	wg.Wait()
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		end := "done"
		if i%2 == 1 {
			end = "failed"
		}
		for _, what := range []string{"started", end} {
			if line := fmt.Sprintf("mock.echo\ts[%d]\t2\tkey\t%s\n", i, what); strings.Count(string(data), line) != 1 {
				t.Errorf("%q is not in the log once", line)
			}
		}
	}
	if n := strings.Count(string(data), "\n"); n != 40 {
		t.Errorf("%d lines", n)
	}
}

func TestWrongConfigurationIsSaidAtItsAttribute(t *testing.T) {
	for conf, attribute := range map[string]string{
		`{"delay": "soon"}`:                   "delay",
		`{"delay": "-1s"}`:                    "delay",
		`{"retry_after": "1"}`:                "retry_after",
		`{"log_file": "/nowhere/at/all.log"}`: "log_file",
	} {
		done, err := New().Configure(t.Context(), json.RawMessage(conf))
		if err != nil || len(done.Diagnostics) != 1 || done.Diagnostics[0].Attribute != attribute {
			t.Errorf("%s: %+v, %v", conf, done, err)
		}
	}
}

func TestAFileStaysInItsDirectory(t *testing.T) {
	p := configured(t, `{}`)
	for _, name := range []string{"../x", "a/b", "..", ".", "/etc/passwd"} {
		if _, err := call(t, p, File, FileInput{Text: "x", Name: name}); providers.AsError(err) == nil || providers.AsError(err).Kind != providers.KindInvalidInput {
			t.Errorf("%s: %v", name, err)
		}
	}
	out := must(t, p, File, FileInput{Text: "hello", Name: "a.txt"})
	if b, err := os.ReadFile(out.File.Path); err != nil || string(b) != "hello" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestListsHaveTheirLength(t *testing.T) {
	p := configured(t, `{}`)
	for _, n := range []int{0, 1, 250} {
		if out := must(t, p, List, ListInput{Count: n}); len(out.Items) != n {
			t.Errorf("%d items, want %d", len(out.Items), n)
		}
	}
	if _, err := call(t, p, List, ListInput{Count: -1}); err == nil {
		t.Error("a list of -1 items")
	}
}

func FuzzMagicWords(f *testing.F) {
	f.Add("[mock:flaky:2@speech.synthesize] and [mock:fail]")
	f.Add("[mock:]")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := words(text)
		if err != nil && providers.AsError(err).Kind != providers.KindInvalidInput {
			t.Errorf("%q: %v", text, err)
		}
		for _, w := range found {
			if effects[w.name] == nil || w.attempts < 0 {
				t.Errorf("%q: %+v", text, w)
			}
		}
		if strings.Contains(withoutWords(text), "[mock:fail]") {
			t.Errorf("%q keeps a word", text)
		}
	})
}
