package sentence

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers/film/prose"
)

func texts(all []Sentence) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.Text
	}
	return out
}

func TestSentencesEndWhereAReaderWouldStop(t *testing.T) {
	for _, c := range []struct {
		language, text string
		want           []string
	}{
		{"english", "It was late… and cold.\n\nThe End\n\n***\n\nReally?!", []string{"It was late… and cold.", "The End ***", "Really?!"}},
		{"chinese", "夜深了。谁在那里？“是我！”他的 iPhone\nis off。", []string{"夜深了。", "谁在那里？", "“是我！”", "他的 iPhone is off。"}},
		{"english", "他走了。真的。Then he left.", []string{"他走了。真的。Then he left."}}, // a space would be added
		{"english", "When the old man had finally climbed the last of the nine hundred steps to the lantern room, he set down the heavy can of oil, wiped his forehead, and looked at the sea.", []string{
			"When the old man had finally climbed the last of the nine hundred steps to the lantern room,", "he set down the heavy can of oil, wiped his forehead, and looked at the sea.",
		}},
	} {
		if got := texts(Of(prose.Clean(c.text), c.language)); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.language, got, c.want)
		}
	}
}

func TestAScriptSaysWhoSpeaks(t *testing.T) {
	s := Read(prose.Clean(`INT. LIGHTHOUSE - NIGHT
The lamp went out. Nobody noticed.

MARA (whispering): Did you hear it?
Old Tom: Hear what: the sea?
[Thunder]
TOM:
NARRATOR: At 10:30 it began. See https://example.com.
note to self: this is narration.`), "english", []string{"Tom"})
	want := []Sentence{
		{"The lamp went out.", "", false},
		{"Nobody noticed.", "", true},
		{"Did you hear it?", "Mara", true},
		{"Hear what: the sea?", "Old Tom", true},
		{"At 10:30 it began.", "", false},
		{"See https://example.com.", "", false},
		{"note to self: this is narration.", "", true},
	}
	// The lower-case letter after the address begins no sentence of its own in doubt.
	want = append(want[:5], Sentence{"See https://example.com. note to self: this is narration.", "", true})
	if !slices.Equal(s.Spoken, want) {
		t.Errorf("got %+v", s.Spoken)
	}
	if s.Notes[0] != "INT. LIGHTHOUSE - NIGHT" || s.Notes[4] != "Thunder" {
		t.Errorf("notes %v", s.Notes)
	}
}

func TestAScriptInChinese(t *testing.T) {
	s := Read(prose.Clean("旁白：夜深了。\n小明：谁在那里？"), "chinese", nil)
	if !slices.Equal(s.Spoken, []Sentence{{"夜深了。", "", true}, {"谁在那里？", "小明", true}}) {
		t.Errorf("got %+v", s.Spoken)
	}
}

