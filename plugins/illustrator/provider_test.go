package illustrator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// illustrate makes a picture through the provider and answers its file.
func illustrate(t testing.TB, in film.ImageInput) []byte {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	result, err := New().Execute(t.Context(), &providers.Call{Capability: film.ImageGenerate.Name, Input: raw, WorkDir: dir})
	if err != nil {
		t.Fatalf("%+v: %v", in, err)
	}
	var out film.Image
	if err := json.Unmarshal(result.Output, &out); err != nil {
		t.Fatal(err)
	}
	if out.Seed != in.Seed || out.Image.MediaType != "image/jpeg" {
		t.Errorf("%+v gives %+v", in, out)
	}
	path := out.Image.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode(t testing.TB, data []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func asked(prompt string) film.ImageInput {
	return film.ImageInput{Prompt: prompt, Style: "cinematic", Camera: "medium", Width: 270, Height: 480, Seed: 1}
}

func TestAPictureHasExactlyTheSizeAskedFor(t *testing.T) {
	for _, size := range []image.Point{{64, 64}, {64, 3840}, {3840, 64}, {1080, 1920}, {1920, 1080}, {719, 719}, {101, 77}} {
		in := asked("an old man with a lantern in a forest, night, rain")
		in.Width, in.Height = size.X, size.Y
		if got := decode(t, illustrate(t, in)).Bounds().Size(); got != size {
			t.Errorf("asked for %v, got %v", size, got)
		}
	}
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	for style := range looks {
		in := asked("a girl with a red umbrella on a city street in the rain, evening")
		in.Style = style
		first := illustrate(t, in)
		if !bytes.Equal(first, illustrate(t, in)) {
			t.Errorf("%s: another picture the second time", style)
		}
	}
}

// difference is the mean difference of two pictures of the same size, from 0 to 255.
func difference(a, b image.Image) float64 {
	sum, n := 0.0, 0.0
	for y := 0; y < a.Bounds().Dy(); y += 3 {
		for x := 0; x < a.Bounds().Dx(); x += 3 {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			for _, d := range [3]int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2)} {
				sum += float64(max(d, -d)) / 257
				n++
			}
		}
	}
	return sum / n
}

func TestNoTwoPicturesAreAlike(t *testing.T) {
	variants := map[string]func(*film.ImageInput){
		"another seed":   func(in *film.ImageInput) { in.Seed = 2 },
		"another camera": func(in *film.ImageInput) { in.Camera = "wide" },
		"other words":    func(in *film.ImageInput) { in.Prompt += " beside a well" },
	}
	for style := range looks {
		if style != "cinematic" {
			variants["the style "+style] = func(in *film.ImageInput) { in.Style = style }
		}
	}
	for _, prompt := range []string{"a village in winter, morning", "a ship on a stormy sea", "a woman reading in a library", "hope"} {
		plain := asked(prompt)
		first := decode(t, illustrate(t, plain))
		for name, change := range variants {
			in := plain
			change(&in)
			if d := difference(first, decode(t, illustrate(t, in))); d < 2 {
				t.Errorf("%s with %s differs by %.1f only", prompt, name, d)
			}
		}
	}
}

// mean is the mean colour of a part of a picture, given in shares of its size.
func mean(img image.Image, x0, y0, x1, y1 float64) (r, g, b float64) {
	w, h := float64(img.Bounds().Dx()), float64(img.Bounds().Dy())
	n := 0.0
	for y := int(y0 * h); y < int(y1*h); y++ {
		for x := int(x0 * w); x < int(x1*w); x++ {
			pr, pg, pb, _ := img.At(x, y).RGBA()
			r, g, b, n = r+float64(pr)/257, g+float64(pg)/257, b+float64(pb)/257, n+1
		}
	}
	return r / n, g / n, b / n
}

func bright(img image.Image) float64 {
	r, g, b := mean(img, 0, 0, 1, 1)
	return .3*r + .59*g + .11*b
}

func TestHourAndWeatherAreSeen(t *testing.T) {
	for _, place := range []string{"a forest", "a village", "the sea", "a road between hills", "a desert"} {
		for seed := range int64(3) {
			picture := func(words string) image.Image {
				in := asked(place + ", " + words)
				in.Style, in.Seed = "photorealistic", seed
				return decode(t, illustrate(t, in))
			}
			if day, night := bright(picture("noon")), bright(picture("midnight")); night > day*.7 {
				t.Errorf("%s, seed %d: night is as bright as day: %.0f and %.0f", place, seed, night, day)
			}
			r, _, b := mean(picture("sunset"), 0, .2, 1, .5)
			if r < b {
				t.Errorf("%s, seed %d: the sunset is not warm: red %.0f, blue %.0f", place, seed, r, b)
			}
		}
	}
	ground := func(prompt string) float64 {
		_, g, _ := mean(decode(t, illustrate(t, asked(prompt))), 0, .7, 1, .9)
		return g
	}
	if summer, winter := ground("a village, noon"), ground("a village, snow, noon"); winter < summer*1.3 {
		t.Errorf("the snow is not white: %.0f after %.0f", winter, summer)
	}
}

