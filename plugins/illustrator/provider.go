package illustrator

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/filmloom/filmloom/plugins/illustrator/brief"
	"github.com/filmloom/filmloom/plugins/illustrator/finish"
	"github.com/filmloom/filmloom/plugins/illustrator/scene"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// version changes whenever the same input gives another picture: it is part of the cache's key.
const version = "1.0.0"

// New makes the provider. It needs no configuration, no program and no network.
func New() providers.Provider {
	return providers.New("illustrator", version,
		providers.Summary("Paints pictures in seven art styles from their descriptions, without a model and without a network."),
		providers.Handle(film.ImageGenerate.Repeatable().Local(), generate),
		providers.Estimator(estimate),
	)
}

// looks are how the art styles draw; finish.Styles are how they print.
var looks = map[string]scene.Look{
	"photorealistic": {Vivid: .95},
	"cinematic":      {Vivid: 1},
	"anime":          {Cel: true, Vivid: 1.25},
	"comic-book":     {Cel: true, Vivid: 1.2},
	"pixar-art":      {Vivid: 1.3},
	"documentary":    {Vivid: .85},
	"cartoon":        {Cel: true, Vivid: 1.4},
}

const (
	pictureFile = "picture.jpg"
	quality     = 93 // of the JPEG: the film is encoded once more
	longest     = 4000
)

func generate(ctx context.Context, call *providers.Call, in film.ImageInput) (film.Image, error) {
	look, ok := looks[in.Style]
	if !ok {
		return film.Image{}, providers.Invalid("There is no art style %q: choose one of %s.", in.Style, strings.ReplaceAll(film.Styles, ",", ", "))
	}
	if in.Width < 64 || in.Width > 3840 || in.Height < 64 || in.Height > 3840 {
		return film.Image{}, providers.Invalid("A picture of %d×%d pixels cannot be painted: each side must have 64 to 3840.", in.Width, in.Height)
	}
	if strings.TrimSpace(in.Prompt) == "" {
		return film.Image{}, providers.Invalid("The prompt is empty: say what the picture shows.")
	}
	if len(in.Prompt) > longest {
		return film.Image{}, providers.Invalid("The prompt has %d bytes, and at most %d are read: shorten it.", len(in.Prompt), longest)
	}
	picture, err := paint(ctx, in, look)
	if err != nil {
		return film.Image{}, err
	}
	if err := write(filepath.Join(call.WorkDir, pictureFile), picture); err != nil {
		return film.Image{}, providers.Errorf(providers.KindInternal, "the picture cannot be written: %w", err)
	}
	return film.Image{Image: providers.File{Path: pictureFile, MediaType: "image/jpeg", Name: pictureFile}, Seed: in.Seed}, nil
}

func paint(ctx context.Context, in film.ImageInput, look scene.Look) (*image.RGBA, error) {
	rng := chance(in)
	b := brief.Read(in.Prompt, in.Camera, characters(in.Characters), rng)
	canvas := scene.Paint(ctx, b, look, in.Width, in.Height, rng)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	picture := finish.Styles[in.Style].Picture(canvas)
	return picture, ctx.Err()
}

// chance is seeded by all that makes the picture another one, so that two scenes of a film with the
// same words still differ by their seed, and two with the same seed by their words. The size and the
// style are left out: another style shows the same scene.
func chance(in film.ImageInput) *rand.Rand {
	h := fnv.New128a()
	h.Write([]byte(in.Prompt + "\x00" + in.Camera + "\x00"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(in.Seed)))
	sum := h.Sum(nil)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])))
}

func characters(from []film.Character) []brief.Character {
	var to []brief.Character
	for _, c := range from {
		to = append(to, brief.Character{Name: c.Name, Looks: c.Looks})
	}
	return to
}

func write(path string, picture *image.RGBA) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriterSize(f, 1<<18)
	if err := jpeg.Encode(w, picture, &jpeg.Options{Quality: quality}); err != nil {
		return err
	}
	return w.Flush()
}

// estimate: no call costs anything; the time goes with the number of pixels.
func estimate(_ context.Context, q providers.EstimateQuery) (providers.Estimate, error) {
	size := struct{ Width, Height int }{1080, 1920}
	if err := json.Unmarshal(q.Input, &size); err != nil {
		return providers.Estimate{}, nil
	}
	pixels := time.Duration(size.Width * size.Height)
	return providers.Estimate{MinTime: pixels * 200 * time.Nanosecond, MaxTime: pixels * 1500 * time.Nanosecond}, nil
}
