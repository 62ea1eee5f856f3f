package ffmpeg

import (
	"context"

	"github.com/filmloom/filmloom/plugins/ffmpeg/motion"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// renderClip renders the frames of a slot after its head.
func (c *compositor) renderClip(ctx context.Context, call *providers.Call, in film.ClipInput) (film.Segment, error) {
	e, err := encodingOf(in.Encoding)
	if err != nil {
		return film.Segment{}, err
	}
	side := film.Side{Image: in.Image, Motion: in.Motion, Frames: in.Frames, HeadFrames: in.HeadFrames, TailFrames: in.TailFrames}
	if err := checkSide(side); err != nil {
		return film.Segment{}, err
	}
	if in.HeadFrames >= in.Frames {
		return film.Segment{}, invalid("a slot of %d frames with a head of %d has no frame left for its clip", in.Frames, in.HeadFrames)
	}
	pic, err := openPicture(in.Image, e)
	if err != nil {
		return film.Segment{}, err
	}
	painter, camera := motion.NewPainter(pic, e.width, e.height), cameraOf(side, e)
	return c.render(ctx, call, segment{
		encoding: e, frames: in.Frames - in.HeadFrames, offset: in.HeadFrames,
		subtitles: in.Subtitles, watermark: in.Watermark,
		still: !camera.Moves(),
		paint: func(n int, frame []byte) { painter.Paint(frame, camera.View(in.HeadFrames+n)) },
	})
}

// cameraOf makes a slot's camera. It moves from the slot's first frame to the last of its tail.
func cameraOf(s film.Side, e encoding) motion.Camera {
	frames := s.Frames + s.TailFrames
	return motion.NewCamera(s.Motion, frames, float64(frames)/float64(e.fps))
}

func checkSide(s film.Side) error {
	if s.Frames < 1 || s.HeadFrames < 0 || s.TailFrames < 0 || s.HeadFrames > s.Frames {
		return invalid("a slot cannot have %d frames, a head of %d and a tail of %d", s.Frames, s.HeadFrames, s.TailFrames)
	}
	if s.Frames+s.TailFrames > maxFrames {
		return invalid("a scene of %d frames is too long; at most %d can be rendered", s.Frames+s.TailFrames, maxFrames)
	}
	return nil
}
