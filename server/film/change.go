package film

import (
	"fmt"
	"strconv"

	"github.com/filmloom/filmloom/engine"
)

// ImageAddress is where the picture of a scene is made.
func ImageAddress(scene string) string { return ImageStage + "[" + strconv.Quote(scene) + "]" }

// NewTake is the revision that makes the picture of a scene anew.
func NewTake(scene string) engine.Revision {
	return engine.Revision{Takes: map[string]int{ImageAddress(scene): 0}}
}

// An Edit changes what a person may change of a scene; nil leaves it as it is.
type Edit struct {
	Prompt    *string // what the picture shows
	Narration *string // what is spoken and seen as subtitle
}

// Revision is the revision that edits a scene, by its place in the story from 0.
func (e Edit) Revision(place int) engine.Revision {
	edits := map[string]any{}
	scene := fmt.Sprintf("%s.scenes[%d].", StoryStage, place)
	if e.Prompt != nil {
		edits[scene+"image_prompt"] = *e.Prompt
	}
	if e.Narration != nil {
		edits[scene+"narration"] = *e.Narration
	}
	return engine.Revision{Edits: edits}
}
