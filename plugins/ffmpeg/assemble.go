package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode"

	"github.com/filmloom/filmloom/plugins/ffmpeg/mp4"
	"github.com/filmloom/filmloom/plugins/ffmpeg/subtitle"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

const filmFile = "film.mp4"

// assemble joins the segments, makes the sound and writes the film and what goes with it.
func (c *compositor) assemble(ctx context.Context, call *providers.Call, in film.AssembleInput) (film.Film, error) {
	segments, err := openSegments(in)
	defer func() {
		for _, s := range segments {
			s.Close()
		}
	}()
	if err != nil {
		return film.Film{}, err
	}
	speech, err := c.placeSpeech(ctx, call, in)
	if err != nil {
		return film.Film{}, err
	}
	s := &sound{c: c, call: call, speech: speech, music: in.Music, samples: samplesFor(in.Frames, in.FPS)}
	measured, err := s.make(ctx)
	if err != nil {
		return film.Film{}, err
	}
	call.Progress(0.7, "joining scenes")
	tracks, files, err := writeSubtitles(call, in.Subtitles)
	if err != nil {
		return film.Film{}, err
	}
	if err := join(ctx, call, in, segments, tracks); err != nil {
		return film.Film{}, err
	}
	if err := os.Remove(workFile(call, mixFile)); err != nil {
		return film.Film{}, err
	}
	call.Progress(0.85, "choosing a thumbnail")
	thumbnail, err := c.thumbnail(ctx, call, in, segments)
	if err != nil {
		return film.Film{}, err
	}
	call.Progress(1, "done")
	return film.Film{
		Video:     providers.File{Path: filmFile, MediaType: "video/mp4", Name: filmFile},
		Thumbnail: thumbnail, Subtitles: files,
		Seconds:      float64(in.Frames) / float64(in.FPS),
		LoudnessLUFS: max(measured.integrated, -99), TruePeakDB: max(measured.peak, -99),
	}, nil
}

// openSegments reads the segments' tables. It gives those that it has opened even with an error.
func openSegments(in film.AssembleInput) ([]*mp4.File, error) {
	if len(in.Segments) == 0 || in.Frames < 1 || in.FPS < 1 || in.FPS > 120 {
		return nil, invalid("a film needs segments, frames and a frame rate of 1 to 120; there are %d segments, %d frames, %d frames a second",
			len(in.Segments), in.Frames, in.FPS)
	}
	var segments []*mp4.File
	for i, f := range in.Segments {
		s, err := mp4.Open(f.Path)
		if err != nil {
			return segments, invalid("segment %d cannot be read: %w", i+1, err)
		}
		segments = append(segments, s)
	}
	if n := (mp4.Film{Segments: segments}).Frames(); n != in.Frames {
		return segments, invalid("the segments have %d frames together; the film should have %d", n, in.Frames)
	}
	return segments, nil
}

// join writes the film.
func join(ctx context.Context, call *providers.Call, in film.AssembleInput, segments []*mp4.File, texts []mp4.Text) error {
	audio, err := mp4.Open(workFile(call, soundFile))
	if err != nil {
		return providers.Errorf(providers.KindInternal, "the encoded sound cannot be read: %w", err)
	}
	defer audio.Close()
	out, err := os.Create(workFile(call, filmFile))
	if err != nil {
		return err
	}
	err = mp4.Write(ctx, out, mp4.Film{
		FPS: in.FPS, Segments: segments, Audio: audio, Texts: texts,
		Title: tag(in.Title, 200), Description: tag(in.Description, 4000), Language: languageCode(in.Language),
	})
	if closing := out.Close(); err == nil {
		err = closing
	}
	var misfit *mp4.FitError
	switch {
	case errors.As(err, &misfit):
		return invalid("the segments cannot be joined: %w", err)
	case err != nil:
		return fmt.Errorf("write the film: %w", err)
	}
	return nil
}

// tag is text as it may stand in a file's metadata: no control characters but line ends, not too long.
func tag(text string, longest int) string {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || r == unicode.ReplacementChar) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest])
	}
	return strings.TrimSpace(text)
}

// codes are the languages' codes of ISO 639-2/T.
var codes = map[string]string{
	"english": "eng", "czech": "ces", "danish": "dan", "dutch": "nld", "french": "fra", "german": "deu",
	"greek": "ell", "hindi": "hin", "indonesian": "ind", "italian": "ita", "chinese": "zho", "japanese": "jpn",
	"norwegian": "nor", "polish": "pol", "portuguese": "por", "russian": "rus", "spanish": "spa",
	"swedish": "swe", "turkish": "tur", "ukrainian": "ukr",
}

func languageCode(language string) string { return codes[language] }

// writeSubtitles writes each track as files, and gives those that belong into the film as well.
func writeSubtitles(call *providers.Call, tracks []film.Track) ([]mp4.Text, []film.SubtitleFiles, error) {
	files := make([]film.SubtitleFiles, 0, len(tracks))
	var texts []mp4.Text
	for i, t := range tracks {
		cues := cuesOf(t)
		write := func(kind, mediaType string, content []byte) (providers.File, error) {
			name, shown := fmt.Sprintf("subtitles-%02d.%s", i+1, kind), "subtitles."+kind
			if languageCode(t.Language) != "" { // a name that we know is safe as part of a file's
				shown = "subtitles." + t.Language + "." + kind
			}
			err := os.WriteFile(workFile(call, name), content, 0o600)
			return providers.File{Path: name, MediaType: mediaType, Name: shown}, err
		}
		srt, err := write("srt", "application/x-subrip", subtitle.SRT(cues))
		if err != nil {
			return nil, nil, fmt.Errorf("write the subtitles: %w", err)
		}
		vtt, err := write("vtt", "text/vtt", subtitle.WebVTT(cues))
		if err != nil {
			return nil, nil, fmt.Errorf("write the subtitles: %w", err)
		}
		files = append(files, film.SubtitleFiles{Language: t.Language, SRT: srt, VTT: vtt})
		if !t.Burned {
			text := mp4.Text{Language: languageCode(t.Language)}
			for _, c := range cues {
				text.Cues = append(text.Cues, mp4.Cue(c))
			}
			texts = append(texts, text)
		}
	}
	return texts, files, nil
}

// cuesOf gives a track's cues with their times in the film. A cue ends where the next one starts, if
// not before.
func cuesOf(t film.Track) []subtitle.Cue {
	var cues []subtitle.Cue
	for _, s := range t.Scenes {
		for _, c := range s.Cues {
			cue := subtitle.Cue{Start: s.Start + c.Start, End: s.Start + c.End, Text: c.Text}
			if n := len(cues); n > 0 {
				before := &cues[n-1]
				cue.Start = max(cue.Start, before.Start)
				before.End = min(before.End, cue.Start)
			}
			cue.End = max(cue.End, cue.Start)
			cues = append(cues, cue)
		}
	}
	return cues
}
