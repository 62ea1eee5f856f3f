package localtts

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// withPiper configures a provider.
func withPiper(t testing.TB, conf Config) providers.Provider {
	t.Helper()
	ready(t)
	raw, err := json.Marshal(conf)
	if err != nil {
		t.Fatal(err)
	}
	p := New()
	done, err := p.Configure(t.Context(), raw)
	if err != nil || !done.Ready || done.Deterministic[film.SpeechSynthesize.Name] || len(done.Deterministic) != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	return p
}

// sayWith speaks and checks what the package promises of any speech.
func sayWith(t testing.TB, p providers.Provider, in film.SpeechInput) (spokenFilm, error) {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Execute(t.Context(), &providers.Call{Capability: film.SpeechSynthesize.Name, Input: raw, WorkDir: t.TempDir()})
	if err != nil {
		return spokenFilm{}, err
	}
	var s spokenFilm
	if err := json.Unmarshal(res.Output, &s.Speech); err != nil {
		t.Fatal(err)
	}
	s.samples, s.rate = readWAV(t, s.Audio.Path)
	checkSound(t, s)
	checkWords(t, s, in.Text, in.Language)
	return s, nil
}

func TestPiperSpeaksTheLanguagesThatItHasVoicesFor(t *testing.T) {
	t.Setenv("LOCALTTS_KEY", "secret")
	p := withPiper(t, Config{Piper: fakePiper(t, "speak"), Voices: map[string]string{
		"german": fakeVoice(t, "german", oneSpeaker), "japanese": fakeVoice(t, "japanese", oneSpeaker),
		"english": fakeVoice(t, "english", `{"audio": {"sample_rate": 22050}, "num_speakers": 9}`) + "#3",
	}})
	for _, lang := range fewer([]string{"german", "japanese", "english"}) {
		s, err := sayWith(t, p, film.SpeechInput{Text: samples[lang] + "\n\n!", Language: lang, Voice: "alloy", Pace: 1})
		if err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		checkEvidence(t, s, lang)
		if s.rate != 22050 {
			t.Errorf("%s: %d Hz", lang, s.rate)
		}
	}
	// What it has no voice for is spoken as before.
	if s, err := sayWith(t, p, film.SpeechInput{Text: samples["french"], Language: "french", Voice: "alloy", Pace: 1}); err != nil || !slices.Equal(s.samples, mustSay(t, samples["french"], "french", "alloy", 1).samples) {
		t.Errorf("french: %v", err)
	}
}

func TestOnePiperVoiceMakesSixThatLastAsLong(t *testing.T) {
	voice := fakeVoice(t, "german", oneSpeaker)
	p := withPiper(t, Config{Piper: fakePiper(t, "speak"), Voices: map[string]string{"german": voice}})
	text := "Der alte Leuchtturmwärter stieg jeden Abend die Treppe hinauf."
	seen := map[string]float64{}
	for _, name := range voiceNames {
		s, err := sayWith(t, p, film.SpeechInput{Text: text, Language: "german", Voice: name, Pace: 1})
		if err != nil {
			t.Fatal(err)
		}
		hertz := pitch(s.samples, s.rate)
		for other, h := range seen {
			if semitones := 12 * math.Abs(math.Log2(hertz/h)); semitones < 0.6 {
				t.Errorf("%s and %s differ by %.1f semitones", name, other, semitones)
			}
		}
		seen[name] = hertz
		t.Logf("%s: %.0f Hz, %.2f s", name, hertz, s.Seconds)
	}
	slow, err := sayWith(t, p, film.SpeechInput{Text: text, Language: "german", Voice: "onyx", Pace: 0.7})
	if err != nil {
		t.Fatal(err)
	}
	fast, err := sayWith(t, p, film.SpeechInput{Text: text, Language: "german", Voice: "onyx", Pace: 1.4})
	if ratio := slow.Seconds / fast.Seconds; err != nil || ratio < 1.7 || ratio > 2.3 {
		t.Errorf("at half the pace it takes %.2f times as long, %v", ratio, err)
	}
	// A file of a voice's own is not coloured.
	p = withPiper(t, Config{Piper: fakePiper(t, "speak"), Voices: map[string]string{"german/onyx": voice}})
	s, err := sayWith(t, p, film.SpeechInput{Text: text, Language: "german", Voice: "onyx", Pace: 1})
	if err != nil || s.rate != 22050 {
		t.Errorf("onyx of its own has %d Hz, %v", s.rate, err)
	}
}

