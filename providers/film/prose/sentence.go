package prose

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	ends     = ".!?…。！？｡।॥؟‼⁇⁈⁉"
	wideEnds = "。！？｡" // these need no space after them
	clauses  = ",;:—–…·，、；：-"
	closers  = "\"')]}»«”’›‹」』）】〉》〕"
	openers  = "\"'([{«»“‘„‚‹›「『（【〈《¿¡—–-"
)

// lowOpeners are the languages that quote „like this“.
var lowOpeners = []string{"german", "czech", "russian", "ukrainian"}

// Ends are the offsets of a text on one line, in bytes and in order, at which a new sentence begins, without
// 0. Full-width marks end a sentence without a space after them in every language, so that at such a place
// joining adds a space in a language that writes them.
func Ends(text, language string) []int {
	var found []int
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !endMark(r, language) {
			i += size
			continue
		}
		start := i
		wide, closed := false, false
		for i < len(text) {
			if strings.HasPrefix(text[i:], " »") && language == "french" {
				closed = true
				i += len(" »")
				continue
			}
			r, size = utf8.DecodeRuneInString(text[i:])
			if endMark(r, language) {
				wide = wide || strings.ContainsRune(wideEnds, r)
			} else if strings.ContainsRune(closers, r) || r == '“' && slices.Contains(lowOpeners, language) {
				closed = true
			} else {
				break
			}
			i += size
		}
		if next, ok := begins(text, i, wide, closed); ok && !(text[start:i] == "." && abbreviates(text[:start], text[next:], language)) {
			found = append(found, next)
		}
	}
	return found
}

// endMark tells whether a character ends sentences of a language.
func endMark(r rune, language string) bool {
	return strings.ContainsRune(ends, r) || language == "greek" && (r == ';' || r == '\u037e')
}

// ClauseMark tells whether a voice draws breath at a character within a sentence, if a word ends there.
func ClauseMark(r rune) bool { return strings.ContainsRune(clauses, r) }

// Clings tells whether a character belongs to what stands before it: a mark of the ends of sentences or
// clauses, or a closing quote or bracket.
func Clings(r rune) bool { return strings.ContainsRune(clauses+closers+ends, r) }

// Last is the last character of a text before the closing quotes and brackets at its end.
func Last(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, " "+closers))
	return r
}

// Ended tells whether a text ends with the end of a sentence.
func Ended(text, language string) bool {
	return endMark(Last(strings.TrimRight(text, " “"+closers)), language)
}

// begins tells whether a sentence begins after the end marks that stop at offset i, and where.
func begins(text string, i int, wide, closed bool) (int, bool) {
	rest := strings.TrimLeft(text[i:], " ")
	next := len(text) - len(rest)
	if rest == "" || next == i && !wide {
		return 0, false
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, openers+" "))
	if wide && closed && strings.ContainsRune("とって", first) {
		return 0, false // 「…。」と: the sentence goes on after the quotation
	}
	if strings.ContainsRune("，、,;；", first) {
		return 0, false
	}
	return next, !unicode.IsLower(first)
}

// abbreviations end in a dot and are followed by more of their sentence, in any of the languages.
var abbreviations = strings.Fields(`
	mr mrs ms dr prof st sr jr mt vs approx dept capt col gen lt sgt rev hon
	hr fr bzw ca nr str tel abs bd evtl ggf inkl vgl sog
	mme mlle av vol cf p pp
	sig sra ud uds dña ing dott avv pág núm exmo
	dhr mevr drs bijv blz
	pan př např tj tzv čp ul al pl np tzw tzn ks św im
	bl.a f.eks t.ex dvs kl
	г ул им стр тов гр проф см рис вул ім
	κ κα δρ π.χ δηλ
	डॉ श्री
	dok örn bkz sn doç yrd`)

// numbered are words, unless a number follows.
var numbered = []string{"no", "art", "fig"}

// ordinals are the languages that write "3." for "third".
var ordinals = []string{"german", "czech", "danish", "norwegian", "polish", "turkish"}

// abbreviates tells whether the text before a dot ends in something that a dot abbreviates, with what follows.
func abbreviates(before, after, language string) bool {
	word := strings.TrimLeft(before[strings.LastIndexByte(before, ' ')+1:], openers)
	runes := []rune(word)
	switch {
	case len(runes) == 0:
		return false
	case len(runes) == 1 && unicode.IsUpper(runes[0]):
		return word != "I" || language != "english" // an initial, as in "J. Verne"
	case len(runes) == 1 && language == "german" && unicode.IsLetter(runes[0]):
		return true // "z. B."
	case slices.Contains(abbreviations, strings.ToLower(word)):
		return true
	case slices.Contains(numbered, strings.ToLower(word)):
		first, _ := utf8.DecodeRuneInString(after)
		return unicode.IsDigit(first)
	case len(runes) <= 2 && strings.Trim(word, "0123456789") == "":
		return slices.Contains(ordinals, language)
	}
	// "e.g", "z.B", "p.m", "U.S": single letters between dots.
	parts := strings.Split(word, ".")
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool {
		r, n := utf8.DecodeRuneInString(p)
		return n != len(p) || !unicode.IsLetter(r)
	})
}
