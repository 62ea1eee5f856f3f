package studioapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/unicode/norm"

	"github.com/filmloom/filmloom/server/web"
)

// Settings say how a film is made. What is left out is as the project has it, or usual.
type Settings struct {
	Duration          *int         `json:"duration,omitempty" minimum:"5" maximum:"600" doc:"Wanted length of the film in seconds; 60 unless given." example:"60"`
	Style             *string      `json:"style,omitempty" enum:"photorealistic,cinematic,anime,comic-book,pixar-art,documentary,cartoon" doc:"Style of the pictures; cinematic unless given." example:"cinematic"`
	Language          *string      `json:"language,omitempty" enum:"en,cs,da,nl,fr,de,el,hi,id,it,zh,ja,no,pl,pt,ru,es,sv,tr,uk" doc:"Language of the script, by ISO 639-1; en unless given." example:"en"`
	SubtitleLanguages *[]string    `json:"subtitle_languages,omitempty" minItems:"1" maxItems:"20" enum:"en,cs,da,nl,fr,de,el,hi,id,it,zh,ja,no,pl,pt,ru,es,sv,tr,uk" doc:"Languages of the subtitles, the first of which is burned in; the script's unless given." example:"[\"en\",\"es\"]"`
	IncludeSubtitles  *bool        `json:"include_subtitles,omitempty" doc:"Burn the subtitles of the first language in; true unless given." example:"true"`
	Characters        *[]Character `json:"characters,omitempty" maxItems:"10" doc:"Who speaks: the narrator, and whoever the script names at the beginning of a line."`
	MusicGenre        *string      `json:"music_genre,omitempty" enum:"epic,calm,suspense,upbeat,romantic,playful,documentary,none" doc:"Background music; calm unless given." example:"epic"`
	AspectRatio       *string      `json:"aspect_ratio,omitempty" enum:"16:9,9:16,1:1" doc:"Shape of the film; 16:9 unless given." example:"16:9"`
	YouTubeUpload     *bool        `json:"youtube_upload,omitempty" doc:"Upload the film to the YouTube channel that is connected; false unless given." example:"false"`
}

// A Character is somebody who speaks.
type Character struct {
	Name   string `json:"name" minLength:"1" maxLength:"50" doc:"As the script names them; \"narrator\" is who speaks the rest." example:"narrator"`
	Age    string `json:"age,omitempty" enum:"child,young_adult,adult,middle_aged,elderly" doc:"How old the voice sounds." example:"adult"`
	Gender string `json:"gender,omitempty" enum:"male,female,neutral" doc:"How the voice sounds." example:"male"`
	Voice  string `json:"voice,omitempty" minLength:"1" maxLength:"100" doc:"alloy, echo, fable, onyx, nova or shimmer; or a description." example:"deep"`
}

// Resolve implements huma.ResolverWithPath: it checks what no schema can. That the items of a list differ could be
// said by one, but Huma panics where they are lists themselves.
func (s *Settings) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	var errs []error
	complain := func(field, message string) {
		errs = append(errs, &huma.ErrorDetail{Location: at.With(field), Message: message})
	}
	if s.SubtitleLanguages != nil {
		for i, code := range *s.SubtitleLanguages {
			if slices.Contains((*s.SubtitleLanguages)[:i], code) {
				complain(fmt.Sprintf("subtitle_languages[%d]", i), "is in the list already")
			}
		}
	}
	if s.Characters == nil {
		return errs
	}
	seen := map[string]bool{}
	for i, c := range *s.Characters {
		name := strings.ToLower(strings.TrimSpace(norm.NFC.String(c.Name))) // as the pipeline compares them
		switch field := fmt.Sprintf("characters[%d].name", i); {
		case c.Name == "": // its schema tells
		case web.Blank(name):
			complain(field, "has no text")
		case seen[name]:
			complain(field, "is the name of another character already")
		}
		seen[name] = true
	}
	return errs
}

// Effective are settings in which nothing is left out.
type Effective struct {
	Duration          int         `json:"duration" doc:"Wanted length of the film in seconds." example:"60"`
	Style             string      `json:"style" doc:"Style of the pictures." example:"cinematic"`
	Language          string      `json:"language" doc:"Language of the script." example:"en"`
	SubtitleLanguages []string    `json:"subtitle_languages" nullable:"false" doc:"Languages of the subtitles." example:"[\"en\",\"es\"]"`
	IncludeSubtitles  bool        `json:"include_subtitles" doc:"The first language is burned in." example:"true"`
	Characters        []Character `json:"characters" nullable:"false" doc:"Who speaks."`
	MusicGenre        string      `json:"music_genre" doc:"Background music." example:"calm"`
	AspectRatio       string      `json:"aspect_ratio" doc:"Shape of the film." example:"16:9"`
	YouTubeUpload     bool        `json:"youtube_upload" doc:"The film is uploaded." example:"false"`
}

// over lays settings over others: what is left out in s is as in below.
func (s Settings) over(below Settings) Settings {
	pick(&s.Duration, below.Duration)
	pick(&s.Style, below.Style)
	pick(&s.Language, below.Language)
	pick(&s.SubtitleLanguages, below.SubtitleLanguages)
	pick(&s.IncludeSubtitles, below.IncludeSubtitles)
	pick(&s.Characters, below.Characters)
	pick(&s.MusicGenre, below.MusicGenre)
	pick(&s.AspectRatio, below.AspectRatio)
	pick(&s.YouTubeUpload, below.YouTubeUpload)
	return s
}

func pick[T any](into **T, otherwise *T) {
	if *into == nil {
		*into = otherwise
	}
}

// effective fills what is left out with what is usual.
func (s Settings) effective() Effective {
	e := Effective{
		Duration: 60, Style: "cinematic", Language: "en", IncludeSubtitles: true, Characters: []Character{},
		MusicGenre: "calm", AspectRatio: "16:9",
	}
	take(&e.Duration, s.Duration)
	take(&e.Style, s.Style)
	take(&e.Language, s.Language)
	e.SubtitleLanguages = []string{e.Language}
	take(&e.SubtitleLanguages, s.SubtitleLanguages)
	take(&e.IncludeSubtitles, s.IncludeSubtitles)
	take(&e.Characters, s.Characters)
	take(&e.MusicGenre, s.MusicGenre)
	take(&e.AspectRatio, s.AspectRatio)
	take(&e.YouTubeUpload, s.YouTubeUpload)
	return e
}

func take[T any](into *T, given *T) {
	if given != nil {
		*into = *given
	}
}
