package providertest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

// A Subject is what is checked: a plugin's command, or a provider in this process.
type Subject struct {
	name    string
	spec    *plugin.Spec // of a command
	provide func() (providers.Provider, error)
}

// Command is a plugin that runs in a process of its own.
func Command(spec plugin.Spec) Subject {
	return Subject{name: strings.Join(spec.Command, " "), spec: &spec}
}

// InProcess is a provider in this process. The function makes a new, unconfigured one whenever it is called.
func InProcess(provide func() (providers.Provider, error)) Subject {
	return Subject{name: "in process", provide: provide}
}

func (s Subject) open(ctx context.Context, log *logBook) (providers.Provider, error) {
	if s.spec == nil {
		return s.provide()
	}
	return plugin.Launch(ctx, *s.spec, providers.OpenOptions{Log: log.logger()})
}

// Options say what the suite knows of the provider. The zero value is a good start.
type Options struct {
	// Config is the provider's configuration, a JSON object. Default: empty.
	Config json.RawMessage
	// Inputs are example inputs, JSON objects by capability. A file in one is an object with its path, as in
	// {"path": "picture.png"}; the rest of it is filled in.
	Inputs map[string]json.RawMessage
	// Paid allows calls that cost something, or may.
	Paid bool
	// Only restricts the suite to some checks, by their names or those of their groups, and the calls to
	// some capabilities, by theirs. Default: all of both.
	Only []string
	// Without leaves out checks, groups or capabilities.
	Without []string
	// Contracts are capabilities whose inputs and outputs are known: a provider that serves one of them must
	// agree with it.
	Contracts []providers.CapabilitySpec
	// Timeout bounds one call. Default: one minute.
	Timeout time.Duration
	// Begun, when set, is called before each check, and Done with what came of it.
	Begun func(group, name string)
	Done  func(Result)
}

// Validate says what in Only and Without names nothing. A word with a dot is a capability, which a provider
// may serve.
func (o Options) Validate() error {
	for _, word := range slices.Concat(o.Only, o.Without) {
		known := strings.Contains(word, ".") || slices.ContainsFunc(allChecks, func(c check) bool {
			return c.name == word || c.group == word
		})
		if known {
			continue
		}
		near := providers.Nearest(word, Names())
		if near == "" {
			return fmt.Errorf("there is no check %q; there are %s", word, strings.Join(Names(), ", "))
		}
		return fmt.Errorf("there is no check %q; did you mean %q?", word, near)
	}
	return nil
}

// Names lists the groups, each followed by its checks.
func Names() []string {
	var names []string
	for _, c := range allChecks {
		if !slices.Contains(names, c.group) {
			names = append(names, c.group)
		}
		names = append(names, c.name)
	}
	return names
}

// chosen tells whether a check is wanted.
func (o Options) chosen(c check) bool {
	if slices.Contains(o.Without, c.name) || slices.Contains(o.Without, c.group) {
		return false
	}
	words := slices.DeleteFunc(slices.Clone(o.Only), isCapability)
	return len(words) == 0 || slices.Contains(words, c.name) || slices.Contains(words, c.group)
}

// calls tells whether a capability is wanted.
func (o Options) calls(capability string) bool {
	if slices.Contains(o.Without, capability) {
		return false
	}
	return !slices.ContainsFunc(o.Only, isCapability) || slices.Contains(o.Only, capability)
}

func isCapability(word string) bool { return strings.Contains(word, ".") }
