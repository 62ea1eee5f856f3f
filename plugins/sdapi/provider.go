package sdapi

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/remote"
)

const (
	version = "1.0.0"
	// vendor is the name in sentences.
	vendor = "The picture server"
	// greeting bounds how long Configure waits for a server that may not be there.
	greeting = 5 * time.Second
	// maxOptions is in bytes: the settings of a web UI with many extensions have some 100 kB.
	maxOptions = 8 << 20
	// pollEvery is how often a server is asked how far it is.
	pollEvery = 2 * time.Second
	// defaultPixels is what SDXL and its kin were taught with, and the most that older models bear.
	defaultPixels = 1024 * 1024
)

// Config is the provider's configuration.
type Config struct {
	BaseURL    string  `json:"base_url" doc:"Where the server is: \"http://127.0.0.1:7860\"."`
	Username   string  `json:"username,omitempty" secret:"true" doc:"User name, where the server was started with --api-auth."`
	Password   string  `json:"password,omitempty" secret:"true" doc:"Password, where the server was started with --api-auth."`
	Steps      int     `json:"steps,omitempty" min:"1" max:"150" doc:"Steps of the sampler; the server's choice where it is left out."`
	Sampler    string  `json:"sampler,omitempty" doc:"Name of the sampler, such as \"DPM++ 2M\"; the server's choice where it is left out."`
	CFGScale   float64 `json:"cfg_scale,omitempty" min:"0.1" max:"30" doc:"How strictly to keep to the prompt; the server's choice where it is left out."`
	Checkpoint string  `json:"checkpoint,omitempty" doc:"Model to load, as the server names it; the one that is loaded where it is left out."`
	MaxPixels  int     `json:"max_pixels" default:"1048576" min:"65536" max:"16777216" unit:"pixels" doc:"Largest area that is drawn; larger pictures are scaled up."`
}

// New makes the provider. It needs a server.
func New() providers.Provider { return newProvider(tick).parts() }

type provider struct {
	client *http.Client
	// tick gives a beat to ask for progress at, and the function that ends it.
	tick func() (beat <-chan time.Time, stop func())
	turn chan struct{} // held by the call that the server works for

	// Set by configure.
	conf Config
	base *url.URL // nil while not ready
}

func newProvider(tick func() (<-chan time.Time, func())) *provider {
	client := remote.Client()
	if t, ok := client.Transport.(*http.Transport); ok {
		// A picture may take a processor half an hour. That the server lives is seen from its progress.
		t.ResponseHeaderTimeout = 0
	}
	return &provider{client: client, tick: tick, turn: make(chan struct{}, 1)}
}

func tick() (<-chan time.Time, func()) {
	t := time.NewTicker(pollEvery)
	return t.C, t.Stop
}

func (p *provider) parts() providers.Provider {
	return providers.New("sdapi", version,
		providers.Summary("Draws pictures by a Stable Diffusion server of your own (AUTOMATIC1111, Forge, sd-server)."),
		providers.Config(p.configure),
		// Which model draws, on which device, is not known here.
		providers.Handle(film.ImageGenerate.Varying(), p.draw),
		providers.OnShutdown(func(context.Context) error {
			p.client.CloseIdleConnections()
			return nil
		}),
	)
}

func (p *provider) configure(ctx context.Context, conf Config) (providers.Configured, error) {
	conf.MaxPixels = cmp.Or(conf.MaxPixels, defaultPixels)
	p.conf, p.base = conf, nil
	if conf.BaseURL == "" {
		return providers.Configured{
			Problem: "The provider sdapi needs the address of a server.",
			Hint:    `start one, such as a Stable Diffusion web UI with --api, and set base_url = "http://127.0.0.1:7860"`,
		}, nil
	}
	base, err := remote.BaseURL(conf.BaseURL)
	if err != nil {
		return unusable("base_url", "it "+err.Error()), nil
	}
	if (conf.Username == "") != (conf.Password == "") {
		return unusable("password", "user name and password belong together, and one of them is empty"), nil
	}
	p.base = base
	ctx, cancel := context.WithTimeout(ctx, greeting)
	defer cancel()
	if err := p.greet(ctx); err != nil {
		p.base = nil
		e := providers.AsError(err)
		return providers.Configured{Problem: e.Message + ".", Hint: cmp.Or(e.Hint, "check base_url and the server's log")}, nil
	}
	c := providers.Configured{Ready: true}
	if conf.Password != "" && remote.Exposes(base) {
		c.Diagnostics = []providers.ConfigDiagnostic{{Attribute: "base_url", Warning: true, Summary: "the password travels unencrypted to this address: use https"}}
	}
	return c, nil
}

// greet asks for the server's settings: whoever answers that draws as well.
func (p *provider) greet(ctx context.Context) error {
	body, err := p.ask(ctx, http.MethodGet, "/sdapi/v1/options", nil, maxOptions)
	if err != nil {
		if ctx.Err() != nil {
			return &providers.Error{Message: fmt.Sprintf("%s did not answer within %v", vendor, greeting), Hint: "check that it runs and that base_url is right"}
		}
		return err
	}
	var options map[string]json.RawMessage
	if json.Unmarshal(body, &options) != nil {
		return &providers.Error{Message: "What answers at base_url is no /sdapi server", Hint: "check base_url; start a Stable Diffusion web UI with --api"}
	}
	return nil
}

func unusable(attribute, summary string) providers.Configured {
	return providers.Configured{
		Problem:     "The provider sdapi cannot use its " + attribute + ": " + summary + ".",
		Hint:        "correct " + attribute + " in the block of the provider sdapi",
		Diagnostics: []providers.ConfigDiagnostic{{Attribute: attribute, Summary: summary}},
	}
}
