package mock

import (
	"context"
	"fmt"
	"strings"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// defaultFPS is the frame rate where the encoding names none.
const defaultFPS = 30

// renderClip gives the frames of a slot after its head.
func renderClip(_ context.Context, call *providers.Call, in film.ClipInput) (film.Segment, error) {
	return segment(call, in.Frames-in.HeadFrames, in.Encoding)
}

// renderTransition gives the head of the later scene's slot.
func renderTransition(_ context.Context, call *providers.Call, in film.TransitionInput) (film.Segment, error) {
	return segment(call, in.To.HeadFrames, in.Encoding)
}

func segment(call *providers.Call, frames int, e film.Encoding) (film.Segment, error) {
	if frames < 1 {
		return film.Segment{}, providers.Invalid("A segment of %d frames cannot be made: it needs at least one.", frames)
	}
	fps := e.FPS
	if fps < 1 {
		fps = defaultFPS
	}
	mark, err := fingerprint(call)
	if err != nil {
		return film.Segment{}, err
	}
	raw, err := lasting(clipMP4, frames, fps, mark)
	if err != nil {
		return film.Segment{}, err
	}
	f, err := save(call, "segment.mp4", "video/mp4", raw)
	return film.Segment{Video: f, Frames: frames}, err
}

// assemble gives a film of the right length, its thumbnail and its subtitles.
func assemble(_ context.Context, call *providers.Call, in film.AssembleInput) (film.Film, error) {
	if len(in.Segments) == 0 || in.Frames < 1 || in.FPS < 1 {
		return film.Film{}, providers.Invalid("A film needs segments, frames and a frame rate.")
	}
	mark, err := fingerprint(call)
	if err != nil {
		return film.Film{}, err
	}
	out := film.Film{Seconds: float64(in.Frames) / float64(in.FPS), LoudnessLUFS: -14, TruePeakDB: -1.5, Subtitles: []film.SubtitleFiles{}}
	raw, err := lasting(filmMP4, in.Frames, in.FPS, mark)
	if err != nil {
		return film.Film{}, err
	}
	if out.Video, err = save(call, "film.mp4", "video/mp4", raw); err != nil {
		return film.Film{}, err
	}
	raw, err = encodeJPEG(picture(filmWidth, filmHeight, mark))
	if err != nil {
		return film.Film{}, err
	}
	if out.Thumbnail, err = save(call, "thumbnail.jpg", "image/jpeg", raw); err != nil {
		return film.Film{}, err
	}
	for i, track := range in.Subtitles {
		name := fmt.Sprintf("subtitles-%02d", i+1)
		files := film.SubtitleFiles{Language: track.Language}
		srt, vtt := writeTrack(track)
		if files.SRT, err = save(call, name+".srt", "application/x-subrip", []byte(srt)); err != nil {
			return film.Film{}, err
		}
		if files.VTT, err = save(call, name+".vtt", "text/vtt", []byte(vtt)); err != nil {
			return film.Film{}, err
		}
		out.Subtitles = append(out.Subtitles, files)
	}
	return out, nil
}

// writeTrack writes a film's subtitles as SubRip and as WebVTT.
func writeTrack(track film.Track) (srt, vtt string) {
	var s, v strings.Builder
	v.WriteString("WEBVTT\n\n")
	n := 0
	for _, scene := range track.Scenes {
		for _, c := range scene.Cues {
			n++
			start, end := scene.Start+c.Start, scene.Start+c.End
			fmt.Fprintf(&s, "%d\n%s --> %s\n%s\n\n", n, clock(start, 2, 3, ","), clock(end, 2, 3, ","), c.Text)
			text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(c.Text)
			fmt.Fprintf(&v, "%s --> %s\n%s\n\n", clock(start, 2, 3, "."), clock(end, 2, 3, "."), text)
		}
	}
	return s.String(), v.String()
}
