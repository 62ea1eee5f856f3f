package film_test

import (
	"math"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers/film"
)

const tale = "The old keeper climbed the stairs every evening, even when the sea was calm. He lit the lamp and waited. Nobody came."

func TestSpokenSecondsGrowWithTheTextAndShrinkWithThePace(t *testing.T) {
	one := film.SpokenSeconds(tale, "english", 1)
	if one < 6 || one > 10 { // 21 words
		t.Errorf("the tale takes %v s", one)
	}
	if two := film.SpokenSeconds(tale+" "+tale, "english", 1); two < 2*one || two > 2*one+0.5 {
		t.Errorf("told twice it takes %v s, once %v", two, one)
	}
	if fast := film.SpokenSeconds(tale, "english", 1.2); math.Abs(fast-one/1.2) > 1e-9 {
		t.Errorf("at pace 1.2 it takes %v s, at 1 %v", fast, one)
	}
	for name, pair := range map[string][2]string{ // the second takes longer
		"a full stop":               {"One two", "One. Two"},
		"a comma":                   {"One two", "One, two"},
		"a quoted end":              {"One” two", "One.” Two"},
		"an emphasised end":         {"*One* two", "*One.* Two"},
		"a number":                  {"in a year", "in a year 1984"},
		"marks of other languages":  {"老人来了他走了", "老人来了。他走了"},
		"a decimal is no sentence":  {"2.5 m", "2. 5 m"},
		"the end of all is no rest": {"One two.", "One. Two."},
	} {
		if a, b := film.SpokenSeconds(pair[0], "english", 1), film.SpokenSeconds(pair[1], "english", 1); a >= b {
			t.Errorf("%s: %q takes %v s and %q %v", name, pair[0], a, pair[1], b)
		}
	}
	if film.SpokenSeconds("One two.", "english", 1) != film.SpokenSeconds("… One two", "english", 1) {
		t.Error("silence at the ends counts")
	}
	for _, nothing := range []string{"", " \n", "…!?", "\xff\xfe"} {
		if s := film.SpokenSeconds(nothing, "english", 1); s != 0 {
			t.Errorf("%q takes %v s", nothing, s)
		}
	}
}

func TestWhatIsNotSpokenNeedsNoTime(t *testing.T) {
	plain := "Fog lay over the harbour.\nIs anybody there?\nOnly me.\n"
	script := "# The Last Ferry\n\nFog lay over the harbour.\n(An old lantern on a wall.)\n[Rain.]\n**MARA:** Is anybody there?\nOld Tom (softly): Only me.\n"
	if a, b := film.NeededSeconds(plain, "english"), film.NeededSeconds(script, "english"); math.Abs(a-b) > 1e-9 {
		t.Errorf("the spoken lines need %v s, the script %v", a, b)
	}
	need := film.NeededSeconds(tale, "english")
	if speech := film.SpokenSeconds(tale, "english", film.FastestPace); need < speech+1 || need > speech+1.5 {
		t.Errorf("a film of it needs %v s, of which %v speech", need, speech)
	}
	if a, b := film.NeededSeconds("小明：谁在那里？", "chinese"), film.NeededSeconds("谁在那里？", "chinese"); a != b {
		t.Errorf("with a name %v s, without %v", a, b)
	}
}

func TestAScriptSpeaksWhereALetterOrADigitIsSaid(t *testing.T) {
	for script, want := range map[string]bool{
		"": false, "...": false, "---": false, "🎬": false, "MARA:": false, "MARA: \nBOB: ": false, "小明：": false, "MARA: (…)": false,
		"# The ferry": false, "(Rain.)": false, "(Rain.) [Thunder.]": false, "*(Silence.)*\n[Rain.]\nMARA:\n": false,
		"x": true, "2024": true, "१२३": true, "10:30": true, "#1": true, "#sea": true, "小明：好。": true, "雨が降る。": true, "बारिश हो रही है।": true, "المطر يهطل.": true, "ฝนตก": true,
		"(Rain.)\nMARA: Yes.": true, "# The ferry\nFog.": true, "(He wakes.) Good morning (he says)": true, "(Late) he came.": true, "(Never closed": true,
	} {
		if got := film.Speaks(script); got != want {
			t.Errorf("%q: %v", script, got)
		}
	}
}

// A script of the greatest length is estimated at once, whatever it is made of.
func TestHostileScriptsAreEstimatedQuickly(t *testing.T) {
	for _, unit := range []string{"'", ".'", ":", "(", "a:\n", "\xff", "—”", "1"} {
		s := film.NeededSeconds(strings.Repeat(unit, 20_000), "english")
		if math.IsNaN(s) || s < 1 {
			t.Errorf("%q: %v", unit, s)
		}
	}
}

func FuzzNeededSeconds(f *testing.F) {
	f.Add("MARA: Hello.\n(aside)\n# x\n", "english")
	f.Add("小明：好。", "chinese")
	f.Add(":\xff：(]", "")
	f.Add("*Go!*\nNo.", "english") // the emphasis ends with the sentence
	f.Fuzz(func(t *testing.T, script, language string) {
		whole := film.SpokenSeconds(script, language, film.FastestPace)
		need := film.NeededSeconds(script, language)
		if said := need > film.NeededSeconds("", language); film.Speaks(script) != said {
			t.Errorf("%q needs %v s, and speaks: %v", script, need, !said)
		}
		if math.IsNaN(need) || math.IsInf(need, 0) || need < 0 || need > whole+1.2+1e-6 {
			t.Errorf("%q needs %v s, and takes %v", script, need, whole)
		}
	})
}

func TestSilencesAreStretchedBetweenTheirBounds(t *testing.T) {
	in := film.TimelineInput{PauseSeconds: 0.45, LeadSeconds: 0.3, TailSeconds: 1.5}
	if got := in.Stretched(0); got.PauseSeconds != 0.45 || got.LeadSeconds != 0.3 || got.TailSeconds != 1.5 {
		t.Errorf("not at all: %+v", got)
	}
	long, short := in.Stretched(1), in.Stretched(-1)
	if long.PauseSeconds != 1.2 || long.LeadSeconds != 0.8 || long.TailSeconds != 3 {
		t.Errorf("longest: %+v", long)
	}
	if short.PauseSeconds != 0.25 || math.Abs(short.LeadSeconds-0.2) > 1e-9 || short.TailSeconds != 1 {
		t.Errorf("shortest: %+v", short)
	}
	// What is asked for beyond the bounds stays.
	odd := film.TimelineInput{PauseSeconds: 4, LeadSeconds: 0, TailSeconds: 10}
	if l, s := odd.Stretched(1), odd.Stretched(-1); l.PauseSeconds != 4 || l.TailSeconds != 10 || s.LeadSeconds != 0 || s.PauseSeconds != 0.25 {
		t.Errorf("beyond: %+v, %+v", l, s)
	}
}

func TestRolesAreSaidInWords(t *testing.T) {
	for want, r := range map[string]film.Role{
		"": {Name: "Mara", Looks: "tall"}, "a woman": {Gender: "female"}, "a person": {Age: "adult", Gender: "neutral"}, "an old man": {Age: "elderly", Gender: "male"},
		"a boy": {Age: "child", Gender: "male"}, "a child": {Age: "child"}, "a young person": {Age: "young_adult"}, "a middle-aged woman": {Age: "middle_aged", Gender: "female"},
	} {
		if got := r.Person(); got != want {
			t.Errorf("%+v is %q, want %q", r, got, want)
		}
	}
}
