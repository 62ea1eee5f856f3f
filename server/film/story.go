package film

import (
	"github.com/filmloom/filmloom/engine"
	providersfilm "github.com/filmloom/filmloom/providers/film"
)

// The values that the Video API's specification documents.
var (
	Topics = []string{
		"scary", "mystery", "bedtime", "interesting history", "urban legends", "motivational", "fun facts",
		"long form jokes", "life pro tips", "philosophy", "love", CustomTopic,
	}
	ArtStyles = []string{"photorealistic", "cinematic", "anime", "comic-book", "pixar-art"}
	Durations = []string{"short", "long"}
	Languages = []string{
		"english", "czech", "danish", "dutch", "french", "german", "greek", "hindi", "indonesian", "italian",
		"chinese", "japanese", "norwegian", "polish", "portuguese", "russian", "spanish", "swedish", "turkish",
		"ukrainian",
	}
	Voices = []string{"alloy", "echo", "fable", "onyx", "nova", "shimmer"}
)

// The values of what a request may choose beyond the specification.
var (
	AspectRatios = []string{"9:16", "16:9", "1:1"}
	resolutions  = []string{"720p", "1080p"}
	MusicGenres  = []string{"none", "epic", "calm", "suspense", "upbeat", "romantic", "playful", "documentary"}
)

const (
	// CustomTopic is the topic that takes a theme or a text of the user's own.
	CustomTopic = providersfilm.CustomTopic
	// AutoMusic lets the music follow from the story.
	AutoMusic = "auto"
)

// A Story is what story_video is asked for. Empty fields have the pipeline's defaults.
type Story struct {
	Topic, ArtStyle, Duration, Language, Voice string
	CustomTopic, CustomStory                   string // one of them, with Topic CustomTopic
	AspectRatio, MusicGenre                    string
	Resolution                                 string // "720p" or "1080p"
	Watermark                                  bool
}

// Inputs are the pipeline's inputs.
func (s Story) Inputs() engine.Inputs {
	in := engine.Inputs{}
	for name, value := range map[string]string{
		"story_topic": s.Topic, "art_style": s.ArtStyle, "duration": s.Duration, "language": s.Language,
		"voice_name": s.Voice, "custom_topic": s.CustomTopic, "custom_story": s.CustomStory,
		"aspect_ratio": s.AspectRatio, "music_genre": s.MusicGenre, "resolution": s.Resolution,
	} {
		if value != "" {
			in[name] = value
		}
	}
	if s.Watermark {
		in["watermark"] = true
	}
	return in
}
