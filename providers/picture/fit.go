package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"github.com/filmloom/filmloom/providers"
)

const (
	// maxPixels bounds what is decoded. A pixel takes up to 8 bytes (PNG of 16 bits).
	maxPixels = 64_000_000
	// maxSide bounds what can be asked for; film.ImageGenerate allows 3840.
	maxSide = 16384
	// quality of the JPEG: the film's encoder sees it next, and what JPEG loses at this level is less than
	// that loses.
	quality = 93
)

// A format is one that pictures come in.
type format struct {
	mediaType string
	magic     string // "?" stands for any byte
	config    func(io.Reader) (image.Config, error)
	decode    func(io.Reader) (image.Image, error)
	keep      bool // may be handed on as it is
}

var formats = []format{
	{"image/png", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, true},
	{"image/jpeg", "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode, true},
	{"image/webp", "RIFF????WEBP", webp.DecodeConfig, webp.Decode, false},
}

// Fit gives the PNG, JPEG or WebP picture src the size width×height, in pixels: it is scaled to cover that
// and what juts out is cut off evenly, so that the centre stays. The answer is a JPEG of high quality, or
// src itself when it is a PNG or JPEG of that size already, and its media type. Transparent parts become
// black where the picture is scaled.
//
// A picture of more than 64 megapixels is refused before it is decoded. What cannot be read is the vendor's
// fault, providers.KindUnavailable; a size that cannot be made is providers.KindInvalidInput.
func Fit(src []byte, width, height int) ([]byte, string, error) {
	if width < 1 || height < 1 || width > maxSide || height > maxSide || width*height > maxPixels {
		return nil, "", providers.Invalid("A picture of %d×%d pixels cannot be made: ask for at most %d a side and %d million in all.",
			width, height, maxSide, maxPixels/1_000_000)
	}
	f, err := formatOf(src)
	if err != nil {
		return nil, "", err
	}
	conf, err := f.config(bytes.NewReader(src))
	if err != nil {
		return nil, "", damaged(f, err)
	}
	if conf.Width < 1 || conf.Height < 1 || int64(conf.Width) > maxPixels/int64(conf.Height) {
		return nil, "", providers.Errorf(providers.KindUnavailable, "the %s picture has %d×%d pixels, and at most %d million can be read",
			f.mediaType, conf.Width, conf.Height, maxPixels/1_000_000)
	}
	img, err := decode(f, src)
	if err != nil {
		return nil, "", damaged(f, err)
	}
	if b := img.Bounds(); b.Dx() != conf.Width || b.Dy() != conf.Height {
		return nil, "", damaged(f, fmt.Errorf("its header says %d×%d pixels, and it has %d×%d", conf.Width, conf.Height, b.Dx(), b.Dy()))
	}
	if f.keep && conf.Width == width && conf.Height == height {
		return src, f.mediaType, nil
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, cover(img, width, height), &jpeg.Options{Quality: quality}); err != nil {
		return nil, "", providers.Errorf(providers.KindInternal, "the picture cannot be written as JPEG: %w", err)
	}
	return out.Bytes(), "image/jpeg", nil
}

func formatOf(src []byte) (format, error) {
	for _, f := range formats {
		if len(src) >= len(f.magic) && matches(src, f.magic) {
			return f, nil
		}
	}
	return format{}, providers.Errorf(providers.KindUnavailable, "what came is no picture that can be read: PNG, JPEG or WebP is needed, and it begins with %.12q", src)
}

func matches(src []byte, magic string) bool {
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != src[i] {
			return false
		}
	}
	return true
}

// decode turns a decoder's panic into an error: src comes from a stranger, and the WebP decoder in
// particular has seen few of them.
func decode(f format, src []byte) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the decoder failed: %v", r)
		}
	}()
	return f.decode(bytes.NewReader(src))
}

func damaged(f format, err error) error {
	return providers.Errorf(providers.KindUnavailable, "the %s picture is damaged: %w", f.mediaType, err)
}
