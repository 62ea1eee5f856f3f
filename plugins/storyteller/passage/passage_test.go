package passage

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanKeepsWordsAndDropsWhatCannotBeSaid(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"white space becomes single spaces", "  one \t two\u00a0 three ", "one two three"},
		{"lines and paragraphs stay", "a\r\nb\r\n\r\n\r\nc", "a\nb\n\nc"},
		{"controls go", "a\x00b\x1b[31m\ufeffc\u202ed\u00ad", "ab[31mcd"},
		{"broken bytes go", "a\xffb\xc3", "ab"},
		{"headings lose their marks", "# The Well\nIt was dry.\n## Night\nIt spoke.", "The Well\n\nIt was dry.\n\nNight\n\nIt spoke."},
		{"a hash in the text stays", "We are #1.\nUse #tags.", "We are #1.\nUse #tags."},
		{"joiners of Hindi and emoji stay", "क्\u200dष 👩\u200d🚀", "क्\u200dष 👩\u200d🚀"},
		{"nothing stays nothing", " \n\t\u200b\x07 ", ""},
	} {
		if got := Clean(c.raw); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSentencesEndWhereAReaderSaysSo(t *testing.T) {
	for _, c := range []struct {
		language, text string
		want           []string
	}{
		{"english", "Mr. Jones met Dr. Lee at 3.14 p.m. in St. Ives. It rained.", []string{"Mr. Jones met Dr. Lee at 3.14 p.m. in St. Ives. ", "It rained."}},
		{"english", "He bought fruit, e.g. apples, i.e. food. Good!", []string{"He bought fruit, e.g. apples, i.e. food. ", "Good!"}},
		{"english", "J. R. Vane wrote it. So did I. Then he left.", []string{"J. R. Vane wrote it. ", "So did I. ", "Then he left."}},
		{"english", "\"Run!\" she cried. \"Now?\" He ran.", []string{"\"Run!\" she cried. ", "\"Now?\" ", "He ran."}},
		{"english", "“Who is there?” “Me.” Silence… and then a knock. Wait... What?!", []string{"“Who is there?” ", "“Me.” ", "Silence… and then a knock. ", "Wait... ", "What?!"}},
		{"english", "It costs 1,000.50 dollars at example.com today", []string{"It costs 1,000.50 dollars at example.com today"}},
		{"german", "Am 3. Oktober kam er, z. B. mit dem Zug. Dann ging er.", []string{"Am 3. Oktober kam er, z. B. mit dem Zug. ", "Dann ging er."}},
		{"spanish", "¿Quién es? ¡Soy yo! Abre, Sra. López.", []string{"¿Quién es? ", "¡Soy yo! ", "Abre, Sra. López."}},
		{"french", "« Qui est là ? » demanda-t-il. « Moi ! » Silence.", []string{"« Qui est là ? » demanda-t-il. ", "« Moi ! » ", "Silence."}},
		{"greek", "Ποιος είναι; Κανείς. Σιωπή.", []string{"Ποιος είναι; ", "Κανείς. ", "Σιωπή."}},
		{"hindi", "रात थी। कोई आया॥ वह कौन था? पता नहीं।", []string{"रात थी। ", "कोई आया॥ ", "वह कौन था? ", "पता नहीं।"}},
		{"chinese", "夜深了。谁在那里？“是我！”没有人回答……他走了。", []string{"夜深了。", "谁在那里？", "“是我！”", "没有人回答……他走了。"}},
		{"japanese", "「行こう。」と彼は言った。雨だ！「はい。」彼女は笑った。", []string{"「行こう。」と彼は言った。", "雨だ！", "「はい。」", "彼女は笑った。"}},
		{"russian", "В 1917 г. Иван Петров, т.е. мой дед, уехал. Он молчал.", []string{"В 1917 г. Иван Петров, т.е. мой дед, уехал. ", "Он молчал."}},
	} {
		var got []string
		from := 0
		for _, at := range append(sentenceEnds(c.text, c.language), len(c.text)) {
			got = append(got, c.text[from:at])
			from = at
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.language, got, c.want)
		}
	}
}

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
			"Japanese has no spaces between passages", "japanese", "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。\nおじいさんは山へ柴刈りに、おばあさんは川へ洗濯に行きました。",
			[]string{"むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。", "おじいさんは山へ柴刈りに、おばあさんは川へ洗濯に行きました。"},
		},
		{
			"Chinese lines join without a space", "chinese", "他问……\n\n没有人回答，于是他继续往前走，就像这些年来一样。他的 iPhone\nis off。",
			[]string{"他问……没有人回答，于是他继续往前走，就像这些年来一样。他的 iPhone is off。"},
		},
	} {
		if got := Divide(Clean(c.text), c.language); !slices.Equal(got, c.want) {
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
		passages := Divide(Clean(text), language)
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
	for _, p := range Divide(Clean(text), "english") {
		if n := len(strings.Fields(p)); n < 8 || n > 28 {
			t.Errorf("%d words: %q", n, p)
		}
	}
}

// checkNothingLost compares everything but white space, and white space too where the text has no
// run of letters that must be divided.
func checkNothingLost(t *testing.T, raw, language string, passages []string) {
	t.Helper()
	flat := Flat(Clean(raw), language)
	joined := strings.Join(passages, Separator(language))
	if squeeze(joined) != squeeze(flat) {
		t.Fatalf("%s: text changed:\n got %.200q\nwant %.200q", language, joined, flat)
	}
	plain := !slices.ContainsFunc(strings.Fields(flat), func(w string) bool {
		return utf8.RuneCountInString(w) > longestRun || strings.ContainsFunc(w, ideographic)
	})
	if (plain || Separator(language) == "") && joined != flat {
		t.Fatalf("%s: spaces changed:\n got %q\nwant %q", language, joined, flat)
	}
	for _, p := range passages {
		if Speakable(flat) && !Speakable(p) {
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
		cleaned := Clean(raw)
		if again := Clean(cleaned); again != cleaned && !strings.Contains(cleaned, "#") {
			t.Fatalf("cleaning twice changes %q to %q", cleaned, again)
		}
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
