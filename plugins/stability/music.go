package stability

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/filmloom/filmloom/plugins/stability/track"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

const (
	composePath = "/v2beta/audio/stable-audio-2/text-to-audio" // of both models
	longest     = 190.0                                        // seconds that the vendor composes in one piece
	// tolerance is how much shorter than asked for music may come without a word: what is missing becomes
	// silence, and nobody hears half a second of it behind an ending.
	tolerance = 0.5 // seconds
)

// genres are those of music.compose in the words that the model was taught with: kind, instruments, mood,
// beats per minute.
var genres = map[string]string{
	"epic":        "epic orchestral film score, soaring strings, bold brass, deep taiko drums, heroic and building, 100 BPM",
	"calm":        "calm ambient piano, warm soft pads, gentle acoustic guitar, peaceful and slow, 66 BPM",
	"suspense":    "dark suspenseful film underscore, low pulsing strings, sparse piano, ticking percussion, tense, 76 BPM",
	"upbeat":      "upbeat bright pop instrumental, strummed acoustic guitar, hand claps, piano, cheerful and driving, 116 BPM",
	"romantic":    "romantic chamber music, tender piano, lyrical violins and flute, warm and intimate waltz, 84 BPM",
	"playful":     "playful pizzicato strings, marimba, woodblocks, bassoon, light and mischievous, 126 BPM",
	"documentary": "documentary underscore, steady piano ostinato, soft strings, plucked pulse, curious and thoughtful, 102 BPM",
}

func (p *provider) compose(ctx context.Context, call *providers.Call, in film.MusicInput) (film.Music, error) {
	if !(in.Seconds >= 1) || math.IsInf(in.Seconds, 0) {
		return film.Music{}, providers.Invalid("Music of %g seconds cannot be composed: ask for at least one second.", in.Seconds)
	}
	genre, ok := genres[in.Genre]
	if !ok {
		return film.Music{}, providers.Invalid("There is no genre %q: choose one of %s.", in.Genre, film.Genres)
	}
	wanted := min(in.Seconds, longest)
	if in.Seconds > longest {
		call.Warn(fmt.Sprintf("The music has %.0f of the %.0f seconds: %s composes no more in one piece, and it is repeated in the film.",
			longest, in.Seconds, vendor))
	}
	call.Progress(0, "composing")
	_, body, err := p.post(ctx, composePath, "audio", maxMusic, []field{
		{"prompt", fmt.Sprintf("Instrumental background music without vocals: %s. %.0f seconds long, with a clear beginning and a gentle ending.", genre, math.Ceil(wanted))},
		{"duration", strconv.Itoa(int(math.Ceil(wanted)))}, // whole seconds; what is too much is cut off
		{"seed", strconv.FormatInt(seedFor(in.Seed), 10)},
		{"model", p.conf.MusicModel},
		{"output_format", p.conf.MusicFormat},
	})
	if err != nil {
		return film.Music{}, err
	}
	call.Charge(musicPrices[p.conf.MusicModel])
	return p.cut(call, body, wanted)
}

// cut gives the music its length and says which that is.
func (p *provider) cut(call *providers.Call, body []byte, wanted float64) (film.Music, error) {
	piece, err := track.Read(body)
	if err != nil {
		return film.Music{}, providers.Errorf(providers.KindUnavailable, "the music that %s sent cannot be read: %w", vendor, err)
	}
	if missing := wanted - piece.Seconds(); missing > tolerance {
		call.Warn(fmt.Sprintf("%s composed %.1f of the %.1f seconds of music that were asked for.", vendor, piece.Seconds(), wanted))
	}
	piece = piece.Cut(wanted)
	name := "music" + piece.Extension()
	if err := save(call, name, piece.Bytes()); err != nil {
		return film.Music{}, err
	}
	return film.Music{
		Audio:   providers.File{Path: name, MediaType: piece.MediaType(), Name: name},
		Seconds: piece.Seconds(),
	}, nil
}
