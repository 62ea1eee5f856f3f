package sentence

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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

const (
	ends     = ".!?…。！？｡।॥؟‼⁇⁈⁉"
	wideEnds = "。！？｡" // these need no space after them
	closers  = "\"')]}»«”’›‹」』）】〉》〕"
	openers  = "\"'([{«»“‘„‚‹›「『（【〈《¿¡—–-"
)

// Of divides a text that [Clean] made.
func Of(cleaned, language string) []Sentence {
	var all []Sentence
	flat := Flat(cleaned, language)
	paragraphs := strings.Split(cleaned, "\n\n")
	at := 0
	for i, paragraph := range paragraphs {
		size := len(Flat(paragraph, language))
		if i+1 < len(paragraphs) && at+size < len(flat) && flat[at+size] == ' ' {
			size++
		}
		all = append(all, divide(flat[at:at+size], language)...)
		if len(all) > 0 {
			all[len(all)-1].Ends = true
		}
		at += size
	}
	return speakable(all, language)
}

// divide cuts a paragraph on one line, which may end in a space.
func divide(text, language string) []Sentence {
	var parts []Sentence
	from := 0
	for _, at := range append(boundaries(text, language), len(text)) {
		for _, piece := range halves(text[from:at], language) {
			parts = append(parts, Sentence{Text: piece})
		}
		from = at
	}
	for i := range parts {
		if Separator(language) == " " {
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
		if n > 0 && out[n-1].Speaker == s.Speaker && (!Speakable(s.Text) || !Speakable(out[n-1].Text)) {
			out[n-1].Text = Join([]string{out[n-1].Text, s.Text}, language)
			out[n-1].Ends = s.Ends
			continue
		}
		out = append(out, s)
	}
	return out
}

// boundaries are the offsets at which a new sentence begins, without 0.
func boundaries(text, language string) []int {
	var found []int
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !endsSentence(r, language) {
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
			if endsSentence(r, language) {
				wide = wide || Separator(language) == "" && strings.ContainsRune(wideEnds, r)
			} else if strings.ContainsRune(closers, r) || r == '“' && slices.Contains(lowOpeners, language) {
				closed = true
			} else {
				break
			}
			i += size
		}
		if next, ok := begins(text, i, wide, closed); ok && !(text[start:i] == "." && abbreviates(text[:start], language)) {
			found = append(found, next)
		}
	}
	return found
}

// lowOpeners are the languages that quote „like this“.
var lowOpeners = []string{"german", "czech", "russian", "ukrainian"}

func endsSentence(r rune, language string) bool {
	return strings.ContainsRune(ends, r) || language == "greek" && (r == ';' || r == '\u037e')
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
	mr mrs ms dr prof st sr jr mt no vs approx dept capt col gen lt sgt rev hon hr fr bzw ca nr str tel
	abs evtl ggf inkl vgl mme mlle art fig vol cf pp sig sra ud uds ing dott avv pág núm dhr mevr drs blz
	pan př např tj tzv ul tzn ks św f.eks t.ex г ул стр гр см рис вул κ κα δρ π.χ δηλ डॉ श्री dok örn bkz sn doç`)

// ordinals are the languages that write "3." for "third".
var ordinals = []string{"german", "czech", "danish", "norwegian", "polish", "turkish"}

// abbreviates tells whether the text before a dot ends in something that a dot abbreviates.
func abbreviates(before, language string) bool {
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
