package ffmpeg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/filmloom/filmloom/plugins/ffmpeg/subtitle"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// layOut lays out a scene's subtitles.
func layOut(_ context.Context, call *providers.Call, in film.LayoutInput) (film.Layout, error) {
	scene := subtitle.Scene{
		Text: in.Text, SpeechStart: in.SpeechStart, Seconds: in.Seconds,
		Language: in.Language, Style: in.Style, Width: in.Width, Height: in.Height,
	}
	for _, w := range in.Words {
		scene.Words = append(scene.Words, subtitle.Word{Text: w.Text, Start: w.Start, End: w.End})
	}
	laid, err := subtitle.Lay(scene)
	if err != nil {
		return film.Layout{}, invalid("%w", err)
	}
	if len(laid.Missing) > 0 {
		call.Warn(missingSentence(laid.Missing))
	}
	const name = "subtitles.ass"
	if err := os.WriteFile(filepath.Join(call.WorkDir, name), laid.ASS, 0o600); err != nil {
		return film.Layout{}, fmt.Errorf("write the subtitles: %w", err)
	}
	out := film.Layout{Cues: make([]film.Cue, len(laid.Cues)), ASS: providers.File{Path: name, MediaType: "text/x-ssa", Name: name}}
	for i, c := range laid.Cues {
		out.Cues[i] = film.Cue(c)
	}
	return out, nil
}

// missingSentence names what the fonts lack, a few characters at most.
func missingSentence(missing []rune) string {
	const named = 8
	var names []string
	for _, r := range missing[:min(len(missing), named)] {
		names = append(names, fmt.Sprintf("%c (U+%04X)", r, r))
	}
	if more := len(missing) - named; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return "The subtitle fonts have no " + strings.Join(names, ", ") + ": left out of the picture, kept in the subtitle files."
}
