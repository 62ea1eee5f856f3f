// Package motion moves a camera over a still picture and paints the frames, in plain Go.
//
// A picture is decoded once ([Decode]) and turned into planar 4:2:0 video samples of the frame's
// aspect ([NewPicture]): BT.709, limited range, chroma sited to the left as H.264 assumes. A
// [Camera] says where the view lies in each frame, and a [Painter] resamples that view into a
// frame buffer that an encoder takes as it is ("yuv420p").
//
//	pic, err := motion.NewPicture(img, 1080, 1920, 1)
//	camera := motion.NewCamera(motion.ZoomIn, frames, float64(frames)/30)
//	painter := motion.NewPainter(pic, 1080, 1920)
//	frame := make([]byte, motion.FrameSize(1080, 1920))
//	for n := range frames {
//		painter.Paint(frame, camera.View(n))
//	}
//
// Zooming and panning are separable: each frame needs one table of horizontal taps and one pair of
// weights for each row, in fixed point. Positions are exact to 1/512 of a picture sample, so nothing
// jitters, which filters that crop at whole pixels cannot avoid.
//
// Promises: the same input gives the same bytes on every machine; the view never leaves the picture;
// painting a frame allocates nothing. The package starts no goroutine and touches no file.
package motion
