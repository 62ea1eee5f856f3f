package motion

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

func flat(w, h int, c color.Color) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, c)
		}
	}
	return img
}

// The values are BT.709's for limited range.
func TestColoursAreBT709(t *testing.T) {
	for _, c := range []struct {
		name    string
		colour  color.RGBA
		y, u, v byte
	}{
		{"white", color.RGBA{255, 255, 255, 255}, 235, 128, 128},
		{"black", color.RGBA{0, 0, 0, 255}, 16, 128, 128},
		{"red", color.RGBA{255, 0, 0, 255}, 63, 102, 240},
		{"green", color.RGBA{0, 255, 0, 255}, 173, 42, 26},
		{"blue", color.RGBA{0, 0, 255, 255}, 32, 240, 118},
	} {
		t.Run(c.name, func(t *testing.T) {
			pic, err := NewPicture(flat(64, 64, c.colour), 64, 64, 1)
			if err != nil {
				t.Fatal(err)
			}
			frame := make([]byte, FrameSize(64, 64))
			NewPainter(pic, 64, 64).Paint(frame, View{0.5, 0.5, 1.1})
			got := [3]byte{frame[2000], frame[4096+500], frame[4096+1024+500]}
			if got != [3]byte{c.y, c.u, c.v} {
				t.Errorf("got %v, want %v", got, [3]byte{c.y, c.u, c.v})
			}
		})
	}
}

func TestPicturesOfAnySizeAndAspectFillTheFrame(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {3, 5}, {64, 64}, {1000, 10}, {10, 1000}, {999, 1777}, {331, 97}} {
		pic, err := NewPicture(flat(size[0], size[1], color.RGBA{200, 50, 50, 255}), 108, 192, 1)
		if err != nil {
			t.Fatalf("%v: %v", size, err)
		}
		frame := make([]byte, FrameSize(108, 192))
		painter := NewPainter(pic, 108, 192)
		for _, v := range []View{{0.5, 0.5, 1}, {0.1, 0.9, 1.17}} {
			painter.Paint(frame, v)
			for i, p := range frame[:108*192] {
				if p != frame[0] {
					t.Fatalf("%v: pixel %d is %d, the first %d", size, i, p, frame[0])
				}
			}
		}
	}
}

func TestTheMiddleIsKept(t *testing.T) {
	for _, c := range []struct{ r, want image.Rectangle }{
		{image.Rect(0, 0, 300, 100), image.Rect(100, 0, 200, 100)},
		{image.Rect(10, 10, 110, 310), image.Rect(10, 110, 110, 210)},
		{image.Rect(0, 0, 100, 100), image.Rect(0, 0, 100, 100)},
	} {
		if got := cropTo(c.r, 64, 64); got != c.want {
			t.Errorf("%v cut to a square: got %v, want %v", c.r, got, c.want)
		}
	}
}

func TestDecodeReadsWhatProvidersMake(t *testing.T) {
	img := testImage(40, 60)
	var p, j bytes.Buffer
	if err := png.Encode(&p, img); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&j, img, nil); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"PNG": p.Bytes(), "JPEG": j.Bytes()} {
		got, err := Decode(bytes.NewReader(data))
		if err != nil || got.Rect.Dx() != 40 || got.Rect.Dy() != 60 {
			t.Errorf("%s: %v, %v", name, got.Rect, err)
		}
	}
}

func TestTransparencyBecomesBlack(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	img, err := Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got := img.RGBAAt(4, 4); got != (color.RGBA{0, 0, 0, 255}) {
		t.Errorf("got %v", got)
	}
}

func TestDecodeRefuses(t *testing.T) {
	var small bytes.Buffer
	if err := png.Encode(&small, flat(8, 8, color.White)); err != nil {
		t.Fatal(err)
	}
	// A head that promises 16384 by 16384 pixels must be enough to refuse: 1 GiB would follow.
	huge := append([]byte{}, small.Bytes()[:16]...)
	ihdr := []byte{0, 0, 64, 0, 0, 0, 64, 0, 8, 2, 0, 0, 0}
	huge = append(huge, ihdr...)
	huge = binary.BigEndian.AppendUint32(huge, crc32.ChecksumIEEE(huge[12:]))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"too large":  {huge, "16384×16384 pixels"},
		"no picture": {[]byte("GIF? no"), "no PNG, JPEG or WebP"},
		"empty":      {nil, "no PNG, JPEG or WebP"},
		"cut short":  {small.Bytes()[:50], "damaged"},
	} {
		if _, err := Decode(bytes.NewReader(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	if err := png.Encode(&b, flat(5, 7, color.White)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		img, err := Decode(bytes.NewReader(data))
		if err != nil || img.Rect.Dx()*img.Rect.Dy() > 1<<20 {
			return
		}
		pic, err := NewPicture(img, 32, 64, 1)
		if err != nil {
			t.Fatal(err)
		}
		NewPainter(pic, 32, 64).Paint(make([]byte, FrameSize(32, 64)), View{0.5, 0.5, 1.1})
	})
}
