package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

func TestConfigurationIsCheckedHonestly(t *testing.T) {
	for name, c := range map[string]struct {
		conf    string
		ready   bool
		problem string
		finding string
	}{
		"nothing":           {`{}`, false, "api_key is not set", ""},
		"an empty key":      {`{"api_key": "  "}`, false, "api_key is not set", ""},
		"OpenAI":            {`{"api_key": "` + testKey + `\n"}`, true, "", ""},
		"OpenAI in Europe":  {`{"base_url": "https://eu.api.openai.com/v1"}`, false, "api_key is not set", ""},
		"a key with a gap":  {`{"api_key": "sk-abc def"}`, false, "a space", "this is not a key"},
		"local":             {`{"base_url": "http://127.0.0.1:11434/v1/", "model": "llama3.2"}`, true, "", ""},
		"local speech":      {`{"base_url": "http://127.0.0.1:8880/v1", "speech_model": "kokoro", "voices": {"alloy": "af_heart"}}`, true, "", ""},
		"local, no model":   {`{"base_url": "http://127.0.0.1:11434/v1"}`, false, "No model is named", ""},
		"no address":        {`{"base_url": "localhost:11434"}`, false, "base_url is no address", "is no address"},
		"a password":        {`{"base_url": "https://me:` + testKey + `@example.com"}`, false, "base_url holds", "a user's name"},
		"all off":           {`{"api_key": "x-key", "model": "", "image_model": "", "speech_model": ""}`, false, "No model is named", ""},
		"a wrong voice":     {`{"api_key": "x-key", "voices": {"bella": "af"}}`, true, "", `"bella" is none of our voices`},
		"a key in the open": {`{"api_key": "x-key", "base_url": "http://llm.example.com/v1", "model": "m"}`, true, "", "without encryption"},
	} {
		t.Run(name, func(t *testing.T) {
			p := New()
			got, err := p.Configure(t.Context(), []byte(c.conf))
			if err != nil || got.Ready != c.ready || !strings.Contains(got.Problem, c.problem) || got.Ready == (got.Problem != "") || got.Ready == (got.Hint != "") {
				t.Errorf("%+v, %v", got, err)
			}
			if c.finding == "" && len(got.Diagnostics) > 0 || c.finding != "" && (len(got.Diagnostics) != 1 || !strings.Contains(got.Diagnostics[0].Summary, c.finding)) {
				t.Errorf("%+v", got.Diagnostics)
			}
			if said := fmt.Sprintf("%+v", got); strings.Contains(said, testKey) || strings.Contains(said, "abc def") {
				t.Errorf("the key got out: %s", said)
			}
			if err := p.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheKeyIsASecret(t *testing.T) {
	d, err := New().Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range d.Config.Attributes {
		if a.Sensitive != (a.Name == "api_key") || a.Required || a.Description == "" {
			t.Errorf("%+v", a)
		}
	}
	if len(d.Capabilities) != len(settings) {
		t.Errorf("%d capabilities", len(d.Capabilities))
	}
	for _, c := range d.Capabilities {
		if settings[c.Name] == "" || defaultModels[c.Name] == "" || c.Deterministic {
			t.Errorf("%+v", c)
		}
	}
}

func TestModelsAreChosen(t *testing.T) {
	for name, c := range map[string]struct{ conf, want string }{
		"OpenAI":     {`{}`, "gpt-6-sol gpt-6-luna gpt-6-luna gpt-image-2.5-flare gpt-4o-mini-tts"},
		"one":        {`{"model": "m", "script_model": "s"}`, "m s m gpt-image-2.5-flare gpt-4o-mini-tts"},
		"one off":    {`{"model": "m", "story_model": "", "image_model": ""}`, " m m  gpt-4o-mini-tts"},
		"elsewhere":  {`{"base_url": "http://[::1]:1/v1", "translate_model": "t"}`, "  t  "},
		"explicitly": {`{"base_url": "http://[::1]:1/v1", "model": "m", "image_model": "i", "speech_model": "s"}`, "m m m i s"},
	} {
		var conf config
		if err := json.Unmarshal([]byte(c.conf), &conf); err != nil {
			t.Fatal(err)
		}
		m := conf.tidy().models()
		got := strings.Join([]string{m["story.write"], m["script.analyze"], m["text.translate"], m["image.generate"], m["speech.synthesize"]}, " ")
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestACapabilityThatIsOffSaysSoAndCostsNothing(t *testing.T) {
	v := newVendor(t)
	b := newBench(t, v, map[string]any{"image_model": ""})
	_, _, err := run(t.Context(), b, film.ImageGenerate, lighthouse)
	if off := b.configured.Off; len(off) != 1 || !strings.Contains(off["image.generate"], "image_model is not set") {
		t.Errorf("%q", off)
	}
	if e := fault(t, err); e.Kind != providers.KindUnauthorized || !strings.Contains(e.Hint, "image_model") || v.requests() > 0 {
		t.Errorf("%+v", e)
	}
	b = &bench{t: t, plugin: &plugin{}}
	b.provider = b.plugin.provider()
	_, _, err = run(t.Context(), b, film.ImageGenerate, lighthouse)
	if e := fault(t, err); e.Kind != providers.KindUnauthorized {
		t.Errorf("%+v", e)
	}
}

func TestEstimatesHoldWhateverIsKnown(t *testing.T) {
	p := &plugin{}
	provider := p.provider()
	ask := func(capability, input string, unknown ...string) providers.Estimate {
		e, err := provider.Estimate(context.Background(), providers.EstimateQuery{Capability: capability, Input: json.RawMessage(input), Unknown: unknown})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	if e := ask("story.write", `{}`); e != (providers.Estimate{}) {
		t.Errorf("without a configuration: %+v", e)
	}
	p.server = connect(config{APIKey: testKey}.tidy())
	defer p.server.close()
	for _, c := range []struct {
		capability, input string
		unknown           []string
		low, high         float64 // dollars: the interval lies between
	}{
		{"story.write", `{"topic": "bedtime", "length": "short"}`, nil, 0.005, 0.3},
		{"story.write", `{}`, []string{"topic", "length", "custom_story", "language"}, 0.002, 2},
		{"story.write", `{"topic": "custom topic", "custom_story": "One. Two. Three."}`, nil, 0.002, 0.2},
		{"script.analyze", `{"script": "` + strings.Repeat("The fox ran. ", 300) + `"}`, nil, 0.0005, 0.1},
		{"script.analyze", `{}`, []string{"script"}, 0.0001, 1},
		{"text.translate", `{"texts": ["One.", "Two."], "from": "english", "to": "german"}`, nil, 0.00002, 0.01},
		{"text.translate", `{}`, []string{"texts"}, 0.00002, 0.2},
		{"image.generate", `{"prompt": "a tower"}`, nil, 0.005, 0.1},
		{"image.generate", `{}`, []string{"prompt"}, 0.005, 0.1},
		{"speech.synthesize", `{"text": "` + strings.Repeat("one two three ", 20) + `", "pace": 1}`, nil, 0.001, 0.05},
		{"speech.synthesize", `{}`, []string{"text"}, 0, 1},
		{"speech.synthesize", `{"text": 7, "texts": {}}`, nil, 0, 1},
		{"story.write", `nonsense`, nil, 0.005, 0.3},
	} {
		e := ask(c.capability, c.input, c.unknown...)
		if e.MinCost > e.MaxCost || e.MinTime >= e.MaxTime || e.MaxCost == 0 || e.MinCost.USD() < c.low || e.MaxCost.USD() > c.high {
			t.Errorf("%s %.60s: %+v", c.capability, c.input, e)
		}
	}
	if e := ask("film.timeline", `{}`); e != (providers.Estimate{}) {
		t.Errorf("%+v", e)
	}
	p.server.conf.BaseURL = "http://127.0.0.1:1/v1"
	if e := ask("story.write", `{}`); e.MaxCost != 0 || e.MaxTime == 0 {
		t.Errorf("at a local server: %+v", e)
	}
}

// What a call cost lies within what was estimated.
func TestEstimatesContainTheCharge(t *testing.T) {
	v := newVendor(t, streamed(draftJSON(7)), drawn(pngOf(864, 1536)), file("audio/wav", speechFile()))
	b := newBench(t, v, map[string]any{"speech_model": "gpt-4o-mini-tts"}).official()
	_, story, err1 := run(t.Context(), b, film.StoryWrite, bedtime)
	_, image, err2 := run(t.Context(), b, film.ImageGenerate, lighthouse)
	_, speech, err3 := run(t.Context(), b, film.SpeechSynthesize, hello)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	for capability, c := range map[string]struct {
		in   any
		cost providers.Money
	}{"story.write": {bedtime, story.Cost}, "image.generate": {lighthouse, image.Cost}, "speech.synthesize": {hello, speech.Cost}} {
		raw, _ := json.Marshal(c.in)
		e, _ := b.provider.Estimate(t.Context(), providers.EstimateQuery{Capability: capability, Input: raw})
		if c.cost < e.MinCost || c.cost > e.MaxCost {
			t.Errorf("%s cost %d, estimated %+v", capability, c.cost, e)
		}
	}
}
