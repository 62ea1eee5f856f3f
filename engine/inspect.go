package engine

import (
	"context"
	"sync"

	"github.com/filmloom/filmloom/engine/admission"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

// Validate reads and checks pipelines without opening a store or calling a provider. It uses
// Config.Pipelines or Source, and Providers. The error is an *InvalidError when they are not valid.
func Validate(ctx context.Context, conf Config) (*pipeline.File, error) {
	r, err := inspect(ctx, conf)
	if err != nil {
		return nil, err
	}
	return r.file, nil
}

// A ProviderStatus is what there is to know of one provider on this machine.
type ProviderStatus struct {
	Name        string // of its block, or the plugin's name
	Plugin      string
	Description providers.Description
	Ready       bool
	Problem     string // why it is not ready: one sentence
	Hint        string // what mends it, or ""
	Warnings    []string
	Off         map[string]string // capabilities that it does not serve as it is configured, and why
}

// Inspect starts and configures every provider and says which can work. It opens no store.
func Inspect(ctx context.Context, conf Config) ([]ProviderStatus, error) {
	r, err := inspect(ctx, conf)
	if err != nil {
		return nil, err
	}
	all := make([]ProviderStatus, len(r.entries))
	var inspecting sync.WaitGroup
	for i, e := range r.entries { // at the same time: each may start processes, and wait for them
		inspecting.Go(func() { all[i] = e.inspect(ctx, r.conf) })
	}
	inspecting.Wait()
	return all, r.close()
}

// inspect opens the provider and tells whether it can work.
func (e *entry) inspect(ctx context.Context, conf Config) ProviderStatus {
	s := ProviderStatus{Name: e.name, Plugin: e.plugin, Description: e.description, Ready: true}
	if problem := e.open(ctx, conf); problem != nil {
		s.Ready, s.Problem, s.Hint = false, problem.Problem, problem.Hint
	}
	s.Off = e.configured.Off
	for _, d := range e.configured.Diagnostics {
		if d.Warning {
			s.Warnings = append(s.Warnings, finding(d)+".")
		}
	}
	return s
}

func inspect(ctx context.Context, conf Config) (*roster, error) {
	conf.fill()
	if conf.Source == nil {
		src, err := pipeline.Load(conf.Pipelines)
		if err != nil {
			return nil, err
		}
		conf.Source = src
	}
	return openRoster(ctx, conf, admission.New(1, conf.Clock))
}

// PluginStats is what the processes of one provider have done and use.
type PluginStats struct {
	Provider string // of its block, or the plugin's name
	plugin.Stats
}

// Plugins tells of each provider that is open now and runs as a process, in the order in which they are
// declared. Its counts begin anew when a provider that could not work is opened again. It waits for
// nothing, not even for a provider that is being started, so it may be called for each scrape of metrics.
func (e *Engine) Plugins() []PluginStats {
	var names []string
	var opened []providers.Provider
	for _, entry := range e.roster.entries {
		if p := entry.watched.Load(); p != nil {
			names, opened = append(names, entry.name), append(opened, *p)
		}
	}
	var all []PluginStats
	for i, s := range plugin.StatsOfAll(opened...) {
		if s != nil {
			all = append(all, PluginStats{names[i], *s})
		}
	}
	return all
}

// Serves tells whether a provider that can work on this machine serves a capability, as the routes are now. It
// configures those that the route names, as far as that has not happened.
func (e *Engine) Serves(ctx context.Context, capability string) bool {
	able, _ := e.roster.candidates(ctx, capability, "")
	return len(able) > 0
}
