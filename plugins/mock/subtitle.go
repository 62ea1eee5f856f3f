package mock

import (
	"context"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// cueLength is the most characters of a cue, which has one line.
const cueLength = 42

// layOut makes cues of one line each, and a plain script of them.
func layOut(_ context.Context, call *providers.Call, in film.LayoutInput) (film.Layout, error) {
	words := in.Words
	if len(words) == 0 {
		words = shareOut(withoutWords(in.Text), in.Language, in.Seconds)
	}
	out := film.Layout{Cues: []film.Cue{}}
	for _, w := range words {
		text := clip(withoutWords(w.Text), cueLength)
		if text == "" {
			continue
		}
		last := len(out.Cues) - 1
		gap := ""
		if last >= 0 {
			gap = between(out.Cues[last].Text, text, in.Language)
		}
		if last >= 0 && utf8.RuneCountInString(out.Cues[last].Text+gap+text) <= cueLength {
			out.Cues[last].Text += gap + text
			out.Cues[last].End = in.SpeechStart + w.End
			continue
		}
		out.Cues = append(out.Cues, film.Cue{Start: in.SpeechStart + w.Start, End: in.SpeechStart + w.End, Text: text})
	}
	var s strings.Builder
	fmt.Fprintf(&s, "[Script Info]\nScriptType: v4.00+\nPlayResX: %d\nPlayResY: %d\n\n", in.Width, in.Height)
	s.WriteString("[V4+ Styles]\nFormat: Name, Fontname, Fontsize, Alignment, MarginV\nStyle: Default,Sans,48,2,120\n\n")
	s.WriteString("[Events]\nFormat: Layer, Start, End, Style, Text\n")
	for _, c := range out.Cues {
		text := strings.NewReplacer("\\", "/", "{", "(", "}", ")", "\n", " ").Replace(c.Text)
		fmt.Fprintf(&s, "Dialogue: 0,%s,%s,Default,%s\n", clock(c.Start, 1, 2, "."), clock(c.End, 1, 2, "."), text)
	}
	var err error
	out.ASS, err = save(call, "subtitles.ass", "text/x-ssa", []byte(s.String()))
	return out, err
}

// between is what stands between two words of a line.
func between(before, after, language string) string {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	if unspaced(language) && (glyph(last) || glyph(first)) {
		return ""
	}
	return " "
}

// shareOut shares the time of a text out by the length of its words.
func shareOut(text, language string, seconds float64) []film.Word {
	tokens := strings.Fields(text)
	if unspaced(language) {
		tokens = glyphs(text)
	}
	total, at := 0, 0
	for _, t := range tokens {
		total += utf8.RuneCountInString(t)
	}
	var words []film.Word
	for _, t := range tokens {
		n := utf8.RuneCountInString(t)
		words = append(words, film.Word{Text: t, Start: seconds * float64(at) / float64(total), End: seconds * float64(at+n) / float64(total)})
		at += n
	}
	return words
}

// clock writes a time: hours with at least so many digits, minutes, seconds, and so many decimals after
// the separator.
func clock(seconds float64, hours, decimals int, separator string) string {
	unit := math.Pow10(decimals)
	n := int64(math.Round(max(0, seconds) * unit))
	whole, part := n/int64(unit), n%int64(unit)
	return fmt.Sprintf("%0*d:%02d:%02d%s%0*d", hours, whole/3600, whole/60%60, whole%60, separator, decimals, part)
}
