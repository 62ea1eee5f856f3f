package subtitle

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// A look is how subtitles are coloured: &HBBGGRR, as ASS writes it.
type look struct {
	text, word, edge string
	outline          float64 // in ems
}

// looks go with the art styles; the first is for all others.
var looks = map[string]look{
	"":               {"FFFFFF", "3FD2FF", "101010", 0.075},
	"photorealistic": {"FFFFFF", "6FE0FF", "141414", 0.065},
	"cinematic":      {"FFFFFF", "3FD2FF", "101010", 0.075},
	"anime":          {"FFFFFF", "C48BFF", "401830", 0.085},
	"comic-book":     {"FFFFFF", "00E6FF", "000000", 0.105},
	"documentary":    {"FFFFFF", "6FE0FF", "141414", 0.065},
	"cartoon":        {"FFFFFF", "00D5FF", "201010", 0.1},
	"pixar-art":      {"FFFFFF", "4DB8FF", "30201A", 0.085},
}

func lookOf(style string) look {
	if l, ok := looks[style]; ok {
		return l
	}
	return looks[""]
}

// The emphasis of the spoken word: it grows a little while it is spoken, a long one less, lest it
// touch its neighbours.
const (
	emphasis = 1.07
	overhang = 0.07 // ems that it may grow to either side
	popTime  = 80   // milliseconds until it has grown
)

// shadowAlpha is how transparent the shadow is, in hexadecimal.
const shadowAlpha = "90"

// header begins a script. Lines are never broken by the renderer (WrapStyle 2), and -1 as encoding
// lets it find the direction of the text.
func header(b *bytes.Buffer, width, height int, name string, face *typeface, em float64, l look, alignment int) {
	fmt.Fprintf(b, "[Script Info]\nScriptType: v4.00+\nPlayResX: %d\nPlayResY: %d\nWrapStyle: 2\n"+
		"ScaledBorderAndShadow: yes\nYCbCr Matrix: TV.709\n\n", width, height)
	fmt.Fprint(b, "[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, "+
		"Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, "+
		"Alignment, MarginL, MarginR, MarginV, Encoding\n")
	fmt.Fprintf(b, "Style: %s,%s,%.1f,&H00%s,&H00%s,&H00%s,&H%s000000,-1,0,0,0,100,100,0,0,1,%.1f,%.1f,%d,0,0,0,-1\n\n",
		name, face.family, em*face.height, l.text, l.text, l.edge, shadowAlpha, em*l.outline, em*0.04, alignment)
	fmt.Fprint(b, "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n")
}

// centreY is where the middle of the lines is, as a part of the height: on an upright film above the
// place where players put their buttons, otherwise near the bottom.
func centreY(width, height int) float64 {
	switch {
	case 4*height > 5*width:
		return 0.725
	case height >= width:
		return 0.80
	}
	return 0.86
}

// script draws the cards. Each line is an event of its own at a fixed place. While a word is spoken,
// its line is drawn twice: once without the word, once with the word alone, larger and in colour.
// What is not to be seen is drawn transparent and so still takes its room: nothing ever moves.
func script(s Scene, face *typeface, em float64, atoms []atom, cards []card, cues []Cue) []byte {
	var b bytes.Buffer
	l := lookOf(s.Style)
	header(&b, s.Width, s.Height, "Narration", face, em, l, 5)
	for i, c := range cards {
		lines := []span{{c.from, c.split}}
		if c.split < c.to {
			lines = append(lines, span{c.split, c.to})
		}
		for j, line := range lines {
			y := centreY(s.Width, s.Height)*float64(s.Height) + (float64(j)-float64(len(lines)-1)/2)*face.leads*em
			d := drawing{b: &b, x: float64(s.Width) / 2, y: y, em: em, look: l, atoms: atoms, line: line}
			d.draw(centis(cues[i].Start), centis(cues[i].End))
		}
	}
	return b.Bytes()
}

// A span is a run of atoms.
type span struct{ from, to int }

// A drawing draws one line.
type drawing struct {
	b     *bytes.Buffer
	x, y  float64 // its centre
	em    float64
	look  look
	atoms []atom
	line  span
}

