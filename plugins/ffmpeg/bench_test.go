package ffmpeg

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/ffmpeg/motion"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// BenchmarkClip renders six seconds at 1080×1920 and, in turn, lets the encoder alone encode the same
// frames from a file. "ratio" is the one's time to the other's: what the camera costs when a second
// core is free to paint while the first encodes. "cpu-ratio" compares processor time, all processes
// together, and does not mind what else the machine does. "MB-child" is the largest memory that an
// ffmpeg process had.
func BenchmarkClip(b *testing.B) {
	p := configured(b)
	const frames = 180
	e, err := encodingOf(film.Encoding{})
	if err != nil {
		b.Fatal(err)
	}
	img := grained(b, 1080, 1920, 1, 0.02)
	layout := must(b, p, film.SubtitleLayout, film.LayoutInput{
		Text:    "On a cold November night, an old clockmaker opened his shop for the very last time.",
		Seconds: 5.4, SpeechStart: 0.3, Language: "english", Width: 1080, Height: 1920,
	})
	ready := readyFrames(b, e, img, frames)
	for _, c := range []struct {
		name      string
		subtitles *providers.File
	}{{"bare", nil}, {"subtitled", &layout.ASS}} {
		b.Run(c.name, func(b *testing.B) {
			var ours, floor, oursCPU, floorCPU time.Duration
			for b.Loop() {
				begin, busy := time.Now(), cpuTime(b)
				must(b, p, film.ClipRender, film.ClipInput{Image: img, Motion: motion.ZoomIn, Frames: frames, Subtitles: c.subtitles})
				ours += time.Since(begin)
				oursCPU += cpuTime(b) - busy
				begin, busy = time.Now(), cpuTime(b)
				encodeAlone(b, e, ready)
				floor += time.Since(begin)
				floorCPU += cpuTime(b) - busy
			}
			var children syscall.Rusage
			if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children); err != nil {
				b.Fatal(err)
			}
			var own runtime.MemStats
			runtime.ReadMemStats(&own)
			b.ReportMetric(float64(ours)/float64(floor), "ratio")
			b.ReportMetric(float64(oursCPU)/float64(floorCPU), "cpu-ratio")
			b.ReportMetric(floor.Seconds()/float64(b.N), "s-encoder")
			b.ReportMetric(float64(children.Maxrss)/1024, "MB-child")
			b.ReportMetric(float64(own.Sys)/(1<<20), "MB-own")
		})
	}
}

// cpuTime is what this process and those it has waited for have used.
func cpuTime(b *testing.B) time.Duration {
	sum := int64(0)
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		sum += u.Utime.Nano() + u.Stime.Nano()
	}
	return time.Duration(sum)
}

// readyFrames writes the frames that the clip has as they are fed to the encoder.
func readyFrames(b *testing.B, e encoding, img providers.File, frames int) string {
	pic, err := openPicture(img, e)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "frames.yuv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	painter, camera := motion.NewPainter(pic, e.width, e.height), motion.NewCamera(motion.ZoomIn, frames, float64(frames)/float64(e.fps))
	frame := make([]byte, motion.FrameSize(e.width, e.height))
	for n := range frames {
		painter.Paint(frame, camera.View(n))
		if _, err := f.Write(frame); err != nil {
			b.Fatal(err)
		}
	}
	return path
}

func encodeAlone(b *testing.B, e encoding, path string) {
	args := append([]string{"-nostdin", "-y"}, e.arguments("null", "alone.mp4", 0)...)
	for i, a := range args {
		if a == "pipe:0" {
			args[i] = "file:" + path
		}
	}
	cmd := exec.CommandContext(b.Context(), "ffmpeg", args...)
	cmd.Dir = b.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
}
