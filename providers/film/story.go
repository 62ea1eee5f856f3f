package film

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/filmloom/filmloom/providers"
)

// StoryWrite writes a story and divides it into scenes.
var StoryWrite = providers.Capability[StoryInput, Story]{
	Name:        "story.write",
	Description: "Writes a short story on a topic, or tells the user's own text, divided into scenes.",
}

// StoryInput asks for a story.
type StoryInput struct {
	Topic       string `json:"topic" enum:"scary,mystery,bedtime,interesting history,urban legends,motivational,fun facts,long form jokes,life pro tips,philosophy,love,custom topic" doc:"What the story is about. With \"custom topic\" and neither custom_topic nor custom_story, the provider chooses."`
	CustomTopic string `json:"custom_topic,omitempty" doc:"With topic \"custom topic\": the theme, in the user's words, at most 500 characters."`
	CustomStory string `json:"custom_story,omitempty" doc:"With topic \"custom topic\": the text to narrate word for word; it wins over custom_topic."`
	Language    string `json:"language" default:"english" enum:"english,czech,danish,dutch,french,german,greek,hindi,indonesian,italian,chinese,japanese,norwegian,polish,portuguese,russian,spanish,swedish,turkish,ukrainian" doc:"Language of the narration."`
	Length      string `json:"length" default:"short" enum:"short,long" doc:"short: 45 to 60 s of narration; long: 90 to 120 s. A custom story keeps its own length."`
	Style       string `json:"style" default:"cinematic" enum:"photorealistic,cinematic,anime,comic-book,pixar-art,documentary,cartoon" doc:"Art style that the image prompts are written for."`
	Seed        int64  `json:"seed" default:"0" min:"0" doc:"Chooses among the provider's possibilities."`
}

// CustomTopic is the topic that takes a theme or a text of the user's own.
const CustomTopic = "custom topic"

// AnyTopic is one of the other topics, for a user who names no theme. The same seed gives the same one.
func AnyTopic(seed int64) string {
	topics := slices.DeleteFunc(strings.Split(Topics, ","), func(t string) bool { return t == CustomTopic })
	return topics[rand.New(rand.NewPCG(uint64(seed), 0)).IntN(len(topics))]
}

// Story is a story ready to be filmed. The scenes' narrations, joined, are the whole text.
type Story struct {
	Title       string      `json:"title" doc:"Title, at most 100 characters."`
	Description string      `json:"description" doc:"150 to 200 characters for a video platform, hashtags included."`
	Text        string      `json:"text" doc:"The whole narration: the scenes' narrations joined by single spaces (none for Chinese and Japanese)."`
	Mood        string      `json:"mood" doc:"Genre of music that fits: one of the genres of music.compose."`
	Characters  []Character `json:"characters" doc:"Who appears, with looks that stay the same from scene to scene."`
	Scenes      []Scene     `json:"scenes" doc:"In order; at least one."`
}

// Character is somebody who appears in pictures or speaks.
type Character struct {
	Name  string `json:"name" doc:"As the narration names them."`
	Looks string `json:"looks" doc:"A stable description for image prompts: age, build, hair, clothes."`
}

// Scene is a part of the story that is told over one picture.
type Scene struct {
	ID          string `json:"id" doc:"scene-01, scene-02, …: stable, zero-padded, in order."`
	Narration   string `json:"narration" doc:"Exactly what is spoken, one to three sentences."`
	ImagePrompt string `json:"image_prompt" doc:"What the picture shows, in English: subject, place, time of day, weather, light."`
	Camera      string `json:"camera" doc:"Framing: wide, medium, close or aerial."`
	Motion      string `json:"motion" doc:"Movement of the camera: one of the motions of clip.render."`
	Speaker     string `json:"speaker,omitempty" doc:"The character who speaks; empty for the narrator, also where a script names a narrator."`
}
