package openai

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/remote"
)

const officialURL = "https://api.openai.com/v1"

// config is what a provider block may contain. A model is a pointer because null and "" differ: null
// takes the default, "" turns the capability off.
type config struct {
	APIKey         string            `json:"api_key,omitempty" secret:"true" doc:"Key of the API. OpenAI needs one; most local servers do not."`
	BaseURL        string            `json:"base_url" default:"https://api.openai.com/v1" doc:"Address of the API, mostly with /v1 at its end: OpenAI, or a server that speaks the same."`
	Organization   string            `json:"organization,omitempty" doc:"OpenAI organisation that is charged."`
	Project        string            `json:"project,omitempty" doc:"OpenAI project that is charged."`
	Model          *string           `json:"model,omitempty" doc:"Model for all three kinds of text, where they have none of their own."`
	StoryModel     *string           `json:"story_model,omitempty" doc:"Model for story.write; \"\" turns it off. Default: model, or at OpenAI gpt-6-sol."`
	ScriptModel    *string           `json:"script_model,omitempty" doc:"Model for script.analyze; \"\" turns it off. Default: model, or at OpenAI gpt-6-luna."`
	TranslateModel *string           `json:"translate_model,omitempty" doc:"Model for text.translate; \"\" turns it off. Default: model, or at OpenAI gpt-6-luna."`
	ImageModel     *string           `json:"image_model,omitempty" doc:"Model for image.generate; \"\" turns it off. Default: at OpenAI gpt-image-2.5-flare, elsewhere none."`
	SpeechModel    *string           `json:"speech_model,omitempty" doc:"Model for speech.synthesize; \"\" turns it off. Default: at OpenAI gpt-4o-mini-tts, elsewhere none."`
	Voices         map[string]string `json:"voices,omitempty" doc:"Names that the server has for our voices (alloy, echo, fable, onyx, nova, shimmer), where they differ."`
	ImageQuality   string            `json:"image_quality,omitempty" enum:"auto,low,medium,high,xhigh,max,standard,hd" doc:"Quality of pictures; it decides most of their price. Default: medium for the gpt-image models, the server's own for others."`
	Temperature    *float64          `json:"temperature,omitempty" min:"0" max:"2" doc:"How freely texts are written; models that reason refuse it. Default: the server's own."`
}

// The defaults at OpenAI. A story is what a film is judged by, and costs a cent or two; dividing and
// translating a text is easy work. All but the speech model were current on 2026-11-05 (openai-go
// v3.96.0); OpenAI shuts every model of its speech API down on 2027-01-06.
var defaultModels = map[string]string{
	film.StoryWrite.Name:       "gpt-6-sol",
	film.ScriptAnalyze.Name:    "gpt-6-luna",
	film.TextTranslate.Name:    "gpt-6-luna",
	film.ImageGenerate.Name:    "gpt-image-2.5-flare",
	film.SpeechSynthesize.Name: "gpt-4o-mini-tts",
}

// settings names the attribute that chooses a capability's model.
var settings = map[string]string{
	film.StoryWrite.Name:       "story_model",
	film.ScriptAnalyze.Name:    "script_model",
	film.TextTranslate.Name:    "translate_model",
	film.ImageGenerate.Name:    "image_model",
	film.SpeechSynthesize.Name: "speech_model",
}

// official tells whether the server is OpenAI itself, where a key is needed and prices are known.
func (c config) official() bool {
	u, err := url.Parse(c.BaseURL)
	return err == nil && (u.Hostname() == "api.openai.com" || strings.HasSuffix(u.Hostname(), ".api.openai.com"))
}

