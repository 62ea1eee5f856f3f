package stability

import (
	"strings"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/picture"
)

// maxPrompt is how many characters the vendor reads, of the prompt and of the negative one.
const maxPrompt = 10_000

// A style is an art style in the vendor's words.
type style struct{ preset, words string }

var styles = map[string]style{
	"photorealistic": {"photographic", "photograph, natural light, true colours, fine detail, sharp focus"},
	"cinematic":      {"cinematic", "cinematic film still, dramatic light, shallow depth of field, rich colour grade"},
	"anime":          {"anime", "anime, clean line art, cel shading, painted background"},
	"comic-book":     {"comic-book", "comic book art, bold ink lines, halftone shading, vivid flat colours"},
	"documentary":    {"photographic", "documentary photograph, available light, muted natural colours, unposed"},
	"cartoon":        {"digital-art", "hand-drawn cartoon, bold clean outlines, flat bright colours, simple rounded shapes"},
	"pixar-art":      {"3d-model", "3D animated family film, soft rounded shapes, warm light, expressive faces"},
}

var framings = map[string]string{
	"wide":   "wide shot of the whole scene",
	"medium": "medium shot",
	"close":  "close-up",
	"aerial": "aerial view from high above",
}

// describe makes the prompt: what the picture shows, how the people in it look, framing and style. Looks
// are left out, the last first, where there is no room for them.
func describe(call *providers.Call, in film.ImageInput) (string, error) {
	subject := strings.TrimSpace(in.Prompt)
	if subject == "" {
		return "", providers.Invalid("The prompt is empty: say what the picture shows.")
	}
	ending := framings[in.Camera]
	if s := styles[in.Style].words; s != "" {
		ending = strings.TrimPrefix(ending+", "+s, ", ")
	}
	prompt := sentence(subject)
	room := maxPrompt - utf8.RuneCountInString(prompt) - utf8.RuneCountInString(ending) - 2
	if room < 0 {
		return "", providers.Invalid("The prompt has %d characters, and %d can be read: shorten it.",
			utf8.RuneCountInString(subject), maxPrompt-utf8.RuneCountInString(ending)-3)
	}
	for _, c := range in.Characters {
		looks := strings.TrimSpace(c.Looks)
		if looks == "" || !picture.Names(subject, c.Name) {
			continue
		}
		part := " " + sentence(strings.TrimSpace(c.Name)+": "+looks)
		if room -= utf8.RuneCountInString(part); room < 0 {
			call.Warn("The prompt is so long that the looks of " + c.Name + " were left out of it.")
			break
		}
		prompt += part
	}
	if ending == "" {
		return prompt, nil
	}
	return prompt + " " + sentence(ending), nil
}

// sentence ends a text with a full stop where it has no end.
func sentence(text string) string {
	if last, _ := utf8.DecodeLastRuneInString(text); strings.ContainsRune(".!?…。！？", last) {
		return text
	}
	return text + "."
}
