package film

import "github.com/filmloom/filmloom/providers"

// SpeechSynthesize speaks a text.
var SpeechSynthesize = providers.Capability[SpeechInput, Speech]{
	Name:        "speech.synthesize",
	Description: "Speaks a text in one of six voices, or in the one closest to a description, and tells when each word is spoken, where it knows.",
}

// SpeechInput asks for speech.
type SpeechInput struct {
	Text        string  `json:"text" doc:"What to say: plain text of at least one word, as it would be printed."`
	Language    string  `json:"language" default:"english" enum:"english,czech,danish,dutch,french,german,greek,hindi,indonesian,italian,chinese,japanese,norwegian,polish,portuguese,russian,spanish,swedish,turkish,ukrainian" doc:"Language of the text."`
	Voice       string  `json:"voice" default:"alloy" enum:"alloy,echo,fable,onyx,nova,shimmer" doc:"Who speaks."`
	Gender      string  `json:"gender,omitempty" enum:"male,female,neutral" doc:"Of the speaker. With this, age or description the provider takes the closest voice that it has, whatever voice says."`
	Age         string  `json:"age,omitempty" enum:"child,young_adult,adult,middle_aged,elderly" doc:"Of the speaker."`
	Description string  `json:"description,omitempty" doc:"How the speaker sounds, in English, such as \"deep\" or \"warm old man's voice\", at most 200 characters. A description of which nothing is understood counts as not given."`
	Variant     int     `json:"variant" default:"0" min:"0" max:"1000" doc:"Tells speakers apart whose description is the same: each number is another voice that fits, or a shade of one."`
	Pace        float64 `json:"pace" default:"1" min:"0.5" max:"2" doc:"Speed relative to the voice's natural one; 1.2 is a fifth faster."`
}

// Speech is a spoken text.
type Speech struct {
	Audio   providers.File `json:"audio" doc:"Mono or stereo WAV (or MP3), silence at both ends trimmed to at most 50 ms."`
	Seconds float64        `json:"seconds" unit:"seconds" doc:"Length of the audio."`
	Words   []Word         `json:"words" doc:"When each word is spoken, in order; empty when the provider does not know."`
}

// Word is a word as it stands in the text, punctuation that clings to it included, with its time.
type Word struct {
	Text  string  `json:"text" doc:"As printed: Words' texts occur in the spoken text in this order."`
	Start float64 `json:"start" unit:"seconds" doc:"When it begins."`
	End   float64 `json:"end" unit:"seconds" doc:"When it ends; never before start, never after the next word's start."`
}

// SpeechAlign finds when each word of a known text is spoken.
var SpeechAlign = providers.Capability[AlignInput, Alignment]{
	Name:          "speech.align",
	Description:   "Finds when each word of a text is heard in a recording of it.",
	Deterministic: true, CPU: true,
}

// AlignInput gives a recording and what is said in it.
type AlignInput struct {
	Audio    providers.File `json:"audio" doc:"The recording."`
	Text     string         `json:"text" doc:"What is said in it, as it would be printed."`
	Language string         `json:"language" default:"english" enum:"english,czech,danish,dutch,french,german,greek,hindi,indonesian,italian,chinese,japanese,norwegian,polish,portuguese,russian,spanish,swedish,turkish,ukrainian" doc:"Language of the text."`
}

// Alignment is when each word is spoken.
type Alignment struct {
	Words []Word `json:"words" doc:"In order; empty when the text has no word."`
}

// MusicCompose makes music.
var MusicCompose = providers.Capability[MusicInput, Music]{
	Name:        "music.compose",
	Description: "Composes instrumental background music of an exact length.",
}

// MusicInput asks for music.
type MusicInput struct {
	Genre   string  `json:"genre" default:"calm" enum:"epic,calm,suspense,upbeat,romantic,playful,documentary" doc:"Character of the music."`
	Seconds float64 `json:"seconds" min:"1" max:"1200" unit:"seconds" doc:"Length: the audio has exactly this length, with an ending."`
	Seed    int64   `json:"seed" default:"0" min:"0" doc:"Another seed gives another piece."`
}

// Music is a piece of music.
type Music struct {
	Audio   providers.File `json:"audio" doc:"Stereo WAV or MP3, about -20 LUFS."`
	Seconds float64        `json:"seconds" unit:"seconds" doc:"Length of the audio."`
}
