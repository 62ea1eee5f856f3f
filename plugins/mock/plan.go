package mock

import (
	"context"
	"math"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// planTimeline plans a film as the contract says, as close to a length as its silences allow.
func planTimeline(_ context.Context, _ *providers.Call, in film.TimelineInput) (film.TimelinePlan, error) {
	if len(in.Scenes) == 0 {
		return film.TimelinePlan{}, providers.Invalid("A film needs at least one scene.")
	}
	if in.FPS < 1 || in.FPS > 120 {
		return film.TimelinePlan{}, providers.Invalid("The frame rate must be 1 to 120, not %d.", in.FPS)
	}
	const day = 24 * 60 * 60
	for _, s := range in.Scenes {
		if !(s.SpeechSeconds >= 0 && s.SpeechSeconds <= day) {
			return film.TimelinePlan{}, providers.Invalid("The narration of scene %q cannot last %v seconds: give at most a day.", s.ID, s.SpeechSeconds)
		}
	}
	plan, want := lay(in), int(math.Round(in.TargetSeconds*float64(in.FPS)))
	// Silences are stretched by thousandths, from the shortest, as long as the film fits; the last picture is
	// held for what is left, unless no silence could be longer.
	for by := -1000; want > 0 && by <= 1000; by++ {
		next := lay(in.Stretched(float64(by) / 1000))
		if by > -1000 && next.Frames > want {
			plan.hold(want)
			break
		}
		plan = next
	}
	plan.hold(int(math.Ceil(in.MinSeconds * float64(in.FPS))))
	return film.TimelinePlan(plan), nil
}

// A plan can be made longer.
type plan film.TimelinePlan

// hold shows the last picture until the film has so many frames.
func (p *plan) hold(frames int) {
	if more := frames - p.Frames; more > 0 {
		p.Scenes[len(p.Scenes)-1].Frames += more
		p.Frames, p.Seconds = frames, float64(frames)/float64(p.FPS)
	}
}

// lay gives each scene a slot that holds its narration. The pause between two narrations is shared between
// their slots so that the transition, at the head of the later one, lies in its middle.
func lay(in film.TimelineInput) plan {
	fps := float64(in.FPS)
	rest := max(0, in.PauseSeconds-in.TransitionSeconds) / 2 // of the pause, before the transition
	plan := plan{FPS: in.FPS}
	for i, s := range in.Scenes {
		begin, end := in.PauseSeconds-rest, rest
		if i == 0 {
			begin = in.LeadSeconds
		}
		if i == len(in.Scenes)-1 {
			end = in.TailSeconds
		}
		const slack = 1e-6 // what floating point adds to a whole number of frames makes no other frame
		frames := max(1, int(math.Ceil(max(begin+s.SpeechSeconds+end, in.MinSceneSeconds)*fps-slack)))
		p := film.PlannedScene{ID: s.ID, StartFrame: plan.Frames, Frames: frames, SpeechStart: begin, StartSeconds: float64(plan.Frames) / fps}
		if i > 0 {
			before := &plan.Scenes[i-1]
			p.HeadFrames = min(int(math.Round(in.TransitionSeconds*fps)), before.Frames/2, frames/2)
			before.TailFrames = p.HeadFrames
		}
		plan.Scenes = append(plan.Scenes, p)
		plan.Frames += frames
	}
	plan.Seconds = float64(plan.Frames) / fps
	return plan
}
