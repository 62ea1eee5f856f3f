package subtitle

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A Scene is what is laid out: the words of one scene.
type Scene struct {
	Text          string
	Words         []Word  // may be empty: then the time is shared out by length
	SpeechStart   float64 // seconds from the beginning of the scene
	Seconds       float64 // length of the speech
	Language      string  // english, chinese, …; it chooses the font
	Style         string  // art style of the film: it chooses the colours
	Width, Height int     // pixels of the film
}

// A Cue is one subtitle: at most two lines of at most 42 characters.
type Cue struct {
	Start, End float64 // seconds
	Text       string
}

// A Layout is a scene's subtitles.
type Layout struct {
	Cues    []Cue
	ASS     []byte
	Missing []rune // characters that no font has, in order
}

const (
	maxText    = 1 << 16 // bytes of narration in a scene
	sideMargin = 0.08    // of the width, left free at either side
	hold       = 0.3     // seconds a cue stays after its last word
	bridge     = 0.5     // seconds of silence that a cue stays for rather than vanish and come again
)

// Lay lays out a scene. An empty text has no cues and a script without events.
func Lay(s Scene) (Layout, error) {
	switch {
	case len(s.Text) > maxText:
		return Layout{}, fmt.Errorf("the text has %d bytes; at most %d can be laid out in one scene", len(s.Text), maxText)
	case s.Width < 16 || s.Height < 16:
		return Layout{}, fmt.Errorf("subtitles cannot be laid out on %d×%d pixels", s.Width, s.Height)
	case !(s.Seconds >= 0) || !(s.SpeechStart >= 0) || math.IsInf(s.Seconds+s.SpeechStart, 0):
		return Layout{}, errors.New("the times of the speech must be numbers that are not negative")
	}
	face := typefaceFor(s.Language)
	if err := face.load(); err != nil {
		return Layout{}, fmt.Errorf("font %s: %w", face.family, err)
	}
	text := plain(s.Text)
	words := locate(text, s.Words, s.Seconds)
	if len(words) == 0 {
		words = shareOut(text, s.Seconds, s.Language == "japanese")
	}
	em := fontSize(s.Width, s.Height)
	width := float64(s.Width) * (1 - 2*sideMargin) / em
	m := &ruler{face: face}
	missing := map[rune]bool{}
	atoms := split(text, words, s.Language == "japanese")
	for i := range atoms {
		atoms[i].drawn = drawable(forASS(atoms[i].text), face, missing)
		measure(&atoms[i], m)
	}
	atoms = fit(atoms, m, width, maxRunes)
	setTimes(atoms, words)
	for i := range atoms {
		atoms[i].start += s.SpeechStart
		atoms[i].end += s.SpeechStart
	}
	cards := deal(atoms, width)
	layout := Layout{Cues: cuesOf(atoms, cards)}
	for r := range missing {
		layout.Missing = append(layout.Missing, r)
	}
	slices.Sort(layout.Missing)
	layout.ASS = script(s, face, em, atoms, cards, layout.Cues)
	return layout, nil
}

// fontSize is the size of the letters, in pixels to the em: large on a phone held upright, smaller
// where the film is wider than it is high.
func fontSize(width, height int) float64 {
	return math.Round(max(min(0.071*float64(width), 0.058*float64(height)), 8))
}

func cuesOf(atoms []atom, cards []card) []Cue {
	cues := make([]Cue, len(cards))
	for i, c := range cards {
		text := lineText(atoms[c.from:c.split])
		if c.split < c.to {
			text += "\n" + lineText(atoms[c.split:c.to])
		}
		cues[i] = Cue{Start: atoms[c.from].start, End: atoms[c.to-1].end + hold, Text: text}
		if i > 0 {
			before := &cues[i-1]
			if cues[i].Start-before.End < bridge-hold {
				before.End = cues[i].Start
			}
		}
	}
	for i := range cues {
		cues[i].Start = millis(cues[i].Start)
		cues[i].End = max(millis(cues[i].End), cues[i].Start)
	}
	return cues
}

func millis(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }
