package providertest

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/providers"
)

// describesWithin is how long a running provider may think about what it is.
const describesWithin = time.Second

func checkDescribe(ctx context.Context, s *suite, v *verdict) {
	first, err := s.describe(ctx)
	if err != nil {
		v.failf("it does not describe itself: %s", said(err))
		return
	}
	v.ok()
	p, err := s.open(ctx)
	if err != nil {
		v.failf("a second one does not start: %s", said(err))
		return
	}
	defer func() { _ = p.shutdown() }()
	_, _ = p.Describe(ctx) // starts a process, which is not what is measured
	began := time.Now()
	again, err := p.Describe(ctx)
	took := time.Since(began)
	switch {
	case err != nil:
		v.failf("the second time it does not describe itself: %s", said(err))
	case !reflect.DeepEqual(first, again):
		v.failf("it describes itself differently the second time: %s", difference(first, again))
	case took > describesWithin:
		v.failf("it took %v; what it needs for its work belongs into Configure", took.Round(time.Millisecond))
	}
	if raw, err := s.config(ctx); err == nil {
		_, _ = configure(ctx, p, raw)
		if after, err := p.Describe(ctx); err != nil || !reflect.DeepEqual(first, after) {
			v.failf("it describes itself differently once it is configured")
		}
	}
}

// difference names what differs, for people.
func difference(a, b providers.Description) string {
	switch {
	case a.Name != b.Name || a.Version != b.Version:
		return fmt.Sprintf("%s %s is now %s %s", a.Name, a.Version, b.Name, b.Version)
	case len(a.Capabilities) != len(b.Capabilities):
		return fmt.Sprintf("%d capabilities are now %d", len(a.Capabilities), len(b.Capabilities))
	}
	for i := range a.Capabilities {
		if !reflect.DeepEqual(a.Capabilities[i], b.Capabilities[i]) {
			return "see " + b.Capabilities[i].Name
		}
	}
	return "see its summary and the schema of its configuration"
}

