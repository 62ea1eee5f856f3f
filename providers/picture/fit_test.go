package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
)

var (
	red   = color.NRGBA{0xff, 0, 0, 0xff}
	green = color.NRGBA{0, 0xff, 0, 0xff}
	blue  = color.NRGBA{0, 0, 0xff, 0xff}
	glass = color.NRGBA{0xff, 0xff, 0xff, 0}
)

// thirds is a picture whose left, middle and right third have a colour each.
func thirds(w, h int, colours ...color.Color) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, colours[x*3/w])
		}
	}
	return m
}

func pngOf(t testing.TB, m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(t testing.TB, name string) []byte {
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func near(a, b color.Color) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	far := func(x, y uint32) bool { return max(x, y)-min(x, y) > 0x1800 }
	return !far(ar, br) && !far(ag, bg) && !far(ab, bb)
}

func TestFitGivesExactlyTheSizeAskedFor(t *testing.T) {
	rgb := thirds(96, 48, red, green, blue)
	sources := map[string][]byte{
		"PNG": pngOf(t, rgb), "JPEG": jpegOf(t, rgb), "one pixel": pngOf(t, thirds(1, 1, red)),
		"one row": pngOf(t, thirds(900, 1, red, green, blue)), "grey": jpegOf(t, image.NewGray(image.Rect(0, 0, 33, 17))),
		"16 bits":    pngOf(t, image.NewNRGBA64(image.Rect(0, 0, 33, 17))),
		"palette":    pngOf(t, image.NewPaletted(image.Rect(0, 0, 33, 17), color.Palette{red, glass})),
		"lossy WebP": file(t, "lossy.webp"), "lossless WebP": file(t, "lossless.webp"), "WebP with alpha": file(t, "alpha.webp"),
	}
	for name, src := range sources {
		for _, size := range []Size{{64, 64}, {108, 192}, {192, 108}, {1, 1}, {300, 7}, {7, 300}, {24, 16}, {96, 48}} {
			t.Run(fmt.Sprintf("%s %d×%d", name, size.Width, size.Height), func(t *testing.T) {
				got, mediaType, err := Fit(src, size.Width, size.Height)
				if err != nil {
					t.Fatal(err)
				}
				m, kind, err := image.Decode(bytes.NewReader(got))
				if err != nil || mediaType != "image/"+kind {
					t.Fatalf("%s %s: %v", mediaType, kind, err)
				}
				if b := m.Bounds(); b.Dx() != size.Width || b.Dy() != size.Height {
					t.Errorf("it has %v", b)
				}
			})
		}
	}
}

func TestFitKeepsTheCentreAndStretchesNothing(t *testing.T) {
	wide := pngOf(t, thirds(300, 100, red, green, blue))
	got, _, err := Fit(wide, 50, 50)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := jpeg.Decode(bytes.NewReader(got))
	for _, p := range []image.Point{{2, 2}, {25, 25}, {47, 47}} {
		if !near(m.At(p.X, p.Y), green) {
			t.Errorf("%v is %v: the middle third should fill the square", p, m.At(p.X, p.Y))
		}
	}
	got, _, err = Fit(wide, 600, 200)
	if err != nil {
		t.Fatal(err)
	}
	m, _ = jpeg.Decode(bytes.NewReader(got))
	for x, want := range map[int]color.Color{10: red, 190: red, 210: green, 390: green, 410: blue, 590: blue} {
		if !near(m.At(x, 100), want) {
			t.Errorf("column %d is %v, want %v", x, m.At(x, 100), want)
		}
	}
}

func TestFitLeavesAPictureOfTheRightSizeAlone(t *testing.T) {
	rgb := thirds(30, 20, red, green, blue)
	for mediaType, src := range map[string][]byte{
		"image/png": pngOf(t, rgb), "image/jpeg": jpegOf(t, rgb),
	} {
		got, is, err := Fit(src, 30, 20)
		if err != nil || is != mediaType || !bytes.Equal(got, src) {
			t.Errorf("%s became %s (%v)", mediaType, is, err)
		}
	}
	if _, is, err := Fit(file(t, "lossy.webp"), 24, 16); err != nil || is != "image/jpeg" {
		t.Errorf("WebP became %s (%v)", is, err)
	}
}

func TestTransparentPartsBecomeBlackWithoutAFringe(t *testing.T) {
	got, _, err := Fit(pngOf(t, thirds(300, 300, glass, glass, red)), 150, 150)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := jpeg.Decode(bytes.NewReader(got))
	for x, want := range map[int]color.Color{5: color.Black, 90: color.Black, 112: red, 145: red} {
		if !near(m.At(x, 75), want) {
			t.Errorf("column %d is %v, want %v", x, m.At(x, 75), want)
		}
	}
}

// vastPNG has a true header and no more: to decode it takes what its header says.
func vastPNG(width, height uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), width), height)
	head = append(head, 8, 6, 0, 0, 0)
	return binary.BigEndian.AppendUint32(append(b, head...), crc32.ChecksumIEEE(head))
}

