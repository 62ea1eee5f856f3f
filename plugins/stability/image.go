package stability

import (
	"cmp"
	"context"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/picture"
)

// ratios are the aspect ratios that the vendor draws in.
var ratios = []picture.Size{
	{Width: 21, Height: 9},
	{Width: 16, Height: 9},
	{Width: 3, Height: 2},
	{Width: 5, Height: 4},
	{Width: 1, Height: 1},
	{Width: 4, Height: 5},
	{Width: 2, Height: 3},
	{Width: 9, Height: 16},
	{Width: 9, Height: 21},
}

const generatePath = "/v2beta/stable-image/generate/"

func (p *provider) draw(ctx context.Context, call *providers.Call, in film.ImageInput) (film.Image, error) {
	seed := seedFor(in.Seed)
	path, fields, err := p.drawing(call, in, seed)
	if err != nil {
		return film.Image{}, err
	}
	call.Progress(0, "drawing")
	header, body, err := p.post(ctx, path, "image", maxImage, fields)
	if err != nil {
		return film.Image{}, err
	}
	call.Charge(imagePrices[p.conf.Model])
	fitted, mediaType, err := picture.Fit(body, in.Width, in.Height)
	if err != nil {
		return film.Image{}, err
	}
	name := "picture.jpg"
	if mediaType == "image/png" {
		name = "picture.png"
	}
	if err := save(call, name, fitted); err != nil {
		return film.Image{}, err
	}
	// The seed it says is the one that counts.
	if used, err := strconv.ParseInt(header.Get("seed"), 10, 64); err == nil && used > 0 && used <= maxSeed {
		seed = used
	}
	return film.Image{Image: providers.File{Path: name, MediaType: mediaType, Name: name}, Seed: seed}, nil
}

// drawing is the request for a picture.
func (p *provider) drawing(call *providers.Call, in film.ImageInput, seed int64) (path string, fields []field, err error) {
	prompt, err := describe(call, in)
	if err != nil {
		return "", nil, err
	}
	ratio := picture.Nearest(in.Width, in.Height, ratios)
	fields = []field{
		{"prompt", prompt},
		{"aspect_ratio", strconv.Itoa(ratio.Width) + ":" + strconv.Itoa(ratio.Height)},
		{"seed", strconv.FormatInt(seed, 10)},
		{"output_format", "png"}, // nothing is lost before the picture has its size
	}
	if preset := styles[in.Style].preset; preset != "" {
		fields = append(fields, field{"style_preset", preset})
	}
	if negative := strings.TrimSpace(in.Negative); negative != "" {
		switch {
		case p.conf.Model == "sd3.5-large-turbo":
			call.Warn("The model sd3.5-large-turbo reads no negative prompt: what the picture must not show was left out.")
		case utf8.RuneCountInString(negative) > maxPrompt:
			return "", nil, providers.Invalid("The negative prompt has more than %d characters: shorten it.", maxPrompt)
		default:
			fields = append(fields, field{"negative_prompt", negative})
		}
	}
	if !strings.HasPrefix(p.conf.Model, "sd3.5") {
		return generatePath + p.conf.Model, fields, nil
	}
	fields = append(fields, field{"model", p.conf.Model})
	if p.conf.CFGScale != 0 {
		fields = append(fields, field{"cfg_scale", strconv.FormatFloat(p.conf.CFGScale, 'f', -1, 64)})
	}
	return generatePath + "sd3", fields, nil
}

// maxSeed is the largest seed that the vendor knows.
const maxSeed = math.MaxUint32 - 1

// seedFor gives one of the vendor's seeds from 1 to maxSeed, itself where it is one. Their 0 means
// "choose one", and then two results of one seed would differ.
func seedFor(seed int64) int64 {
	return cmp.Or(max(seed, 0)%maxSeed, maxSeed)
}

func save(call *providers.Call, name string, content []byte) error {
	if err := os.WriteFile(filepath.Join(call.WorkDir, name), content, 0o600); err != nil {
		return providers.Errorf(providers.KindInternal, "the result cannot be written: %w", err)
	}
	return nil
}