func TestAColourBelongsToTheThingThatFollowsIt(t *testing.T) {
	// redness counts pixels that are clearly more red than blue, or the other way round.
	redness := func(prompt string) int {
		img, n := decode(t, illustrate(t, asked(prompt))), 0
		for y := 0; y < img.Bounds().Dy(); y++ {
			for x := 0; x < img.Bounds().Dx(); x++ {
				r, g, b, _ := img.At(x, y).RGBA()
				if r > 2*b && r > 2*g && r > 0x5000 {
					n++
				}
			}
		}
		return n
	}
	for _, thing := range []string{"car on a road", "boat on a lake", "cat in a meadow"} {
		red, green := redness("a red "+thing+", noon"), redness("a green "+thing+", noon")
		if red < 300 || red < 3*green {
			t.Errorf("a red %s has %d red pixels, a green one %d", thing, red, green)
		}
	}
}

func TestACharacterLooksTheSameInEveryPicture(t *testing.T) {
	cast := []film.Character{{Name: "Anna", Looks: "a woman in a red coat"}}
	for _, place := range []string{"in a meadow", "on a road", "in a village"} {
		in := asked("Anna " + place + ", noon")
		with := in
		with.Characters = cast
		red := func(in film.ImageInput) (n int) {
			img := decode(t, illustrate(t, in))
			for y := range img.Bounds().Dy() {
				for x := range img.Bounds().Dx() {
					if r, g, b, _ := img.At(x, y).RGBA(); r > 2*b && r > 2*g && r > 0x4000 {
						n++
					}
				}
			}
			return n
		}
		if got, without := red(with), red(in); got < 300 || got < 3*without {
			t.Errorf("Anna %s: %d pixels of her red coat, and %d without her", place, got, without)
		}
	}
}

func TestWrongInputIsRefusedInOneSentence(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*film.ImageInput)
		want   string
	}{
		"style":        {func(in *film.ImageInput) { in.Style = "cubist" }, "photorealistic, cinematic"},
		"small":        {func(in *film.ImageInput) { in.Width = 63 }, "63×480"},
		"large":        {func(in *film.ImageInput) { in.Height = 3841 }, "64 to 3840"},
		"empty prompt": {func(in *film.ImageInput) { in.Prompt = " \n" }, "prompt"},
		"long prompt":  {func(in *film.ImageInput) { in.Prompt = strings.Repeat("cat ", 1001) }, "4000"},
	} {
		in := asked("a cat")
		c.change(&in)
		call := &providers.Call{WorkDir: t.TempDir()}
		_, err := generate(t.Context(), call, in)
		e := providers.AsError(err)
		if e == nil || e.Kind != providers.KindInvalidInput || !strings.Contains(e.User, c.want) || strings.Count(e.User, ". ") > 0 {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(call.WorkDir); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}

func TestACancelledCallPaintsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in := asked("a castle on a mountain")
	in.Width, in.Height = 3840, 3840
	call := &providers.Call{WorkDir: t.TempDir()}
	if _, err := generate(ctx, call, in); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(call.WorkDir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestAnyWordsGiveAPicture(t *testing.T) {
	for _, prompt := range []string{
		"?", "日本の夜", "🦊🌙", "a the of", strings.Repeat("two ", 200) + "cats", "crowd of kings and queens with many swords",
		"whale in a kitchen", "tyrannosaurus in a library", "a planet in a cave", "a ship in the desert", "a couple, a family and friends",
	} {
		for _, camera := range []string{"wide", "medium", "close", "aerial"} {
			in := asked(prompt)
			in.Camera, in.Width, in.Height = camera, 108, 192
			illustrate(t, in)
		}
	}
}

func BenchmarkPicture(b *testing.B) {
	for style := range looks {
		b.Run(style, func(b *testing.B) {
			in := asked("an old man with a lantern in a forest, night, rain")
			in.Style, in.Width, in.Height = style, 1080, 1920
			for b.Loop() {
				if _, err := paint(b.Context(), in, looks[style]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
