package mock

import (
	"context"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// How long things take to say at pace 1, in seconds.
const (
	letterSeconds = 0.06 // a letter of a word
	wordSeconds   = 0.06 // each word, beside its letters
	glyphSeconds  = 0.2  // a character of Chinese or Japanese
	leastSeconds  = 0.2  // a text without words
)

// unspaced tells whether a language is written without spaces between words.
func unspaced(language string) bool { return language == "chinese" || language == "japanese" }

// synthesizeSpeech hums a tone as long as the text takes to say. The words follow each other without a
// gap.
func synthesizeSpeech(_ context.Context, call *providers.Call, in film.SpeechInput) (film.Speech, error) {
	if strings.TrimSpace(in.Text) == "" {
		return film.Speech{}, providers.Errorf(providers.KindInvalidInput, "there is no word to say")
	}
	pace := in.Pace
	if pace == 0 {
		pace = 1
	}
	if !(pace > 0) || math.IsInf(pace, 0) {
		return film.Speech{}, providers.Errorf(providers.KindInvalidInput, "the pace must be more than 0, not %v", pace)
	}
	text := withoutWords(in.Text)
	tokens := strings.Fields(text)
	if unspaced(in.Language) {
		tokens = glyphs(text)
	}
	at := 0.0
	ends := make([]float64, len(tokens))
	for i, token := range tokens {
		length := wordSeconds + letterSeconds*float64(utf8.RuneCountInString(token))
		if unspaced(in.Language) {
			length = glyphSeconds * float64(utf8.RuneCountInString(token))
		}
		at += length / pace
		ends[i] = at
	}
	samples := int(math.Ceil(max(at, leastSeconds) * sampleRate))
	speech := film.Speech{Seconds: float64(samples) / sampleRate, Words: []film.Word{}}
	start := 0.0
	for i, token := range tokens {
		speech.Words = append(speech.Words, film.Word{Text: token, Start: start, End: ends[i]})
		start = ends[i]
	}
	mark, err := fingerprint(call)
	if err != nil {
		return film.Speech{}, err
	}
	speech.Audio, err = save(call, "speech.wav", "audio/wav", tone(samples, 1, mark))
	return speech, err
}

// glyphs splits a text without spaces into characters; punctuation clings to the one before.
func glyphs(text string) (tokens []string) {
	for _, r := range text {
		switch {
		case strings.ContainsRune(" \n\t", r):
		case len(tokens) > 0 && strings.ContainsRune("。、！？，；：」』）.,!?", r):
			tokens[len(tokens)-1] += string(r)
		default:
			tokens = append(tokens, string(r))
		}
	}
	return tokens
}

// composeMusic hums a tone of exactly the length asked for, to the sample.
func composeMusic(_ context.Context, call *providers.Call, in film.MusicInput) (film.Music, error) {
	if !(in.Seconds > 0 && in.Seconds <= 1200) {
		return film.Music{}, providers.Errorf(providers.KindInvalidInput, "music is more than 0 and at most 1200 seconds long, not %v", in.Seconds)
	}
	mark, err := fingerprint(call)
	if err != nil {
		return film.Music{}, err
	}
	samples := int(math.Round(in.Seconds * sampleRate))
	f, err := save(call, "music.wav", "audio/wav", tone(samples, 2, mark))
	return film.Music{Audio: f, Seconds: float64(samples) / sampleRate}, err
}
