package depict

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers/film"
)

func TestEveryLanguageHasATable(t *testing.T) {
	all, err := tables()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range strings.Split(film.Languages, ",") {
		if all[language] == nil {
			t.Errorf("%s has no table of words", language)
			continue
		}
		kinds := map[string]int{}
		for _, hits := range all[language].words {
			for _, h := range hits {
				kinds[h.kind]++
			}
		}
		for _, kind := range []string{place, timeDay, weather, person, animal, object, mood} {
			if kinds[kind] == 0 {
				t.Errorf("%s has no words for a %s", language, kind)
			}
		}
	}
	if len(all) != len(strings.Split(film.Languages, ",")) {
		t.Errorf("%d tables", len(all))
	}
}

func TestBrokenTablesAreRefusedWithTheirLine(t *testing.T) {
	known := map[string]*thing{"sea": {kind: place, key: "sea", drawn: "by the sea"}}
	for _, c := range []struct{ text, want string }{
		{"# words\nocean: x", `x.txt:2: the key "ocean" is not in things.txt`},
		{"sea x", `x.txt:1: want "key: words"`},
		{"sea:", `x.txt:1: "sea" has no words`},
		{"sea: a\nsea: b", `x.txt:2: the key "sea" is there twice`},
		{"sea: Meer", `x.txt:1: write "Meer" in lower case`},
		{"sea: me*", `x.txt:1: "me*" is too short to stand for all words that begin so`},
	} {
		if _, err := parseWords("x.txt", c.text, "german", known); err == nil || err.Error() != c.want {
			t.Errorf("%q: got %v, want %s", c.text, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"place | sea | by the sea", "x.txt:1: want four fields"},
		{"thing | sea | by the sea | sea", `x.txt:1: "thing" is no kind`},
		{"place | sea | by the sea | sea\nplace | sea | x | y", `x.txt:2: the key "sea" is empty or there twice`},
		{"place | sea | | sea", "x.txt:1: every thing but a mood says how it is drawn"},
	} {
		if _, _, err := parseThings("x.txt", c.text); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %s", c.text, err, c.want)
		}
	}
}

func TestPicturesShowTheWordsOfTheText(t *testing.T) {
	p, err := NewPainter("english", 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		passage string
		want    []string
		not     []string
	}{
		{"At night a man walked through the forest with a rusty anchor.", []string{"a man in a long coat", "rusty anchor", "forest", "moonlight"}, nil},
		{"He was cold, and it began to rain.", []string{"a man in a long coat", "forest", "moonlight", "rain"}, nil},
		{"A girl with a lantern came out of the fog.", []string{"a small girl", "lantern", "forest", "fog"}, []string{"long coat"}},
		{"In the morning they reached the village.", []string{"village", "morning"}, []string{"forest", "moonlight"}},
		{"It was what it had been, and the same as the rest.", []string{"village"}, []string{"had", "same", "rest"}},
	} {
		got := p.Picture(c.passage).Prompt
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("passage %d: %q does not show %q", i+1, got, w)
			}
		}
		for _, w := range c.not {
			if strings.Contains(got, w) {
				t.Errorf("passage %d: %q shows %q", i+1, got, w)
			}
		}
	}
}

func TestWholeWordsAreMatched(t *testing.T) {
	for _, c := range []struct {
		language, text string
		want           []string
	}{
		{"english", "The kingdom was seasoned with starch.", nil},
		{"english", "Lighthouses and lanterns", []string{"lighthouse", "lantern"}},
		{"german", "Der König ritt durch den Wald.", []string{"king", "forest"}},
		{"russian", "Старик вошёл в лес. Ночью шёл дождь.", []string{"oldman", "forest", "night", "rain"}},
		{"hindi", "रात को जंगल में", []string{"night", "forest"}},
		{"chinese", "夜里老人走进森林", []string{"night", "oldman", "forest"}},
		{"japanese", "夜、おじいさんが森に", []string{"night", "oldman", "forest"}},
	} {
		if got := Keys(c.text, c.language, 9); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s %q: got %q, want %q", c.language, c.text, got, c.want)
		}
	}
}

func TestNoTwoPicturesOfATextAreTheSame(t *testing.T) {
	for _, language := range []string{"english", "polish", "klingon"} {
		p, err := NewPainter(language, 5)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for i := range 60 {
			got := p.Picture("The cat sat.").Prompt
			if seen[got] {
				t.Fatalf("%s: picture %d is there already: %s", language, i, got)
			}
			seen[got] = true
		}
	}
}

func TestMoodFollowsTheWords(t *testing.T) {
	for text, want := range map[string]string{
		"The ghost screamed, and there was blood in the dark.": "suspense",
		"He kissed his bride; their love was young.":           "romantic",
		"We laughed at the silly clown. What a joke!":          "playful",
		"Seventeen forks lay there.":                           "calm",
	} {
		if got := Mood(text, "english"); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	if got := Mood("Angst und Blut, der Tod im Schatten", "german"); got != "suspense" {
		t.Errorf("German: %s", got)
	}
}

func FuzzPictureAlwaysShowsSomething(f *testing.F) {
	f.Add("The old man's \"lamp\" — a, the an.", "english")
	f.Add("夜里老人", "chinese")
	f.Fuzz(func(t *testing.T, text, language string) {
		p, err := NewPainter(language, uint64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		first, second := p.Picture(text), p.Picture(text)
		if first.Prompt == "" || first.Prompt == second.Prompt || strings.ContainsFunc(first.Prompt, func(r rune) bool { return r > 127 || r < ' ' }) {
			t.Fatal(fmt.Sprint(first, second))
		}
	})
}