func TestGroupsFollowTheStartsAsFarAsTheyMakeSense(t *testing.T) {
	short := func(n int, speakers ...string) []Sentence {
		all := make([]Sentence, n)
		for i := range all {
			all[i].Text = "One two three four."
			if i < len(speakers) {
				all[i].Speaker = speakers[i]
			}
		}
		return all
	}
	for _, c := range []struct {
		name      string
		sentences []Sentence
		starts    []int
		want      []Range
	}{
		{"nothing", nil, []int{0}, nil},
		{"as asked", short(5), []int{0, 2, 3}, []Range{{0, 2, 0}, {2, 3, 1}, {3, 5, 2}}},
		{"out of order, out of range, twice", short(5), []int{3, 0, 9, -1, 3}, []Range{{0, 3, 1}, {3, 5, 0}}},
		{"none", short(3), nil, []Range{{0, 3, 0}}},
		{"the first is missing", short(4), []int{2}, []Range{{0, 2, 0}, {2, 4, 0}}},
		{"too long", short(8), []int{0}, []Range{{0, 3, 0}, {3, 6, 0}, {6, 8, 0}}},
		{"speakers", short(4, "", "Tom", "Tom", ""), []int{0, 2}, []Range{{0, 1, 0}, {1, 2, 0}, {2, 3, 1}, {3, 4, 1}}},
	} {
		if got := Group(c.sentences, c.starts); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestLongTextsGetLongerGroupsNotMore(t *testing.T) {
	for name, text := range map[string]string{
		"sentences": strings.Repeat("The fox ran over the hill. ", 1800),
		"clauses":   strings.Repeat("and the fox ran on over the hill, ", 1400),
		"one word":  strings.Repeat("x", 50000),
		"marks":     strings.Repeat("!", 49999) + "a",
	} {
		all := Of(prose.Clean(text), "english")
		every := make([]int, len(all))
		for i := range every {
			every[i] = i
		}
		for _, starts := range [][]int{nil, every} {
			if n := len(Group(all, starts)); n == 0 || n > mostGroups {
				t.Errorf("%s: %d groups", name, n)
			}
		}
	}
}

var languages = []string{"english", "german", "french", "greek", "hindi", "chinese", "japanese"}

// FuzzNothingIsLost: the groups of a text, joined, are the text.
func FuzzNothingIsLost(f *testing.F) {
	f.Add("Mr. Fox ran. \"Where to?\"\n\nAnd then… he — well, he stopped.", uint8(0), []byte{1, 0, 7})
	f.Add("夜深了。谁在那里？“是我！”他的 iPhone is off。\n\nOK. 走", uint8(5), []byte{0, 2})
	f.Add("「行こう。」と彼は言った。雨だ！ はい。Mix 夜。深", uint8(0), []byte{2})
	f.Add("*** ... a\n\n—\n\n!?", uint8(6), []byte{})
	f.Fuzz(func(t *testing.T, raw string, which uint8, at []byte) {
		language := languages[int(which)%len(languages)]
		cleaned := prose.Clean(raw)
		sentences := Of(cleaned, language)
		var starts []int
		for _, b := range at {
			starts = append(starts, int(int8(b)))
		}
		var narrations []string
		next := 0
		for _, g := range Group(sentences, starts) {
			if g.From != next || g.To <= g.From || len(starts) > 0 && (g.Start < 0 || g.Start >= len(starts)) {
				t.Fatalf("group %v after %d", g, next)
			}
			next = g.To
			narrations = append(narrations, prose.Join(texts(sentences[g.From:g.To]), language))
		}
		if next != len(sentences) {
			t.Fatalf("%d of %d sentences", next, len(sentences))
		}
		if got := prose.Join(narrations, language); got != prose.Flat(cleaned, language) {
			t.Fatalf("%s: text changed:\n got %q\nwant %q", language, got, prose.Flat(cleaned, language))
		}
		for _, s := range sentences {
			if prose.Speakable(cleaned) && !prose.Speakable(s.Text) || !utf8.ValidString(s.Text) {
				t.Fatalf("%q has nothing to say", s.Text)
			}
		}
	})
}

// FuzzScript: every word of a script is spoken, or is a name or a note.
func FuzzScript(f *testing.F) {
	f.Add("MARA: Did you?\n[Thunder]\nOld Tom: no: yes\n\n12:30 (x)")
	f.Add("旁白：夜深了。\nINT. HOUSE\n: x\n(a) b (c)")
	f.Fuzz(func(t *testing.T, raw string) {
		cleaned := prose.Clean(raw)
		s := Read(cleaned, "english", []string{"Mara"})
		at := 0
		for _, one := range s.Spoken {
			if !prose.Speakable(one.Text) {
				t.Fatalf("%q has nothing to say", one.Text)
			}
			for _, word := range strings.Fields(one.Text) {
				i := strings.Index(cleaned[at:], word)
				if i < 0 {
					t.Fatalf("%q is not in the script, or not in order", word)
				}
				at += i + len(word)
			}
		}
	})
}
