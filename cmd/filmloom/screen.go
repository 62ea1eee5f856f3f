package main

import (
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"

	"github.com/filmloom/filmloom/engine"
)

// A screen is where a command writes: a terminal of a size, or something else that has none.
type screen struct {
	terminal      bool
	color         bool
	width, height int // of a terminal; 0 when there is no edge
}

// screenOf asks what w is. A terminal that does not tell its size is taken for a usual one.
func screenOf(w io.Writer) screen {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return screen{}
	}
	s := screen{terminal: true, color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	var err error
	if s.width, s.height, err = term.GetSize(int(f.Fd())); err != nil || s.width < 20 || s.height < 4 {
		s.width, s.height = 80, 24
	}
	return s
}

// A color is what a terminal is told before a text, or "".
type color string

const (
	plain  color = ""
	bold   color = "1"
	dim    color = "2"
	red    color = "31"
	green  color = "32"
	yellow color = "33"
	blue   color = "36"
)

// paint colors a text where the screen can.
func (s screen) paint(c color, text string) string {
	if !s.color || c == plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// symbol and colorOf show a state at a glance.
func symbol(s engine.State) string {
	switch s {
	case engine.Completed:
		return "✓"
	case engine.Failed:
		return "✗"
	case engine.Skipped:
		return "-"
	case engine.Running:
		return "▸"
	case engine.Paused:
		return "‖"
	case engine.Cancelled, engine.Superseded:
		return "■"
	}
	return "·"
}

func colorOf(s engine.State) color {
	switch s {
	case engine.Completed:
		return green
	case engine.Failed, damaged:
		return red
	case engine.Running:
		return blue
	case engine.Paused:
		return yellow
	}
	return dim
}

// columns is how many columns of a terminal a text takes.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) || r < ' ' {
		return 0
	}
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// cut shortens a text to at most so many columns.
func cut(text string, most int) string {
	if columns(text) <= most {
		return text
	}
	n := 0
	for i, r := range text {
		if n += runeColumns(r); n > most-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// pad fills a text up to so many columns.
func pad(text string, to int) string {
	return text + strings.Repeat(" ", max(to-columns(text), 0))
}

// oneLine is a text without line breaks and what else would move the cursor.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.TrimSpace(text))
}
