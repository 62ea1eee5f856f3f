package localtts

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// fake is set, to what it shall do, in a process of this test's own that plays piper.
const fake = "LOCALTTS_TEST_PIPER"

// fakePiper makes a program that plays piper: this test's own binary, behind a script that tells it so,
// because a program inherits no variable of ours.
func fakePiper(t testing.TB, mode string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "piper with a space")
	script := fmt.Sprintf("#!/bin/sh\n%s='%s' GORACE=atexit_sleep_ms=0 exec '%s' \"$@\"\n", fake, mode, os.Args[0])
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// fakeVoice makes a voice file for a language, which the fake knows by its name.
func fakeVoice(t testing.TB, lang, facts string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), lang+".onnx")
	for name, content := range map[string]string{path: "onnx", path + ".json": facts} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

const oneSpeaker = `{"audio": {"sample_rate": 22050}, "num_speakers": 1}`

// playPiper is what the process does. It takes nothing that the real program would not.
func playPiper(mode string) int {
	complain := func(format string, args ...any) int {
		fmt.Fprintf(os.Stderr, format+"\n", args...)
		return 3
	}
	args := map[string]string{}
	for i := 1; i < len(os.Args); i++ {
		name := os.Args[i]
		switch name {
		case "--output_raw":
			args[name] = "yes"
			continue
		case "--model", "--length_scale", "--sentence_silence", "--speaker":
		default:
			return complain("unrecognized arguments: %s", name)
		}
		if i++; i == len(os.Args) {
			return complain("expected one argument: %s", name)
		}
		args[name] = os.Args[i]
	}
	model, scale := args["--model"], 0.0
	if _, err := fmt.Sscanf(args["--length_scale"]+" "+args["--sentence_silence"], "%f %f", &scale, new(float64)); err != nil || args["--output_raw"] == "" {
		return complain("arguments %q", os.Args[1:])
	}
	for _, file := range []string{model, model + ".json"} {
		if _, err := os.Stat(file); err != nil {
			return complain("%v", err)
		}
	}
	for _, e := range os.Environ() {
		if strings.Contains(e, "secret") {
			return complain("inherited %s", e)
		}
	}
	raw, err := io.ReadAll(os.Stdin)
	text, whole := strings.CutSuffix(string(raw), "\n")
	if err != nil || !whole || text == "" || strings.ContainsFunc(text, unicode.IsControl) {
		return complain("standard input %q, %v", raw, err)
	}
	switch mode {
	case "fail":
		for i := range 20 {
			fmt.Fprintf(os.Stderr, "line %d \x1b[31mof the complaint\n", i)
		}
		return 7
	case "mute":
		return 0
	case "odd":
		_, _ = os.Stdout.WriteString("abc")
		return 0
	case "flood":
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<20)); err != nil {
				return 0
			}
		}
	}
	lang := strings.TrimSuffix(filepath.Base(model), ".onnx")
	samples, rate, err := fakeSpeech(text, lang, scale, args["--speaker"])
	if err != nil || rate != 22050 {
		return complain("%d Hz, %v", rate, err)
	}
	if err := binary.Write(os.Stdout, binary.LittleEndian, samples); err != nil {
		return complain("%v", err)
	}
	fmt.Fprintln(os.Stderr, "[piper] [info] Real-time factor: 0.01")
	return 0
}

// fakeSpeech speaks as the fake does: by espeak-ng, in another voice than alignment uses.
func fakeSpeech(text, lang string, scale float64, speaker string) ([]int16, int, error) {
	name := "echo"
	if speaker != "" {
		name = "nova"
	}
	say, err := languages[lang].openEspeak(voices[name], 1/scale)
	if err != nil {
		return nil, 0, err
	}
	told, err := tell(context.Background(), text, languages[lang], 1, say, func(float64) {})
	return told.samples, told.rate, err
}

// wavBytes writes samples as the server sends them.
func wavBytes(samples []int16, rate int) []byte {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "a.wav")
	if err := writeWAV(path, samples, rate); err != nil {
		panic(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return raw
}

// strictRequest decodes a request and refuses what the server would not know.
func strictRequest(raw []byte) (r struct {
	Text    string  `json:"text"`
	Voice   *string `json:"voice"`
	Speaker *int    `json:"speaker_id"`
	Scale   float64 `json:"length_scale"`
}, err error,
) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err = dec.Decode(&r); err == nil && (strings.TrimSpace(r.Text) == "" || r.Scale <= 0) {
		err = fmt.Errorf("no text, or no scale: %s", raw)
	}
	return r, err
}
