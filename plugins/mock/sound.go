package mock

import (
	"context"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

// How long things take to say at pace 1, in seconds.
const (
	letterSeconds = 0.06 // a letter of a word
	wordSeconds   = 0.06 // each word, beside its letters
	glyphSeconds  = 0.2  // a character of Chinese or Japanese
	leastSeconds  = 0.2  // a text without words

	longestText = 50_000 // bytes of one call: an hour of sound
)

// unspaced tells whether a language is written without spaces between words.
func unspaced(language string) bool { return prose.Separator(language) == "" }

// synthesizeSpeech hums a tone as long as the text takes to say. The words follow each other without a
// gap.
func synthesizeSpeech(ctx context.Context, call *providers.Call, in film.SpeechInput) (film.Speech, error) {
	if len(in.Text) > longestText {
		return film.Speech{}, providers.Invalid("The text has %d bytes; at most %d can be said in one call.", len(in.Text), longestText)
	}
	if strings.TrimSpace(in.Text) == "" {
		return film.Speech{}, providers.Invalid("There is no word to say: give a text.")
	}
	pace := in.Pace
	if pace == 0 {
		pace = 1
	}
	if !(pace > 0) || math.IsInf(pace, 0) {
		return film.Speech{}, providers.Invalid("The pace must be more than 0, not %v.", pace)
	}
	text := withoutWords(in.Text)
	tokens := strings.Fields(text)
	if unspaced(in.Language) {
		tokens = glyphs(text)
	}
	at := 0.0
	ends := make([]float64, len(tokens))
	for i, token := range tokens {
		at += lasts(token) / pace
		ends[i] = at
	}
	samples := int(math.Ceil(max(at, leastSeconds) * sampleRate))
	speech := film.Speech{Seconds: float64(samples) / sampleRate, Words: []film.Word{}}
	start := 0.0
	for i, token := range tokens {
		end := min(ends[i], speech.Seconds) // rounding must not put the last word after the sound
		speech.Words = append(speech.Words, film.Word{Text: token, Start: start, End: end})
		start = end
	}
	mark, err := fingerprint(call)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return film.Speech{}, err
	}
	speech.Audio, err = save(call, "speech.wav", "audio/wav", tone(samples, 1, mark))
	return speech, err
}

// lasts is how long a word takes to say at pace 1, in seconds.
func lasts(token string) float64 {
	n := float64(utf8.RuneCountInString(token))
	if first, _ := utf8.DecodeRuneInString(token); glyph(first) {
		return glyphSeconds * n
	}
	return wordSeconds + letterSeconds*n
}

// glyph tells whether a character is of a script without spaces, punctuation included: those lie above
// all others that the languages are written in.
func glyph(r rune) bool { return r >= 0x2E80 }

// glyphs splits a text without spaces into characters; punctuation clings to the one before, and words
// of another script stay whole.
func glyphs(text string) (tokens []string) {
	apart := true // from the token before
	var before rune
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			apart = true
			continue
		case !apart && (strings.ContainsRune("。、！？，；：」』）.,!?", r) || !glyph(r) && !glyph(before)):
			tokens[len(tokens)-1] += string(r)
		default:
			tokens = append(tokens, string(r))
		}
		apart, before = false, r
	}
	return tokens
}

// composeMusic hums a tone of exactly the length asked for, to the sample.
func composeMusic(_ context.Context, call *providers.Call, in film.MusicInput) (film.Music, error) {
	if !(in.Seconds > 0 && in.Seconds <= 1200) {
		return film.Music{}, providers.Invalid("Music cannot last %v seconds: ask for more than 0 and at most 1200.", in.Seconds)
	}
	mark, err := fingerprint(call)
	if err != nil {
		return film.Music{}, err
	}
	samples := int(math.Round(in.Seconds * sampleRate))
	f, err := save(call, "music.wav", "audio/wav", tone(samples, 2, mark))
	return film.Music{Audio: f, Seconds: float64(samples) / sampleRate}, err
}
