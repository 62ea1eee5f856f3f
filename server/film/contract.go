package film

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// The pipelines that the server runs.
const (
	StoryVideo  = "story_video"  // a film from a topic
	ScriptVideo = "script_video" // a film from a script
)

// The outputs that a film pipeline has.
const (
	OutputTitle       = "story_title"
	OutputDescription = "story_description"
	OutputText        = "story_text"
	OutputImages      = "images" // a list of {id, prompt, narration, file}, in scene order
	OutputVideo       = "video"
	OutputThumbnail   = "thumbnail"
	OutputSubtitles   = "subtitles"
	OutputSeconds     = "seconds"
	// OutputYouTube is where the film is at YouTube; a pipeline may lack it.
	OutputYouTube = "youtube_url"
)

// The stages that the server changes results of.
const (
	// ImageStage makes one picture for each scene; the scene's id is the instance's key.
	ImageStage = "image_generation"
	// StoryStage gives the scenes.
	StoryStage = "script_analysis"
)

// An input that a pipeline must take, with at least the values that a request may have.
type input struct {
	name   string
	typ    cty.Type
	values []string // that must be allowed
}

// A contract is what the server needs of one pipeline.
type contract struct {
	pipeline string
	inputs   []input
	stages   []string // that are needed
}

var outputs = []string{
	OutputTitle, OutputDescription, OutputText, OutputImages, OutputVideo, OutputThumbnail, OutputSubtitles, OutputSeconds,
}

var story = contract{
	pipeline: StoryVideo,
	inputs: []input{
		{"story_topic", cty.String, Topics},
		{"art_style", cty.String, ArtStyles},
		{"duration", cty.String, Durations},
		{"language", cty.String, Languages},
		{"voice_name", cty.String, Voices},
		{"custom_topic", cty.String, nil},
		{"custom_story", cty.String, nil},
		{"aspect_ratio", cty.String, AspectRatios},
		{"music_genre", cty.String, append([]string{AutoMusic}, MusicGenres...)},
		{"resolution", cty.String, resolutions},
		{"watermark", cty.Bool, nil},
	},
	stages: []string{ImageStage, StoryStage},
}

var script = contract{
	pipeline: ScriptVideo,
	inputs: []input{
		{"script", cty.String, nil},
		{"title", cty.String, nil},
		{"duration", cty.Number, nil},
		{"style", cty.String, ScriptStyles},
		{"language", cty.String, Languages},
		{"subtitle_languages", cty.List(cty.String), nil},
		{"translate_to", cty.List(cty.String), nil},
		{"include_subtitles", cty.Bool, nil},
		{"characters", cty.List(cty.Object(map[string]cty.Type{
			"name": cty.String, "age": cty.String, "gender": cty.String, "voice": cty.String,
		})), nil},
		{"music_genre", cty.String, MusicGenres},
		{"aspect_ratio", cty.String, AspectRatios},
		{"resolution", cty.String, resolutions},
		{"watermark", cty.Bool, nil},
		{"youtube_upload", cty.Bool, nil},
		{"youtube_account", cty.String, nil},
	},
	stages: []string{ImageStage, StoryStage},
}

// contracts are those of all pipelines that the server runs.
var contracts = []contract{story, script}

// Pipelines are the names of the pipelines that the server runs.
func Pipelines() []string { return []string{StoryVideo, ScriptVideo} }

// Check tells what of the owner's pipelines the server cannot work with. Of a pipeline that is not there it
// says nothing: see Missing.
func Check(file *pipeline.File) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, c := range contracts {
		if pl := file.Pipeline(c.pipeline); pl != nil {
			diags = append(diags, c.check(pl)...)
		}
	}
	return diags
}

// Missing tells that a pipeline which the server runs is not declared.
func Missing(file *pipeline.File) error {
	var missing []string
	for _, name := range Pipelines() {
		if file.Pipeline(name) == nil {
			missing = append(missing, name)
		}
	}
	if missing == nil {
		return nil
	}
	return errors.New("the pipelines lack " + strings.Join(missing, " and ") +
		", which the server runs; start from the built-in pipelines.hcl, or leave --pipelines out")
}

func (c contract) check(pl *pipeline.Pipeline) hcl.Diagnostics {
	var diags hcl.Diagnostics
	complain := func(at hcl.Range, detail, format string, args ...any) {
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: fmt.Sprintf(format, args...), Detail: detail, Subject: &at,
		})
	}
	for _, want := range c.inputs {
		i := slices.IndexFunc(pl.Inputs, func(i *pipeline.Input) bool { return i.Name == want.name })
		if i < 0 {
			complain(pl.Range, "The server gives it for each request.", "The pipeline %s takes no input %q", pl.Name, want.name)
			continue
		}
		have := pl.Inputs[i]
		if convert.GetConversionUnsafe(want.typ, have.Type) == nil && !want.typ.Equals(have.Type) {
			complain(have.Range, "The server gives a "+want.typ.FriendlyName()+".", "The input %q of %s has the type %s", want.name, pl.Name, have.Type.FriendlyName())
		}
		if lacking := want.lacking(have); lacking != nil {
			complain(have.Range, "A request may ask for each of the specification's values.", "The input %q of %s does not allow %s", want.name, pl.Name, strings.Join(lacking, ", "))
		}
	}
	for _, in := range pl.Inputs {
		known := slices.ContainsFunc(c.inputs, func(w input) bool { return w.name == in.Name })
		if !known && in.Default == cty.NilVal {
			complain(in.Range, "The server does not know it; give it a default.", "The input %q of %s has no default", in.Name, pl.Name)
		}
	}
	for _, name := range outputs {
		if !slices.ContainsFunc(pl.Outputs, func(o *pipeline.Output) bool { return o.Name == name }) {
			complain(pl.Range, "The server reads it.", "The pipeline %s has no output %q", pl.Name, name)
		}
	}
	for _, name := range c.stages {
		if pl.Stage(name) == nil {
			complain(pl.Range, "The server changes its results when a person asks for it.", "The pipeline %s has no stage %q", pl.Name, name)
		}
	}
	if s := pl.Stage(ImageStage); s != nil && !s.FansOut() {
		complain(s.Range, "One picture is made anew by its scene's id: give the stage a for_each over the scenes.", "The stage %q of %s makes all pictures at once", ImageStage, pl.Name)
	}
	return diags
}

// lacking lists the values that a request may have and the pipeline does not allow.
func (want input) lacking(have *pipeline.Input) []string {
	if have.Allowed == nil {
		return nil
	}
	var lacking []string
	for _, v := range want.values {
		if !slices.ContainsFunc(have.Allowed, func(a cty.Value) bool { return a.RawEquals(cty.StringVal(v)) }) {
			lacking = append(lacking, fmt.Sprintf("%q", v))
		}
	}
	return lacking
}

// A File of a film, as the engine has it.
type File = providers.File
