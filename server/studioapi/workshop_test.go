package studioapi_test

import (
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/servertest"
)

// A workshop is the mocked providers, which remember what they were asked and can be told to fail.
type workshop struct {
	providers.Source

	mu     sync.Mutex
	asked  []*providers.Call
	broken map[string]providers.Kind // by capability
}

// staffed starts a server with a workshop.
func staffed(t testing.TB, change ...func(*config.Config)) (*servertest.Server, *workshop) {
	t.Helper()
	w := &workshop{Source: builtin.Mock(0), broken: map[string]providers.Kind{}}
	s := servertest.Start(t, servertest.Options{
		Providers: w, Pipelines: pipeline.Source{"pipelines.hcl": filmloom.Pipelines}, Config: configured(change),
	})
	return s, w
}

// breakOff lets every call of a capability fail until mend.
func (w *workshop) breakOff(capability string, kind providers.Kind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken[capability] = kind
}

func (w *workshop) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.broken)
}

// calls are the inputs of the calls for a job, by capability; "" is for any job.
func (w *workshop) calls(job, capability string) []object {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []object
	for _, c := range w.asked {
		if c.Capability == capability && (job == "" || c.Run == job) {
			var in object
			if err := json.Unmarshal(c.Input, &in); err != nil {
				panic(err)
			}
			all = append(all, in)
		}
	}
	return all
}

// Open implements providers.Source.
func (w *workshop) Open(ctx context.Context, name string, o providers.OpenOptions) (providers.Provider, error) {
	p, err := w.Source.Open(ctx, name, o)
	return &worker{p, w}, err
}

type worker struct {
	providers.Provider
	of *workshop
}

// Execute implements providers.Provider.
func (w *worker) Execute(ctx context.Context, call *providers.Call) (*providers.Result, error) {
	w.of.mu.Lock()
	w.of.asked = append(w.of.asked, call)
	kind, broken := w.of.broken[call.Capability]
	w.of.mu.Unlock()
	if broken {
		return nil, &providers.Error{Kind: kind, Message: "the workshop was told to fail"}
	}
	return w.Provider.Execute(ctx, call)
}

// inputs are what the pipeline was given for a job.
func inputs(t testing.TB, s *servertest.Server, job string) (in object) {
	t.Helper()
	o, err := s.Desk().Order(job)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(o.Inputs, &in); err != nil {
		t.Fatal(err)
	}
	return in
}

// step is one of a job's steps.
func step(t testing.TB, c *servertest.Client, job, name string) object {
	t.Helper()
	for _, s := range c.Get("/api/v1/jobs/" + job + "/steps").Want(200).JSON()["steps"].([]any) {
		if one := s.(object); one["step"] == name {
			return one
		}
	}
	t.Fatalf("job %s has no step %s", job, name)
	return nil
}

// words is a script of so many words.
func words(n int) string { return strings.TrimSpace(strings.Repeat("Somebody walks along. ", (n+2)/3)) }

// moment reads a time of an answer.
func moment(t testing.TB, v any) time.Time {
	t.Helper()
	text, _ := v.(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatalf("%v is no time", v)
	}
	return at
}

func parsePrefixes(t testing.TB, texts ...string) (all []netip.Prefix) {
	t.Helper()
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}
