package sdapi

import (
	"strings"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/picture"
)

// maxPrompt is in characters. The servers read any length; a model hears little of what comes after some
// hundred words.
const maxPrompt = 10_000

// styles are the art styles in words that Stable Diffusion models were taught with.
var styles = map[string]string{
	"photorealistic": "photograph, natural light, 35mm, sharp focus, highly detailed",
	"cinematic":      "cinematic film still, dramatic lighting, shallow depth of field, film grain",
	"anime":          "anime, cel shading, clean line art, detailed background",
	"comic-book":     "comic book illustration, bold ink lines, halftone, vivid flat colors",
	"documentary":    "documentary photograph, available light, 35mm, muted natural colors, candid",
	"cartoon":        "cartoon illustration, bold clean outlines, flat bright colors, simple rounded shapes",
	"pixar-art":      "3d animated movie still, soft rounded shapes, warm light, subsurface scattering",
}

var framings = map[string]string{"wide": "wide shot", "medium": "medium shot", "close": "close-up", "aerial": "aerial view"}

// describe makes the prompt: what the picture shows, how the people in it look, framing and style, with
// commas between them, as the models were taught. What comes first weighs most.
func describe(in film.ImageInput) (string, error) {
	subject := strings.TrimRight(strings.TrimSpace(in.Prompt), ". ")
	if subject == "" {
		return "", providers.Invalid("The prompt is empty: say what the picture shows.")
	}
	parts := []string{subject}
	for _, c := range in.Characters {
		if looks := strings.TrimRight(strings.TrimSpace(c.Looks), ". "); looks != "" && picture.Names(subject, c.Name) {
			parts = append(parts, strings.TrimSpace(c.Name)+" is "+looks)
		}
	}
	prompt := strings.Join(nonEmpty(append(parts, framings[in.Camera], styles[in.Style])...), ", ")
	for name, text := range map[string]string{"prompt": prompt, "negative prompt": in.Negative} {
		if n := utf8.RuneCountInString(text); n > maxPrompt {
			return "", providers.Invalid("The %s has %d characters with style and looks, and at most %d are read: shorten it.", name, n, maxPrompt)
		}
	}
	return prompt, nil
}
