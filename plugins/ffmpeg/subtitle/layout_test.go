package subtitle

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run the test with -update and look at the change\ngot:\n%s", path, got)
	}
}

func lay(t testing.TB, s Scene) Layout {
	t.Helper()
	if s.Width == 0 {
		s.Width, s.Height = 1080, 1920
	}
	l, err := Lay(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func texts(cues []Cue) string {
	var lines []string
	for _, c := range cues {
		lines = append(lines, strings.ReplaceAll(c.Text, "\n", " / "))
	}
	return strings.Join(lines, "\n")
}

func TestScript(t *testing.T) {
	l := lay(t, Scene{
		Text: "The clock struck twelve, and nobody came.", Seconds: 2.4, SpeechStart: 0.3, Language: "english", Style: "cinematic",
		Words: []Word{{"The", 0, 0.15}, {"clock", 0.15, 0.5}, {"struck", 0.5, 0.8}, {"twelve,", 0.8, 1.2}, {"and", 1.5, 1.6}, {"nobody", 1.6, 2}, {"came.", 2, 2.4}},
	})
	golden(t, "scene.ass", l.ASS)
}

func TestWhereLinesBreak(t *testing.T) {
	for _, c := range []struct{ name, language, text, want string }{
		{
			"at the ends of sentences and clauses", "english",
			"On a cold November night, an old clockmaker opened his shop for the very last time. Nobody in Prague ever knew why.",
			"On a cold / November night,\nan old clockmaker / opened his shop for\nthe very last time.\nNobody in Prague / ever knew why.",
		},
		{"a short sentence stays whole", "english", "Then a door opened.", "Then a door opened."},
		{
			"Chinese between characters, punctuation never first", "chinese",
			"从前有一个老钟表匠,他在寒冷的夜里听到了敲门声。没有人知道为什么。",
			"从前有一个老钟表匠,\n他在寒冷的夜里 / 听到了敲门声。\n没有人知道为什么。",
		},
		{
			"Japanese between phrases", "japanese",
			"寒い夜、年老いた時計職人が扉を叩く音を聞いた。「誰だろう」と彼は言った。",
			"寒い夜、\n年老いた時計職人が / 扉を叩く音を聞いた。\n「誰だろう」 / と彼は言った。",
		},
		{"a word longer than a line is cut", "german", "Donaudampfschifffahrtsgesellschaftskapitän", "Donaudampfschifffahr / tsgesellschaftskapitän"},
		{"nothing", "english", " \n ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := texts(lay(t, Scene{Text: c.text, Seconds: 6, Language: c.language}).Cues); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

var languages = []string{"english", "chinese", "japanese", "hindi", "russian", "greek", "turkish"}

// Whatever the text, cues are in order, apart, short enough, and hold every word of it.
func TestCuesKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(),
			rapid.StringMatching(`([A-Za-zäß]{1,12}[,.!?]? ){0,40}`),
			rapid.StringMatching(`[一-龥ぁ-んァ-ン、。「」]{0,80}`),
			rapid.StringMatching(`([а-яА-Яअ-ह{}\\n☃🙂]{1,60} ?){0,8}`),
		).Draw(t, "text")
		s := Scene{
			Text: text, Seconds: rapid.Float64Range(0, 60).Draw(t, "seconds"), SpeechStart: rapid.Float64Range(0, 3).Draw(t, "start"),
			Language: rapid.SampledFrom(languages).Draw(t, "language"),
			Width:    rapid.IntRange(64, 3840).Draw(t, "width"), Height: rapid.IntRange(64, 3840).Draw(t, "height"),
		}
		if rapid.Bool().Draw(t, "timed") {
			for _, w := range strings.Fields(text) {
				start := rapid.Float64Range(-1, 70).Draw(t, "word")
				s.Words = append(s.Words, Word{w, start, start + rapid.Float64Range(-1, 1).Draw(t, "length")})
			}
		}
		l, err := Lay(s)
		if err != nil {
			t.Fatal(err)
		}
		end := 0.0
		var joined strings.Builder
		for i, c := range l.Cues {
			if c.Start < end || c.End < c.Start {
				t.Fatalf("cue %d is from %v to %v, after one that ends at %v", i, c.Start, c.End, end)
			}
			end = c.End
			lines := strings.Split(c.Text, "\n")
			if len(lines) > 2 {
				t.Fatalf("cue %d has %d lines", i, len(lines))
			}
			for _, line := range lines {
				if utf8.RuneCountInString(line) > 42 || strings.TrimSpace(line) != line {
					t.Fatalf("cue %d has the line %q", i, line)
				}
			}
			joined.WriteString(c.Text)
		}
		if len(l.Missing) == 0 && without(joined.String()) != without(plain(text)) {
			t.Fatalf("the cues read %q, the text %q", joined.String(), plain(text))
		}
	})
}

func without(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }

// A line as it is drawn, measured, fits between the margins.
func TestDrawnLinesAreNarrowEnough(t *testing.T) {
	for _, size := range [][2]int{{1080, 1920}, {1920, 1080}, {1080, 1080}, {270, 480}} {
		em := fontSize(size[0], size[1])
		for _, language := range languages {
			l := lay(t, Scene{
				Text:    "WWWWW MMMMMM wider and wider words, 从前有一个老钟表匠他在寒冷的夜里听到了敲门声 Холодной ноябрьской ночью घड़ीसाज़ ने दरवाज़े",
				Seconds: 9, Language: language, Width: size[0], Height: size[1],
			})
			m := &ruler{face: typefaceFor(language)}
			for _, c := range l.Cues {
				for line := range strings.SplitSeq(c.Text, "\n") {
					if w := m.width(line) * em; w > float64(size[0])*(1-2*sideMargin)+1 {
						t.Errorf("%v %s: %q is %.0f pixels wide", size, language, line, w)
					}
				}
			}
		}
	}
}

func TestTheSpokenWordIsHighlightedWhileItIsSpoken(t *testing.T) {
	l := lay(t, Scene{
		Text: "one two", Seconds: 2, SpeechStart: 1, Language: "english",
		Words: []Word{{"one", 0.1, 0.8}, {"two", 1, 2}},
	})
	var spoken []string
	for line := range strings.Lines(string(l.ASS)) {
		if strings.HasPrefix(line, "Dialogue: 1,") {
			fields := strings.SplitN(line, ",", 10)
			_, word, _ := strings.Cut(fields[9], "&\\c&H3FD2FF&}")
			word, _, _ = strings.Cut(word, "{")
			spoken = append(spoken, fmt.Sprintf("%s %s %s", fields[1], fields[2], word))
		}
	}
	want := "0:00:01.10 0:00:02.00 one, 0:00:02.00 0:00:03.00 two"
	if got := strings.Join(spoken, ", "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTimeIsSharedOutByLength(t *testing.T) {
	words := shareOut("a verylongword, end.", 10, false)
	if len(words) != 3 {
		t.Fatalf("got %v", words)
	}
	if words[0].start != 0 || words[2].end < 9.99 || words[2].end > 10 {
		t.Errorf("the words are from %v to %v, want 0 to 10", words[0].start, words[2].end)
	}
	if a, b := words[0].end-words[0].start, words[1].end-words[1].start; b < 5*a {
		t.Errorf("a long word takes %v, a short one %v", b, a)
	}
	if pause := words[2].start - words[1].end; pause <= 0.3 {
		t.Errorf("the comma's pause is %v", pause)
	}
}

func TestWhatNoFontHasIsNamed(t *testing.T) {
	l := lay(t, Scene{Text: "A snowman ☃ and a 🙂 שלום", Seconds: 2, Language: "english"})
	got := string(l.Missing)
	for _, r := range "☃🙂שלום" {
		if !strings.ContainsRune(got, r) {
			t.Errorf("%c is not among the missing %q", r, got)
		}
	}
	if strings.ContainsRune(string(l.ASS), '☃') || !strings.Contains(texts(l.Cues), "☃") {
		t.Error("the snowman must be left out of the drawing and kept in the cues")
	}
}

// What the twenty languages need: their alphabets and common punctuation.
func TestTheFontsCoverTheLanguages(t *testing.T) {
	for language, sample := range map[string]string{
		"english": "The quick brown fox — “jumps” over ‘it’… 0123456789 %&@#$€£", "czech": "Příliš žluťoučký kůň úpěl ďábelské ódy ŘŠČŽĎŤŇ",
		"danish": "Høj bly gom vandt fræk sexquiz på wc ÆØÅ", "dutch": "Één ijsje, coöperatie ë", "french": "Dès Noël où un zéphyr haï me vêt «œ» Ÿç",
		"german": "Zwölf Boxkämpfer jagen Viktor über den großen ẞ „Deich“", "greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία ΐΰ",
		"hindi": "ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण का सर्वनाश। ०१२३ ज़ फ़ ॐ", "indonesian": "Muharjo seorang xenofobia",
		"italian": "Pranzo d’acqua fa volti sghembi àèìòù", "chinese": "天地玄黄宇宙洪荒，我能吞下玻璃而不伤身体。《“”》！？",
		"japanese": "いろはにほへと ちりぬるを 鳥啼く声す夢覚ませ「」ー・ガギグゲゴ", "norwegian": "Vår sære Zulu fra badeøya spilte jo whist",
		"polish": "Zażółć gęślą jaźń ĄĆĘŁŃÓŚŹŻ", "portuguese": "Luís argüia à Júlia que «brações» õãê", "russian": "Съешь же ещё этих мягких французских булок ЁЪ",
		"spanish": "¿El pingüino Wenceslao hizo kilómetros? ¡Ñandú!", "swedish": "Flygande bäckasiner söka hwila på mjuka tuvor Å",
		"turkish": "Pijamalı hasta yağız şoföre çabucak güvendi İĞŞ", "ukrainian": "Жебракують філософи при ґанку церкви в Гадячі їєі’",
	} {
		if l := lay(t, Scene{Text: sample, Seconds: 3, Language: language}); len(l.Missing) > 0 {
			t.Errorf("%s lacks %q", language, string(l.Missing))
		}
	}
}

func TestLayRefuses(t *testing.T) {
	for name, s := range map[string]Scene{
		"too long a text": {Text: strings.Repeat("a ", maxText), Width: 1080, Height: 1920},
		"no size":         {Text: "a"},
		"negative time":   {Text: "a", Seconds: -1, Width: 100, Height: 100},
	} {
		if _, err := Lay(s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestALongSceneIsLaidOutQuickly(t *testing.T) {
	l := lay(t, Scene{Text: strings.Repeat("Some words that go on, and on. ", 300), Seconds: 600, Language: "english"})
	if len(l.Cues) < 300 {
		t.Errorf("got %d cues", len(l.Cues))
	}
}