func TestAFailingPiperSaysWhy(t *testing.T) {
	for mode, row := range map[string]struct {
		kind providers.Kind
		want []string
	}{
		"fail":  {providers.KindInternal, []string{"exit status 7", "line 19", "line 15"}},
		"mute":  {providers.KindInternal, []string{"no sound"}},
		"odd":   {providers.KindInternal, []string{"3 bytes"}},
		"flood": {providers.KindInternal, []string{"more than"}},
	} {
		// Few samples a second keep the bound of the flood low.
		p := withPiper(t, Config{Piper: fakePiper(t, mode), Voices: map[string]string{"german": fakeVoice(t, "german", `{"audio": {"sample_rate": 8000}}`)}})
		_, err := sayWith(t, p, film.SpeechInput{Text: "Hallo", Language: "german", Voice: "alloy", Pace: 1})
		e := providers.AsError(err)
		if e == nil || e.Kind != row.kind {
			t.Errorf("%s: %v", mode, err)
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(e.Message, want) {
				t.Errorf("%s: %q does not say %q", mode, e.Message, want)
			}
		}
		if strings.Contains(e.Message, "line 14") || strings.ContainsAny(e.Message, "\x1b\n") {
			t.Errorf("%s: %q", mode, e.Message)
		}
	}
}

// hanging makes a program that tells its number and goes on for ever. The channel gives the number.
func hanging(t *testing.T) (path string, started <-chan int) {
	t.Helper()
	pipe, path := filepath.Join(t.TempDir(), "pid"), filepath.Join(t.TempDir(), "piper")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\nprintf %s $$ > '"+pipe+"'\nexec sleep 3600\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	pids := make(chan int, 1)
	go func() {
		raw, _ := os.ReadFile(pipe) // which ends when the program has opened, written and closed it
		pid, _ := strconv.Atoi(string(raw))
		pids <- pid
	}()
	return path, pids
}

// ends waits until a process is gone.
func ends(t *testing.T, pid int) {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return
	}
	if err != nil || pid == 0 {
		t.Fatalf("process %d: %v", pid, err)
	}
	defer unix.Close(fd)
	const patience = 30_000 // milliseconds
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, patience); n != 1 {
		t.Errorf("process %d goes on, %v", pid, err)
	}
}

func TestACancelledPiperIsGone(t *testing.T) {
	path, started := hanging(t)
	p := withPiper(t, Config{Piper: path, Voices: map[string]string{"german": fakeVoice(t, "german", oneSpeaker)}})
	ctx, cancel := context.WithCancel(t.Context())
	raw, _ := json.Marshal(film.SpeechInput{Text: "Hallo", Language: "german", Voice: "alloy", Pace: 1})
	done := make(chan error, 1)
	go func() {
		_, err := p.Execute(ctx, &providers.Call{Capability: film.SpeechSynthesize.Name, Input: raw, WorkDir: t.TempDir()})
		done <- err
	}()
	pid := <-started
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	ends(t, pid)
}

func TestAPiperThatTakesTooLongIsEnded(t *testing.T) {
	path, started := hanging(t)
	_, err := runProgram(t.Context(), program{path: path, dir: t.TempDir(), limit: 2 * time.Second, most: 10})
	if e := providers.AsError(err); e == nil || e.Kind != providers.KindTimeout {
		t.Errorf("got %v", err)
	}
	ends(t, <-started)
}

// orphan is set in a process of this test's own that starts a program and is killed.
const orphan = "LOCALTTS_TEST_ORPHAN"

func TestPiperDiesWithItsPlugin(t *testing.T) {
	path, started := hanging(t)
	plugin := exec.CommandContext(t.Context(), os.Args[0])
	plugin.Env = append(os.Environ(), orphan+"="+path)
	if err := plugin.Start(); err != nil {
		t.Fatal(err)
	}
	pid := <-started
	if err := plugin.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = plugin.Wait()
	ends(t, pid)
}

