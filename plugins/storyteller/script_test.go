package storyteller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/storyteller/screenplay"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/film/prose"
)

// analyse runs the provider as the engine does, and checks what holds for every script.
func analyse(t testing.TB, in film.ScriptInput) (film.Script, []string, error) {
	t.Helper()
	if in.Language == "" {
		in.Language = "english"
	}
	in.Style = "cinematic"
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	result, err := New().Execute(context.Background(), &providers.Call{Capability: film.ScriptAnalyze.Name, Input: raw})
	if err != nil {
		return film.Script{}, nil, err
	}
	var out film.Script
	if err := json.Unmarshal(result.Output, &out); err != nil {
		t.Fatal(err)
	}
	checkScript(t, in, out)
	return out, result.Warnings, nil
}

func checkScript(t testing.TB, in film.ScriptInput, out film.Script) {
	t.Helper()
	if n := utf8.RuneCountInString(out.Title); n == 0 || n > 100 {
		t.Errorf("title %q", out.Title)
	}
	if n := utf8.RuneCountInString(out.Description); n < 150 || n > 200 {
		t.Errorf("description has %d characters: %s", n, out.Description)
	}
	if !slices.Contains(strings.Split(film.Genres, ","), out.Mood) {
		t.Errorf("mood %q", out.Mood)
	}
	if len(out.Scenes) == 0 || len(out.Scenes) > maxScenes || joined(out.Scenes, in.Language) != out.Text {
		t.Errorf("%d scenes, whose narrations joined are not %q", len(out.Scenes), out.Text)
	}
	names := []string{""}
	for i, c := range out.Characters {
		names = append(names, c.Name)
		if strings.TrimSpace(c.Looks) == "" || i < len(in.Characters) && c.Name != in.Characters[i].Name {
			t.Errorf("character %d is %+v", i, c)
		}
	}
	prompts := map[string]bool{}
	for i, s := range out.Scenes {
		if s.ID != fmt.Sprintf("scene-%02d", i+1) || !prose.Speakable(s.Narration) || prompts[s.ImagePrompt] && s.Speaker == "" || s.ImagePrompt == "" {
			t.Errorf("scene %d: %+v", i, s)
		}
		prompts[s.ImagePrompt] = true
		if !slices.Contains([]string{"wide", "medium", "close", "aerial"}, s.Camera) || s.Motion == "" || i > 0 && s.Motion == out.Scenes[i-1].Motion {
			t.Errorf("scene %d: camera %q, motion %q", i, s.Camera, s.Motion)
		}
		if !slices.Contains(names, s.Speaker) {
			t.Errorf("scene %d: the speaker %q is no character", i, s.Speaker)
		}
	}
	// Nothing that is spoken is lost, added or moved.
	known := []string{}
	for _, c := range in.Characters {
		known = append(known, c.Name)
	}
	var spoken strings.Builder
	for _, p := range screenplay.Read(in.Script, in.Language, known).Parts {
		spoken.WriteString(p.Text)
	}
	if squeeze(out.Text) != squeeze(spoken.String()) {
		t.Errorf("spoken is %q\nof %q", out.Text, spoken.String())
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

func TestAScriptBecomesScenesWithTheirSpeakers(t *testing.T) {
	out, warnings, err := analyse(t, film.ScriptInput{
		Script: `# The Last Ferry

EXT. HARBOUR - NIGHT

Fog lay over the dark harbour, and the last ferry had gone an hour ago.
(An old lantern on a wall.)
MARA (whispering): Is anybody there?
TOM: Only me, and the cat.

INT. KITCHEN - MORNING

NARRATOR: In the morning they drank tea, and nobody spoke of the ghost.`,
		Characters: []film.Role{{Name: "Mara", Looks: "a woman of thirty in a yellow raincoat"}, {Name: "Nobody", Looks: "unseen"}},
	})
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%v, %q", err, warnings)
	}
	if out.Title != "The Last Ferry" {
		t.Errorf("title %q", out.Title)
	}
	want := []struct{ speaker, narration, shows string }{
		{"", "Fog lay over the dark harbour, and the last ferry had gone an hour ago.", "fog"},
		{"Mara", "Is anybody there?", "Mara,|lantern|moonlight"},
		{"TOM", "Only me, and the cat.", "TOM,|cat"},
		{"", "In the morning they drank tea, and nobody spoke of the ghost.", "kitchen|morning|ghost"},
	}
	if len(out.Scenes) != len(want) {
		t.Fatalf("%d scenes: %+v", len(out.Scenes), out.Scenes)
	}
	for i, w := range want {
		s := out.Scenes[i]
		if s.Speaker != w.speaker || s.Narration != w.narration {
			t.Errorf("scene %d: %q says %q", i, s.Speaker, s.Narration)
		}
		for _, part := range strings.Split(w.shows, "|") {
			if !strings.Contains(s.ImagePrompt, part) {
				t.Errorf("scene %d shows %q, without %q", i, s.ImagePrompt, part)
			}
		}
	}
	if strings.Contains(out.Scenes[3].ImagePrompt, "fog") || strings.Contains(out.Scenes[3].ImagePrompt, "Mara") {
		t.Errorf("the kitchen shows %q", out.Scenes[3].ImagePrompt)
	}
	if len(out.Characters) != 3 || out.Characters[2].Name != "TOM" || out.Characters[0].Looks != "a woman of thirty in a yellow raincoat" {
		t.Errorf("characters %+v", out.Characters)
	}
	if out.Mood != "suspense" {
		t.Errorf("mood %q", out.Mood)
	}
}

// A script in each language: a heading, the narrator, a speaker with an aside, and a direction.
func TestScriptsInEveryLanguageAreDivided(t *testing.T) {
	names := map[string]string{"greek": "Μαρία", "hindi": "राम", "chinese": "小明", "japanese": "太郎", "russian": "Иван", "ukrainian": "Олена"}
	for language, text := range ownTexts {
		name, colon := names[language], ":"
		if name == "" {
			name = "Élise"
		}
		if prose.Separator(language) == "" {
			colon = "："
		}
		first, second, _ := strings.Cut(text, "\n\n")
		script := "## 1\n\n" + first + "\n\n" + name + " (…)" + colon + " " + second + "\n(" + first + ")\n" + name + colon + " " + second
		out, warnings, err := analyse(t, film.ScriptInput{Script: script, Language: language})
		if err != nil || len(warnings) > 0 {
			t.Errorf("%s: %v, %q", language, err, warnings)
			continue
		}
		want := strings.Join([]string{prose.Flat(first, language), prose.Flat(second, language), prose.Flat(second, language)}, prose.Separator(language))
		if out.Text != want {
			t.Errorf("%s: spoken is %q, want %q", language, out.Text, want)
		}
		if s := out.Scenes[0]; s.Speaker != "" || !strings.Contains(s.ImagePrompt, "forest") {
			t.Errorf("%s: the first scene is %+v", language, s)
		}
		if s := out.Scenes[len(out.Scenes)-1]; s.Speaker != name || !strings.HasPrefix(s.ImagePrompt, name+",") {
			t.Errorf("%s: the last scene is %+v", language, s)
		}
	}
}

func TestTheTargetLengthDecidesHowLongScenesAre(t *testing.T) {
	script := strings.Repeat("The train was late, as it always was. Nobody on the platform looked at the clock. A boy kicked a stone along the yellow line, twelve steps one way, twelve steps back.\n\n", 12)
	before := 1000
	for _, target := range []float64{600, 240, 60} { // the text takes about 150 s
		out, _, err := analyse(t, film.ScriptInput{Script: script, TargetSeconds: target})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(out.Scenes); n >= before {
			t.Errorf("%g s: %d scenes, where a longer film had %d", target, n, before)
		}
		before = len(out.Scenes)
	}
	if before < 6 || before > 18 {
		t.Errorf("a minute of film has %d scenes", before)
	}
	out, _, err := analyse(t, film.ScriptInput{Script: "One. Two. Three."})
	if err != nil || len(out.Scenes) != 1 {
		t.Errorf("three words have %d scenes, %v", len(out.Scenes), err)
	}
}

func TestLooksAreStableAndDiffer(t *testing.T) {
	script := "ANNA: One.\nBEN: Two.\nOLD MAN: Three.\nANNA: Four.\nCARA: Five.\nDAN: Six."
	first, _, err := analyse(t, film.ScriptInput{Script: script})
	if err != nil {
		t.Fatal(err)
	}
	again, _, _ := analyse(t, film.ScriptInput{Script: script})
	if !reflect.DeepEqual(first, again) {
		t.Error("the same script looks different")
	}
	other, _, _ := analyse(t, film.ScriptInput{Script: script, Seed: 5})
	if reflect.DeepEqual(first.Characters, other.Characters) {
		t.Error("another seed gives the same looks")
	}
	seen := map[string]bool{}
	for _, c := range first.Characters {
		clothes := c.Looks[strings.LastIndex(c.Looks, " and ")+1:]
		if seen[clothes] {
			t.Errorf("two wear %q: %+v", clothes, first.Characters)
		}
		seen[clothes] = true
	}
	if looks := first.Characters[2].Looks; !strings.HasPrefix(looks, "a man") {
		t.Errorf("the old man is %q", looks)
	}
	// Who makes the pictures adds the looks of those whom the description names.
	if strings.Count(first.Scenes[0].ImagePrompt, "ANNA") != 1 || !strings.Contains(first.Scenes[3].ImagePrompt, "ANNA") {
		t.Errorf("Anna is not in %q and %q", first.Scenes[0].ImagePrompt, first.Scenes[3].ImagePrompt)
	}
}

func TestRolesLookAsOldAsTheyAre(t *testing.T) {
	script := "ANNA: One.\nBEN: Two.\nCARA: Three.\nDAN: Four."
	out, _, err := analyse(t, film.ScriptInput{Script: script, Characters: []film.Role{
		{Name: "Anna", Age: "elderly", Gender: "female"},
		{Name: "Ben", Age: "child", Gender: "male"},
		{Name: "Cara", Gender: "female"},
		{Name: "Dan", Age: "middle_aged"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"an old woman of about seventy-five", "a boy of about nine", "a woman of about ", "a middle-aged person of about fifty"} {
		if c := out.Characters[i]; !strings.HasPrefix(c.Looks, want) || strings.Contains(c.Looks, "of about ,") {
			t.Errorf("%s is %q, want %q", c.Name, c.Looks, want)
		}
	}
	for _, c := range out.Characters[:2] {
		if old := c.Name == "Anna"; old != (strings.Contains(c.Looks, "white hair") || strings.Contains(c.Looks, "grey hair")) {
			t.Errorf("the hair of %s: %q", c.Name, c.Looks)
		}
	}
	if out.Seconds != film.SpokenSeconds(out.Text, "english", 1) || out.Seconds <= 0 {
		t.Errorf("it takes %v s", out.Seconds)
	}
}

func TestScriptsThatCannotBeFilmedSayWhy(t *testing.T) {
	for name, row := range map[string]struct{ script, want string }{
		"nothing":          {"", "no words"},
		"directions alone": {"(He waits.)\n[Rain.]\n# Night\nMARA:\nINT. HOUSE - DAY", "no words"},
		"marks":            {"MARA: …", "no words"},
		"too long":         {strings.Repeat("a b. ", 10_001), "50000"},
		"too many":         {strings.Repeat("ANNA: Yes.\nBEN: No.\n", 400), "600"},
	} {
		_, _, err := analyse(t, film.ScriptInput{Script: row.script})
		var e *providers.Error
		if !errors.As(err, &e) || e.Kind != providers.KindInvalidInput || !strings.Contains(e.User, row.want) || !strings.HasSuffix(e.User, ".") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, warnings, err := analyse(t, film.ScriptInput{Script: "МАРА: Кто там?"}); err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "Cyrillic") {
		t.Errorf("Russian as English: %q, %v", warnings, err)
	}
}

// hostile are scripts of a length that are made to be long work.
func hostile(length int) map[string]string {
	return map[string]string{
		"one word":      strings.Repeat("x", length),
		"colons":        strings.Repeat(":", length-1) + "a",
		"open brackets": "a\n" + strings.Repeat("(\n", length/2-1),
		"nested":        strings.Repeat("(", length/2-2) + "a" + strings.Repeat(")", length/2-2) + "\nb",
		"names":         strings.Repeat("A:", length/2),
		"headings":      strings.Repeat("# a\n", length/4-1) + "b",
		"paragraphs":    strings.Repeat("a\n\n", length/3),
		"notes":         strings.Repeat("(a)\nb\n", length/6),
		"one speaker":   strings.Repeat("ANNA: Yes.\n", length/11),
		"stars":         "a" + strings.Repeat("*", length-1),
	}
}

func TestHostileScriptsAreDividedAsWell(t *testing.T) {
	for name, script := range hostile(maxScript / 10) {
		if _, _, err := analyse(t, film.ScriptInput{Script: script}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkHostileScripts shows that the longest script that is taken is no trap: a second or two.
func BenchmarkHostileScripts(b *testing.B) {
	for name, script := range hostile(maxScript) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := analyse(b, film.ScriptInput{Script: script}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func FuzzScriptsLoseNothing(f *testing.F) {
	f.Add("# A\nINT. X - DAY\n\nMARA (aside)\n(b)\nHello: [c]\n(d\ne) f.\n**T:** g\n…\nNARRATOR:\n\nh", "english", 60)
	f.Add("第一幕\n小明（低声）：好 a。\n○台所\nb 他走了。", "chinese", 0)
	f.Add("…\n# x\n!\nA: …\nB: c", "greek", 3000)
	f.Fuzz(func(t *testing.T, script, language string, target int) {
		in := film.ScriptInput{Script: script, Language: language, TargetSeconds: float64(max(0, target%3600))}
		_, _, err := analyse(t, in)
		var e *providers.Error
		if err != nil && (!errors.As(err, &e) || e.Kind != providers.KindInvalidInput) {
			t.Fatal(err)
		}
	})
}
