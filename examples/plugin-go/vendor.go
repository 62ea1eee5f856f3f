package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// errUnknownOrder: the vendor knows no order of that number.
var errUnknownOrder = errors.New("the vendor knows no such order")

// vendor pretends to be a service on the network: orders outlive the plugin, as files do, and each one
// that is placed is paid for. Its errors are typed as those of a real one should be.
type vendor struct {
	dir   string
	key   string
	takes time.Duration // for a picture
}

type order struct {
	Placed time.Time
	Input  film.ImageInput
}

// order places an order and gives its number.
func (v *vendor) order(in film.ImageInput) (string, error) {
	if !strings.HasPrefix(v.key, "demo") {
		return "", &providers.Error{
			Kind: providers.KindUnauthorized, Message: "the vendor does not know the key", // and never the key itself
			Hint: "Set api_key to one that begins with demo.",
		}
	}
	if strings.Contains(in.Prompt, "forbidden") {
		return "", &providers.Error{
			Kind: providers.KindRejected, Message: "the vendor's moderation refused the prompt",
			User: "The picture's description was refused.",
		}
	}
	raw, err := json.Marshal(order{time.Now(), in})
	if err != nil {
		return "", err
	}
	number := rand.Text()
	return number, os.WriteFile(filepath.Join(v.dir, number), raw, 0o600)
}

// ask tells how far an order is, from 0 to 1, and gives the picture once it is done.
func (v *vendor) ask(number string) (float64, []byte, error) {
	if number == "" || !filepath.IsLocal(number) {
		return 0, nil, errUnknownOrder
	}
	raw, err := os.ReadFile(filepath.Join(v.dir, number))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil, errUnknownOrder
	}
	if err != nil {
		return 0, nil, providers.Errorf(providers.KindUnavailable, "the vendor does not answer: %w", err)
	}
	var o order
	if err := json.Unmarshal(raw, &o); err != nil {
		return 0, nil, err
	}
	if age := time.Since(o.Placed); age < v.takes {
		return float64(age) / float64(v.takes), nil, nil
	}
	picture, err := etch(o.Input)
	return 1, picture, err
}

// etch draws rings around a point that the prompt and the seed choose.
func etch(in film.ImageInput) ([]byte, error) {
	h := fnv.New64a()
	_ = json.NewEncoder(h).Encode([]any{in.Prompt, in.Style, in.Seed}) // a hash takes everything
	n := h.Sum64()
	x0, y0 := int(n%uint64(in.Width)), int(n>>16%uint64(in.Height))
	step := max(8, min(in.Width, in.Height)/20)
	m := image.NewPaletted(image.Rect(0, 0, in.Width, in.Height), color.Palette{
		color.RGBA{0xf4, 0xec, 0xd8, 0xff}, color.RGBA{uint8(n >> 32 & 0x7f), uint8(n >> 40 & 0x7f), 0x60, 0xff},
	})
	for y := range in.Height {
		for x := range in.Width {
			if ((x-x0)*(x-x0)+(y-y0)*(y-y0))/(step*step)%2 == 1 {
				m.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	err := png.Encode(&out, m)
	return out.Bytes(), err
}
