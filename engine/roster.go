package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/admission"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// A roster knows every provider: those declared in the pipelines' file, and each plugin under its own
// name with the default configuration. It opens one when it is first needed.
type roster struct {
	conf    Config
	file    *pipeline.File
	digest  string // of the file's source
	catalog pipeline.Catalog
	entries []*entry // declared ones first, then plugins, each in order

	mu     sync.Mutex
	frozen map[string]*pipeline.File // sources of earlier runs, by digest; a few
}

// An entry is one provider.
type entry struct {
	name, plugin string
	description  providers.Description
	declared     *pipeline.Provider    // nil for a plugin's default
	operations   map[string]*operation // by capability
	gate         *admission.Gate
	source       providers.Source

	mu         sync.Mutex
	tried      time.Time // when it was last opened; zero: never
	provider   providers.Provider
	configured providers.Configured
	err        error
	digest     string // of the configuration without sensitive values
	secrets    []string

	watched atomic.Pointer[providers.Provider] // provider, for whoever cannot wait for mu
}

// An operation is a capability as one provider serves it, made ready for many calls.
type operation struct {
	providers.CapabilitySpec
	takes  map[string]bool // names of the input's attributes
	gives  cty.Type        // of the output
	output *providers.Conformer
	files  bool // the output may have a file in it
}

func newOperation(spec providers.CapabilitySpec) *operation {
	op := &operation{CapabilitySpec: spec, takes: map[string]bool{}, gives: spec.Output.Type(), output: spec.Output.Conformer()}
	for _, a := range spec.Input.Attributes {
		op.takes[a.Name] = true
	}
	op.files = providers.HasFiles(op.gives)
	return op
}

// openAgain is how long a provider that could not work is left alone before it is tried again: somebody
// may have installed what it lacks.
const openAgain = 10 * time.Second

// openRoster reads and checks the pipelines against what the plugins say of themselves.
func openRoster(ctx context.Context, conf Config, admit *admission.Controller) (*roster, error) {
	file, diags := pipeline.Parse(conf.Source)
	r := &roster{
		conf: conf, file: file, digest: conf.Source.Digest(), frozen: map[string]*pipeline.File{},
		catalog: pipeline.Catalog{approvals.Name: approvals},
	}
	sources := map[string]providers.Source{}
	order := slices.Clone(conf.Providers.Plugins())
	for _, name := range order {
		sources[name] = conf.Providers
	}
	if len(file.Plugins) > 0 {
		external := commandSource(conf.Cache, file.Plugins)
		for _, name := range external.Plugins() {
			if _, builtin := sources[name]; !builtin {
				order = append(order, name)
			}
			sources[name] = external
		}
	}
	for _, name := range order {
		d, err := sources[name].Describe(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("plugin %s cannot be used: %w", name, err)
		}
		r.catalog[name] = d
	}
	if diags = append(diags, file.Check(r.catalog)...); diags.HasErrors() {
		return nil, &InvalidError{conf.Source, diags}
	}
	for _, p := range file.Providers {
		r.add(admit, p.Name, p.Plugin, p, sources[p.Plugin])
	}
	for _, name := range order {
		if file.Provider(name) == nil {
			r.add(admit, name, name, nil, sources[name])
		}
	}
	return r, nil
}

func (r *roster) add(admit *admission.Controller, name, plugin string, declared *pipeline.Provider, source providers.Source) {
	e := &entry{name: name, plugin: plugin, declared: declared, source: source, description: r.catalog[plugin]}
	e.operations = make(map[string]*operation, len(e.description.Capabilities))
	for _, spec := range e.description.Capabilities {
		e.operations[spec.Name] = newOperation(spec)
	}
	var limits admission.Limits
	if declared != nil {
		limits.Concurrent, limits.PerMinute = declared.Concurrent, declared.PerMinute
	}
	e.gate = admit.Gate(name, limits)
	r.entries = append(r.entries, e)
}

// maxFrozen is how many sources of earlier runs are kept in memory.
const maxFrozen = 16

