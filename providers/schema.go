package providers

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A Schema says which attributes an object has.
type Schema struct {
	Attributes []Attribute
}

// An Attribute is one attribute of a schema.
type Attribute struct {
	Name string
	// Type may contain optional object attributes ([cty.ObjectWithOptionalAttrs]) at any depth.
	Type        cty.Type
	Description string
	Unit        string // "seconds", "pixels"; "" where there is none
	Required    bool
	Default     json.RawMessage // used when the attribute is absent or null; nil means null
	Allowed     []string        // the only values allowed, for strings; empty means any
	Min, Max    *float64        // inclusive bounds, for numbers
	Sensitive   bool            // a secret: never logged, recorded or shown
}

// Attribute finds an attribute by name.
func (s Schema) Attribute(name string) (Attribute, bool) {
	for _, a := range s.Attributes {
		if a.Name == name {
			return a, true
		}
	}
	return Attribute{}, false
}

// Names lists the attributes' names in the schema's order.
func (s Schema) Names() []string {
	names := make([]string, len(s.Attributes))
	for i, a := range s.Attributes {
		names[i] = a.Name
	}
	return names
}

// Type is the type of a value that [Schema.Conform] has made: an object with every attribute.
func (s Schema) Type() cty.Type {
	attrs := make(map[string]cty.Type, len(s.Attributes))
	for _, a := range s.Attributes {
		attrs[a.Name] = a.Type.WithoutOptionalAttributesDeep()
	}
	return cty.Object(attrs)
}

// A Problem is one way in which a value does not conform to a schema.
type Problem struct {
	Attribute string // "" when it concerns the object as a whole
	Summary   string // a sentence without a full stop, without the value of a sensitive attribute
}

func (p Problem) String() string {
	if p.Attribute == "" {
		return p.Summary
	}
	return p.Attribute + ": " + p.Summary
}

// RequiredProblem is the Summary of the Problem that a required attribute is absent or null.
const RequiredProblem = "this attribute is required"

// Problems joins several into one line.
func Problems(ps []Problem) string {
	s := make([]string, len(ps))
	for i, p := range ps {
		s[i] = p.String()
	}
	return strings.Join(s, "; ")
}

// Conform checks the object's attributes against the schema, converts each to its type and fills in
// defaults. The value is usable only when there are no problems; it may hold unknown values where
// attrs did. A [Conformer] does the same for many objects in less time.
func (s Schema) Conform(attrs map[string]cty.Value) (cty.Value, []Problem) {
	return s.Conformer().Conform(attrs)
}

// A Conformer is a schema made ready to check many objects, also at the same time. What does not depend
// on the object is worked out once.
type Conformer struct {
	schema     Schema
	attributes []prepared
	names      map[string]bool
}

type prepared struct {
	Attribute
	plain    cty.Type  // Type without optional attributes
	fallback cty.Value // for an attribute that is absent or null
	problem  string    // of the fallback
}

// Conformer makes the schema ready to check many objects.
func (s Schema) Conformer() *Conformer {
	c := &Conformer{schema: s, attributes: make([]prepared, len(s.Attributes)), names: make(map[string]bool, len(s.Attributes))}
	for i, a := range s.Attributes {
		c.names[a.Name] = true
		p := prepared{Attribute: a, plain: a.Type.WithoutOptionalAttributesDeep()}
		p.fallback = cty.NullVal(p.plain)
		switch {
		case a.Default != nil:
			d, err := ctyjson.Unmarshal(a.Default, p.plain)
			if err != nil {
				p.problem = fmt.Sprintf("its default does not fit its type: %v", err)
			} else {
				p.fallback = d
			}
		case a.Required:
			p.problem = RequiredProblem
		}
		c.attributes[i] = p
	}
	return c
}

