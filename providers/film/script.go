package film

import (
	"cmp"

	"github.com/filmloom/filmloom/providers"
)

// ScriptAnalyze divides a script into scenes, word for word.
var ScriptAnalyze = providers.Capability[ScriptInput, Script]{
	Name:        "script.analyze",
	Description: "Divides a finished script into scenes, tells who speaks in each and describes the pictures.",
}

// ScriptInput gives a script.
type ScriptInput struct {
	Script        string  `json:"script" doc:"The script, at most 50000 characters. What is spoken of it is kept word for word; \"NAME: …\" at the beginning of a line says who speaks."`
	Language      string  `json:"language" default:"english" enum:"english,czech,danish,dutch,french,german,greek,hindi,indonesian,italian,chinese,japanese,norwegian,polish,portuguese,russian,spanish,swedish,turkish,ukrainian" doc:"Language of the script."`
	TargetSeconds float64 `json:"target_seconds" default:"0" min:"0" max:"3600" unit:"seconds" doc:"Length that the film is meant to have; it decides how long scenes are. 0: as long as the script takes."`
	Style         string  `json:"style" default:"cinematic" enum:"photorealistic,cinematic,anime,comic-book,pixar-art,documentary,cartoon" doc:"Art style that the image prompts are written for."`
	Characters    []Role  `json:"characters,omitempty" doc:"Characters of whom something is known; others are added. A line that begins with one's name is theirs, however it is written."`
	Seed          int64   `json:"seed" default:"0" min:"0" doc:"Chooses among the provider's possibilities."`
}

// Role is somebody of whom something is known before a script is read.
type Role struct {
	Name   string `json:"name" doc:"As the script names them."`
	Looks  string `json:"looks,omitempty" doc:"Description for image prompts; the provider finds one where it is empty."`
	Age    string `json:"age,omitempty" doc:"child, young_adult, adult, middle_aged or elderly; empty when not known."`
	Gender string `json:"gender,omitempty" doc:"male, female or neutral; empty when not known."`
}

// Person says in English who the role is, as the description of a picture would: "an old woman"; "" when
// neither age nor gender is known.
func (r Role) Person() string {
	if r.Age == "" && r.Gender == "" {
		return ""
	}
	noun := map[string]string{"male": "man", "female": "woman"}[r.Gender]
	if r.Age == "child" {
		noun = map[string]string{"male": "boy", "female": "girl", "": "child", "neutral": "child"}[r.Gender]
	}
	if noun == "" {
		noun = "person"
	}
	article := map[string]string{"young_adult": "a young ", "middle_aged": "a middle-aged ", "elderly": "an old "}[r.Age]
	return cmp.Or(article, "a ") + noun
}

// Script is a script ready to be filmed. The scenes' narrations, joined, are everything that is spoken.
type Script struct {
	Title       string      `json:"title" doc:"Title, at most 100 characters."`
	Description string      `json:"description" doc:"150 to 200 characters for a video platform, hashtags included."`
	Text        string      `json:"text" doc:"Everything that is spoken: the scenes' narrations joined by single spaces (none for Chinese and Japanese)."`
	Mood        string      `json:"mood" doc:"Genre of music that fits: one of the genres of music.compose."`
	Seconds     float64     `json:"seconds" unit:"seconds" doc:"About how long Text takes to say at pace 1, pauses between sentences included: film.SpokenSeconds."`
	Characters  []Character `json:"characters" doc:"Who appears, with looks that stay the same from scene to scene."`
	Scenes      []Scene     `json:"scenes" doc:"In order; at least one. A scene has one speaker: the name of a given character as it was given, or another one as the script first has it."`
}

// TextTranslate translates texts that belong together.
var TextTranslate = providers.Capability[TranslateInput, Translation]{
	Name:        "text.translate",
	Description: "Translates texts, such as the subtitles of a film, each with the others in view.",
}

// TranslateInput gives texts to translate.
type TranslateInput struct {
	Texts []string `json:"texts" doc:"In order; at most 2000 of them."`
	From  string   `json:"from" enum:"english,czech,danish,dutch,french,german,greek,hindi,indonesian,italian,chinese,japanese,norwegian,polish,portuguese,russian,spanish,swedish,turkish,ukrainian" doc:"Their language."`
	To    string   `json:"to" enum:"english,czech,danish,dutch,french,german,greek,hindi,indonesian,italian,chinese,japanese,norwegian,polish,portuguese,russian,spanish,swedish,turkish,ukrainian" doc:"The language wanted."`
}

// Translation is the translated texts.
type Translation struct {
	Texts []string `json:"texts" doc:"As many as were given, in the same order."`
}