// parsed gives the pipelines of a source, checked against what the plugins say of themselves now.
func (r *roster) parsed(src pipeline.Source) (*pipeline.File, error) {
	digest := src.Digest()
	if digest == r.digest {
		return r.file, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if file := r.frozen[digest]; file != nil {
		return file, nil
	}
	file, diags := pipeline.Parse(src)
	if !diags.HasErrors() {
		diags = append(diags, file.Check(r.catalog)...)
	}
	if diags.HasErrors() {
		return nil, &InvalidError{src, diags}
	}
	if len(r.frozen) >= maxFrozen {
		clear(r.frozen)
	}
	r.frozen[digest] = file
	return file, nil
}

// newer says for people which plugins have another version than a run was started with, or "".
func (r *roster) newer(started map[string]string) string {
	var changed []string
	for name, now := range r.versions() {
		if before, ok := started[name]; ok && before != now {
			changed = append(changed, fmt.Sprintf("%s is now %s, and was %s when the run started", name, now, before))
		}
	}
	slices.Sort(changed)
	return strings.Join(changed, "; ")
}

func (r *roster) entry(name string) *entry {
	for _, e := range r.entries {
		if e.name == name {
			return e
		}
	}
	return nil
}

// candidates lists who may serve a stage: first the one that is preferred and ready, then fallbacks.
// When nobody is ready it says why not for each.
func (r *roster) candidates(ctx context.Context, capability, override string) ([]*entry, []NotReady) {
	prefer, fallback := []string{}, []string{}
	route := r.file.Routes[capability]
	switch {
	case override != "":
		prefer = []string{override}
	case route != nil:
		prefer, fallback = route.Prefer, route.Fallback
	default:
		for _, e := range r.entries {
			if e.operations[capability] != nil {
				prefer = append(prefer, e.name)
			}
		}
	}
	var found []*entry
	var missing []NotReady
	try := func(name string) bool {
		e := r.entry(name)
		if e == nil {
			missing = append(missing, NotReady{capability, name, fmt.Sprintf("There is no provider %q any more.", name), ""})
			return false
		}
		if problem := e.open(ctx, r.conf); problem != nil {
			problem.Capability = capability
			missing = append(missing, *problem)
			return false
		}
		if why, off := e.configured.Off[capability]; off {
			missing = append(missing, NotReady{capability, name, why, ""})
			return false
		}
		if !slices.Contains(found, e) {
			found = append(found, e)
		}
		return true
	}
	for _, name := range prefer {
		if try(name) {
			break
		}
	}
	for _, name := range fallback {
		try(name)
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, missing
}

// open starts and configures the provider unless that has been done. It returns why it cannot work, or nil.
func (e *entry) open(ctx context.Context, conf Config) *NotReady {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now := conf.Clock.Now(); e.tried.IsZero() || e.unusable() != nil && now.Sub(e.tried) >= openAgain {
		_ = e.shutdown() // it could not work
		e.err = e.start(context.WithoutCancel(ctx), conf)
		e.tried = now
	}
	return e.unusable()
}

// unusable is why the provider, which has been opened, cannot work, or nil. The caller holds the lock.
func (e *entry) unusable() *NotReady {
	if e.err != nil {
		hint := ""
		var pe *providers.Error
		if errors.As(e.err, &pe) {
			hint = pe.Hint
		}
		return &NotReady{"", e.name, fmt.Sprintf("The provider %s does not start: %v.", e.name, e.err), hint}
	}
	if !e.configured.Ready {
		return &NotReady{"", e.name, e.configured.Problem, e.configured.Hint}
	}
	for _, d := range e.configured.Diagnostics {
		if !d.Warning { // it would work otherwise than its owner meant
			return &NotReady{"", e.name, fmt.Sprintf("The configuration of the provider %s is wrong: %s.", e.name, finding(d)), ""}
		}
	}
	return nil
}

// finding is a diagnostic in words, without its full stop.
func finding(d providers.ConfigDiagnostic) string {
	text := strings.TrimSuffix(d.Summary, ".")
	if d.Attribute != "" {
		return d.Attribute + ": " + text
	}
	return text
}

func (e *entry) start(ctx context.Context, conf Config) error {
	declared := e.declared
	if declared == nil {
		declared = &pipeline.Provider{Name: e.name, Plugin: e.plugin}
	}
	value, diags := declared.Evaluate(e.description.Config, conf.Env)
	if diags.HasErrors() {
		return diags
	}
	e.secrets = sensitiveValues(value, e.description.Config)
	value, _ = value.UnmarkDeep()
	open := value.AsValueMap()
	for _, a := range e.description.Config.Attributes {
		if a.Required && open[a.Name].IsNull() {
			e.configured = providers.Configured{
				Problem: fmt.Sprintf("The provider %s needs the setting %q.", e.name, a.Name),
				Hint:    settingHint(declared, a.Name),
			}
			return nil // a provider without its required configuration is never started
		}
	}
	raw, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		return err
	}
	e.digest = e.openDigest(raw)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if e.provider, err = e.source.Open(ctx, e.plugin, providers.OpenOptions{Name: e.name, Log: conf.Log}); err != nil {
		return err
	}
	opened := e.provider
	e.watched.Store(&opened)
	e.configured, err = e.provider.Configure(ctx, raw)
	clean := newRedactor(e.secrets...)
	e.configured.Problem, e.configured.Hint = clean.text(e.configured.Problem), clean.text(e.configured.Hint)
	for i := range e.configured.Diagnostics {
		d := &e.configured.Diagnostics[i]
		d.Summary = clean.text(d.Summary)
	}
	return clean.error(err)
}

// settingHint says how to give a provider a setting that it lacks.
func settingHint(declared *pipeline.Provider, setting string) string {
	hint := fmt.Sprintf("set %s in the block provider %q", setting, declared.Name)
	if names := declared.Environment(setting); len(names) > 0 {
		hint = fmt.Sprintf("export %s, or %s", strings.Join(names, " and "), hint)
	}
	return hint
}

// openDigest names the configuration, its sensitive attributes left out.
func (e *entry) openDigest(raw []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00", e.plugin, e.description.Version)
	for _, a := range e.description.Config.Attributes {
		if !a.Sensitive {
			h.Write(attribute(raw, a.Name))
			h.Write([]byte{0})
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// deterministic tells whether a result of the capability may be shared between lineages.
func (e *entry) deterministic(op *operation) bool {
	if d, ok := e.configured.Deterministic[op.Name]; ok {
		return d
	}
	return op.Deterministic
}

// close ends every provider that was opened.
func (r *roster) close() error {
	var wg sync.WaitGroup
	errs := make([]error, len(r.entries))
	for i, e := range r.entries {
		wg.Go(func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			errs[i] = e.shutdown()
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// shutdown ends the provider when it was opened. The caller holds the lock.
func (e *entry) shutdown() error {
	if e.provider == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	p := e.provider
	e.provider = nil
	e.watched.Store(nil)
	return p.Shutdown(ctx)
}

// versions are the versions of all plugins, as a run freezes them.
func (r *roster) versions() map[string]string {
	v := map[string]string{}
	for name, d := range r.catalog {
		v[name] = d.Version
	}
	return v
}

// preflight makes sure that every stage of a pipeline, up to one, can be served, before any work starts.
func (r *roster) preflight(ctx context.Context, pl *pipeline.Pipeline, stages map[string]bool) error {
	type need struct{ capability, provider string }
	needs := map[need]bool{}
	var collect func(pl *pipeline.Pipeline, stages map[string]bool)
	collect = func(pl *pipeline.Pipeline, stages map[string]bool) {
		for _, s := range pl.Stages {
			switch {
			case stages != nil && !stages[s.Name] || s.Capability == ApprovalWait:
			case s.Pipeline != nil:
				collect(s.Pipeline, nil)
			default:
				needs[need{s.Capability, s.Provider}] = true
			}
		}
	}
	collect(pl, stages)
	var mu sync.Mutex
	var wg sync.WaitGroup
	missing := map[string]NotReady{}
	for n := range needs {
		wg.Go(func() {
			_, not := r.candidates(ctx, n.capability, n.provider)
			mu.Lock()
			defer mu.Unlock()
			for _, m := range not {
				missing[m.Provider+m.Problem] = m
			}
		})
	}
	wg.Wait()
	if len(missing) == 0 {
		return nil
	}
	e := &NotReadyError{Pipeline: pl.Name}
	for _, k := range slices.Sorted(maps.Keys(missing)) {
		e.Missing = append(e.Missing, missing[k])
	}
	return e
}
