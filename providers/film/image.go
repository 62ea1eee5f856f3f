package film

import "github.com/filmloom/filmloom/providers"

// ImageGenerate makes a picture.
var ImageGenerate = providers.Capability[ImageInput, Image]{
	Name:        "image.generate",
	Description: "Makes a picture from a description.",
}

// ImageInput asks for a picture.
type ImageInput struct {
	Prompt     string      `json:"prompt" doc:"What the picture shows."`
	Negative   string      `json:"negative_prompt,omitempty" doc:"What it must not show."`
	Style      string      `json:"style" default:"cinematic" enum:"photorealistic,cinematic,anime,comic-book,pixar-art,documentary,cartoon" doc:"Art style."`
	Camera     string      `json:"camera" default:"medium" enum:"wide,medium,close,aerial" doc:"Framing."`
	Width      int         `json:"width" default:"1080" min:"64" max:"3840" unit:"pixels" doc:"Width; the file has exactly this width."`
	Height     int         `json:"height" default:"1920" min:"64" max:"3840" unit:"pixels" doc:"Height; the file has exactly this height."`
	Seed       int64       `json:"seed" default:"0" min:"0" doc:"Another seed gives another picture of the same prompt."`
	Characters []Character `json:"characters,omitempty" doc:"Looks of the characters that the prompt names."`
}

// Image is a picture.
type Image struct {
	Image providers.File `json:"image" doc:"PNG, JPEG or WebP of the size asked for."`
	Seed  int64          `json:"seed" doc:"The seed that was used."`
}
