package musician

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// version changes whenever the same input gives another piece: it is part of the cache's key.
const version = "1.1.0"

// New makes the provider. It needs no configuration, no program and no network.
func New() providers.Provider {
	return providers.New("musician", version,
		providers.Summary("Composes and plays background music of an exact length, in seven genres, without a network."),
		providers.Handle(film.MusicCompose.Repeatable().Local(), serve),
		providers.Estimator(estimate),
	)
}

const (
	musicFile = "music.wav"
	shortest  = 1.0    // seconds
	longest   = 1200.0 // seconds
)

func serve(ctx context.Context, call *providers.Call, in film.MusicInput) (film.Music, error) {
	g, ok := genres[in.Genre]
	if !ok {
		return film.Music{}, providers.Invalid("There is no genre %q: choose one of epic, calm, suspense, upbeat, romantic, playful, documentary.", in.Genre)
	}
	if !(in.Seconds >= shortest && in.Seconds <= longest) {
		return film.Music{}, providers.Invalid("Music of %g seconds cannot be composed: ask for %g to %g seconds.", in.Seconds, shortest, longest)
	}
	p := compose(g, in.Seconds, in.Seed)
	frames, err := record(ctx, filepath.Join(call.WorkDir, musicFile), newMixer(p, in.Seed), func(done float64) {
		call.Progress(done, "playing")
	})
	if err != nil {
		return film.Music{}, err
	}
	return film.Music{
		Audio:   providers.File{Path: musicFile, MediaType: "audio/wav", Name: musicFile},
		Seconds: float64(frames) / 48000,
	}, nil
}

// estimate: no call costs anything, and playing takes a few hundredths of the music's length.
func estimate(_ context.Context, q providers.EstimateQuery) (providers.Estimate, error) {
	var in struct{ Seconds float64 }
	if err := json.Unmarshal(q.Input, &in); err != nil || in.Seconds <= 0 {
		return providers.Estimate{}, nil
	}
	length := time.Duration(math.Min(in.Seconds, longest) * float64(time.Second))
	return providers.Estimate{MinTime: length / 100, MaxTime: length / 8}, nil
}
