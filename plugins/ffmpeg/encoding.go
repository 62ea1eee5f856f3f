package ffmpeg

import (
	"fmt"
	"strconv"
	"time"

	"github.com/filmloom/filmloom/providers/film"
)

// An encoding is film.Encoding with its defaults filled in and checked.
type encoding struct {
	width, height, fps int
	quality
}

// A quality is a point on the frontier of time, size and fidelity.
type quality struct {
	preset  string
	params  string // further parameters of x264
	crf     int    // constant rate factor: lower is better and larger
	density float64
}

// qualities are the presets. On the pictures of this project "superfast" with a short lookahead and
// macroblock trees takes two thirds of the time of "veryfast" at the same fidelity. The fastest one
// keeps the 8x8 transform, so that every preset gives H.264 High.
var qualities = map[string]quality{
	"draft":    {"ultrafast", "8x8dct=1", 27, 1},
	"standard": {"superfast", "mbtree=1:rc-lookahead=10", 21, 1},
	"high":     {"fast", "", 17, 1.6},
}

// segmentParams make segments that can be joined: equal parameter sets, and groups of pictures that
// refer to nothing outside themselves.
const segmentParams = "stitchable=1:scenecut=0:open-gop=0:keyint=250"

// maxFrames bounds one segment: an hour at 30 frames a second.
const maxFrames = 108_000

func encodingOf(in film.Encoding) (encoding, error) {
	e := encoding{width: in.Width, height: in.Height, fps: in.FPS}
	for _, d := range []struct {
		field *int
		value int
	}{{&e.width, 1080}, {&e.height, 1920}, {&e.fps, 30}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if in.Quality == "" {
		in.Quality = "standard"
	}
	var ok bool
	if e.quality, ok = qualities[in.Quality]; !ok {
		return e, invalid("the quality %q is not one of draft, standard, high", in.Quality)
	}
	for _, side := range []int{e.width, e.height} {
		if side < 64 || side > 3840 || side%2 != 0 {
			return e, invalid("a film of %d×%d pixels cannot be encoded: each side must be even and 64 to 3840", e.width, e.height)
		}
	}
	if e.fps < 1 || e.fps > 120 {
		return e, invalid("the frame rate must be 1 to 120, not %d", e.fps)
	}
	return e, nil
}

// arguments turn raw frames from standard input into a segment: an MP4 file named by output, through
// a filter graph. A lower crf is asked for with finer.
func (e encoding) arguments(graph, output string, finer int) []string {
	params := segmentParams
	if e.params != "" {
		params += ":" + e.params
	}
	return []string{
		"-loglevel", "error",
		"-protocol_whitelist", "file,pipe", "-format_whitelist", "rawvideo",
		"-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", fmt.Sprintf("%dx%d", e.width, e.height),
		"-framerate", strconv.Itoa(e.fps), "-i", "pipe:0",
		"-filter_threads", "1", "-vf", graph,
		"-c:v", "libx264", "-preset", e.preset, "-crf", strconv.Itoa(e.crf - finer), "-threads", "1",
		"-x264-params", params, "-pix_fmt", "yuv420p",
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
		"-map_metadata", "-1", "-fflags", "+bitexact", "-video_track_timescale", strconv.Itoa(e.fps * 512),
		"-f", "mp4", "file:" + output,
	}
}

// limit is how long encoding so many frames may take before something must be wrong.
func (e encoding) limit(frames int) time.Duration {
	perFrame := 2 * time.Second * time.Duration(e.width*e.height) / (1080 * 1920)
	return time.Minute + time.Duration(frames)*max(perFrame, 200*time.Millisecond)
}