// models gives the model of each capability; "" where it is off.
func (c config) models() map[string]string {
	own := map[string][]*string{
		film.StoryWrite.Name:       {c.StoryModel, c.Model},
		film.ScriptAnalyze.Name:    {c.ScriptModel, c.Model},
		film.TextTranslate.Name:    {c.TranslateModel, c.Model},
		film.ImageGenerate.Name:    {c.ImageModel},
		film.SpeechSynthesize.Name: {c.SpeechModel},
	}
	models := map[string]string{}
	for capability, choices := range own {
		if c.official() {
			models[capability] = defaultModels[capability]
		}
		for _, choice := range choices {
			if choice != nil {
				models[capability] = strings.TrimSpace(*choice)
				break
			}
		}
	}
	return models
}

// vendor is what people call the server, in sentences.
func (c config) vendor() string {
	if c.official() {
		return "OpenAI"
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil {
		return "the server"
	}
	return "the server at " + u.Host
}

// tidy takes out what copying brings along, and fills in what the host does not know.
func (c config) tidy() config {
	c.APIKey, c.BaseURL = strings.TrimSpace(c.APIKey), strings.TrimRight(strings.TrimSpace(c.BaseURL), "/")
	c.Organization, c.Project = strings.TrimSpace(c.Organization), strings.TrimSpace(c.Project)
	if c.BaseURL == "" {
		c.BaseURL = officialURL
	}
	return c
}

// check says whether the configuration can work. It asks no server: a key is tried by the first call.
func (c config) check() providers.Configured {
	var answer providers.Configured
	answer.CacheVersion = cacheVersion(c.models())
	find := func(attribute, summary string, warning bool) {
		answer.Diagnostics = append(answer.Diagnostics, providers.ConfigDiagnostic{Attribute: attribute, Summary: summary, Warning: warning})
	}
	u, err := remote.BaseURL(c.BaseURL)
	if err != nil {
		answer.Problem = "base_url " + err.Error() + "."
		answer.Hint = "set base_url to the server's address, such as http://127.0.0.1:11434/v1, or leave it out for OpenAI"
		find("base_url", err.Error(), false)
		return answer
	}
	switch {
	case c.APIKey == "" && c.official():
		answer.Problem = "OpenAI needs a key, and api_key is not set."
		answer.Hint = "set api_key, or export OPENAI_API_KEY where the pipeline file says env.OPENAI_API_KEY; a local server needs base_url and no key"
		return answer
	case strings.ContainsFunc(c.APIKey, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || r > unicode.MaxASCII }):
		answer.Problem = "api_key has a character in it that no key has, such as a space or a line break."
		answer.Hint = "copy the key again"
		find("api_key", "this is not a key: it has a space, a line break or the like in it", false)
		return answer
	}
	models := c.models()
	for capability, setting := range settings {
		if models[capability] == "" {
			if answer.Off == nil {
				answer.Off = map[string]string{}
			}
			answer.Off[capability] = fmt.Sprintf("%s is not set, so there is no model for %s.", setting, capability)
		}
	}
	if len(answer.Off) == len(settings) {
		answer.Problem = "No model is named, so there is nothing to do for this provider."
		answer.Hint = "set model for texts, image_model or speech_model; only at OpenAI's own address have they defaults"
		return answer
	}
	for _, voice := range slices.Sorted(maps.Keys(c.Voices)) {
		if !slices.Contains(strings.Split(film.Voices, ","), voice) {
			find("voices", fmt.Sprintf("%q is none of our voices; they are %s", voice, strings.ReplaceAll(film.Voices, ",", ", ")), false)
		}
	}
	if c.APIKey != "" && remote.Exposes(u) {
		find("base_url", "the key is sent without encryption; use https:// unless the network is your own", true)
	}
	answer.Ready = true
	return answer
}

func cacheVersion(models map[string]string) string {
	parts := []string{version}
	for _, capability := range slices.Sorted(maps.Keys(models)) {
		parts = append(parts, models[capability])
	}
	return strings.Join(parts, " ")
}

// configure takes the configuration. It is called once, before any call.
func (p *plugin) configure(_ context.Context, c config) (providers.Configured, error) {
	c = c.tidy()
	answer := c.check()
	if answer.Ready {
		p.server = connect(c)
	}
	return answer, nil
}