func TestAWrongConfigurationOfPiperIsSaidAtItsAttribute(t *testing.T) {
	voice, program := fakeVoice(t, "german", oneSpeaker), fakePiper(t, "speak")
	some := map[string]string{"german": voice}
	for name, row := range map[string]struct {
		conf            Config
		attribute, want string
	}{
		"no piper":        {Config{Voices: some}, "voices", "neither"},
		"both":            {Config{Piper: program, PiperURL: "http://x", Voices: some}, "piper_url", "not both"},
		"missing":         {Config{Piper: "/nowhere/piper", Voices: some}, "piper", "cannot be run"},
		"no program":      {Config{Piper: voice, Voices: some}, "piper", "cannot be run"},
		"no voices":       {Config{Piper: program}, "voices", "at least one"},
		"language":        {Config{Piper: program, Voices: map[string]string{"germn": voice}}, "voices", `did you mean "german"`},
		"voice":           {Config{Piper: program, Voices: map[string]string{"german/alloi": voice}}, "voices", `did you mean "alloy"`},
		"no file":         {Config{Piper: program, Voices: map[string]string{"german": "/nowhere.onnx"}}, "voices", "no file /nowhere.onnx"},
		"no description":  {Config{Piper: program, Voices: map[string]string{"german": program}}, "voices", "description"},
		"no rate":         {Config{Piper: program, Voices: map[string]string{"german": fakeVoice(t, "german", `{}`)}}, "voices", "sample rate"},
		"no JSON":         {Config{Piper: program, Voices: map[string]string{"german": fakeVoice(t, "german", `onnx`)}}, "voices", "no JSON"},
		"speaker":         {Config{Piper: program, Voices: map[string]string{"german": voice + "#1"}}, "voices", "no speaker 1"},
		"speaker's name":  {Config{Piper: program, Voices: map[string]string{"german": voice + "#anna"}}, "voices", `"anna"`},
		"address":         {Config{PiperURL: "127.0.0.1:5000", Voices: some}, "piper_url", "no address"},
		"address's query": {Config{PiperURL: "http://127.0.0.1:5000/?a=b", Voices: some}, "piper_url", "no address"},
	} {
		raw, _ := json.Marshal(row.conf)
		done, err := New().Configure(t.Context(), raw)
		if err != nil || done.Ready || len(done.Diagnostics) != 1 || done.Diagnostics[0].Attribute != row.attribute || !strings.Contains(done.Diagnostics[0].Summary, row.want) || done.Hint == "" {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
	}
}

// piperServer plays the server, at the path of its newer or older versions.
func piperServer(t *testing.T, path string, answer func(w http.ResponseWriter, lang, text string, scale float64, speaker string)) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if r.URL.Path != path {
			http.NotFound(w, r)
			return
		}
		req, bad := strictRequest(raw)
		if err != nil || bad != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %s: %v, %v", r.Method, r.URL, raw, err, bad)
			http.Error(w, "no", http.StatusBadRequest)
			return
		}
		lang, speaker := "german", ""
		if req.Voice != nil {
			lang = *req.Voice
		}
		if req.Speaker != nil {
			speaker = strconv.Itoa(*req.Speaker)
		}
		answer(w, lang, req.Text, req.Scale, speaker)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestPiperServerSpeaksSentenceBySentence(t *testing.T) {
	for _, path := range paths {
		requests := 0
		s := piperServer(t, path, func(w http.ResponseWriter, lang, text string, scale float64, speaker string) {
			requests++
			samples, rate, err := fakeSpeech(text, lang, scale, speaker)
			if err != nil {
				t.Error(err)
			}
			_, _ = w.Write(wavBytes(samples, rate))
		})
		p := withPiper(t, Config{PiperURL: s.URL + "/", Voices: map[string]string{"german": "", "french": "french", "spanish/nova": "spanish#2"}})
		for lang, voice := range map[string]string{"german": "alloy", "french": "echo", "spanish": "nova"} {
			got, err := sayWith(t, p, film.SpeechInput{Text: samples[lang] + " …", Language: lang, Voice: voice, Pace: 1.2})
			if err != nil {
				t.Fatalf("%s: %v", lang, err)
			}
			checkEvidence(t, got, lang)
		}
		if requests != 7 { // one for each sentence with a word
			t.Errorf("%d requests", requests)
		}
	}
}

func TestAFailingPiperServerSaysWhy(t *testing.T) {
	for name, row := range map[string]struct {
		answer func(w http.ResponseWriter)
		kind   providers.Kind
		want   string
	}{
		"busy":    {func(w http.ResponseWriter) { http.Error(w, "model is loading", http.StatusServiceUnavailable) }, providers.KindUnavailable, "503: model is loading"},
		"refusal": {func(w http.ResponseWriter) { http.Error(w, "No text provided", 400) }, providers.KindInternal, "400: No text provided"},
		"page":    {func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>hello</html>")) }, providers.KindInternal, "only WAV and MP3"},
		"moved":   {func(w http.ResponseWriter) { w.Header().Set("Location", "http://example.invalid"); w.WriteHeader(302) }, providers.KindInternal, "302"},
		"broken": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("RIFF"))
		}, providers.KindUnavailable, "broke off"},
	} {
		s := piperServer(t, "/synthesize", func(w http.ResponseWriter, _, _ string, _ float64, _ string) { row.answer(w) })
		p := withPiper(t, Config{PiperURL: s.URL, Voices: map[string]string{"german": ""}})
		_, err := sayWith(t, p, film.SpeechInput{Text: "Hallo", Language: "german", Voice: "alloy", Pace: 1})
		if e := providers.AsError(err); e == nil || e.Kind != row.kind || !strings.Contains(e.Message, row.want) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	raw, _ := json.Marshal(Config{PiperURL: gone.URL, Voices: map[string]string{"german": ""}})
	p := New()
	done, err := p.Configure(t.Context(), raw)
	if err != nil || !done.Ready || len(done.Diagnostics) != 1 || !done.Diagnostics[0].Warning || done.Diagnostics[0].Attribute != "piper_url" {
		t.Errorf("a server that is not there: %+v, %v", done, err)
	}
	if _, err := sayWith(t, p, film.SpeechInput{Text: "Hallo", Language: "german", Voice: "alloy", Pace: 1}); providers.AsError(err) == nil || providers.AsError(err).Kind != providers.KindUnavailable {
		t.Errorf("a server that is not there: %v", err)
	}
}
