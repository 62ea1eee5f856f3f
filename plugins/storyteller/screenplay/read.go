package screenplay

import (
	"strings"

	"github.com/filmloom/filmloom/providers/film/prose"
)

// A Script is a script that was read.
type Script struct {
	Title    string
	Parts    []Part   // in order
	Closing  []string // notes after the last part
	Unspoken []string // everything that is not in a part's text, in order
}

// A Part is what one speaker says without a break, or what belongs to a new place or a new note.
type Part struct {
	Heading string   // of the scene that begins here, or ""
	Notes   []string // directions and asides that stand before it
	Speaker string   // "" is the narrator
	Text    string   // cleaned as by prose.Clean
}

// Read reads a script in a language. Names in known are speakers however they are written.
func Read(raw, language string, known []string) Script {
	r := &reader{lines: prose.Lines(raw), names: newNames(language, known), language: language}
	for _, line := range r.lines {
		r.slugs = r.slugs || sluglined(line)
		r.names.count(line)
	}
	for i := 0; i < len(r.lines); {
		i += r.line(i)
	}
	r.script.Closing = r.notes
	return r.script
}

// reader goes through the lines of a script.
type reader struct {
	lines    []string
	names    *names
	language string
	slugs    bool // scenes have headings in capitals

	script  Script
	heading string   // of a scene in which nothing was said yet
	notes   []string // since the last part
	speaker string
	open    bool // the speaker goes on with the next line
	block   bool // up to the next empty one
	said    bool // the speaker has said something
	apart   bool // an empty line came before
}

// line reads what begins at line i and tells how many lines it took.
func (r *reader) line(i int) int {
	line := r.lines[i]
	if line == "" {
		r.apart = true
		if !r.block || r.said { // a name alone may be followed by an empty line
			r.speaker, r.open, r.block = "", false, false
		}
		return 1
	}
	if note, n := direction(r.lines[i:]); n > 0 {
		r.unspoken(note)
		r.notes = append(r.notes, strings.Trim(note, "()[]（）［］【】*_ "))
		return n
	}
	if title, ok := titleLine(line); ok {
		r.unspoken(line)
		if r.script.Title == "" {
			r.script.Title = title
		}
		return 1
	}
	if place, ok := headed(line); ok {
		r.unspoken(line)
		if title, md := prose.Heading(line); md && r.script.Title == "" && len(r.script.Parts) == 0 && !sluglined(title) {
			r.script.Title = title
		}
		if place != "" {
			r.heading = strings.TrimSpace(r.heading + " " + place)
		}
		r.speaker, r.open, r.block, r.apart = "", false, false, true
		return 1
	}
	if name, aside, rest, ok := r.names.find(line); ok {
		r.enter(name, aside, strings.TrimSuffix(line, rest))
		r.open, r.block = true, rest == ""
		if rest != "" {
			r.say(rest)
		}
		return 1
	}
	if r.slugs && (r.apart || i == 0) && i+1 < len(r.lines) && r.lines[i+1] != "" {
		if name, aside, ok := r.names.cue(line); ok {
			r.enter(name, aside, line)
			r.open, r.block = true, true
			return 1
		}
	}
	if !r.open {
		r.speaker = ""
	}
	r.say(line)
	return 1
}

// enter makes somebody the speaker.
func (r *reader) enter(name, aside, unspoken string) {
	r.unspoken(unspoken)
	if aside != "" {
		r.notes = append(r.notes, aside)
	}
	r.speaker, r.said, r.apart = name, false, true
}

// say adds a line of the speaker's.
func (r *reader) say(text string) {
	if note, rest := aside(text); note != "" && r.speaker != "" && prose.Speakable(rest) {
		// "TOM: (laughs) Yes."
		r.unspoken(strings.TrimSuffix(text, rest))
		r.notes, text = append(r.notes, note), rest
	}
	if last := len(r.script.Parts) - 1; last >= 0 && r.script.Parts[last].Speaker == r.speaker && r.heading == "" && len(r.notes) == 0 {
		gap := "\n"
		if r.apart {
			gap = "\n\n"
		}
		r.script.Parts[last].Text += gap + text
	} else {
		r.script.Parts = append(r.script.Parts, Part{r.heading, r.notes, r.speaker, text})
		r.heading, r.notes = "", nil
	}
	r.said, r.apart = true, false
	r.open = r.block || r.speaker != "" && !prose.Ended(text, r.language)
}

func (r *reader) unspoken(text string) {
	r.script.Unspoken = append(r.script.Unspoken, strings.TrimSpace(text))
}
