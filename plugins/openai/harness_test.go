package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/providers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a configured provider, and what its calls said.
type bench struct {
	t        *testing.T
	plugin   *plugin
	provider providers.Provider

	configured providers.Configured

	calls    int
	mu       sync.Mutex
	progress []float64
	said     strings.Builder // everything that leaves the provider
}

// newBench configures a provider for a vendor. settings override those of OpenAI's own address.
func newBench(t *testing.T, v *vendor, settings map[string]any) *bench {
	t.Helper()
	conf := map[string]any{
		"api_key": testKey, "base_url": v.URL + "/v1", "organization": "org-filmloom", "project": "proj-filmloom",
		"model": "gpt-6-luna", "image_model": "gpt-image-2.5-flare", "speech_model": "tts-1",
	}
	if v.local {
		conf = map[string]any{"base_url": v.URL + "/v1", "model": "llama3.2", "image_model": "sd15", "speech_model": "kokoro"}
	}
	for name, value := range settings {
		conf[name] = value
	}
	raw, err := json.Marshal(conf)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, plugin: &plugin{}}
	b.provider = b.plugin.provider()
	c, err := b.provider.Configure(t.Context(), raw)
	if err != nil || !c.Ready {
		t.Fatalf("not ready: %+v, %v", c, err)
	}
	b.configured = c
	t.Cleanup(func() {
		if err := b.provider.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, form := range []string{testKey, testKey[8:20], "Bearer"} {
			if strings.Contains(b.said.String(), form) {
				t.Errorf("the key got out: %s", b.said.String())
			}
		}
	})
	return b
}

// official makes the vendor count as OpenAI itself, whose prices are known.
func (b *bench) official() *bench {
	b.plugin.server.conf.BaseURL = officialURL
	return b
}

func (b *bench) say(args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _ = fmt.Fprintln(&b.said, args...)
}

func (b *bench) Progress(done float64, message string) {
	b.say(message)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress = append(b.progress, done)
}

func (b *bench) Log(_ slog.Level, message string, args ...any) {
	b.say(append([]any{message}, args...)...)
}

func (b *bench) Checkpoint(context.Context, []byte) error { return nil }

// run makes a call and holds its result against the capability's schema.
func run[In, Out any](ctx context.Context, b *bench, c providers.Capability[In, Out], in In) (Out, *providers.Result, error) {
	b.t.Helper()
	var out Out
	raw, err := json.Marshal(in)
	if err != nil {
		b.t.Fatal(err)
	}
	b.calls++
	b.progress = nil
	r, err := b.provider.Execute(ctx, &providers.Call{
		Capability: c.Name, Input: raw, WorkDir: b.t.TempDir(), IdempotencyKey: fmt.Sprintf("call-%d", b.calls), Attempt: 1, Report: b,
	})
	if err != nil {
		var e *providers.Error
		if errors.As(err, &e) {
			b.say(e.Message, e.Hint, e.User, e.RetryAfter)
			for cause := e.Err; cause != nil; cause = errors.Unwrap(cause) {
				b.say(fmt.Sprintf("%v %+v %#v", cause, cause, cause))
			}
		}
		b.say(fmt.Sprintf("%v %+v", err, err))
		return out, nil, err
	}
	b.say(string(r.Output), r.Warnings)
	if err := json.Unmarshal(r.Output, &out); err != nil {
		b.t.Fatal(err)
	}
	var attrs map[string]json.RawMessage
	_ = json.Unmarshal(r.Output, &attrs)
	for _, a := range c.Spec().Output.Attributes {
		if v, ok := attrs[a.Name]; a.Required && (!ok || string(v) == "null") {
			b.t.Errorf("%s: the result has no %s", c.Name, a.Name)
		}
	}
	last := 0.0
	for _, p := range b.progress {
		if p < last || p > 1 {
			b.t.Errorf("progress goes from %v to %v", last, p)
		}
		last = p
	}
	return out, r, nil
}

// fault is the *providers.Error that a call must have ended with.
func fault(t *testing.T, err error) *providers.Error {
	t.Helper()
	var e *providers.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *providers.Error", err)
	}
	return e
}
