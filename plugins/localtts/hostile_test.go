package localtts

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// oddities stand between two words of the language, so that there is something to say around them.
var oddities = map[string]string{
	"numbers":       "3.14 1,000,000 1.000.000,50 -5 +7 50% № 5 7th 1/2 007 1e10 XIV",
	"dates":         "2026-11-25 25.11.2026 11/25/2026 '90s 1914–1918 12:45 00:00 23:59:59",
	"money":         "$5.20 €1,50 £3 ¥100 ₹10 ₴7 $5 million",
	"abbreviations": "Dr. Smith e.g. i.e. z. B. p.m. U.S.A. np. т.е. κ. etc.",
	"quotes":        `"a" 'b' “c” ‘d’ „e“ «f» » g « ‹h› 「i」『j』 ''k'' ` + "`l`",
	"addresses":     "https://example.org/a?b=c&d=%20#e me@example.org C:\\x\\y.txt #tag @name",
	"scripts":       "word слово λέξη शब्द 词语 ことば 단어 كلمة מילה ქართული ไทย",
	"right to left": "\u202bשלום عالم\u202c \u200f123\u200f",
	"emoji":         "😀 👩\u200d👩\u200d👧 🇩🇪 ❤\ufe0f 1\ufe0f\u20e3",
	"control":       "a\x00b \x01 \x1b[31m \x7f \u0085 \ufeff \u00ad \u2028 \ufffd",
	"marks alone":   "... — – - !? ( ) [] {} * _ ~ # / \\ | … 。 、 · •",
	"empty":         "\n\n . . \n\n ! \n\n … \n\n",
	"long digits":   strings.Repeat("1234567890", 20),
	"combining":     "a" + strings.Repeat("\u0301", 200) + " Z̷̛̺a̵l̶͖g̵o̴",
	"math":          "x² + y³ = z½ ≤ ∞ √2 5×3÷2±1 10⁻³ µm °C",
}

func TestOddTextsBreakNoLanguage(t *testing.T) {
	for _, lang := range fewer(strings.Split(film.Languages, ",")) {
		first, _, _ := strings.Cut(samples[lang], " ")
		if lang == "chinese" || lang == "japanese" {
			first = "老人"
		}
		for name, odd := range oddities {
			text := first + " " + odd + " " + first
			out, err := execute(t, t.Context(), film.SpeechInput{Text: text, Language: lang, Voice: "nova", Pace: 1})
			if err != nil {
				t.Errorf("%s, %s: %v", lang, name, err)
				continue
			}
			s := spokenFilm{Speech: out}
			s.samples, s.rate = readWAV(t, out.Audio.Path)
			checkWords(t, s, text, lang)
			if last := s.Words[len(s.Words)-1]; last.End-last.Start < 0.03 {
				t.Errorf("%s, %s: the word at the end has %.3f s", lang, name, last.End-last.Start)
			}
		}
	}
}

// Words of ten thousand letters are longer than any buffer of an engine.
func TestAWordOfAnyLengthIsSpoken(t *testing.T) {
	letters := 10_000
	if raced {
		letters = 2000
	}
	for lang, word := range map[string]string{"english": "ab", "hindi": "कि", "japanese": "ア"} {
		text := strings.Repeat(word, letters/utf8.RuneCountInString(word)) + " " + word
		out, err := execute(t, t.Context(), film.SpeechInput{Text: text, Language: lang, Voice: "alloy", Pace: 2})
		if err != nil {
			t.Errorf("%s: %v", lang, err)
			continue
		}
		s := spokenFilm{Speech: out}
		s.samples, s.rate = readWAV(t, out.Audio.Path)
		checkWords(t, s, text, lang)
	}
}

func FuzzWordsOfASpeechAreThoseOfItsText(f *testing.F) {
	languages := strings.Split(film.Languages, ",")
	for _, odd := range oddities {
		f.Add(odd, uint8(0))
		f.Add("a "+odd+" b", uint8(10))
		f.Add("老人"+odd, uint8(11))
		f.Add(odd+"た。", uint8(11))
	}
	f.Fuzz(func(t *testing.T, text string, language uint8) {
		if len(text) > 300 || !utf8.ValidString(text) { // speaking is slow, and JSON carries no broken text
			return
		}
		lang := languages[int(language)%len(languages)]
		out, err := execute(t, t.Context(), film.SpeechInput{Text: text, Language: lang, Voice: "alloy", Pace: 2})
		if err != nil {
			if e := providers.AsError(err); e.Kind != providers.KindInvalidInput {
				t.Fatalf("%s: %v", lang, err)
			}
			return
		}
		checkWords(t, spokenFilm{Speech: out}, text, lang)
	})
}