// draw writes the line's events for the time it is shown, in hundredths of a second. A word is spoken
// until the next one begins, if that is soon.
func (d drawing) draw(start, end int) {
	at := start
	for i := d.line.from; i < d.line.to; i++ {
		a := d.atoms[i]
		if a.drawn == "" {
			continue
		}
		from, to := centis(a.start), centis(a.end)
		if i+1 < len(d.atoms) {
			if next := centis(d.atoms[i+1].start); next-to < 35 {
				to = next
			}
		}
		from, to = max(from, at), min(max(to, from), end)
		if to <= from {
			continue
		}
		d.still(at, from)
		d.spoken(i, from, to)
		at = to
	}
	d.still(at, end)
}

// still writes the line with no word spoken.
func (d drawing) still(start, end int) {
	if text := d.text(-1, "", ""); end > start && text != "" {
		fmt.Fprintf(d.b, "Dialogue: 0,%s,%s,Narration,,0,0,0,,{\\pos(%.1f,%.1f)}%s\n", clock(start), clock(end), d.x, d.y, text)
	}
}

// spoken writes the line while atom i is spoken. The word grows about its own centre: the line is
// scaled about its centre and moved back by as much as that displaces the word.
func (d drawing) spoken(i, start, end int) {
	if rest := d.text(i, "{\\alpha&HFF&}", "{\\r}"); d.line.to-d.line.from > 1 {
		fmt.Fprintf(d.b, "Dialogue: 0,%s,%s,Narration,,0,0,0,,{\\pos(%.1f,%.1f)}%s\n", clock(start), clock(end), d.x, d.y, rest)
	}
	whole := lineWidth(d.atoms[d.line.from:d.line.to])
	before := lineWidth(d.atoms[d.line.from : i+1])
	centre := (before - d.atoms[i].width/2 - whole/2) * d.em
	percent := math.Round(min(emphasis, 1+2*overhang/max(d.atoms[i].width, 1)) * 100)
	shift := centre * (1 - percent/100)
	word := d.text(i, fmt.Sprintf("{\\alpha&H00&\\4a&H%s&\\c&H%s&}", shadowAlpha, d.look.word), "{\\alpha&HFF&}")
	fmt.Fprintf(d.b, "Dialogue: 1,%s,%s,Narration,,0,0,0,,{\\move(%.1f,%.1f,%.1f,%.1f,0,%d)\\t(0,%d,\\fscx%.0f\\fscy%.0f)\\alpha&HFF&}%s\n",
		clock(start), clock(end), d.x, d.y, d.x+shift, d.y, popTime, popTime, percent, percent, word)
}

// text is the line as ASS, with codes before and after one of its atoms.
func (d drawing) text(marked int, before, after string) string {
	var t strings.Builder
	for i := d.line.from; i < d.line.to; i++ {
		a := d.atoms[i]
		if i > d.line.from && a.spaceBefore {
			t.WriteByte(' ')
		}
		if i == marked {
			t.WriteString(before + a.drawn + after)
		} else {
			t.WriteString(a.drawn)
		}
	}
	return t.String()
}

func centis(seconds float64) int { return int(math.Round(seconds * 100)) }

// clock writes hundredths of a second as ASS does.
func clock(c int) string {
	return fmt.Sprintf("%d:%02d:%02d.%02d", c/360000, c/6000%60, c/100%60, c%100)
}

// Watermark is a script that shows a text in the upper right corner for ever, half transparent. It is
// cut to 60 characters and made smaller when it would be wider than half the film.
func Watermark(text string, width, height int) []byte {
	face := latin
	runes := []rune(drawable(forASS(text), face, map[rune]bool{}))
	text = string(runes[:min(len(runes), 60)])
	em := max(0.6*fontSize(width, height), 8)
	if w := (&ruler{face: face}).width(text) * em; w > float64(width)/2 {
		em *= float64(width) / 2 / w
	}
	var b bytes.Buffer
	header(&b, width, height, "Watermark", face, em, look{"FFFFFF", "", "101010", 0.06}, 9)
	margin := 0.045 * float64(min(width, height))
	fmt.Fprintf(&b, "Dialogue: 0,0:00:00.00,9:59:59.99,Watermark,,0,0,0,,{\\pos(%.1f,%.1f)\\alpha&H70&}%s\n",
		float64(width)-margin, margin, text)
	return b.Bytes()
}