var (
	pluginName     = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	capabilityName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`)
	attributeName  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	semantic       = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
)

func checkNames(ctx context.Context, s *suite, v *verdict) {
	d, err := s.describe(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	v.ok()
	if !pluginName.MatchString(d.Name) {
		v.failf("its name is %q; write it in lower-case letters, digits, _ and -", d.Name)
	}
	if !semantic.MatchString(d.Version) {
		v.failf("its version is %q; write a semantic version like 1.0.0, without a v", d.Version)
	}
	if strings.Contains(d.Summary, "\n") {
		v.failf("its summary has more than one line")
	}
	if len(d.Capabilities) == 0 {
		v.failf("it has no capability")
	}
	var seen []string
	for _, c := range d.Capabilities {
		if !capabilityName.MatchString(c.Name) {
			v.failf("the capability %q needs a name of lower-case words separated by dots, like image.generate", c.Name)
		}
		if slices.Contains(seen, c.Name) {
			v.failf("it describes the capability %s twice", c.Name)
		}
		seen = append(seen, c.Name)
	}
}

func checkSchemas(ctx context.Context, s *suite, v *verdict) {
	d, err := s.describe(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	v.ok()
	v.schema("configuration", d.Config)
	for _, a := range d.Config.Attributes {
		if a.Name == "plugin" || a.Name == "limits" {
			v.failf("configuration, %s: a provider block has a meaning for this name already", a.Name)
		}
		if providers.HasFiles(a.Type) && a.Type != cty.DynamicPseudoType {
			v.failf("configuration, %s: a setting cannot be a file; take its path as a string", a.Name)
		}
	}
	for _, c := range d.Capabilities {
		v.schema(c.Name+" input", c.Input)
		v.schema(c.Name+" output", c.Output)
		for _, a := range c.Output.Attributes {
			if a.Sensitive {
				v.failf("%s output, %s: a result is recorded, so nothing in it can be sensitive", c.Name, a.Name)
			}
		}
	}
}

func (v *verdict) schema(where string, schema providers.Schema) {
	var seen []string
	for _, a := range schema.Attributes {
		if !attributeName.MatchString(a.Name) {
			v.failf("%s: the name %q is not made of lower-case letters, digits and _", where, a.Name)
		}
		if slices.Contains(seen, a.Name) {
			v.failf("%s: %s is there twice", where, a.Name)
		}
		seen = append(seen, a.Name)
		for _, wrong := range findings(a) {
			v.failf("%s, %s: %s", where, a.Name, wrong)
		}
	}
}

// findings lists what does not go together in one attribute.
func findings(a providers.Attribute) []string {
	if a.Type == cty.NilType {
		return []string{"it has no type"}
	}
	var wrong []string
	bounded := a.Min != nil || a.Max != nil
	if bounded && a.Type != cty.Number {
		wrong = append(wrong, "it has bounds and is no number")
	}
	if len(a.Allowed) > 0 && a.Type != cty.String {
		wrong = append(wrong, "it has allowed values and is no string")
	}
	if a.Unit != "" && a.Type == cty.Bool {
		wrong = append(wrong, "it has a unit and is true or false")
	}
	if a.Min != nil && a.Max != nil && *a.Min > *a.Max {
		wrong = append(wrong, fmt.Sprintf("it must be at least %v and at most %v", *a.Min, *a.Max))
	}
	for i, value := range a.Allowed {
		if slices.Contains(a.Allowed[:i], value) {
			wrong = append(wrong, fmt.Sprintf("%q is allowed twice", value))
		}
	}
	if a.Default == nil {
		return wrong
	}
	if a.Required {
		wrong = append(wrong, "it is required and has a default")
	}
	d, err := ctyjson.Unmarshal(a.Default, a.Type.WithoutOptionalAttributesDeep())
	if err != nil {
		return append(wrong, fmt.Sprintf("its default %s does not fit its type: %v", a.Default, err))
	}
	alone := providers.Schema{Attributes: []providers.Attribute{a}}
	if _, problems := alone.Conform(map[string]cty.Value{a.Name: d}); len(problems) > 0 {
		wrong = append(wrong, "its default is not allowed: "+providers.Problems(problems))
	}
	return wrong
}

// checkContracts holds capabilities against what is known of them, by the rule by which the engine decides
// whether two providers serve the same capability.
func checkContracts(ctx context.Context, s *suite, v *verdict) {
	d, err := s.describe(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	if len(s.options.Contracts) == 0 {
		v.skipf("no contracts were given")
		return
	}
	for _, known := range s.options.Contracts {
		served, ok := d.Capability(known.Name)
		if !ok {
			continue
		}
		v.ok()
		for _, a := range known.Input.Attributes {
			b, takes := served.Input.Attribute(a.Name)
			switch {
			case a.Required && !(takes && b.Required):
				v.failf("%s must require the input %s", known.Name, a.Name)
			case takes && !sameType(a.Type, b.Type):
				v.failf("%s: the input %s is %s, and must be %s", known.Name, a.Name, providers.TypeName(b.Type), providers.TypeName(a.Type))
			}
		}
		for _, b := range served.Input.Attributes {
			if a, there := known.Input.Attribute(b.Name); b.Required && !(there && a.Required) {
				v.failf("%s requires the input %s, which callers need not give", known.Name, b.Name)
			}
		}
		v.sameOutput(known, served)
	}
	if !v.passed {
		v.skipf("it serves no capability of a known contract")
	}
}

func (v *verdict) sameOutput(known, served providers.CapabilitySpec) {
	for _, a := range known.Output.Attributes {
		b, gives := served.Output.Attribute(a.Name)
		switch {
		case !gives:
			v.failf("%s must give the output %s", known.Name, a.Name)
		case !sameType(a.Type, b.Type):
			v.failf("%s: the output %s is %s, and must be %s", known.Name, a.Name, providers.TypeName(b.Type), providers.TypeName(a.Type))
		}
	}
	for _, b := range served.Output.Attributes {
		if _, there := known.Output.Attribute(b.Name); !there {
			v.failf("%s gives the output %s, which is not in its contract", known.Name, b.Name)
		}
	}
}

func sameType(a, b cty.Type) bool {
	return a.WithoutOptionalAttributesDeep().Equals(b.WithoutOptionalAttributesDeep())
}
