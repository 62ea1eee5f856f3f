package ffmpeg

import (
	"context"
	"math"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// longestFilm bounds a plan, in seconds: a day.
const longestFilm = 24 * 60 * 60

// planTimeline plans a film, as long as it takes or as close to a length as its silences allow.
func planTimeline(_ context.Context, _ *providers.Call, in film.TimelineInput) (film.TimelinePlan, error) {
	if err := checkTimeline(in); err != nil {
		return film.TimelinePlan{}, err
	}
	plan := lay(in)
	if in.TargetSeconds > 0 {
		plan = toward(in, int(math.Round(in.TargetSeconds*float64(in.FPS))))
	}
	hold(&plan, framesFor(in.MinSeconds, float64(in.FPS)))
	return plan, nil
}

// toward stretches or shortens the silences until the film has so many frames, or nearly so.
func toward(in film.TimelineInput, frames int) film.TimelinePlan {
	plan := lay(in.Stretched(1))
	if plan.Frames <= frames {
		return plan // no silence is longer
	}
	if plan = lay(in.Stretched(-1)); plan.Frames >= frames {
		return plan
	}
	for low, high, n := -1.0, 1.0, 0; n < 30; n++ {
		middle := (low + high) / 2
		if longer := lay(in.Stretched(middle)); longer.Frames <= frames {
			low, plan = middle, longer
		} else {
			high = middle
		}
	}
	hold(&plan, frames) // what rounding each scene to frames has left
	return plan
}

// hold shows the last picture until the film has so many frames.
func hold(plan *film.TimelinePlan, frames int) {
	if more := frames - plan.Frames; more > 0 {
		plan.Scenes[len(plan.Scenes)-1].Frames += more
		plan.Frames = frames
		plan.Seconds = float64(frames) / float64(plan.FPS)
	}
}

// lay lays the scenes' slots one after the other. A slot holds its narration; the pause between two
// narrations is split by the boundary of their slots so that the transition, which lies at the head of the
// later slot, is in the middle of the pause when it is short enough for that.
func lay(in film.TimelineInput) film.TimelinePlan {
	fps := float64(in.FPS)
	plan := film.TimelinePlan{FPS: in.FPS, Scenes: make([]film.PlannedScene, len(in.Scenes))}
	before := max(0, (in.PauseSeconds-in.TransitionSeconds)/2) // the pause's share of the earlier slot
	shortest := max(1, framesFor(in.MinSceneSeconds, fps))
	start := 0
	for i, s := range in.Scenes {
		p := &plan.Scenes[i]
		*p = film.PlannedScene{ID: s.ID, StartFrame: start, StartSeconds: float64(start) / fps, SpeechStart: in.PauseSeconds - before}
		if i == 0 {
			p.SpeechStart = in.LeadSeconds
		}
		after := before
		if i == len(in.Scenes)-1 {
			after = in.TailSeconds
		}
		p.Frames = max(framesFor(p.SpeechStart+s.SpeechSeconds+after, fps), shortest)
		start += p.Frames
	}
	wanted := int(math.Round(in.TransitionSeconds * fps))
	for i := 1; i < len(plan.Scenes); i++ {
		from, to := &plan.Scenes[i-1], &plan.Scenes[i]
		to.HeadFrames = min(wanted, from.Frames/2, to.Frames/2)
		from.TailFrames = to.HeadFrames
	}
	plan.Frames, plan.Seconds = start, float64(start)/fps
	return plan
}

// framesFor is the smallest number of frames that is at least so long. What floating point adds to a
// whole number of frames does not make another frame.
func framesFor(seconds, fps float64) int { return int(math.Ceil(seconds*fps - 1e-6)) }

func checkTimeline(in film.TimelineInput) error {
	if len(in.Scenes) == 0 {
		return invalid("a film needs at least one scene")
	}
	if in.FPS < 1 || in.FPS > 120 {
		return invalid("the frame rate must be 1 to 120, not %d", in.FPS)
	}
	for name, v := range map[string]float64{
		"pause_seconds": in.PauseSeconds, "lead_seconds": in.LeadSeconds, "tail_seconds": in.TailSeconds,
		"transition_seconds": in.TransitionSeconds, "min_scene_seconds": in.MinSceneSeconds,
		"target_seconds": in.TargetSeconds, "min_seconds": in.MinSeconds,
	} {
		if !(v >= 0 && v <= longestFilm) {
			return invalid("%s must not be negative or longer than a day: %v", name, v)
		}
	}
	total := 0.0
	for _, s := range in.Scenes {
		if !(s.SpeechSeconds >= 0 && s.SpeechSeconds <= longestFilm) {
			return invalid("the narration of scene %q cannot last %v seconds", s.ID, s.SpeechSeconds)
		}
		total += s.SpeechSeconds + in.PauseSeconds + in.MinSceneSeconds
	}
	if total+in.LeadSeconds+in.TailSeconds > longestFilm {
		return invalid("the film would be longer than a day")
	}
	return nil
}
