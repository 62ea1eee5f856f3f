package screenplay

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers/film/prose"
)

// brackets are those that directions and asides stand in.
var brackets = map[rune]rune{'(': ')', '[': ']', '（': '）', '［': '］', '【': '】'}

// maxDirection is how many lines a direction has at most: an open bracket must not take a script with it.
const maxDirection = 12

// direction gives the stage direction that fills the first line, or the first lines up to an empty one,
// and how many lines it takes; 0 when there is none.
func direction(lines []string) (string, int) {
	var b strings.Builder
	for i, line := range lines[:min(len(lines), maxDirection)] {
		if line == "" {
			break
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(line)
		switch inside, whole := enclosed(b.String()); {
		case whole:
			return b.String(), i + 1
		case !inside:
			return "", 0
		}
	}
	return "", 0
}

// enclosed tells whether a text is nothing but brackets that are closed (whole), or one of them is still
// open at its end (inside).
func enclosed(text string) (inside, whole bool) {
	var open []rune
	text = strings.Trim(text, "*_ ")
	for _, r := range text {
		switch {
		case brackets[r] != 0:
			open = append(open, brackets[r])
		case len(open) > 0 && r == open[len(open)-1]:
			open = open[:len(open)-1]
		case len(open) == 0 && !unicode.IsSpace(r):
			return false, false
		}
	}
	return len(open) > 0, len(open) == 0 && prose.Speakable(text)
}

// aside takes a bracket off the beginning of a speech.
func aside(text string) (note, rest string) {
	first, size := utf8.DecodeRuneInString(text)
	closing := brackets[first]
	if closing == 0 {
		return "", text
	}
	end := strings.IndexRune(text, closing)
	if end < 0 {
		return "", text
	}
	return strings.TrimSpace(text[size:end]), strings.TrimLeft(text[end+utf8.RuneLen(closing):], " ")
}

var (
	// slugs are what headings of scenes begin with, for inside and outside, as scripts have them.
	slugs = regexp.MustCompile(`^(\d+[A-Z]?[.)]? +)?((INT|EXT|EST|INN|I/E|ИНТ|НАТ|ЭКСТ|ІНТ|ЕКСТ|ΕΣΩΤ|ΕΞΩΤ|ΕΣ|ΕΞ|İÇ|DIŞ|WN|PL)(\.|/|\. ?/)|(INT|EXT|INTERIOR|EXTERIOR|INTÉRIEUR|EXTÉRIEUR|INTERNO|ESTERNO|INNEN|AUSSEN|AUßEN|INTERIÉR|EXTERIÉR|WNĘTRZE|PLENER)( [-–—] | *[.:/] *| )|(内景|外景|室内|室外)|[○◯〇])`)
	// acts are words for a part of a play that a number follows.
	acts = regexp.MustCompile(`(?i)^(scene|act|szene|akt|bild|scène|acte|escena|acto|cena|ato|scena|atto|scén|bedrijf|výstup|dějství|jednání|сцена|акт|действие|дія|σκηνή|πράξη|दृश्य|अंक|adegan|babak|sahne|perde|kohtaus) +(\d+|[ivxlc]+)( *[:.–—-].*| *\(.*| *（.*)?$`)
	// wideActs are the same where numbers stand between: 第三幕.
	wideActs = regexp.MustCompile(`^第[0-9０-９一二三四五六七八九十百]+[幕场場](\s.*|[:：].*)?$`)
	// changes say how the picture changes.
	changes = regexp.MustCompile(`^(FADE (IN|OUT|UP|TO BLACK|TO WHITE)|(SMASH |MATCH |JUMP )?CUT (TO|TO BLACK)|CUT BACK TO|DISSOLVE TO|WIPE TO|INTERCUT|BLENDE|SCHNITT|FONDU|COUPE|FUNDIDO|CORTE A|DISSOLVENZA|STACCO|ЗАТЕМНЕНИЕ|淡入|淡出|切至)[.:：]?$`)
	rule    = regexp.MustCompile(`^([-*_=~] ?){3,}$`)
)

// sluglined tells whether a line is the heading of a scene inside or outside.
func sluglined(line string) bool {
	return slugs.MatchString(strings.Trim(line, "*_ ")) && prose.Speakable(line)
}

// headed tells whether a line is a heading of any kind, and what it says of the place.
func headed(line string) (place string, ok bool) {
	plain := line
	title, markdown := prose.Heading(line)
	if markdown {
		plain = title
	}
	plain = strings.Trim(plain, "*_ ")
	switch {
	case slugs.MatchString(plain) && prose.Speakable(plain):
		return plain, true
	case acts.MatchString(plain), wideActs.MatchString(plain):
		return plain, true
	case changes.MatchString(plain), rule.MatchString(line):
		return "", true
	}
	return plain, markdown
}

// titleLine tells whether a line is "Title: …", and what the title is.
func titleLine(line string) (string, bool) {
	label, rest, _ := colon(line)
	rest = strings.TrimSpace(rest)
	return rest, titles[lower(strings.Trim(label, "*_ "))] && rest != ""
}

// colon divides a line at its first colon.
func colon(line string) (before, after string, ok bool) {
	at := strings.IndexAny(line, ":：")
	if at < 0 {
		return line, "", false
	}
	_, size := utf8.DecodeRuneInString(line[at:])
	return line[:at], line[at+size:], true
}