func TestFitRefusesWhatItCannotRead(t *testing.T) {
	whole := pngOf(t, thirds(96, 48, red, green, blue))
	photo := jpegOf(t, thirds(96, 48, red, green, blue))
	webp := file(t, "lossy.webp")
	vastWebP := append([]byte(nil), file(t, "lossless.webp")...)
	copy(vastWebP[21:], []byte{0xff, 0xff, 0xff, 0x0f}) // 16384×16384
	mute := append([]byte(nil), whole...)
	mute[len(mute)/2] ^= 0xff
	for _, row := range []struct {
		name string
		src  []byte
		says string
	}{
		{"nothing", nil, "no picture that can be read"},
		{"text", []byte("<html>Bad gateway</html>"), "no picture that can be read"},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "no picture that can be read"},
		{"a magic number", []byte("\x89PNG\r\n\x1a\n"), "damaged"},
		{"PNG cut in its header", whole[:20], "damaged"},
		{"PNG cut in the middle", whole[:len(whole)/2], "damaged"},
		{"PNG without its end", whole[:len(whole)-12], "damaged"},
		{"PNG with a wrong byte", mute, "damaged"},
		{"JPEG cut in the middle", photo[:len(photo)/2], "damaged"},
		{"WebP cut in the middle", webp[:len(webp)/2], "damaged"},
		{"huge PNG", vastPNG(100_000, 100_000), "at most 64 million"},
		{"PNG just too large", vastPNG(8001, 8000), "at most 64 million"},
		{"PNG as wide as can be", vastPNG(1<<31-1, 1<<31-1), "damaged"}, // the decoder refuses it first
		{"PNG without an area", vastPNG(0, 5), "damaged"},
		{"huge WebP", vastWebP, "at most 64 million"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, size := range []Size{{96, 48}, {50, 50}} {
				got, _, err := Fit(row.src, size.Width, size.Height)
				if err == nil || got != nil {
					t.Fatalf("%d bytes came out", len(got))
				}
				if e := providers.AsError(err); e.Kind != providers.KindUnavailable || !strings.Contains(e.Message, row.says) {
					t.Errorf("%s: %s", e.Kind, e.Message)
				}
			}
		})
	}
}

func TestFitRefusesSizesThatCannotBeMade(t *testing.T) {
	src := pngOf(t, thirds(3, 3, red, green, blue))
	for _, size := range []Size{{0, 10}, {10, 0}, {-1, -1}, {16385, 1}, {16384, 16384}, {1 << 62, 1 << 62}} {
		if _, _, err := Fit(src, size.Width, size.Height); err == nil || providers.AsError(err).Kind != providers.KindInvalidInput {
			t.Errorf("%v: %v", size, err)
		}
	}
}

func FuzzFit(f *testing.F) {
	rgb := thirds(12, 6, red, glass, blue)
	for _, src := range [][]byte{
		pngOf(f, rgb), jpegOf(f, rgb), file(f, "lossy.webp"), file(f, "lossless.webp"), file(f, "alpha.webp"), vastPNG(8000, 8000), nil,
	} {
		f.Add(src, 24, 16)
	}
	f.Fuzz(func(t *testing.T, src []byte, width, height int) {
		width, height = (width&0x7f)+1, (height&0x7f)+1
		got, mediaType, err := Fit(src, width, height)
		if err != nil {
			return
		}
		conf, kind, err := image.DecodeConfig(bytes.NewReader(got))
		if err != nil || mediaType != "image/"+kind || conf.Width != width || conf.Height != height {
			t.Errorf("%s %s %d×%d (%v), want %d×%d", mediaType, kind, conf.Width, conf.Height, err, width, height)
		}
	})
}

func BenchmarkFit(b *testing.B) {
	for _, row := range []struct {
		name string
		from Size
		to   Size
	}{
		{"as it is", Size{1080, 1920}, Size{1080, 1920}},
		{"up", Size{768, 1344}, Size{1080, 1920}},
		{"down", Size{2160, 3840}, Size{1080, 1920}},
		{"largest", Size{8000, 8000}, Size{1080, 1920}},
	} {
		b.Run(row.name, func(b *testing.B) {
			src := jpegOf(b, thirds(row.from.Width, row.from.Height, red, green, blue))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Fit(src, row.to.Width, row.to.Height); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
