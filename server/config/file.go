package config

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A reading is a configuration file that is being read.
type reading struct {
	file     string
	found    layer
	problems []string
}

func (r *reading) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, ended(fmt.Sprintf("%s:%d: %s", r.file, line, fmt.Sprintf(format, args...))))
}

// parseFile reads a configuration file: HCL with a literal value for each setting, a block for each plan, and
// nothing else.
func parseFile(name string, src []byte) (layer, []string) {
	r := &reading{file: name, found: layer{}}
	if line, ok := tooDeep(src); ok {
		r.problem(line, "Brackets are nested too deeply; a value is a text, a number, true, false or a list of these")
		return r.found, r.problems
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	for _, d := range diags {
		line := 1
		if d.Subject != nil {
			line = d.Subject.Start.Line
		}
		r.problem(line, "%s: %s", d.Summary, strings.Join(strings.Fields(d.Detail), " "))
	}
	if body, ok := file.Body.(*hclsyntax.Body); ok {
		for _, a := range inOrder(body.Attributes) {
			r.attribute(a)
		}
		r.blocks(body.Blocks)
	}
	return r.found, r.problems
}

// attribute reads a line of the file that is in no block.
func (r *reading) attribute(a *hclsyntax.Attribute) {
	s, held, known := named(a.Name)
	if !known {
		text := fmt.Sprintf("There is no setting %s", a.Name)
		if near := nearest(a.Name, names()); near != "" {
			text += "; did you mean " + near + "?"
		}
		r.problem(a.NameRange.Start.Line, "%s", text)
		return
	}
	r.take(s, held, a.Name, a)
}

// take reads the value of a setting, which the file gives under a name.
func (r *reading) take(s setting, held bool, name string, a *hclsyntax.Attribute) {
	c := candidate{origin: Origin{File: r.file, Line: a.NameRange.Start.Line, name: name}}
	texts, err := literal(s, held, a.Expr)
	switch {
	case errors.Is(err, errSaid):
		return
	case err != nil:
		r.problems = append(r.problems, ended(c.origin.subject()+" "+err.Error()))
		return
	case held && texts[0] == "":
		return // no file
	case held:
		c.held = texts[0]
	default:
		c.texts = texts
	}
	if other, twice := r.found[s.name]; twice {
		r.problem(c.origin.Line, "%s and %s are both set; leave one of them out", other.origin.name, name)
	}
	r.found[s.name] = c
}

// blocks reads those of plans; there are no others.
func (r *reading) blocks(all hclsyntax.Blocks) {
	first := map[string]int{} // the line of a plan's block
	for _, b := range all {
		line := b.TypeRange.Start.Line
		if b.Type != planWord {
			r.problem(line, "Settings are lines like name = value; here is something else, or a block in braces")
			continue
		}
		if len(b.Labels) != 1 {
			r.problem(line, `The block of a plan has its name and nothing else before the brace: plan "free" {`)
			continue
		}
		name := b.Labels[0]
		if err := unknownPlan(name); err != nil {
			r.problem(line, "The block %v", err)
			continue
		}
		if before, twice := first[name]; twice {
			r.problem(line, "The plan %s has a block in line %d already; make one of the two", name, before)
			continue
		}
		first[name] = line
		r.plan(name, b.Body)
	}
}

// plan reads the block of a plan.
func (r *reading) plan(name string, body *hclsyntax.Body) {
	for _, b := range body.Blocks {
		r.problem(b.TypeRange.Start.Line, "The block of a plan has lines like credits = 10, and no blocks")
	}
	for _, a := range inOrder(body.Attributes) {
		s, ok := find(planSetting(name, a.Name))
		if !ok {
			r.problem(a.NameRange.Start.Line, "%s %v", a.Name, unknownAllowance(a.Name))
			continue
		}
		r.take(s, false, planSetting(name, a.Name), a)
	}
}

// names are all names that a file may have outside of blocks.
func names() (all []string) {
	for _, s := range settings {
		for _, as := range s.spellings() {
			if _, _, is := as.inPlan(); !is {
				all = append(all, as.name)
			}
		}
		if s.secret {
			all = append(all, s.name+fileSuffix)
		}
	}
	return all
}

// named finds a setting by a name in a file. held says that the name is for the file that holds it.
func named(name string) (s setting, held, ok bool) {
	if s, ok = find(name); ok {
		return s, false, true
	}
	base, is := strings.CutSuffix(name, fileSuffix)
	s, ok = find(base)
	return s, true, is && ok && s.secret
}

// deepest is how many brackets may be open. The parser goes one call deeper for each.
const deepest = 100

// tooDeep finds the line where more brackets are open than a file of settings can need. It may take one
// within a text for one outside, so deepest leaves room.
func tooDeep(src []byte) (line int, ok bool) {
	line, depth := 1, 0
	for _, c := range src {
		switch c {
		case '\n':
			line++
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			depth = max(depth-1, 0)
		}
		if depth > deepest {
			return line, true
		}
	}
	return 0, false
}

func inOrder(attrs hclsyntax.Attributes) []*hclsyntax.Attribute {
	var all []*hclsyntax.Attribute
	for _, a := range attrs {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *hclsyntax.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return all
}

// literal reads the value of a setting as texts. An error goes on from the name: "must be …".
func literal(s setting, held bool, expr hclsyntax.Expression) ([]string, error) {
	tuple, isList := expr.(*hclsyntax.TupleConsExpr)
	if !isList {
		text, err := scalar(s, held, expr)
		return []string{text}, err
	}
	if !s.list || held {
		return nil, must("one value, not a list")
	}
	texts := []string{}
	for _, e := range tuple.Exprs {
		text, err := scalar(s, held, e)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// errSaid: the parser has said what is wrong.
var errSaid = errors.New("said already")

// scalar reads one literal.
func scalar(s setting, held bool, expr hclsyntax.Expression) (string, error) {
	quoted := must("a text in quotes")
	switch e := expr.(type) {
	case *hclsyntax.TemplateExpr:
		var b strings.Builder
		for _, part := range e.Parts {
			l, ok := part.(*hclsyntax.LiteralValueExpr)
			if !ok || l.Val.Type() != cty.String || l.Val.IsNull() {
				return "", must("a literal text; a ${ or %{ that is meant as it stands is written $${ or %%{")
			}
			b.WriteString(l.Val.AsString())
		}
		return b.String(), nil
	case *hclsyntax.LiteralValueExpr:
		switch {
		case !e.Val.IsKnown(): // the parser has said what is wrong with it
			return "", errSaid
		case e.Val.IsNull():
			return "", errors.New("must not be null; leave the line out for the default")
		case e.Val.Type() == cty.Bool && s.word == "bool":
			return fmt.Sprint(e.Val.True()), nil
		case e.Val.Type() == cty.Number && s.number() && !held:
			if n, acc := e.Val.AsBigFloat().Int64(); acc == big.Exact {
				return fmt.Sprint(n), nil
			}
			return "", must("a whole number, or in quotes")
		}
	}
	if s.bare {
		return "", must(s.must)
	}
	return "", quoted
}

// number tells whether a number without quotes can be the setting's value.
func (s setting) number() bool { return s.word == "N" || s.word == "SIZE" || s.word == "DURATION" }
