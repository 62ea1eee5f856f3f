package ffmpeg

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/filmloom/filmloom/plugins/ffmpeg/mp4"
	"github.com/filmloom/filmloom/plugins/ffmpeg/tool"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

const thumbnailFile = "thumbnail.jpg"

// The size at which frames are compared.
const lookWidth, lookHeight = 48, 48

// thumbnail takes the most telling frame: among the first pictures of the segments, which are quick to
// decode, the one with the most to see; earlier ones are preferred, since they are what the film
// opens with, and transitions are left out.
func (c *compositor) thumbnail(ctx context.Context, call *providers.Call, in film.AssembleInput, segments []*mp4.File) (providers.File, error) {
	keys := keyFrames(segments)
	best, most, n := 0, math.Inf(-1), 0
	args := append([]string{"-loglevel", "error", "-skip_frame", "nokey"}, fromFile("mov", filmFile)...)
	args = append(args, "-map", "0:v:0", "-fps_mode", "passthrough", "-threads", "1",
		"-vf", fmt.Sprintf("scale=%d:%d:flags=area,format=gray", lookWidth, lookHeight),
		"-f", "rawvideo", "pipe:1")
	_, err := c.run(ctx, call, tool.Command{Args: args, Limit: limitFor(in), Stdout: func(r io.Reader) error {
		frame := make([]byte, lookWidth*lookHeight)
		for {
			if _, err := io.ReadFull(r, frame); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
			if n < len(keys) {
				score := interest(frame) - 0.15*float64(n)
				if keys[n].run < in.FPS {
					score -= 100
				}
				if score > most {
					best, most = n, score
				}
			}
			n++
		}
	}})
	if err != nil {
		return providers.File{}, err
	}
	// A quarter of a frame early: seeking takes the first frame that is not before.
	at := max(0, (float64(keys[best].frame)-0.25)/float64(in.FPS))
	args = append([]string{"-loglevel", "error", "-ss", fmt.Sprintf("%.6f", at)}, fromFile("mov", filmFile)...)
	args = append(args, "-map", "0:v:0", "-frames:v", "1", "-threads", "1",
		"-vf", "scale=in_color_matrix=bt709:in_range=tv:out_color_matrix=bt601:out_range=pc:"+thumbnailSize(in, segments)+",format=yuvj420p",
		"-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
		"-c:v", "mjpeg", "-q:v", "3", "-f", "image2", "-update", "1", "file:"+thumbnailFile)
	if _, err := c.run(ctx, call, tool.Command{Args: args, Limit: limitFor(in)}); err != nil {
		return providers.File{}, err
	}
	return providers.File{Path: thumbnailFile, MediaType: "image/jpeg", Name: thumbnailFile}, nil
}

// thumbnailSize is what the filter that converts the thumbnail is told of its size.
func thumbnailSize(in film.AssembleInput, segments []*mp4.File) string {
	track := segments[0].Track(mp4.Video)
	width, height := track.Width, track.Height
	longer := max(width, height)
	if in.ThumbnailSide <= 0 || in.ThumbnailSide >= longer {
		return "flags=accurate_rnd"
	}
	side := func(n int) int { return max(2, int(math.Round(float64(n)*float64(in.ThumbnailSide)/float64(longer)))) }
	return fmt.Sprintf("w=%d:h=%d:flags=area+accurate_rnd", side(width), side(height))
}

// A keyFrame is a picture that stands alone, and how many frames its segment has.
type keyFrame struct{ frame, run int }

func keyFrames(segments []*mp4.File) []keyFrame {
	var keys []keyFrame
	first := 0
	for _, s := range segments {
		samples := s.Track(mp4.Video).Samples
		for i, sample := range samples {
			if sample.Sync {
				keys = append(keys, keyFrame{first + i, len(samples)})
			}
		}
		first += len(samples)
	}
	return keys
}

func limitFor(in film.AssembleInput) time.Duration {
	return 2*time.Minute + time.Duration(in.Frames/in.FPS)*time.Second
}

// interest is how much there is to see in a small grey picture: its contrast and the variety of its
// tones, in bits.
func interest(frame []byte) float64 {
	var tones [32]int
	sum, squares := 0.0, 0.0
	for _, p := range frame {
		tones[p>>3]++
		sum += float64(p)
		squares += float64(p) * float64(p)
	}
	n := float64(len(frame))
	bits := 0.0
	for _, c := range tones {
		if c > 0 {
			share := float64(c) / n
			bits -= share * math.Log2(share)
		}
	}
	spread := math.Sqrt(max(squares/n-(sum/n)*(sum/n), 0))
	return bits + spread/40
}
