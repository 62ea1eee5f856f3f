package passage

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers/film/prose"
)

func TestDivideMakesPassagesForOnePictureEach(t *testing.T) {
	for _, c := range []struct {
		name, language, text string
		want                 []string
	}{
		{
			"short sentences share a picture", "english", "It was late. The rain fell. Nobody came to the door that night, and nobody left it.",
			[]string{"It was late. The rain fell. Nobody came to the door that night, and nobody left it."},
		},
		{
			"a long sentence is divided at a comma", "english",
			"When the old man had finally climbed the last of the nine hundred steps to the lantern room, he set down the heavy can of oil, wiped his forehead, and looked at the sea.",
			[]string{"When the old man had finally climbed the last of the nine hundred steps to the lantern room,", "he set down the heavy can of oil, wiped his forehead, and looked at the sea."},
		},
		{
			"a heading stands alone", "english", "The Well\n\nThere was a well in the garden behind the house of my grandmother.",
			[]string{"The Well", "There was a well in the garden behind the house of my grandmother."},
		},
		{
			"a paragraph begins a passage", "english", "One two three four five six seven eight nine.\n\nA new thought begins here today.",
			[]string{"One two three four five six seven eight nine. A new thought begins here today."},
		},
		{
			"a quotation is no heading", "german", "Sie rief: „Geh!“\n\nEr ging sofort hinaus in die kalte Nacht und kam nie wieder.",
			[]string{"Sie rief: „Geh!“ Er ging sofort hinaus in die kalte Nacht und kam nie wieder."},
		},
		{
			"Japanese has no spaces between passages", "japanese", "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。\nおじいさんは山へ柴刈りに、おばあさんは川へ洗濯に行きました。",
			[]string{"むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。", "おじいさんは山へ柴刈りに、おばあさんは川へ洗濯に行きました。"},
		},
		{
			"Chinese lines join without a space", "chinese", "他问……\n\n没有人回答，于是他继续往前走，就像这些年来一样。他的 iPhone\nis off。",
			[]string{"他问……没有人回答，于是他继续往前走，就像这些年来一样。他的 iPhone is off。"},
		},
	} {
		if got := Divide(prose.Clean(c.text), c.language); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q", c.name, got)
		}
	}
}

func TestLongTextsGetLongerPassagesNotMore(t *testing.T) {
	for name, text := range map[string]string{
		"sentences":       strings.Repeat("The fox ran over the hill. ", 740),
		"one sentence":    strings.Repeat("and the fox ran on over the hill ", 600),
		"tiny paragraphs": strings.Repeat("a\n\n", 6600),
		"one word":        strings.Repeat("x", 20000),
		"Chinese":         strings.Repeat("夜深了，他还在走。", 2200),
		"marks":           strings.Repeat("!", 19999) + "a",
		"one cluster":     "a" + strings.Repeat("\u0301", 19999),
	} {
		language := "english"
		if name == "Chinese" {
			language = "chinese"
		}
		passages := Divide(prose.Clean(text), language)
		if n := len(passages); n == 0 || n > MaxPassages {
			t.Errorf("%s: %d passages", name, n)
		}
		checkNothingLost(t, text, language, passages)
	}
}

func TestPassagesOfOrdinaryProseHaveAGoodLength(t *testing.T) {
	text := `The train was late, as it always was. Nobody on the platform looked at the clock any more. A boy kicked a stone along the yellow line,
twelve steps one way, twelve steps back, and each time he passed the bench he glanced at the suitcase that had been standing there since Monday.

"It isn't yours," said the woman with the flowers. He nodded. It wasn't anybody's. That was the point.

When the train finally came, its windows were dark; one by one the people got in, and the doors closed with a sigh. The boy stayed. So did the suitcase. Then, very quietly, it began to tick.`
	for _, p := range Divide(prose.Clean(text), "english") {
		if n := len(strings.Fields(p)); n < 8 || n > 28 {
			t.Errorf("%d words: %q", n, p)
		}
	}
}

// checkNothingLost compares everything but white space, and white space too where the text has no
// run of letters that must be divided.
func checkNothingLost(t *testing.T, raw, language string, passages []string) {
	t.Helper()
	flat := prose.Flat(prose.Clean(raw), language)
	joined := prose.Join(passages, language)
	if squeeze(joined) != squeeze(flat) {
		t.Fatalf("%s: text changed:\n got %.200q\nwant %.200q", language, joined, flat)
	}
	plain := !slices.ContainsFunc(strings.Fields(flat), func(w string) bool {
		return utf8.RuneCountInString(w) > 16 || strings.ContainsFunc(w, prose.Ideographic)
	})
	if (plain || prose.Separator(language) == "") && joined != flat {
		t.Fatalf("%s: spaces changed:\n got %q\nwant %q", language, joined, flat)
	}
	for _, p := range passages {
		if prose.Speakable(flat) && !prose.Speakable(p) {
			t.Fatalf("%s: passage %q has nothing to say", language, p)
		}
		if !utf8.ValidString(p) {
			t.Fatalf("passage %q is not UTF-8", p)
		}
	}
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func FuzzDivideLosesNothing(f *testing.F) {
	f.Add("Mr. Fox ran. \"Why?\" she said... Then, 3.14 times, he fell!\n\n# End\nx", "english")
	f.Add("夜深了。「はい。」と言った……Hello world. 好", "japanese")
	f.Add("你好 world。Foo bar, baz; qux。", "chinese")
	f.Add("Ποιος; α. β\u0301γ", "greek")
	f.Add("Σ。！a  b\n\n!!\n\n?", "english")
	f.Fuzz(func(t *testing.T, raw, language string) {
		cleaned := prose.Clean(raw)
		passages := Divide(cleaned, language)
		if len(passages) > MaxPassages {
			t.Fatalf("%d passages", len(passages))
		}
		checkNothingLost(t, raw, language, passages)
	})
}

// A short passage ends where a speaker would rest; only a sentence that is longer than usual passages is
// divided between any two words.
func TestShortPassagesDoNotEndWhereNobodyRests(t *testing.T) {
	whole := "Every evening the old keeper climbed the narrow stairs and lit the lamp again"
	for text, want := range map[string]int{
		whole + ".": 1, // 14 words
		"Every evening the old keeper climbed the stairs, and when he had come to the top he lit the lamp.": 2,
		whole + " " + whole + " and then " + whole + ".":                                                    2,
	} {
		if got := DivideBy(text, "english", 8); len(got) != want {
			t.Errorf("%q is divided into %d: %q", text, len(got), got)
		}
	}
}