// Conform is [Schema.Conform].
func (c *Conformer) Conform(attrs map[string]cty.Value) (cty.Value, []Problem) {
	var problems []Problem
	for name := range attrs {
		if c.names[name] {
			continue
		}
		msg := "there is no such attribute"
		if near := Nearest(name, c.schema.Names()); near != "" {
			msg += fmt.Sprintf("; did you mean %q?", near)
		}
		problems = append(problems, Problem{name, msg})
	}
	sort.Slice(problems, func(i, j int) bool { return problems[i].Attribute < problems[j].Attribute })
	out := make(map[string]cty.Value, len(c.attributes))
	for i := range c.attributes {
		p := &c.attributes[i]
		v, problem := p.conform(attrs[p.Name])
		if problem != "" {
			problems = append(problems, Problem{p.Name, problem})
		}
		out[p.Name] = v
	}
	return cty.ObjectVal(out), problems
}

// conform gives the attribute's value; the zero Value stands for absent.
func (p *prepared) conform(v cty.Value) (cty.Value, string) {
	if v == cty.NilVal {
		return p.fallback, p.problem
	}
	v, marks := v.Unmark()
	switch {
	case v.IsKnown() && v.IsNull():
		v, problem := p.fallback, p.problem
		if problem != "" {
			return v, problem
		}
		return withMarks(v, marks), ""
	case v.Type().Equals(p.plain): // nothing to convert
		return withMarks(v, marks), p.checkValue(v)
	}
	c, err := convert.Convert(v, p.Type)
	if err != nil {
		return cty.UnknownVal(p.plain), fmt.Sprintf("%s is needed: %s", TypeName(p.Type), err)
	}
	return withMarks(c, marks), p.checkValue(c)
}

func withMarks(v cty.Value, marks cty.ValueMarks) cty.Value {
	if len(marks) == 0 {
		return v
	}
	return v.WithMarks(marks)
}

// checkValue checks allowed values and bounds.
func (a Attribute) checkValue(v cty.Value) string {
	if len(a.Allowed) == 0 && a.Min == nil && a.Max == nil {
		return "" // before looking through a value that may be large
	}
	if v.ContainsMarked() || !v.IsKnown() || v.IsNull() {
		return ""
	}
	if len(a.Allowed) > 0 && v.Type() == cty.String && !slices.Contains(a.Allowed, v.AsString()) {
		msg := "the value"
		if !a.Sensitive {
			msg = fmt.Sprintf("%q", v.AsString())
		}
		msg += " is not one of " + quoteList(a.Allowed)
		if near := Nearest(v.AsString(), a.Allowed); near != "" {
			msg += fmt.Sprintf("; did you mean %q?", near)
		}
		return msg
	}
	if v.Type() == cty.Number {
		f := v.AsBigFloat()
		if a.Min != nil && f.Cmp(big.NewFloat(*a.Min)) < 0 {
			return fmt.Sprintf("must be at least %v%s", *a.Min, unitSuffix(a.Unit))
		}
		if a.Max != nil && f.Cmp(big.NewFloat(*a.Max)) > 0 {
			return fmt.Sprintf("must be at most %v%s", *a.Max, unitSuffix(a.Unit))
		}
	}
	return ""
}

func unitSuffix(unit string) string {
	if unit == "" {
		return ""
	}
	return " " + unit
}

func quoteList(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}

// TypeName is the type in the words of the pipeline language: "list of string", "file".
func TypeName(t cty.Type) string {
	switch {
	case t == cty.DynamicPseudoType:
		return "any value"
	case IsFileType(t):
		return "file"
	case t.IsPrimitiveType():
		return t.FriendlyNameForConstraint()
	case t.IsListType():
		return "list of " + TypeName(t.ElementType())
	case t.IsSetType():
		return "set of " + TypeName(t.ElementType())
	case t.IsMapType():
		return "map of " + TypeName(t.ElementType())
	}
	return t.FriendlyNameForConstraint()
}

// Nearest finds the name that was probably meant: within a third of its length in edits. It returns
// "" when none is near enough.
func Nearest(given string, names []string) string {
	best, bestDistance := "", len(given)/3+2
	for _, n := range names {
		if d := levenshtein.Distance(strings.ToLower(given), strings.ToLower(n), nil); d < bestDistance && d <= max(len(n)/3, 1)+1 {
			best, bestDistance = n, d
		}
	}
	return best
}
