package stability

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/remote"
)

const (
	version = "1.0.0"
	// vendor is the name in sentences.
	vendor         = "Stability AI"
	defaultAddress = "https://api.stability.ai"
)

// Config is the provider's configuration.
type Config struct {
	APIKey     string  `json:"api_key" secret:"true" doc:"A key from https://platform.stability.ai/account/keys."`
	BaseURL    string  `json:"base_url" default:"https://api.stability.ai" doc:"Where the API is."`
	Model      string  `json:"model" default:"core" enum:"core,ultra,sd3.5-large,sd3.5-large-turbo,sd3.5-medium" doc:"Who draws: core is fast and cheap, ultra the finest."`
	CFGScale   float64 `json:"cfg_scale,omitempty" min:"1" max:"10" doc:"How strictly the sd3.5 models keep to the prompt; the vendor's choice where it is left out."`
	MusicModel string  `json:"music_model" default:"stable-audio-2" enum:"stable-audio-2,stable-audio-2.5" doc:"Who composes."`
	// WAV can be cut to a sample; MP3 is a tenth of the size.
	MusicFormat   string `json:"music_format" default:"wav" enum:"wav,mp3" doc:"What music comes as: wav has exactly the length asked for, mp3 to within 26 ms."`
	ClientID      string `json:"client_id,omitempty" doc:"Name of your application, at most 256 characters; the vendor asks for it to help with problems."`
	ClientVersion string `json:"client_version,omitempty" doc:"Version of your application, at most 256 characters."`
}

// New makes the provider. It needs a key and the network.
func New() providers.Provider {
	p := &provider{client: remote.Client(), now: time.Now}
	return providers.New("stability", version,
		providers.Summary("Draws pictures and composes music by the API of Stability AI; needs a key."),
		providers.Config(p.configure),
		// The vendor promises no two equal results: models are replaced under the same name.
		providers.Handle(film.ImageGenerate.Varying(), p.draw),
		providers.Handle(film.MusicCompose.Varying(), p.compose),
		providers.Estimator(p.estimate),
		providers.OnShutdown(func(context.Context) error {
			p.client.CloseIdleConnections()
			return nil
		}),
	)
}

type provider struct {
	client *http.Client
	now    func() time.Time

	// Set by configure.
	conf Config
	base *url.URL // nil while not ready
}

// A key is "sk-" and 48 letters and digits today. A stricter check would break on the day that changes.
var (
	keyShape   = regexp.MustCompile(`^sk-[A-Za-z0-9_-]{20,}$`)
	headerText = regexp.MustCompile(`^[!-~]([ -~]{0,254}[!-~])?$`)
)

func (p *provider) configure(_ context.Context, conf Config) (providers.Configured, error) {
	conf.APIKey = strings.TrimSpace(conf.APIKey) // files that keys are read from end in a newline
	conf.BaseURL = cmp.Or(conf.BaseURL, defaultAddress)
	conf.Model = cmp.Or(conf.Model, "core")
	conf.MusicModel = cmp.Or(conf.MusicModel, "stable-audio-2")
	conf.MusicFormat = cmp.Or(conf.MusicFormat, "wav")
	p.conf, p.base = conf, nil
	if conf.APIKey == "" {
		return providers.Configured{
			Problem: "The provider stability needs a key of " + vendor + ".",
			Hint:    "make one at https://platform.stability.ai/account/keys and set api_key = env.STABILITY_API_KEY",
		}, nil
	}
	var found []providers.ConfigDiagnostic
	wrong := func(attribute, summary string) {
		found = append(found, providers.ConfigDiagnostic{Attribute: attribute, Summary: summary})
	}
	base, err := remote.BaseURL(conf.BaseURL)
	switch {
	case err != nil:
		wrong("base_url", "it "+err.Error())
	case remote.Exposes(base):
		found = append(found, providers.ConfigDiagnostic{Attribute: "base_url", Warning: true, Summary: "the key travels unencrypted to this address: use https"})
	}
	// Who stands between us and the vendor may hand out keys of another shape.
	if !headerText.MatchString(conf.APIKey) || conf.BaseURL == defaultAddress && !keyShape.MatchString(conf.APIKey) {
		wrong("api_key", "it does not look like a key of "+vendor+`, which begins with "sk-" and has no spaces`)
	}
	for name, value := range map[string]string{"client_id": conf.ClientID, "client_version": conf.ClientVersion} {
		if value != "" && !headerText.MatchString(value) {
			wrong(name, "it must have at most 256 characters, plain ASCII")
		}
	}
	if conf.CFGScale != 0 && !strings.HasPrefix(conf.Model, "sd3.5") {
		found = append(found, providers.ConfigDiagnostic{
			Attribute: "cfg_scale", Warning: true, Summary: "the model " + conf.Model + " has no such setting: choose an sd3.5 model or leave it out",
		})
	}
	if i := slices.IndexFunc(found, func(d providers.ConfigDiagnostic) bool { return !d.Warning }); i >= 0 {
		return providers.Configured{
			Problem:     "The provider stability cannot use its " + found[i].Attribute + ": " + found[i].Summary + ".",
			Hint:        "correct " + found[i].Attribute + " in the block of the provider stability",
			Diagnostics: found,
		}, nil
	}
	p.base = base
	return providers.Configured{Ready: true, Diagnostics: found}, nil
}
