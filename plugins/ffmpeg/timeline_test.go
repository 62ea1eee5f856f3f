package ffmpeg

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"pgregory.net/rapid"
)

func plan(t interface{ Fatal(...any) }, in film.TimelineInput) film.TimelinePlan {
	p, err := planTimeline(context.Background(), nil, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPlan(t *testing.T) {
	got := plan(t, film.TimelineInput{
		FPS: 30, PauseSeconds: 0.5, LeadSeconds: 0.3, TailSeconds: 1.5, TransitionSeconds: 0.4, MinSceneSeconds: 1.5,
		Scenes: []film.TimelineScene{{ID: "scene-01", SpeechSeconds: 2}, {ID: "scene-02", SpeechSeconds: 0.5}, {ID: "scene-03", SpeechSeconds: 3}},
	})
	want := film.TimelinePlan{Frames: 265, Seconds: 265.0 / 30, FPS: 30, Scenes: []film.PlannedScene{
		{ID: "scene-01", Frames: 71, TailFrames: 12, SpeechStart: 0.3}, // 0.3 + 2 + 0.05, rounded up
		{ID: "scene-02", StartFrame: 71, Frames: 45, HeadFrames: 12, TailFrames: 12, SpeechStart: 0.45, StartSeconds: 71.0 / 30},
		{ID: "scene-03", StartFrame: 116, Frames: 149, HeadFrames: 12, SpeechStart: 0.45, StartSeconds: 116.0 / 30},
	}}
	for i := range want.Scenes {
		if fmt.Sprintf("%+v", got.Scenes[i]) != fmt.Sprintf("%+v", want.Scenes[i]) {
			t.Errorf("scene %d: got %+v, want %+v", i+1, got.Scenes[i], want.Scenes[i])
		}
	}
	if got.Frames != want.Frames || got.Seconds != want.Seconds || got.FPS != 30 {
		t.Errorf("got %d frames, %v seconds; want %d, %v", got.Frames, got.Seconds, want.Frames, want.Seconds)
	}
}

func TestPlansKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := film.TimelineInput{
			FPS:               rapid.IntRange(1, 120).Draw(t, "fps"),
			PauseSeconds:      rapid.Float64Range(0, 5).Draw(t, "pause"),
			LeadSeconds:       rapid.Float64Range(0, 5).Draw(t, "lead"),
			TailSeconds:       rapid.Float64Range(0, 10).Draw(t, "tail"),
			TransitionSeconds: rapid.Float64Range(0, 3).Draw(t, "transition"),
			MinSceneSeconds:   rapid.Float64Range(0.1, 60).Draw(t, "shortest"),
		}
		for i := range rapid.IntRange(1, 30).Draw(t, "scenes") {
			in.Scenes = append(in.Scenes, film.TimelineScene{ID: fmt.Sprint(i), SpeechSeconds: rapid.Float64Range(0, 40).Draw(t, "speech")})
		}
		p := plan(t, in)
		fps := float64(in.FPS)
		const eps = 1e-5
		at, spoken := 0, -math.MaxFloat64
		for i, s := range p.Scenes {
			if s.StartFrame != at || math.Abs(s.StartSeconds-float64(at)/fps) > eps {
				t.Fatalf("slot %d starts at frame %d, %v s; the one before ends at %d", i, s.StartFrame, s.StartSeconds, at)
			}
			at += s.Frames
			if float64(s.Frames)/fps < in.MinSceneSeconds-eps || s.Frames < 1 {
				t.Fatalf("slot %d has only %d frames", i, s.Frames)
			}
			end := s.SpeechStart + in.Scenes[i].SpeechSeconds
			if s.SpeechStart < 0 || end > float64(s.Frames)/fps+eps {
				t.Fatalf("slot %d of %v s does not hold its speech from %v to %v", i, float64(s.Frames)/fps, s.SpeechStart, end)
			}
			if begins := s.StartSeconds + s.SpeechStart; begins < spoken+in.PauseSeconds-eps {
				t.Fatalf("speech %d begins at %v, less than a pause after %v", i, begins, spoken)
			}
			spoken = s.StartSeconds + end
			longest := in.TransitionSeconds*fps + 0.5
			switch {
			case i == 0 && s.HeadFrames != 0, i == len(p.Scenes)-1 && s.TailFrames != 0:
				t.Fatalf("slot %d of %d has a head of %d and a tail of %d", i, len(p.Scenes), s.HeadFrames, s.TailFrames)
			case i > 0 && s.HeadFrames != p.Scenes[i-1].TailFrames:
				t.Fatalf("slot %d has a head of %d; the tail before has %d", i, s.HeadFrames, p.Scenes[i-1].TailFrames)
			case float64(s.HeadFrames) > longest, 2*s.HeadFrames > s.Frames, s.HeadFrames > 0 && s.HeadFrames == s.Frames:
				t.Fatalf("slot %d of %d frames has a head of %d", i, s.Frames, s.HeadFrames)
			}
		}
		if p.Frames != at || math.Abs(p.Seconds-float64(at)/fps) > eps {
			t.Fatalf("the film has %d frames, %v s; its slots have %d", p.Frames, p.Seconds, at)
		}
		if left := p.Seconds - spoken; left < in.TailSeconds-eps {
			t.Fatalf("the tail has %v s", left)
		}
	})
}

