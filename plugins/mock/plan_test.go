package mock

import (
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/filmloom/filmloom/providers/film"
)

func TestAPlanComesAsCloseToItsTargetAsItsSilencesAllow(t *testing.T) {
	p := configured(t, `{}`)
	in := film.TimelineInput{FPS: 30, PauseSeconds: 0.45, LeadSeconds: 0.3, TailSeconds: 1.5, TransitionSeconds: 0.4, MinSceneSeconds: 1.5}
	for i := range 5 {
		in.Scenes = append(in.Scenes, film.TimelineScene{ID: fmt.Sprint(i), SpeechSeconds: 3 + 0.1*float64(i)})
	}
	natural := must(t, p, film.Timeline, in) // 16 s of speech, 3.6 of silence
	short, long := must(t, p, film.Timeline, in.Stretched(-1)), must(t, p, film.Timeline, in.Stretched(1))
	for _, row := range []struct {
		target, least float64
		want          int
	}{
		{0, 0, natural.Frames},
		{20, 0, 600},
		{19.2, 0, 576},
		{23, 0, 690},
		{1, 0, short.Frames},
		{600, 0, long.Frames},
		{0, 5, natural.Frames},
		{0, 60, 1800},
		{600, 60, 1800},
	} {
		in.TargetSeconds, in.MinSeconds = row.target, row.least
		plan := must(t, p, film.Timeline, in)
		sum := 0
		for i, s := range plan.Scenes {
			sum += s.Frames
			if s.SpeechStart+in.Scenes[i].SpeechSeconds > float64(s.Frames)/30+1e-6 {
				t.Errorf("target %v: scene %d does not hold its speech: %+v", row.target, i, s)
			}
		}
		if plan.Frames != row.want || sum != plan.Frames || math.Abs(plan.Seconds-float64(plan.Frames)/30) > 1e-9 {
			t.Errorf("target %v, at least %v: %d frames, the slots %d; want %d", row.target, row.least, plan.Frames, sum, row.want)
		}
	}
	if !(short.Frames < 576 && natural.Frames > short.Frames && long.Frames > 690) {
		t.Errorf("%d, %d and %d frames", short.Frames, natural.Frames, long.Frames)
	}
}

func TestSpeakersSoundDifferent(t *testing.T) {
	p := configured(t, `{}`)
	seen := map[string]string{}
	for _, in := range []film.SpeechInput{
		{Voice: "alloy"},
		{Voice: "onyx"},
		{Voice: "alloy", Gender: "male"},
		{Voice: "alloy", Description: "deep"},
		{Voice: "alloy", Age: "child"},
		{Voice: "alloy", Age: "child", Variant: 1},
	} {
		in.Text, in.Language, in.Pace = "One two.", "english", 1
		what := fmt.Sprintf("%+v", in)
		raw, err := os.ReadFile(must(t, p, film.SpeechSynthesize, in).Audio.Path)
		if err != nil {
			t.Fatal(err)
		}
		sum := digestOf(raw)
		if other, twice := seen[sum]; twice {
			t.Errorf("%s sounds like %s", what, other)
		}
		seen[sum] = what
	}
}
