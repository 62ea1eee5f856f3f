package film_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers/film"
)

func TestSpeakersGetTheClosestVoice(t *testing.T) {
	for _, row := range []struct {
		gender, age, description string
		want                     string // voices that would do
		pitch                    int    // lower, as it is or higher
	}{
		{"male", "adult", "deep", "onyx", 0},
		{"", "", "deep", "onyx", 0},
		{"", "", "A deep, gravelly voice.", "onyx", 0},
		{"male", "", "", "echo", 0},
		{"female", "", "", "nova shimmer", 0},
		{"female", "adult", "deep", "nova alloy", -1},
		{"male", "", "high-pitched", "fable", 1},
		{"neutral", "", "", "alloy", 0},
		{"female", "", "warm and gentle", "shimmer", 0},
		{"female", "young_adult", "energetic", "nova", 0},
		{"male", "elderly", "", "onyx", -1},
		{"female", "elderly", "", "nova shimmer", -1},
		{"male", "child", "", "alloy nova", 1},
		{"female", "child", "", "nova shimmer", 1},
		{"", "child", "", "alloy nova shimmer", 1},
		{"", "", "a little girl", "nova shimmer", 1},
		{"", "", "old man's voice", "onyx", -1},
		{"male", "", "queen", "echo", 0}, // what is given by name counts
		{"", "", "like the wind in the trees", "fable", 0},
		{"", "", "", "fable", 0},
	} {
		in := film.SpeechInput{Voice: "fable", Gender: row.gender, Age: row.age, Description: row.description}
		c := in.Cast()
		heard := 0
		switch {
		case c.Pitch < 0.97:
			heard = -1
		case c.Pitch > 1.03:
			heard = 1
		}
		if !slices.Contains(strings.Fields(row.want), c.Voice) || heard != row.pitch {
			t.Errorf("%s %s %q is %+v, want %s, pitch %d", row.gender, row.age, row.description, c, row.want, row.pitch)
		}
	}
}

func TestANamedVoiceIsTakenAsItIs(t *testing.T) {
	for _, name := range strings.Split(film.Voices, ",") {
		if c := (film.SpeechInput{Voice: name, Variant: 3}).Cast(); c != (film.Casting{Voice: name, Pitch: 1, Length: 1}) {
			t.Errorf("%s is %+v", name, c)
		}
	}
	if c := (film.SpeechInput{}).Cast(); c.Voice != "alloy" {
		t.Errorf("nobody is %+v", c)
	}
}

// Ten speakers of one description are ten voices or shades of them, the closest first.
func TestVariantsOfADescriptionDiffer(t *testing.T) {
	for _, in := range []film.SpeechInput{{Gender: "male"}, {Gender: "female", Age: "elderly"}, {Description: "deep"}} {
		seen := map[film.Casting]bool{}
		for v := range 5 {
			in.Variant = v
			seen[in.Cast()] = true
		}
		if len(seen) < 5 {
			t.Errorf("%+v: 5 variants are %v", in, seen)
		}
	}
}

func FuzzCast(f *testing.F) {
	f.Add("alloy", "male", "child", "very DEEP old man's voice, fast", 3)
	f.Add("", "", "", "\xff high low", -7)
	f.Fuzz(func(t *testing.T, voice, gender, age, description string, variant int) {
		in := film.SpeechInput{Voice: voice, Gender: gender, Age: age, Description: description, Variant: variant}
		c := in.Cast()
		if c != in.Cast() {
			t.Errorf("%+v is cast in two ways", in)
		}
		if !in.Described() {
			return
		}
		if !slices.Contains(strings.Split(film.Voices, ","), c.Voice) || !(c.Pitch >= 0.75 && c.Pitch <= 1.35) || !(c.Length >= 0.9 && c.Length <= 1.15) {
			t.Errorf("%+v is %+v", in, c)
		}
	})
}
