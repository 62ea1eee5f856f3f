package builtin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/filmloom/filmloom/plugins/mock"
	"github.com/filmloom/filmloom/providers"
)

// Mock gives the built-in providers in this process with the mock behind each: it makes every call of a
// pipeline that names others, in delay or, with 0, at once. Providers that need a key or a server of one's own
// are not ready. What it makes must not be mixed with what the real ones make: a cached result tells them
// apart, a film does not.
func Mock(delay time.Duration) providers.Source { return mocked{delay: delay} }

type mocked struct {
	inProcess
	delay time.Duration
}

func (m mocked) Describe(ctx context.Context, name string) (providers.Description, error) {
	d, err := m.inProcess.Describe(ctx, name)
	if err == nil && name != mockName {
		d.Version += "+mock"
	}
	return d, err
}

func (m mocked) Open(ctx context.Context, name string, o providers.OpenOptions) (providers.Provider, error) {
	d, err := m.Describe(ctx, name)
	if err != nil {
		return nil, err
	}
	p, err := m.inProcess.Open(ctx, mockName, o)
	if err != nil || name == mockName {
		return p, err
	}
	return &standIn{Provider: p, description: d, delay: m.delay}, nil
}

const mockName = "mock"

// A standIn answers to another provider's name.
type standIn struct {
	providers.Provider
	description providers.Description
	delay       time.Duration
}

func (s *standIn) Describe(context.Context) (providers.Description, error) { return s.description, nil }

// remote are the plugins that would call a vendor or a server of the owner's.
var remote = map[string]bool{"openai": true, "stability": true, "sdapi": true, "youtube": true}

func (s *standIn) Configure(ctx context.Context, _ json.RawMessage) (providers.Configured, error) {
	if remote[s.description.Name] {
		return providers.Configured{Problem: fmt.Sprintf("%s is not used when everything is mocked", s.description.Name)}, nil
	}
	conf, err := json.Marshal(mock.Config{Delay: s.delay.String(), RetryAfter: "1s"})
	if err != nil {
		return providers.Configured{}, err
	}
	c, err := s.Provider.Configure(ctx, conf)
	c.Off = nil
	return c, err
}
