package sentence

import (
	"slices"
	"strings"

	"github.com/filmloom/filmloom/providers/film/prose"
)

// A Sentence is a piece of text with something to say.
type Sentence struct {
	// Text has no space at its ends, but for the one that the original has between two sentences of
	// Chinese or Japanese.
	Text string
	// Speaker is the name of who says it; "" for the narrator.
	Speaker string
	// Ends tells that a paragraph ends here.
	Ends bool
}

// Of divides a text that [prose.Clean] made.
func Of(cleaned, language string) []Sentence {
	var all []Sentence
	text, paragraphs, _ := prose.Flatten(cleaned, language)
	from := 0
	for _, to := range append(paragraphs, len(text)) {
		all = append(all, divide(text[from:to], language)...)
		if len(all) > 0 {
			all[len(all)-1].Ends = true
		}
		from = to
	}
	return speakable(all, language)
}

// divide cuts a paragraph on one line, which may end in a space.
func divide(text, language string) []Sentence {
	var parts []Sentence
	from := 0
	for _, at := range append(prose.Ends(text, language), len(text)) {
		if at < len(text) && text[at-1] != ' ' && prose.Separator(language) == " " {
			continue // joining would add a space
		}
		for _, piece := range halves(text[from:at], language) {
			parts = append(parts, Sentence{Text: piece})
		}
		from = at
	}
	for i := range parts {
		if prose.Separator(language) == " " {
			parts[i].Text = strings.TrimSpace(parts[i].Text)
		}
	}
	return slices.DeleteFunc(parts, func(s Sentence) bool { return s.Text == "" })
}

// speakable joins what has nothing to say ("***", "…") to the sentence before it, or at the beginning to
// the one after it.
func speakable(all []Sentence, language string) []Sentence {
	var out []Sentence
	for _, s := range all {
		n := len(out)
		if n > 0 && out[n-1].Speaker == s.Speaker && (!prose.Speakable(s.Text) || !prose.Speakable(out[n-1].Text)) {
			out[n-1].Text = prose.Join([]string{out[n-1].Text, s.Text}, language)
			out[n-1].Ends = s.Ends
			continue
		}
		out = append(out, s)
	}
	return out
}
