package localtts

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/localtts/audiofile"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

// piper speaks the languages that it has voices for: a program that is started for each call, or a server.
type piper struct {
	program string // absolute path; "" when there is a server
	server  string // address without a slash at its end
	client  *http.Client
	voices  map[string]piperVoice // by language, or language/voice
}

// A piperVoice is one entry of the configuration's voices.
type piperVoice struct {
	model   string // path of the .onnx file; with a server the voice's name there, or ""
	speaker int    // of several in one file; -1 where none was chosen
	rate    int    // hertz, as its .onnx.json says; 0 with a server
}

// A colouring makes one of six voices out of a language's only one.
type colouring struct {
	pitch  float64 // of the whole sound, resonances too, as of a bigger or smaller speaker
	length float64 // how much slower
}

var colourings = map[string]colouring{
	"alloy": {1, 1}, "echo": {0.93, 1}, "fable": {1.05, 1.05}, "onyx": {0.86, 1.08}, "nova": {1.11, 0.97}, "shimmer": {1.18, 1.04},
}

// voice finds the voice file for a language and one of our voices, and how to colour it: not at all where
// the file was chosen for that very voice.
func (p *piper) voice(language, name string) (piperVoice, colouring, bool) {
	if p == nil {
		return piperVoice{}, colouring{}, false
	}
	if v, ok := p.voices[language+"/"+name]; ok {
		return v, colouring{1, 1}, true
	}
	v, ok := p.voices[language]
	return v, colourings[name], ok
}

// piperSilence is what piper rests between sentences, in seconds at pace 1.
const piperSilence = 0.35

// narrate speaks a whole text into a file, and finds the words in what piper said.
func (p *piper) narrate(ctx context.Context, call *providers.Call, in film.SpeechInput, lang language, v piperVoice, c colouring) (film.Speech, error) {
	words := lang.words(in.Text)
	sentences := splitSentences(words, lang.abbreviation)
	if !hasLetters(words) {
		return film.Speech{}, nothingToSay(in)
	}
	// What is played faster for a higher pitch is spoken as much slower.
	scale := c.length * c.pitch / in.Pace
	call.Progress(0, "speaking with piper")
	var samples []int16
	var rate int
	var err error
	if p.server != "" {
		samples, rate, err = p.ask(ctx, sentences, in, v, scale)
	} else {
		samples, err = p.run(ctx, call.WorkDir, line(sentences, in.Language), v, scale, piperSilence/in.Pace)
		rate = v.rate
	}
	if err != nil {
		return film.Speech{}, err
	}
	r := recording{samples: samples}
	r.trim(rate)
	if len(r.samples) == 0 {
		return film.Speech{}, providers.Errorf(providers.KindInternal, "piper gave no sound for %q", excerpt(in.Text))
	}
	rate = int(float64(rate) * c.pitch) // the file says that it is to be played faster
	finish(r.samples, rate, 0)
	call.Progress(0.6, "finding the words")
	speech, err := save(call, r.samples, rate)
	if err != nil {
		return film.Speech{}, err
	}
	speech.Words, err = timed(ctx, call, in.Text, in.Language, lang, audiofile.Recording{Samples: floats(r.samples), Rate: rate})
	return speech, err
}

// line writes sentences on one line, as piper takes a text, without characters that no reader says.
func line(sentences []sentence, language string) string {
	var said []string
	for _, s := range sentences {
		for _, w := range s.words {
			said = append(said, plain(w.text))
		}
	}
	return strings.Join(strings.Fields(prose.Join(said, language)), " ")
}

// run starts the program for one line of text.
func (p *piper) run(ctx context.Context, dir, text string, v piperVoice, scale, silence float64) ([]int16, error) {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', 3, 64) }
	args := []string{"--model", v.model, "--output_raw", "--length_scale", number(scale), "--sentence_silence", number(silence)}
	if v.speaker >= 0 {
		args = append(args, "--speaker", strconv.Itoa(v.speaker))
	}
	raw, err := runProgram(ctx, program{
		path: p.program, args: args, dir: dir, stdin: text + "\n",
		limit: 2*time.Minute + time.Duration(utf8.RuneCountInString(text))*200*time.Millisecond,
		most:  audiofile.Longest * v.rate * 2,
	})
	if err != nil {
		return nil, err
	}
	if len(raw)%2 != 0 {
		return nil, providers.Errorf(providers.KindInternal, "piper gave %d bytes, which are no 16-bit samples", len(raw))
	}
	samples := make([]int16, len(raw)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return samples, nil
}

// join puts sentences together with the pauses between them.
func join(samples, next []int16, pause float64, rate int) []int16 {
	if len(samples) > 0 {
		samples = append(samples, make([]int16, int(pause*float64(rate)))...)
	}
	return append(samples, next...)
}

// failed is a failure of piper's own.
func failed(kind providers.Kind, format string, args ...any) error {
	e := providers.Errorf(kind, "piper "+format, args...)
	e.Hint = fmt.Sprintf("try it by hand, or take piper out of localtts's configuration: %s", hint)
	return e
}
