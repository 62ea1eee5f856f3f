package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// chatty is a provider that says its key whenever it can.
func chatty() providers.Provider {
	type config struct {
		Key string `json:"key" sensitive:"true" doc:"The key."`
	}
	type in struct {
		Name string `json:"name"`
	}
	type out struct {
		Name string `json:"name"`
	}
	var key string
	return providers.New("chatty", "1.0.0",
		providers.Config(func(_ context.Context, c config) (providers.Configured, error) {
			key = c.Key
			return providers.Configured{Ready: true, Diagnostics: []providers.ConfigDiagnostic{{Summary: "the key is " + key, Warning: true}}}, nil
		}),
		providers.Handle(providers.Capability[in, out]{Name: "c.call"}, func(_ context.Context, call *providers.Call, in in) (out, error) {
			call.Progress(0.5, "with "+key)
			call.Log(slog.LevelWarn, "calling with "+key, "key", key, "cause", fmt.Errorf("401 for %s", key))
			call.Warn("the key " + key + " is old, and so is " + call.Secrets["token"])
			if in.Name == "bad" {
				return out{}, &providers.Error{Kind: providers.KindUnauthorized, Message: "401: " + key, User: "key " + key, Hint: "change " + key + " or " + call.Secrets["token"]}
			}
			return out(in), nil
		}))
}

func TestWhatAProviderSaysOfItsSecretsGoesNowhere(t *testing.T) {
	const key, token = "sk-very/secret+value", "token-of-the-account"
	var mu sync.Mutex
	var seen strings.Builder
	note := func(what any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(&seen, "%+v\n", what)
	}
	j := memory.New()
	conf := engine.Config{
		Dir: t.TempDir(), Journal: j, Providers: providers.InProcess(chatty),
		Source: pipeline.Source{"c.hcl": []byte(`
provider "chatty" { key = env.CHATTY_KEY }
pipeline "joined" {
  input "name" { type = string }
  stage "call" {
    uses    = "c.call"
    with    = { name = input.name }
    secrets = { token = "account" }
  }
  output "name" { value = stage.call.name }
}
`)},
		Env:     func(string) (string, bool) { return key, true },
		Secrets: func(context.Context, string) (string, error) { return token, nil },
		Log:     logTo(&lockedWriter{mu: &mu, to: &seen}),
		Observe: func(o engine.Observation) { note(o) },
	}
	eng := open(t, conf)
	for _, name := range []string{"good", "bad"} {
		run := start(t, eng, engine.Inputs{"name": name})
		for ev := range run.Events(t.Context()) {
			note(ev)
			note(run.Status())
		}
		_, err := run.Wait(t.Context())
		note(err)
		note(run.Status())
	}
	for info, err := range j.Runs(t.Context(), journal.Query{}) {
		note(err)
		note(string(info.Frozen))
		for ev, err := range j.Events(t.Context(), info.ID, 1) {
			note(err)
			note(string(ev.Data))
		}
	}
	for o, err := range j.Outcomes(t.Context()) {
		raw, _ := json.Marshal(o)
		note(err)
		note(string(raw))
	}
	statuses, err := engine.Inspect(t.Context(), conf)
	note(err)
	note(statuses)
	for _, secret := range []string{key, token} {
		if i := strings.Index(seen.String(), secret); i >= 0 {
			t.Errorf("the secret was seen: …%s", seen.String()[max(i-200, 0):min(i+100, seen.Len())])
		}
	}
	if !strings.Contains(seen.String(), "[redacted]") {
		t.Error("nothing was said at all")
	}
}

// lockedWriter is a log that may be written to from anywhere.
type lockedWriter struct {
	mu *sync.Mutex
	to *strings.Builder
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}
