package providers

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"
)

// A Provider implements some capabilities. Its life: Describe any number of times, at any time;
// Configure once; then Estimate and Execute concurrently; Shutdown once, after the last call returned.
type Provider interface {
	// Describe names the provider and its capabilities. It must be cheap, must not depend on the
	// configuration and must always give the same answer.
	Describe(ctx context.Context) (Description, error)
	// Configure takes the provider's configuration, a JSON object that conforms to
	// Description.Config. It checks that the provider can work (a program is installed, a key is
	// well-formed) without doing paid work.
	Configure(ctx context.Context, config json.RawMessage) (Configured, error)
	// Estimate says what a call may cost and take. Attributes of Input that are not known yet are
	// omitted and their names listed in Unknown.
	Estimate(ctx context.Context, q EstimateQuery) (Estimate, error)
	// Execute performs one call. The context ends when the call is cancelled or times out; Execute
	// must then return within a second and leave no process of its own behind. A failure is, or
	// wraps, an *Error; any other error counts as KindInternal.
	Execute(ctx context.Context, call *Call) (*Result, error)
	// Shutdown releases what the provider holds.
	Shutdown(ctx context.Context) error
}

// A Description is what a provider says of itself.
type Description struct {
	Name         string // the plugin's name, lower case: "illustrator"
	Version      string // semantic version of the plugin: "1.2.0"
	Summary      string // one line for people
	Config       Schema // what a `provider` block may contain
	Capabilities []CapabilitySpec
}

// Capability finds the description of the named capability.
func (d Description) Capability(name string) (CapabilitySpec, bool) {
	for _, c := range d.Capabilities {
		if c.Name == name {
			return c, true
		}
	}
	return CapabilitySpec{}, false
}

// A CapabilitySpec describes one capability of a provider.
type CapabilitySpec struct {
	Name        string // "image.generate": lower-case words separated by dots
	Description string // for people, one or two sentences
	Input       Schema
	Output      Schema
	// Deterministic: the same input gives the same output bytes, as long as the configuration and
	// Configured.CacheVersion are the same. Only such results are shared between runs.
	Deterministic bool
	// CPU: the call keeps about one local processor busy; such calls share the engine's CPU pool.
	CPU bool
}

// Configured is a provider's answer to its configuration.
type Configured struct {
	// Ready is false when the provider cannot serve calls; Problem then says why in one sentence
	// and Hint how to mend it ("apt-get install ffmpeg"). Not being ready is no error: a route
	// goes on to its next choice.
	Ready   bool
	Problem string
	Hint    string
	// CacheVersion names everything outside the input and the configuration that the bytes of
	// deterministic results depend on: versions of models, fonts, tools.
	CacheVersion string
	// Deterministic overrides CapabilitySpec.Deterministic, by capability, where it depends on the
	// configuration.
	Deterministic map[string]bool
	// Off names the capabilities that this configuration does not serve, with one sentence that says why:
	// a model that is not set, a program that is missing. A route goes on to its next choice.
	Off map[string]string
	// Diagnostics point at attributes of the configuration.
	Diagnostics []ConfigDiagnostic
}

// A ConfigDiagnostic is a finding about one attribute of a provider's configuration.
type ConfigDiagnostic struct {
	Attribute string // "" means the block as a whole
	Summary   string
	Warning   bool // an error otherwise
}

// A Call is one request to a provider, and the small handle through which the call reports back.
type Call struct {
	Capability string
	// Input is a JSON object that conforms to the capability's input schema, defaults filled in.
	// Files in it carry an absolute path and must not be written to.
	Input json.RawMessage
	// WorkDir is an absolute path to a private, empty, writable directory. Files in the result
	// must be regular files inside it. It is removed after the call. A capability whose output has no
	// file in it gets none: "".
	WorkDir string
	// IdempotencyKey is the same for every attempt at this call, also across a crash of the host.
	IdempotencyKey string
	// Attempt counts from 1.
	Attempt int
	// Checkpoint is what an interrupted earlier attempt passed to Report.Checkpoint last, or nil.
	Checkpoint []byte
	// Secrets are values that belong to this call alone, by name. They are never recorded.
	Secrets map[string]string
	// Run and Address say for whom the call is made, for logs only.
	Run, Address string
	// Report receives what happens during the call. Nil discards it.
	Report Reporter

	cost     Money
	warnings []string
}

// A Reporter takes what a call says while it runs. Its methods may be called concurrently.
type Reporter interface {
	// Progress tells how far the call is: done from 0 to 1, and a short message or "".
	Progress(done float64, message string)
	// Log writes a structured record to the host's log.
	Log(level slog.Level, message string, args ...any)
	// Checkpoint makes state durable and returns only then. After a crash of the host the next
	// attempt gets it as Call.Checkpoint: enough to pick up remote work already paid for.
	Checkpoint(ctx context.Context, state []byte) error
}

// Progress reports how far the call is: done from 0 to 1, and a short message or "".
func (c *Call) Progress(done float64, message string) {
	if c.Report != nil {
		c.Report.Progress(done, message)
	}
}

// Log writes a structured record to the host's log; args are as for [slog.Logger.Log].
func (c *Call) Log(level slog.Level, message string, args ...any) {
	if c.Report != nil {
		c.Report.Log(level, message, args...)
	}
}

// SaveCheckpoint makes state durable and returns only then. See [Reporter].
func (c *Call) SaveCheckpoint(ctx context.Context, state []byte) error {
	if c.Report == nil {
		return nil
	}
	return c.Report.Checkpoint(ctx, state)
}

// Charge adds to what the call has cost, also where it fails then. It must not be called concurrently.
func (c *Call) Charge(m Money) { c.cost += m }

// Warn adds a sentence for the user to a result that is usable nevertheless. It must not be called
// concurrently.
func (c *Call) Warn(sentence string) { c.warnings = append(c.warnings, sentence) }

// A Result is what a call gave.
type Result struct {
	Output   json.RawMessage // conforms to the capability's output schema; files carry a path inside WorkDir
	Cost     Money
	Warnings []string
}

// Money is an amount in millionths of a US dollar.
type Money int64

// USD returns the amount in dollars.
func (m Money) USD() float64 { return float64(m) / 1e6 }

// USD makes an amount from dollars.
func USD(dollars float64) Money { return Money(dollars*1e6 + 0.5) }

// An EstimateQuery asks what a call may cost and take.
type EstimateQuery struct {
	Capability string
	Input      json.RawMessage // attributes that are not known yet are omitted
	Unknown    []string        // the names of those
}

// An Estimate is an interval of cost and of time. Zero maxima mean "not known".
type Estimate struct {
	MinCost, MaxCost Money
	MinTime, MaxTime time.Duration
}

// A Source makes providers by the name of their plugin: in this process, or as processes.
type Source interface {
	// Plugins lists the names it knows, in order of preference.
	Plugins() []string
	// Describe tells what a plugin can do without configuring it.
	Describe(ctx context.Context, plugin string) (Description, error)
	// Open makes a new, unconfigured provider. The caller ends it with Shutdown. The context
	// bounds the opening only.
	Open(ctx context.Context, plugin string, o OpenOptions) (Provider, error)
}

// OpenOptions are the circumstances of a new provider.
type OpenOptions struct {
	Name string       // the label of its provider block, for logs; default the plugin's name
	Log  *slog.Logger // where its log goes; nil discards it
}
