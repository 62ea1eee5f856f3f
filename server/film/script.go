package film

import (
	providersfilm "github.com/filmloom/filmloom/providers/film"

	"github.com/filmloom/filmloom/engine"
)

// A Script is what script_video is asked for.
type Script struct {
	Title, Text       string
	Seconds           int      // wanted
	Style             string   // one of ScriptStyles
	Language          string   // by its name
	SubtitleLanguages []string // by their names; the first is burned in with IncludeSubtitles
	TranslateTo       []string // those of them that are translated
	IncludeSubtitles  bool
	Characters        []Character
	MusicGenre        string // one of MusicGenres
	AspectRatio       string // one of AspectRatios
	Resolution        string // "720p" or "1080p"
	Watermark         bool
	YouTubeAccount    string // to whose channel it is uploaded; "" means that it is not
}

// A Character is somebody who speaks. What is empty is not known.
type Character struct {
	Name   string  `json:"name"`
	Age    *string `json:"age"`
	Gender *string `json:"gender"`
	Voice  *string `json:"voice"`
}

// ScriptStyles are the styles of films of scripts.
var ScriptStyles = append(append([]string{}, ArtStyles...), "documentary", "cartoon")

// Capabilities that a film may do without.
const (
	Translate = "text.translate" // for subtitles in other languages
	Publish   = "video.publish"  // uploads the film when it is made
)

// Inputs are the pipeline's inputs.
func (s Script) Inputs() engine.Inputs {
	characters := s.Characters
	if characters == nil {
		characters = []Character{}
	}
	// Lists that are empty are not left out: the pipeline would take its own.
	list := func(l []string) []string { return append([]string{}, l...) }
	return engine.Inputs{
		"script": s.Text, "title": s.Title, "duration": s.Seconds, "style": s.Style, "language": s.Language,
		"subtitle_languages": list(s.SubtitleLanguages), "translate_to": list(s.TranslateTo), "include_subtitles": s.IncludeSubtitles,
		"characters": characters, "music_genre": s.MusicGenre, "aspect_ratio": s.AspectRatio,
		"resolution": s.Resolution, "watermark": s.Watermark,
		"youtube_upload": s.YouTubeAccount != "", "youtube_account": s.YouTubeAccount,
	}
}

// Longer is by how much a film may be longer than what was asked for.
const Longer = 1.25

// Speaks tells whether a script has anything to say beside names, headings and directions. One that has not cannot be
// filmed.
func Speaks(text string) bool { return providersfilm.Speaks(text) }

// ShortestSeconds is about how long it takes to speak a script at the fastest pace that is natural.
func ShortestSeconds(text, language string) float64 {
	return providersfilm.NeededSeconds(text, language)
}
