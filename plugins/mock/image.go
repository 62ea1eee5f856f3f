package mock

import (
	"context"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// generateImage draws a picture of exactly the size asked for.
func generateImage(_ context.Context, call *providers.Call, in film.ImageInput) (film.Image, error) {
	const most = 3840
	if in.Width < 1 || in.Width > most || in.Height < 1 || in.Height > most {
		return film.Image{}, providers.Invalid("A picture of %dx%d pixels cannot be made: each side must have 1 to %d.", in.Width, in.Height, most)
	}
	mark, err := fingerprint(call)
	if err != nil {
		return film.Image{}, err
	}
	raw, err := encodePNG(picture(in.Width, in.Height, mark))
	if err != nil {
		return film.Image{}, err
	}
	f, err := save(call, "picture.png", "image/png", raw)
	return film.Image{Image: f, Seed: in.Seed}, err
}
