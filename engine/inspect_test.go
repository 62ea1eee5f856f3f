package engine_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

// processes gives providers that tell of a process, as the ones do that plugin.Launch has started.
type processes struct {
	providers.Source
	configuring func()
}

func (p processes) Open(ctx context.Context, name string, o providers.OpenOptions) (providers.Provider, error) {
	inner, err := p.Source.Open(ctx, name, o)
	return process{inner, name, p.configuring}, err
}

type process struct {
	providers.Provider
	name        string
	configuring func()
}

func (p process) Stats() plugin.Stats {
	return plugin.Stats{Plugin: p.name, PID: 7, Starts: 3, Crashes: 2}
}

func (p process) Configure(ctx context.Context, config json.RawMessage) (providers.Configured, error) {
	p.configuring()
	return p.Provider.Configure(ctx, config)
}

const twice = `
provider "second" {
  plugin = "shop"
}

route "t.make" {
  prefer = ["second"]
}

pipeline "joined" {
  stage "made" {
    uses = "t.make"
    with = { text = "x" }
  }
}
`

func TestPluginsThatAreOpenCanBeWatchedAndNobodyWaitsForOneThatStarts(t *testing.T) {
	began, hold := make(chan struct{}), make(chan struct{})
	conf := engine.Config{
		Dir: t.TempDir(), Source: pipeline.Source{"test.hcl": []byte(twice)},
		Providers: processes{
			source{[]string{"shop"}, map[string]*workshop{"shop": {}}},
			func() {
				close(began)
				<-hold
			},
		},
	}
	eng, err := engine.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	if got := eng.Plugins(); len(got) != 0 {
		t.Errorf("before the first use: %+v", got)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run, err := eng.Start(t.Context(), "joined", nil)
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := run.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	<-began
	check := func(when string) {
		t.Helper()
		got := eng.Plugins()
		want := engine.PluginStats{Provider: "second", Stats: plugin.Stats{Plugin: "shop", PID: 7, Starts: 3, Crashes: 2}}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, want %+v alone", when, got, want)
		}
	}
	check("while it starts")
	close(hold)
	<-ended
	check("after a run")
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	if got := eng.Plugins(); len(got) != 0 {
		t.Errorf("after Close: %+v", got)
	}
}

func TestAProviderInThisProcessIsNoPluginToWatch(t *testing.T) {
	eng := open(t, config(t.TempDir(), joined, &workshop{}))
	wait(t, start(t, eng, nil))
	if got := eng.Plugins(); len(got) != 0 {
		t.Errorf("plugins %+v", got)
	}
}
