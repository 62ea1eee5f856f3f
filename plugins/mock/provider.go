package mock

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

const version = "1.2.0"

// Config is the provider's configuration. See the package's documentation.
type Config struct {
	Delay      string `json:"delay" default:"0s" doc:"How long each call takes, as a duration: \"50ms\"."`
	RetryAfter string `json:"retry_after" default:"1s" doc:"The wait that a rate-limited call names, as a duration."`
	LogFile    string `json:"log_file,omitempty" doc:"A file to which each call appends a line when it starts and when it has ended."`
}

// New makes the provider.
func New() providers.Provider {
	p := &provider{}
	p.Provider = providers.New("mock", version,
		providers.Summary("Serves every capability of films with small stand-ins, for tests."),
		providers.Config(p.configure),
		providers.Handle(light(film.StoryWrite), writeStory),
		providers.Handle(light(film.ScriptAnalyze), analyzeScript),
		providers.Handle(light(film.TextTranslate), translate),
		providers.Handle(light(film.ImageGenerate), generateImage),
		providers.Handle(light(film.SpeechSynthesize), synthesizeSpeech),
		providers.Handle(light(film.SpeechAlign), alignSpeech),
		providers.Handle(light(film.MusicCompose), composeMusic),
		providers.Handle(light(film.Timeline), planTimeline),
		providers.Handle(light(film.SubtitleLayout), layOut),
		providers.Handle(light(film.ClipRender), renderClip),
		providers.Handle(light(film.TransitionRender), renderTransition),
		providers.Handle(light(film.Assemble), assemble),
		providers.Handle(Echo, echo),
		providers.Handle(List, list),
		providers.Handle(File, writeFile),
	)
	d, _ := p.Describe(context.Background()) // a provider made by providers.New describes itself without fail
	for _, c := range d.Capabilities {
		p.served = append(p.served, c.Name)
	}
	return p
}

// light is a capability as the mock serves it: always the same, without keeping a processor busy.
func light[In, Out any](c providers.Capability[In, Out]) providers.Capability[In, Out] {
	c.CPU = false
	return c.Repeatable()
}

// provider adds what all calls have in common: log, delay and magic words.
type provider struct {
	providers.Provider
	served []string // names of capabilities

	delay, retryAfter time.Duration

	mu  sync.Mutex
	log *os.File // nil without log_file
}

// configure is not ready with a wrong configuration: what is served then would not be what was asked for.
func (p *provider) configure(_ context.Context, conf Config) (providers.Configured, error) {
	var wrong []providers.ConfigDiagnostic
	duration := func(attribute, text string) time.Duration {
		if text == "" {
			return 0
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			wrong = append(wrong, providers.ConfigDiagnostic{
				Attribute: attribute, Summary: fmt.Sprintf("%q is no duration; write it as \"50ms\" or \"2s\"", text),
			})
		}
		return d
	}
	p.delay = duration("delay", conf.Delay)
	p.retryAfter = duration("retry_after", conf.RetryAfter)
	if conf.LogFile != "" {
		f, err := os.OpenFile(conf.LogFile, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			wrong = append(wrong, providers.ConfigDiagnostic{Attribute: "log_file", Summary: "it cannot be written: " + err.Error()})
		} else {
			p.log = f
		}
	}
	if len(wrong) == 0 {
		return providers.Configured{Ready: true}, nil
	}
	return providers.Configured{
		Problem: fmt.Sprintf("The mock cannot use its %s: %s.", wrong[0].Attribute, wrong[0].Summary),
		Hint:    "correct the block of the provider mock, or leave the attribute out", Diagnostics: wrong,
	}, nil
}

// Execute implements [providers.Provider].
func (p *provider) Execute(ctx context.Context, call *providers.Call) (*providers.Result, error) {
	if err := p.note(call, "started"); err != nil {
		return nil, err
	}
	res, err := p.perform(ctx, call)
	end := "done"
	if err != nil {
		end = "failed"
	}
	if failed := p.note(call, end); err == nil && failed != nil {
		return nil, failed
	}
	return res, err
}

func (p *provider) perform(ctx context.Context, call *providers.Call) (*providers.Result, error) {
	var input map[string]any
	if err := json.Unmarshal(call.Input, &input); err != nil {
		return nil, providers.Errorf(providers.KindInvalidInput, "%s: input does not decode: %w", call.Capability, err)
	}
	if p.delay > 0 {
		call.Progress(0, "pretending to work")
		timer := time.NewTimer(p.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	w, err := applying(call, input, p.served)
	if err != nil {
		return nil, err
	}
	if w != nil {
		if err := effects[w.name](ctx, call, p.retryAfter); err != nil {
			return nil, err
		}
	}
	call.Progress(1, "")
	return p.Provider.Execute(ctx, call)
}

// note appends a line to the log: in one write, so that lines of several processes don't mix.
func (p *provider) note(call *providers.Call, what string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.log == nil {
		return nil
	}
	line := fmt.Sprintf("%s\t%s\t%d\t%s\t%s\n", call.Capability, call.Address, call.Attempt, call.IdempotencyKey, what)
	if _, err := p.log.WriteString(line); err != nil {
		return providers.Errorf(providers.KindInternal, "the log file cannot be written: %w", err)
	}
	return nil
}

// Shutdown implements [providers.Provider].
func (p *provider) Shutdown(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.Provider.Shutdown(ctx)
	if p.log != nil {
		if closed := p.log.Close(); err == nil {
			err = closed
		}
		p.log = nil
	}
	return err
}

// fingerprint is a hash of a call's capability and input, files by their content alone. Files made from
// it differ when their inputs do, and are the same wherever the inputs' files lie.
func fingerprint(call *providers.Call) ([sha256.Size]byte, error) {
	var input any
	dec := json.NewDecoder(bytes.NewReader(call.Input))
	dec.UseNumber() // a seed may have more digits than a float64 holds
	if err := dec.Decode(&input); err != nil {
		return [sha256.Size]byte{}, err
	}
	canonical, err := json.Marshal(byContent(input))
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return sha256.Sum256(append([]byte(call.Capability+"\n"), canonical...)), nil
}

func byContent(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = byContent(v[i])
		}
	case map[string]any:
		if sum, ok := v["sha256"]; ok {
			return sum
		}
		for name := range v {
			v[name] = byContent(v[name])
		}
	}
	return v
}

var _ providers.Provider = (*provider)(nil)
