package ffmpeg

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/filmloom/filmloom/plugins/ffmpeg/tool"
	"github.com/filmloom/filmloom/providers"
)

// A placed narration is a file and the samples of the film in which it is heard.
type placed struct {
	path       string
	input      int // its number among ffmpeg's inputs
	start, end int64
}

func sortByStart(speech []placed) {
	sort.SliceStable(speech, func(i, j int) bool { return speech[i].start < speech[j].start })
	for i := range speech {
		speech[i].input = i
	}
}

// lanesOf puts narrations, ordered by their beginning, into as few lanes as have no overlap.
func lanesOf(speech []placed) [][]placed {
	var lanes [][]placed
	for _, p := range speech {
		done := false
		for i, lane := range lanes {
			last := lane[len(lane)-1]
			// The same beginning would leave the earlier one no room at all.
			if last.end <= p.start && last.start < p.start {
				lanes[i], done = append(lane, p), true
				break
			}
		}
		if !done {
			lanes = append(lanes, []placed{p})
		}
	}
	return lanes
}

// audioSeconds is how long a piece of sound lasts. WAV files say it in their head; ffprobe is asked
// about all others.
func (c *compositor) audioSeconds(ctx context.Context, call *providers.Call, path string) (float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("open a narration: %w", err)
	}
	defer f.Close()
	if seconds, ok := wavSeconds(f); ok {
		return seconds, nil
	}
	out, err := tool.Run(ctx, tool.Command{
		Path: c.ffprobe, Dir: call.WorkDir, Limit: time.Minute,
		Args: append(append([]string{"-v", "error"}, fromFile(audioKinds, path)...),
			"-select_streams", "a:0", "-show_entries", "format=duration", "-of", "csv=p=0"),
	})
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return 0, invalid("a narration is no sound that can be read: %w", err)
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(string(out.Stdout)), 64)
	if err != nil || !(seconds >= 0) {
		return 0, invalid("a narration does not say how long it lasts")
	}
	return seconds, nil
}

// wavSeconds reads a WAV file's head; false when it is not a complete, plain one.
func wavSeconds(r io.ReadSeeker) (float64, bool) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return 0, false
	}
	bytesPerSecond := uint32(0)
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return 0, false
		}
		size := binary.LittleEndian.Uint32(chunk[4:])
		switch string(chunk[:4]) {
		case "data":
			at, err := r.Seek(0, io.SeekCurrent)
			if err != nil {
				return 0, false
			}
			end, err := r.Seek(0, io.SeekEnd)
			// A writer that could not seek leaves the size open; then the file's end counts.
			length := min(int64(size), end-at)
			if err != nil || bytesPerSecond == 0 {
				return 0, false
			}
			return float64(length) / float64(bytesPerSecond), true
		case "fmt ":
			var format [16]byte
			if size < 16 {
				return 0, false
			}
			if _, err := io.ReadFull(r, format[:]); err != nil {
				return 0, false
			}
			bytesPerSecond = binary.LittleEndian.Uint32(format[8:])
			size -= 16
		}
		if _, err := r.Seek(int64(size)+int64(size&1), io.SeekCurrent); err != nil {
			return 0, false
		}
	}
}
