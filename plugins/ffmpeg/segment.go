package ffmpeg

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"

	"github.com/filmloom/filmloom/plugins/ffmpeg/motion"
	"github.com/filmloom/filmloom/plugins/ffmpeg/mp4"
	"github.com/filmloom/filmloom/plugins/ffmpeg/subtitle"
	"github.com/filmloom/filmloom/plugins/ffmpeg/tool"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// Names of files in a call's work directory. ffmpeg is given no name that anybody else chose.
const (
	segmentFile   = "segment.mp4"
	subtitlesFile = "subtitles.ass"
	watermarkFile = "watermark.ass"
	fontsDir      = "fonts"
)

// A segment is a piece of film to be rendered.
type segment struct {
	encoding
	frames    int             // its length
	offset    int             // the slot's frame that is the segment's first
	subtitles *providers.File // times from the beginning of the slot
	watermark string
	finer     int // how much lower the crf is
	// paint fills frame n of the segment. It is called in order, from one goroutine; still says
	// that all frames are alike, and then it is called once.
	paint func(n int, frame []byte)
	still bool
}

// render encodes a segment and checks that it has the frames it should have.
func (c *compositor) render(ctx context.Context, call *providers.Call, s segment) (film.Segment, error) {
	graph, env, err := s.graph(call.WorkDir)
	if err != nil {
		return film.Segment{}, err
	}
	_, err = c.run(ctx, call, tool.Command{
		Args: s.arguments(graph, segmentFile, s.finer), Env: env, Limit: s.limit(s.frames),
		Feed: func(ctx context.Context, w *os.File) error {
			return s.feed(ctx, w, func(done int) {
				call.Progress(float64(done)/float64(s.frames), fmt.Sprintf("frame %d of %d", done, s.frames))
			})
		},
	})
	if err != nil {
		return film.Segment{}, err
	}
	got, err := mp4.Open(filepath.Join(call.WorkDir, segmentFile))
	if err != nil {
		return film.Segment{}, providers.Errorf(providers.KindInternal, "the encoded segment cannot be read: %w", err)
	}
	defer got.Close()
	if n := (mp4.Film{Segments: []*mp4.File{got}}).Frames(); n != s.frames {
		return film.Segment{}, providers.Errorf(providers.KindInternal, "ffmpeg made %d frames instead of %d", n, s.frames)
	}
	return film.Segment{Video: providers.File{Path: segmentFile, MediaType: "video/mp4"}, Frames: s.frames}, nil
}

// graph writes what the filters read into the work directory and gives the filter graph: fixed names
// and numbers only.
func (s segment) graph(dir string) (graph string, env []string, err error) {
	filters := []string{"setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"}
	var scripts [][]byte
	if s.subtitles != nil {
		script, err := readScript(s.subtitles.Path)
		if err != nil {
			return "", nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, subtitlesFile), script, 0o600); err != nil {
			return "", nil, err
		}
		scripts = append(scripts, script)
		// The script's clock is the slot's; the segment may begin later.
		filters = append(filters,
			fmt.Sprintf("setpts=PTS+(%d/%d)/TB", s.offset, s.fps),
			"ass=filename="+subtitlesFile+":fontsdir="+fontsDir,
			fmt.Sprintf("setpts=PTS-(%d/%d)/TB", s.offset, s.fps))
	}
	if strings.TrimSpace(s.watermark) != "" {
		script := subtitle.Watermark(s.watermark, s.width, s.height)
		if err := os.WriteFile(filepath.Join(dir, watermarkFile), script, 0o600); err != nil {
			return "", nil, err
		}
		scripts = append(scripts, script)
		filters = append(filters, "ass=filename="+watermarkFile+":fontsdir="+fontsDir)
	}
	if len(scripts) > 0 {
		conf, err := subtitle.UnpackFonts(filepath.Join(dir, fontsDir), scripts...)
		if err != nil {
			return "", nil, fmt.Errorf("unpack the subtitles' fonts: %w", err)
		}
		env = append(env, "FONTCONFIG_FILE="+conf)
	}
	return strings.Join(filters, ","), env, nil
}

// maxScript bounds an ASS script, in bytes.
const maxScript = 8 << 20

func readScript(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the subtitles: %w", err)
	}
	if info.Size() > maxScript {
		return nil, invalid("the subtitles have %d bytes; at most %d can be burned in", info.Size(), maxScript)
	}
	return os.ReadFile(path)
}

// feed paints the frames and writes them. Painting is ahead of writing by up to two frames, so that
// painter and encoder work at the same time.
func (s segment) feed(ctx context.Context, w *os.File, progress func(done int)) error {
	ctx, stop := context.WithCancel(ctx)
	const buffers = 3
	free, ready := make(chan []byte, buffers), make(chan []byte, buffers)
	size := motion.FrameSize(s.width, s.height)
	for range buffers {
		free <- make([]byte, size)
		if s.still {
			break
		}
	}
	painted := make(chan struct{})
	go func() {
		defer close(painted)
		defer close(ready)
		for n := range s.frames {
			select {
			case frame := <-free:
				if n == 0 || !s.still {
					s.paint(n, frame)
				}
				ready <- frame
			case <-ctx.Done():
				return
			}
		}
	}()
	defer func() { stop(); <-painted }()
	every := max(1, s.fps/2)
	done := 0
	for frame := range ready {
		if _, err := w.Write(frame); err != nil {
			return err
		}
		free <- frame
		if done++; done%every == 0 || done == s.frames {
			progress(done)
		}
	}
	return ctx.Err()
}

// openPicture decodes an image for frames of an encoding.
func openPicture(f providers.File, e encoding) (*motion.Picture, error) {
	img, err := decodeImage(f)
	if err != nil {
		return nil, err
	}
	pic, err := motion.NewPicture(img, e.width, e.height, e.density)
	if err != nil {
		return nil, invalid("%w", err)
	}
	return pic, nil
}

func decodeImage(f providers.File) (*image.RGBA, error) {
	r, err := os.Open(f.Path)
	if err != nil {
		return nil, fmt.Errorf("open the picture: %w", err)
	}
	defer r.Close()
	img, err := motion.Decode(r)
	if err != nil {
		return nil, &providers.Error{
			Kind: providers.KindInvalidInput, Message: err.Error(), Err: err,
			User: "A scene's picture cannot be used.", Hint: "make the picture again, or give a PNG, JPEG or WebP",
		}
	}
	return img, nil
}
