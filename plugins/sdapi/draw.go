package sdapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/picture"
	"github.com/filmloom/filmloom/providers/remote"
)

const (
	maxAnswer   = 96 << 20 // bytes; a PNG of 16 megapixels has at most 64 million in base64
	maxProgress = 1 << 20  // bytes
	// interruption is how long a cancelled call goes on to tell the server so: it must end within a second.
	interruption = 700 * time.Millisecond
)

// request is what txt2img is asked with. Whatever is left out the server chooses.
type request struct {
	Prompt         string         `json:"prompt"`
	NegativePrompt string         `json:"negative_prompt,omitempty"`
	Seed           int64          `json:"seed"`
	Width          int            `json:"width"`
	Height         int            `json:"height"`
	BatchSize      int            `json:"batch_size"`
	Iterations     int            `json:"n_iter"`
	Steps          int            `json:"steps,omitempty"`
	CFGScale       float64        `json:"cfg_scale,omitempty"`
	Sampler        string         `json:"sampler_name,omitempty"`
	Override       map[string]any `json:"override_settings,omitempty"`
	// RestoreAfterwards false keeps the checkpoint loaded for the next scene.
	RestoreAfterwards *bool `json:"override_settings_restore_afterwards,omitempty"`
}

func (p *provider) draw(ctx context.Context, call *providers.Call, in film.ImageInput) (film.Image, error) {
	prompt, err := describe(in)
	if err != nil {
		return film.Image{}, err
	}
	size := sizeFor(in.Width, in.Height, p.conf.MaxPixels)
	req := request{
		Prompt: prompt, NegativePrompt: strings.TrimSpace(in.Negative), Seed: seedFor(in.Seed),
		Width: size.Width, Height: size.Height, BatchSize: 1, Iterations: 1,
		Steps: p.conf.Steps, CFGScale: p.conf.CFGScale, Sampler: p.conf.Sampler,
	}
	if p.conf.Checkpoint != "" {
		req.Override, req.RestoreAfterwards = map[string]any{"sd_model_checkpoint": p.conf.Checkpoint}, new(bool)
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	default:
		call.Progress(0, "waiting for the server")
		select {
		case p.turn <- struct{}{}:
			defer func() { <-p.turn }()
		case <-ctx.Done():
			return film.Image{}, ctx.Err()
		}
	}
	raw, seed, err := p.txt2img(ctx, call, req)
	if err != nil {
		return film.Image{}, err
	}
	fitted, mediaType, err := picture.Fit(raw, in.Width, in.Height)
	if err != nil {
		return film.Image{}, err
	}
	name := "picture." + strings.TrimPrefix(mediaType, "image/")
	if err := os.WriteFile(filepath.Join(call.WorkDir, name), fitted, 0o600); err != nil {
		return film.Image{}, providers.Errorf(providers.KindInternal, "the picture cannot be written: %w", err)
	}
	return film.Image{Image: providers.File{Path: name, MediaType: mediaType, Name: name}, Seed: seed}, nil
}

// txt2img has the server draw and gives the picture's file and the seed. A call that ends before tells the
// server to stop: it does not notice that nobody waits any more.
func (p *provider) txt2img(ctx context.Context, call *providers.Call, req request) ([]byte, int64, error) {
	call.Progress(0, "drawing")
	stop := p.watch(ctx, call)
	body, err := p.ask(ctx, http.MethodPost, "/sdapi/v1/txt2img", req, maxAnswer)
	stop()
	if ctx.Err() != nil {
		p.interrupt(ctx, call)
		return nil, 0, ctx.Err()
	}
	if err != nil {
		return nil, 0, err
	}
	var answer struct {
		Images []string
		Info   string
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, 0, providers.Errorf(providers.KindUnavailable, "%s did not answer txt2img with JSON: %s", vendor, remote.Snippet([]byte(p.redact(string(body[:min(len(body), maxFault)])))))
	}
	if len(answer.Images) == 0 {
		return nil, 0, providers.Errorf(providers.KindUnavailable, "%s answered without a picture", vendor)
	}
	// Some send it as the data URL that a browser shows.
	encoded := answer.Images[0]
	if _, after, is := strings.Cut(encoded, ";base64,"); is && strings.HasPrefix(encoded, "data:") {
		encoded = after
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, 0, providers.Errorf(providers.KindUnavailable, "%s sent a picture that is not base64: %w", vendor, err)
	}
	return raw, seedOf(answer.Info, req.Seed), nil
}

// seedOf reads the seed from what a server says of the picture, JSON within JSON. sd-server says nothing.
func seedOf(info string, asked int64) int64 {
	var said struct{ Seed *int64 }
	if json.Unmarshal([]byte(info), &said) == nil && said.Seed != nil && *said.Seed >= 0 {
		return *said.Seed
	}
	return asked
}

// watch reports the server's progress until the function that it gives is called, which waits for it. A
// server that does not know how far it is is not asked again.
func (p *provider) watch(ctx context.Context, call *providers.Call) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		beat, end := p.tick()
		defer end()
		for furthest := 0.0; ; {
			select {
			case <-ctx.Done():
				return
			case <-beat:
			}
			body, err := p.ask(ctx, http.MethodGet, "/sdapi/v1/progress?skip_current_image=true", nil, maxProgress)
			var said struct{ Progress float64 }
			if err == nil {
				err = json.Unmarshal(body, &said)
			}
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				call.Log(slog.LevelDebug, "the server does not say how far it is", "error", p.redact(err.Error()))
				return
			case said.Progress > furthest && said.Progress <= 1: // it falls back to 0 when the work is done
				furthest = said.Progress
				call.Progress(furthest, "drawing")
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

func (p *provider) interrupt(ctx context.Context, call *providers.Call) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), interruption)
	defer cancel()
	if _, err := p.ask(ctx, http.MethodPost, "/sdapi/v1/interrupt", struct{}{}, maxFault); err != nil {
		call.Log(slog.LevelWarn, "the server could not be told to stop drawing", "error", p.redact(err.Error()))
	}
}

// seedFor gives a seed that every server takes, itself where it is one: 32 bits, without a sign. A negative
// one means "choose one" to them.
func seedFor(seed int64) int64 { return seed & math.MaxUint32 }