func TestPlanRefuses(t *testing.T) {
	ok := film.TimelineInput{FPS: 30, Scenes: []film.TimelineScene{{ID: "a", SpeechSeconds: 1}}}
	for name, change := range map[string]func(in *film.TimelineInput){
		"no scene":        func(in *film.TimelineInput) { in.Scenes = nil },
		"no rate":         func(in *film.TimelineInput) { in.FPS = 0 },
		"no number":       func(in *film.TimelineInput) { in.Scenes[0].SpeechSeconds = math.NaN() },
		"negative speech": func(in *film.TimelineInput) { in.Scenes[0].SpeechSeconds = -1 },
		"endless target":  func(in *film.TimelineInput) { in.TargetSeconds = math.NaN() },
		"negative least":  func(in *film.TimelineInput) { in.MinSeconds = -1 },
		"endless pause":   func(in *film.TimelineInput) { in.PauseSeconds = math.Inf(1) },
		"longer than a day": func(in *film.TimelineInput) {
			in.Scenes = append(in.Scenes, film.TimelineScene{ID: "b", SpeechSeconds: longestFilm})
		},
	} {
		in := ok
		in.Scenes = append([]film.TimelineScene{}, ok.Scenes...)
		change(&in)
		if _, err := planTimeline(t.Context(), nil, in); err == nil || providers.AsError(err).Kind != providers.KindInvalidInput {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAFilmComesAsCloseToItsTargetAsItsSilencesAllow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := film.TimelineInput{
			FPS:               rapid.IntRange(1, 120).Draw(t, "fps"),
			PauseSeconds:      rapid.Float64Range(0, 2).Draw(t, "pause"),
			LeadSeconds:       rapid.Float64Range(0, 2).Draw(t, "lead"),
			TailSeconds:       rapid.Float64Range(0, 4).Draw(t, "tail"),
			TransitionSeconds: rapid.Float64Range(0, 1).Draw(t, "transition"),
			MinSceneSeconds:   rapid.Float64Range(0.1, 3).Draw(t, "shortest"),
		}
		for i := range rapid.IntRange(1, 30).Draw(t, "scenes") {
			in.Scenes = append(in.Scenes, film.TimelineScene{ID: fmt.Sprint(i), SpeechSeconds: rapid.Float64Range(0, 10).Draw(t, "speech")})
		}
		short, long := plan(t, in.Stretched(-1)), plan(t, in.Stretched(1))
		in.TargetSeconds = rapid.Float64Range(1, 400).Draw(t, "target")
		p := plan(t, in)
		want := min(max(int(math.Round(in.TargetSeconds*float64(in.FPS))), short.Frames), long.Frames)
		if p.Frames != want {
			t.Fatalf("%d frames, want %d of %d to %d", p.Frames, want, short.Frames, long.Frames)
		}
		spoken, at := -math.MaxFloat64, 0
		for i, s := range p.Scenes {
			if begins := s.StartSeconds + s.SpeechStart; begins < spoken+min(in.PauseSeconds, 0.25)-1e-5 {
				t.Fatalf("speech %d begins at %v, right after %v", i, begins, spoken)
			}
			spoken, at = s.StartSeconds+s.SpeechStart+in.Scenes[i].SpeechSeconds, at+s.Frames
		}
		if at != p.Frames || p.Seconds != float64(p.Frames)/float64(p.FPS) || p.Seconds < spoken-1e-5 {
			t.Fatalf("%d frames and %v s; the slots have %d, and the last word ends at %v", p.Frames, p.Seconds, at, spoken)
		}
		in.MinSeconds = rapid.Float64Range(0, 60).Draw(t, "least")
		held := plan(t, in)
		if least := framesFor(in.MinSeconds, float64(in.FPS)); held.Frames != max(least, p.Frames) || held.Frames-held.Scenes[len(held.Scenes)-1].Frames != p.Frames-p.Scenes[len(p.Scenes)-1].Frames {
			t.Fatalf("at least %d frames: %d, and %d without", least, held.Frames, p.Frames)
		}
	})
}
