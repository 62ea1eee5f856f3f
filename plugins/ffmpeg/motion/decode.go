package motion

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // registers JPEG
	_ "image/png"  // registers PNG
	"io"

	_ "golang.org/x/image/webp" // registers WebP
)

// The largest picture that is decoded: a decoded picture takes four bytes for each of its pixels.
const (
	maxSide   = 16384
	maxPixels = 64 << 20
)

// Decode reads a PNG, JPEG or WebP picture. It refuses pictures of more than 64 million pixels before
// it decodes them. Transparent parts become black.
func Decode(r io.Reader) (*image.RGBA, error) {
	var head bytes.Buffer
	conf, kind, err := image.DecodeConfig(io.TeeReader(r, &head))
	if err != nil {
		return nil, fmt.Errorf("the picture is no PNG, JPEG or WebP that can be read: %w", err)
	}
	if conf.Width < 1 || conf.Height < 1 || conf.Width > maxSide || conf.Height > maxSide || conf.Width*conf.Height > maxPixels {
		return nil, fmt.Errorf("the %s picture has %d×%d pixels; at most %d a side and %d million in all can be used",
			kind, conf.Width, conf.Height, maxSide, maxPixels>>20)
	}
	img, _, err := image.Decode(io.MultiReader(&head, r))
	if err != nil {
		return nil, fmt.Errorf("the %s picture is damaged: %w", kind, err)
	}
	if m, ok := img.(*image.RGBA); ok && m.Opaque() {
		return m, nil
	}
	b := img.Bounds()
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, b.Min, draw.Over)
	return flat, nil
}
