package subtitle

import (
	_ "embed" // the fonts
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

//go:embed fonts/NotoSans-Bold-LatinGreekCyrillic.ttf
var latinBytes []byte

//go:embed fonts/NotoSansDevanagari-Bold.ttf
var devanagariBytes []byte

//go:embed fonts/NotoSansCJKsc-Bold-GB2312.otf
var chineseBytes []byte

//go:embed fonts/NotoSansCJKjp-Bold-JIS.otf
var japaneseBytes []byte

// A typeface is one of the fonts that are shipped.
type typeface struct {
	family string // as libass finds it
	file   string
	data   []byte
	leads  float64 // distance of two lines, in ems

	once   sync.Once
	sfnt   *sfnt.Font
	perEm  float64
	height float64 // what libass takes for a font's size, in ems
	err    error
}

var (
	latin      = &typeface{family: "Noto Sans", file: "latin.ttf", data: latinBytes, leads: 1.3}
	devanagari = &typeface{family: "Noto Sans Devanagari", file: "devanagari.ttf", data: devanagariBytes, leads: 1.5}
	chinese    = &typeface{family: "Noto Sans CJK SC", file: "chinese.otf", data: chineseBytes, leads: 1.35}
	japanese   = &typeface{family: "Noto Sans CJK JP", file: "japanese.otf", data: japaneseBytes, leads: 1.35}

	typefaces = []*typeface{latin, devanagari, chinese, japanese}
)

// typefaceFor chooses the font of a language. Simplified Chinese and Japanese draw many of the same
// characters differently and so have a font each.
func typefaceFor(language string) *typeface {
	switch language {
	case "chinese":
		return chinese
	case "japanese":
		return japanese
	case "hindi":
		return devanagari
	}
	return latin
}

func (t *typeface) load() error {
	t.once.Do(func() {
		if t.sfnt, t.err = sfnt.Parse(t.data); t.err != nil {
			return
		}
		t.perEm = float64(t.sfnt.UnitsPerEm())
		t.height, t.err = windowsHeight(t.data, t.perEm)
	})
	return t.err
}

// windowsHeight reads what libass scales to a style's font size: the sum of the ascent and descent in
// the OS/2 table.
func windowsHeight(data []byte, perEm float64) (float64, error) {
	tables := int(binary.BigEndian.Uint16(data[4:]))
	for i := range tables {
		entry := data[12+16*i:]
		if string(entry[:4]) == "OS/2" {
			os2 := data[binary.BigEndian.Uint32(entry[8:]):]
			return float64(binary.BigEndian.Uint16(os2[74:])+binary.BigEndian.Uint16(os2[76:])) / perEm, nil
		}
	}
	return 0, fmt.Errorf("a font without an OS/2 table")
}

// has tells whether the font has a glyph of its own for a character.
func (t *typeface) has(r rune) bool {
	if t.load() != nil {
		return false
	}
	var buf sfnt.Buffer
	g, err := t.sfnt.GlyphIndex(&buf, r)
	return err == nil && g != 0
}

// advance is a character's width, in ems; false when the font does not have it.
func (t *typeface) advance(buf *sfnt.Buffer, r rune) (float64, bool) {
	if t.load() != nil {
		return 0, false
	}
	g, err := t.sfnt.GlyphIndex(buf, r)
	if err != nil || g == 0 {
		return 0, false
	}
	const ppem = 1024
	a, err := t.sfnt.GlyphAdvance(buf, g, fixed.I(ppem), font.HintingNone)
	return float64(a) / (64 * ppem), err == nil
}

// covering finds the font that draws a character when the preferred one may not have it, or nil.
func covering(r rune, preferred *typeface) *typeface {
	if preferred.has(r) {
		return preferred
	}
	for _, t := range typefaces {
		if t.has(r) {
			return t
		}
	}
	return nil
}

// invisible characters steer shaping and need no glyph.
func invisible(r rune) bool {
	return r == '\u200c' || r == '\u200d' || r == '\u2060' || unicode.Is(unicode.Variation_Selector, r)
}

// A ruler measures text in one font, and in the others where that one lacks a character.
type ruler struct {
	face *typeface
	buf  sfnt.Buffer
}

// width is a text's width in ems. Without shaping: kerning and ligatures make it narrower, if anything.
func (m *ruler) width(text string) float64 {
	sum := 0.0
	for _, r := range text {
		if invisible(r) || m.face == devanagari && unicode.Is(unicode.Mn, r) {
			continue
		}
		if w, ok := m.face.advance(&m.buf, r); ok {
			sum += w
		} else if t := covering(r, m.face); t != nil {
			w, _ := t.advance(&m.buf, r)
			sum += w
		}
	}
	return sum
}

// UnpackFonts writes the fonts that the scripts need into a directory, which it makes, together with
// a fontconfig configuration that knows no other fonts, and gives that file's path. So the drawing
// is the same on every machine.
func UnpackFonts(dir string, scripts ...[]byte) (conf string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	need := map[*typeface]bool{}
	for _, script := range scripts {
		text := string(script)
		var named []*typeface
		for _, t := range typefaces {
			if strings.Contains(text, ","+t.family+",") {
				need[t], named = true, append(named, t)
			}
		}
		if len(named) == 0 {
			need[latin], named = true, []*typeface{latin}
		}
		seen := map[rune]bool{}
		for _, r := range text {
			if r < 0x80 || seen[r] {
				continue
			}
			seen[r] = true
			if t := covering(r, named[0]); t != nil {
				need[t] = true
			}
		}
	}
	for t := range need {
		if err := os.WriteFile(filepath.Join(dir, t.file), t.data, 0o600); err != nil {
			return "", err
		}
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(dir)
	conf = filepath.Join(dir, "fonts.conf")
	text := "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n<fontconfig>\n" +
		"<dir>" + escaped + "</dir>\n<cachedir>" + escaped + "/cache</cachedir>\n</fontconfig>\n"
	return conf, os.WriteFile(conf, []byte(text), 0o600)
}
