package providertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// settings reads a configuration as attributes that fit the schema, defaults filled in. A required one may
// be missing, and is null then.
func settings(schema providers.Schema, raw json.RawMessage) (map[string]cty.Value, error) {
	if len(raw) == 0 {
		raw = json.RawMessage("{}")
	}
	attrs, err := providers.DecodeAttributes(raw, schema.Type(), nil)
	if err != nil {
		return nil, fmt.Errorf("the configuration does not fit: %w", err)
	}
	value, problems := schema.Conform(attrs)
	problems = slices.DeleteFunc(problems, func(p providers.Problem) bool { return p.Summary == providers.RequiredProblem })
	if len(problems) > 0 {
		return nil, errors.New("the configuration does not fit: " + providers.Problems(problems))
	}
	return value.AsValueMap(), nil
}

// encodeConfig writes settings as a provider gets them: every attribute, null where there is nothing.
func encodeConfig(schema providers.Schema, attrs map[string]cty.Value) (json.RawMessage, error) {
	all := map[string]cty.Value{}
	for _, a := range schema.Attributes {
		all[a.Name] = cty.NullVal(a.Type.WithoutOptionalAttributesDeep())
		if v, ok := attrs[a.Name]; ok {
			all[a.Name] = v
		}
	}
	return providers.EncodeWire(cty.ObjectVal(all), nil)
}

// missing lists the required settings that are null: the engine does not start such a provider.
func missing(schema providers.Schema, attrs map[string]cty.Value) []string {
	var names []string
	for _, a := range schema.Attributes {
		if v, ok := attrs[a.Name]; a.Required && (!ok || v.IsNull()) {
			names = append(names, a.Name)
		}
	}
	return names
}

// attempt gives a new provider a configuration.
func (s *suite) attempt(ctx context.Context, raw json.RawMessage) (providers.Configured, error) {
	p, err := s.open(ctx)
	if err != nil {
		return providers.Configured{}, err
	}
	defer func() { _ = p.shutdown() }()
	return configure(ctx, p, raw)
}

func checkEmptyConfig(ctx context.Context, s *suite, v *verdict) {
	d, err := s.describe(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	attrs, err := settings(d.Config, nil)
	if err != nil {
		v.skipf("%s", said(err)) // the check of the schemas says the same
		return
	}
	raw, err := encodeConfig(d.Config, attrs)
	if err != nil {
		v.failf("its defaults cannot be written: %v", err)
		return
	}
	c, err := s.attempt(ctx, raw)
	v.ok()
	needed := missing(d.Config, attrs)
	switch {
	case fault(err) != "":
		v.failf("%s", fault(err))
	case len(needed) > 0:
		v.notef("it is never started without its required settings: %s", strings.Join(needed, ", "))
	case err != nil:
		v.failf("not to be ready is no error; answer with a problem and a hint instead (%s)", kinded(err))
	default:
		v.configured(d, c)
	}
}

// configured looks at an answer to a configuration.
func (v *verdict) configured(d providers.Description, c providers.Configured) {
	if !c.Ready {
		v.sentence("the problem", c.Problem)
		if strings.TrimSpace(c.Hint) == "" {
			v.failf("it is not ready (%s) and has no hint that says how to mend that", c.Problem)
		}
		v.notef("it is not ready: %s", c.Problem)
	}
	for name := range c.Deterministic {
		if _, serves := d.Capability(name); !serves {
			v.failf("it says whether %s is deterministic, and does not serve it", name)
		}
	}
	for name, why := range c.Off {
		if _, serves := d.Capability(name); !serves {
			v.failf("it says that %s is off, and does not serve it", name)
		}
		v.sentence("the reason why "+name+" is off", why)
	}
	for _, finding := range c.Diagnostics {
		if _, there := d.Config.Attribute(finding.Attribute); finding.Attribute != "" && !there {
			v.failf("a finding is about the setting %q, which it does not have", finding.Attribute)
		}
		if strings.TrimSpace(finding.Summary) == "" {
			v.failf("a finding about %q has no words", finding.Attribute)
		}
	}
}

func (v *verdict) sentence(what, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		v.failf("%s has no words", what)
	case strings.Contains(text, "\n"):
		v.failf("%s is more than one line: %s", what, text)
	}
}

func checkGivenConfig(ctx context.Context, s *suite, v *verdict) {
	d, err := s.describe(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	for name := range s.options.Inputs {
		if _, serves := d.Capability(name); !serves {
			v.failf("there is an example input for %s, which it does not serve", name)
		}
	}
	for _, word := range s.options.Only {
		if _, serves := d.Capability(word); isCapability(word) && !serves {
			v.failf("only %s is wanted, which it does not serve", word)
		}
	}
	attrs, err := settings(d.Config, s.options.Config)
	if err != nil {
		v.failf("%s", said(err))
		return
	}
	if needed := missing(d.Config, attrs); len(needed) > 0 {
		v.skipf("it needs settings that were not given: %s", strings.Join(needed, ", "))
		return
	}
	_, err = s.provider(ctx)
	var notReady *notReadyError
	switch {
	case errors.As(err, &notReady) && len(s.options.Config) <= len("{}"):
		v.skipf("%s", said(err)) // as it may be without settings
		return
	case errors.As(err, &notReady):
		v.failf("%s", said(err))
		return
	case err != nil:
		v.failf("%s", kinded(err))
		return
	}
	v.ok()
	examples, err := s.plan(ctx)
	if err != nil {
		v.failf("%s", kinded(err))
	}
	for _, e := range examples {
		if e.wrong {
			v.failf("%s: %s", e.spec.Name, e.why)
		}
	}
}

func checkWrongConfig(ctx context.Context, s *suite, v *verdict) {
	d, err := s.describe(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	if _, err := s.attempt(ctx, json.RawMessage(`[1]`)); fault(err) != "" {
		v.failf("a configuration that is no object: %s", fault(err))
	}
	v.ok()
	attrs, err := settings(d.Config, s.options.Config)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	for _, a := range d.Config.Attributes {
		wrong := wrongFor(a.Type)
		raw, err := replaced(d.Config, attrs, a.Name, wrong)
		if wrong == nil || err != nil {
			continue
		}
		c, err := s.attempt(ctx, raw)
		finding := slices.ContainsFunc(c.Diagnostics, func(d providers.ConfigDiagnostic) bool { return !d.Warning })
		switch {
		case fault(err) != "":
			v.failf("%s = %s: %s", a.Name, wrong, fault(err))
		case err == nil && c.Ready && !finding:
			v.failf("%s = %s: it takes that, and the setting is %s", a.Name, wrong, providers.TypeName(a.Type))
		}
	}
}

// replaced writes settings with one that is something else.
func replaced(schema providers.Schema, attrs map[string]cty.Value, name string, value json.RawMessage) (json.RawMessage, error) {
	raw, err := encodeConfig(schema, attrs)
	if err != nil {
		return nil, err
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, err
	}
	object[name] = value
	return json.Marshal(object)
}

func checkUnknownSetting(ctx context.Context, s *suite, v *verdict) {
	d, err := s.describe(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	attrs, err := settings(d.Config, s.options.Config)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	raw, err := replaced(d.Config, attrs, "no_such_setting", json.RawMessage(`"x"`))
	if err != nil {
		v.failf("its settings cannot be written: %v", err)
		return
	}
	v.ok()
	if _, err = s.attempt(ctx, raw); fault(err) != "" {
		v.failf("%s", fault(err))
	}
}
