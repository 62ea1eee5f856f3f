package providers

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// A Capability is a named operation with typed input and output. Declare one as a package variable
// and share it between the providers that serve it.
type Capability[In, Out any] struct {
	Name          string
	Description   string
	Deterministic bool
	CPU           bool
}

// Spec is the capability's description, with schemas derived from In and Out.
func (c Capability[In, Out]) Spec() CapabilitySpec {
	return CapabilitySpec{
		Name: c.Name, Description: c.Description,
		Input: SchemaOf[In](), Output: SchemaOf[Out](),
		Deterministic: c.Deterministic, CPU: c.CPU,
	}
}

// Varying is the capability as served by a provider whose results differ from call to call.
func (c Capability[In, Out]) Varying() Capability[In, Out] {
	c.Deterministic = false
	return c
}

// Repeatable is the capability as served by a provider whose results are the same for the same input.
func (c Capability[In, Out]) Repeatable() Capability[In, Out] {
	c.Deterministic = true
	return c
}

// Local is the capability as served by a provider that keeps a local processor busy.
func (c Capability[In, Out]) Local() Capability[In, Out] {
	c.CPU = true
	return c
}

// A Part is something a provider made by New is made of: Handle, Config, Summary, OnShutdown.
type Part func(*provider)

// New makes a provider from its parts. It panics when two parts serve the same capability.
func New(name, version string, parts ...Part) Provider {
	p := &provider{
		description: Description{Name: name, Version: version},
		handlers:    map[string]handler{},
	}
	for _, part := range parts {
		part(p)
	}
	return p
}

// Summary sets the one line that describes the provider to people.
func Summary(line string) Part {
	return func(p *provider) { p.description.Summary = line }
}

// Handle serves a capability with a function. The function may be called concurrently.
func Handle[In, Out any](c Capability[In, Out], fn func(ctx context.Context, call *Call, in In) (Out, error)) Part {
	return func(p *provider) {
		if _, twice := p.handlers[c.Name]; twice {
			panic(fmt.Sprintf("providers: %s serves %s twice", p.description.Name, c.Name))
		}
		p.description.Capabilities = append(p.description.Capabilities, c.Spec())
		p.handlers[c.Name] = func(ctx context.Context, call *Call) (json.RawMessage, error) {
			var in In
			if err := json.Unmarshal(call.Input, &in); err != nil {
				return nil, Errorf(KindInvalidInput, "%s: input does not decode: %w", c.Name, err)
			}
			out, err := fn(ctx, call, in)
			if err != nil {
				return nil, err
			}
			return json.Marshal(out)
		}
	}
}

// Config sets the function that takes the provider's configuration, with a schema derived from C.
func Config[C any](fn func(ctx context.Context, conf C) (Configured, error)) Part {
	return func(p *provider) {
		p.description.Config = SchemaOf[C]()
		p.configure = func(ctx context.Context, raw json.RawMessage) (Configured, error) {
			var conf C
			if err := json.Unmarshal(raw, &conf); err != nil {
				return Configured{}, Errorf(KindInvalidInput, "configuration does not decode: %w", err)
			}
			return fn(ctx, conf)
		}
	}
}

// Estimator sets the function that says what a call may cost and take.
func Estimator(fn func(ctx context.Context, q EstimateQuery) (Estimate, error)) Part {
	return func(p *provider) { p.estimate = fn }
}

// OnShutdown sets the function that releases what the provider holds.
func OnShutdown(fn func(ctx context.Context) error) Part {
	return func(p *provider) { p.shutdown = fn }
}

type handler func(ctx context.Context, call *Call) (json.RawMessage, error)

// provider is what New makes.
type provider struct {
	description Description
	handlers    map[string]handler
	configure   func(ctx context.Context, raw json.RawMessage) (Configured, error)
	estimate    func(ctx context.Context, q EstimateQuery) (Estimate, error)
	shutdown    func(ctx context.Context) error
}

func (p *provider) Describe(context.Context) (Description, error) { return p.description, nil }

func (p *provider) Configure(ctx context.Context, config json.RawMessage) (Configured, error) {
	if p.configure == nil {
		return Configured{Ready: true, CacheVersion: p.description.Version}, nil
	}
	if len(config) == 0 {
		config = json.RawMessage("{}")
	}
	c, err := p.configure(ctx, config)
	if c.CacheVersion == "" {
		c.CacheVersion = p.description.Version
	}
	return c, err
}

func (p *provider) Estimate(ctx context.Context, q EstimateQuery) (Estimate, error) {
	if p.estimate == nil {
		return Estimate{}, nil
	}
	return p.estimate(ctx, q)
}

func (p *provider) Execute(ctx context.Context, call *Call) (result *Result, err error) {
	h, ok := p.handlers[call.Capability]
	if !ok {
		return nil, Errorf(KindInvalidInput, "%s does not serve %s", p.description.Name, call.Capability)
	}
	defer func() {
		if r := recover(); r != nil {
			call.Log(slog.LevelError, "provider panicked", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = Errorf(KindInternal, "%s panicked in %s: %v", p.description.Name, call.Capability, r)
			result, err = nil, Charged(err, call.cost)
		}
	}()
	out, err := h(ctx, call)
	if err != nil {
		if ctx.Err() != nil {
			return nil, Charged(ctx.Err(), call.cost)
		}
		return nil, Charged(AsError(err), call.cost)
	}
	return &Result{Output: out, Cost: call.cost, Warnings: call.warnings}, nil
}

func (p *provider) Shutdown(ctx context.Context) error {
	if p.shutdown == nil {
		return nil
	}
	return p.shutdown(ctx)
}

var _ Provider = (*provider)(nil)
