package ffmpeg

import (
	"context"
	"slices"

	"github.com/filmloom/filmloom/plugins/ffmpeg/motion"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// renderTransition renders the head of a slot: the picture before, in its tail, gives way to the
// slot's own. Both go on moving.
func (c *compositor) renderTransition(ctx context.Context, call *providers.Call, in film.TransitionInput) (film.Segment, error) {
	e, err := encodingOf(in.Encoding)
	if err != nil {
		return film.Segment{}, err
	}
	for _, side := range []film.Side{in.From, in.To} {
		if err := checkSide(side); err != nil {
			return film.Segment{}, err
		}
	}
	frames := in.To.HeadFrames
	if frames < 1 {
		return film.Segment{}, invalid("the scene that comes has no head, so there is no transition to render")
	}
	if in.From.TailFrames != frames {
		return film.Segment{}, invalid("the scene that goes has a tail of %d frames and the one that comes a head of %d; they must be the same overlap",
			in.From.TailFrames, frames)
	}
	if !slices.Contains(motion.Transitions, in.Kind) {
		return film.Segment{}, invalid("there is no transition %q", in.Kind)
	}
	from, err := openPicture(in.From.Image, e)
	if err != nil {
		return film.Segment{}, err
	}
	to, err := openPicture(in.To.Image, e)
	if err != nil {
		return film.Segment{}, err
	}
	fromPainter, toPainter := motion.NewPainter(from, e.width, e.height), motion.NewPainter(to, e.width, e.height)
	fromCamera, toCamera := cameraOf(in.From, e), cameraOf(in.To, e)
	going := make([]byte, motion.FrameSize(e.width, e.height))
	coming := make([]byte, len(going))
	mixer := motion.NewMixer(in.Kind, e.width, e.height)
	return c.render(ctx, call, segment{
		encoding: e, frames: frames, subtitles: in.Subtitles, watermark: in.Watermark,
		// A short segment's first picture takes a larger share of its bits, so what is left would
		// look worse than the clips beside it.
		finer: 1,
		paint: func(n int, frame []byte) {
			fromPainter.Paint(going, fromCamera.View(in.From.Frames+n))
			toPainter.Paint(coming, toCamera.View(n))
			// The first frame already shows something new and the last still something old: the
			// frames before and after are those where nothing is mixed.
			mixer.Mix(frame, going, coming, float64(n+1)/float64(frames+1))
		},
	})
}
