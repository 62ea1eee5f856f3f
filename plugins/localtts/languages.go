package localtts

import (
	"context"
	"math"
	"strings"
	"unicode"
)

// A language is how a text of it is divided, written for its engine, and spoken.
type language struct {
	words        func(text string) []word
	abbreviation func(printed string) bool
	script       func([]word) script
	espeak       string  // espeak-ng's name of it
	flite        bool    // flite speaks it where it is installed
	shelf        float64 // decibels that its engine's voices want above 3 kHz
}

var languages = map[string]language{
	"english": {
		words: splitWords, abbreviation: englishAbbreviation, script: englishScript, espeak: "en-us", flite: true, shelf: 3,
	},
	"czech":      spaced("cs", "např tzv atd apod tj např č str mj ing mgr dr"),
	"danish":     spaced("da", "f.eks bl.a dvs ca nr hr fr dr kl osv"),
	"dutch":      spaced("nl", "bijv d.w.z o.a ca nr dhr mevr dr m.a.w"),
	"french":     spaced("fr", "m mm mme mlle dr st p.ex env av apr n° cf"),
	"german":     spaced("de", "z.b d.h u.a bzw ca nr hr fr dr prof st vgl evtl ggf usw sog"),
	"greek":      spaced("el", "π.χ δηλ κ κα αρ σελ δρ βλ"),
	"hindi":      spaced("hi", "डॉ श्री प्रो"),
	"indonesian": spaced("id", "dr prof hlm no tgl yth jl"),
	"italian":    spaced("it", "sig dott prof ecc es pag n ca avv ing"),
	"norwegian":  spaced("nb", "f.eks bl.a dvs ca nr hr fr dr kl osv"),
	"polish":     spaced("pl", "np tzw itd itp tj dr prof ul r w nr str m.in ok inż mgr św"),
	"portuguese": spaced("pt-br", "sr sra dr dra prof p.ex etc pág nº av"),
	"russian":    spaced("ru", "т.е т.д т.п г гг в вв ул стр см др проф им руб тыс млн", unicode.Cyrillic),
	"spanish":    spaced("es", "sr sra srta dr dra ud uds p.ej pág núm etc av"),
	"swedish":    spaced("sv", "t.ex bl.a dvs ca nr hr fr dr kl osv m.m s.k"),
	"turkish":    spaced("tr", "dr prof vb vs örn sn no cad sok bkz"),
	"ukrainian":  spaced("uk", "т.д т.п р рр ст вул стор див ін проф ім грн тис млн", unicode.Cyrillic),
	"chinese": {
		words: splitChinese, abbreviation: noAbbreviation, script: chineseScript, espeak: "cmn-latn-pinyin",
	},
	"japanese": {
		words: splitJapanese, abbreviation: noAbbreviation, script: japaneseScript, espeak: "ja",
	},
}

// open makes the sayer of the language with a voice, whose pitch is changed by a factor. Where flite is
// missing, espeak-ng speaks English.
func (l language) open(v voice, pace, pitch float64) (sayer, error) {
	say, err := l.engine(v, pace/pitch)
	if err != nil || pitch == 1 {
		return say, err
	}
	return func(ctx context.Context, s script) (recording, int, error) {
		r, rate, err := say(ctx, s)
		// The file says that it is to be played faster or slower, as a smaller or bigger speaker has all
		// resonances higher or lower; what was spoken as much slower or faster keeps its time.
		return r, int(math.Round(float64(rate) * pitch)), err
	}, nil
}

// engine makes the sayer of the language's engine.
func (l language) engine(v voice, pace float64) (sayer, error) {
	if l.flite {
		if f, err := openFlite(); err == nil {
			return func(_ context.Context, s script) (recording, int, error) { return f.say(s, v.flite, pace) }, nil
		}
	}
	return l.openEspeak(v, pace)
}

// openEspeak makes the sayer of the language with espeak-ng.
func (l language) openEspeak(v voice, pace float64) (sayer, error) {
	e, err := openEspeak()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s script) (recording, int, error) {
		return e.say(ctx, s, l.espeak, v.espeak, pace)
	}, nil
}

// spaced is a language that is written with spaces and spoken by espeak-ng, with the abbreviations
// (in lower case, without their last full stop) that stand within sentences, and with its alphabets
// besides those that every voice reads.
func spaced(espeakName, abbreviations string, alphabets ...*unicode.RangeTable) language {
	known := map[string]bool{}
	for _, a := range strings.Fields(abbreviations) {
		known[a] = true
	}
	return language{
		words:  splitWords,
		script: spacedScript(alphabets),
		espeak: espeakName,
		abbreviation: func(printed string) bool {
			body, dotted := strings.CutSuffix(strings.ToLower(strings.Trim(plain(printed), `"'()[] `)), ".")
			if !dotted {
				return false
			}
			letters := []rune(body)
			return known[body] || len(letters) == 1 && unicode.IsLetter(letters[0]) || ordinalNumber(body)
		},
	}
}

// ordinalNumber: "3." is an ordinal in many of these languages, and "1984." the end of a sentence.
func ordinalNumber(body string) bool {
	return len(body) <= 2 && body != "" && strings.Trim(body, "0123456789") == ""
}

func noAbbreviation(string) bool { return false }

// everywhere are the alphabets that each voice of espeak-ng reads, by changing to a voice that does. A
// letter of another is only named ("Cyrillic s").
var everywhere = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Devanagari, unicode.Hangul, unicode.Georgian}

// readsEverywhere tells whether every voice of espeak-ng reads a letter.
func readsEverywhere(r rune) bool {
	return unicode.In(r, everywhere...) || r == 'µ' // which belongs to no alphabet
}

// spacedScript makes the function that writes words for espeak-ng, which reads numbers and the usual
// symbols itself.
func spacedScript(alphabets []*unicode.RangeTable) func([]word) script {
	reads := func(r rune) bool { return readsEverywhere(r) || unicode.In(r, alphabets...) }
	return func(words []word) script {
		var s script
		for i, w := range words {
			said := strings.TrimSpace(readable(s.legible(i, plain(w.text), reads)))
			if said == "" {
				continue
			}
			if len(s.runes) > 0 {
				s.gap(" ")
			}
			s.add(i, said)
		}
		return s
	}
}

// readable leaves out what espeak-ng would name instead of reading on: emphasis marks, brackets of
// code, pictures. What stands between two words becomes a space.
func readable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case sounds(r), unicode.IsSpace(r), strings.ContainsRune(`.,;:!?'"()-–/।॥。、，！？；：`, r):
			return r
		}
		return ' '
	}, text)
}
