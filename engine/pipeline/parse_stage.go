package pipeline

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/filmloom/filmloom/providers"
)

var stageSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "uses", Required: true},
		{Name: "with"},
		{Name: "for_each"},
		{Name: "when"},
		{Name: "depends_on"},
		{Name: "provider"},
		{Name: "timeout"},
		{Name: "step"},
		{Name: "weight"},
		{Name: "secrets"},
	},
	Blocks: []hcl.BlockHeaderSchema{{Type: "retry"}},
}

var retrySchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "attempts"}, {Name: "delay"}, {Name: "max_delay"},
}}

func (p *parser) stage(b *hcl.Block) *Stage {
	s := &Stage{Name: b.Labels[0], Step: b.Labels[0], Weight: 1, Range: b.DefRange}
	content, d := b.Body.Content(stageSchema)
	p.add(d)
	attrs := content.Attributes
	if a := attrs["uses"]; a != nil {
		p.uses(s, a)
	}
	if a := attrs["provider"]; a != nil {
		s.Provider, s.providedBy = p.text(a), a.Expr.Range()
	}
	if a := attrs["step"]; a != nil {
		s.Step = p.text(a)
	}
	if a := attrs["weight"]; a != nil {
		s.weighed = true
		if s.Weight = p.number(a); s.Weight < 0 || s.Weight > 1e6 {
			p.errorAt(a.Expr.Range(), "Invalid weight", "A stage's weight must be a number from 0 to 1000000.")
		}
	}
	s.Timeout = p.duration(attrs["timeout"])
	s.setWith(p.expression(attrs["with"]))
	s.forEach, s.when, s.secrets = p.expression(attrs["for_each"]), p.expression(attrs["when"]), p.expression(attrs["secrets"])
	if a := attrs["depends_on"]; a != nil {
		exprs, d := hcl.ExprList(a.Expr)
		p.add(d)
		for _, e := range exprs {
			t, d := hcl.AbsTraversalForExpr(e)
			p.add(d)
			if !d.HasErrors() {
				s.dependsOn = append(s.dependsOn, t)
			}
		}
	}
	p.callOnly(s, content)
	for i, r := range content.Blocks {
		if i > 0 {
			p.errorAt(r.DefRange, "Declared twice", "A stage has at most one retry block.")
		}
		p.retry(s, r)
	}
	return s
}

// uses reads what the stage uses: the text of a capability's name, or a reference to a pipeline.
func (p *parser) uses(s *Stage, a *hcl.Attribute) {
	s.usesRange = a.Expr.Range()
	if t, d := hcl.AbsTraversalForExpr(a.Expr); !d.HasErrors() && t.RootName() == "pipeline" {
		name, ok := nextName(t)
		if !ok || len(t) != 2 {
			p.errorAt(s.usesRange, "Invalid pipeline", "A stage uses a pipeline by its name: uses = pipeline.NAME.")
			return
		}
		s.uses = name
		return
	}
	s.Capability = p.text(a)
}

// callOnly reports what a stage that uses a pipeline cannot have.
func (p *parser) callOnly(s *Stage, content *hcl.BodyContent) {
	if s.uses == "" {
		return
	}
	const why = "A stage that uses a pipeline makes no call itself: set %s at the stages inside it."
	for _, name := range []string{"provider", "timeout", "secrets"} {
		if a := content.Attributes[name]; a != nil {
			p.errorAt(a.NameRange, "Not for a pipeline", why, name)
		}
	}
	for _, r := range content.Blocks {
		p.errorAt(r.DefRange, "Not for a pipeline", why, r.Type)
	}
}

func (p *parser) retry(s *Stage, b *hcl.Block) {
	content, d := b.Body.Content(retrySchema)
	p.add(d)
	if a := content.Attributes["attempts"]; a != nil {
		n := p.number(a)
		if s.Retry.Attempts = int(n); n < 1 || n > 100 || n != float64(int(n)) {
			p.errorAt(a.Expr.Range(), "Invalid retry", "The number of attempts must be a whole number from 1 to 100.")
		}
	}
	s.Retry.Delay = p.duration(content.Attributes["delay"])
	s.Retry.MaxDelay = p.duration(content.Attributes["max_delay"])
	if a := content.Attributes["max_delay"]; s.Retry.MaxDelay > 0 && s.Retry.MaxDelay < s.Retry.Delay {
		p.errorAt(a.Expr.Range(), "Invalid retry", "max_delay is shorter than delay.")
	}
}

// constant evaluates an attribute that must be known when the file is read.
func (p *parser) constant(a *hcl.Attribute, ty cty.Type) (cty.Value, bool) {
	v, d := a.Expr.Value(nil)
	if d.HasErrors() {
		if len(a.Expr.Variables()) > 0 || d[0].Summary == "Function calls not allowed" {
			p.errorAt(a.Expr.Range(), "Constant needed", "%q must be a constant: it is read before anything runs.", a.Name)
		} else {
			p.add(d)
		}
		return cty.NilVal, false
	}
	if !v.IsWhollyKnown() {
		return cty.NilVal, false // what a syntax error, which is reported already, leaves
	}
	v, err := convert.Convert(v, ty)
	if err != nil || v.IsNull() {
		p.errorAt(a.Expr.Range(), "Wrong type", "%q must be %s.", a.Name, article(providers.TypeName(ty)))
		return cty.NilVal, false
	}
	return v, true
}

func (p *parser) text(a *hcl.Attribute) string {
	if a == nil {
		return ""
	}
	v, ok := p.constant(a, cty.String)
	if !ok {
		return ""
	}
	return v.AsString()
}

// A word is a text with its place.
type word struct {
	text string
	at   hcl.Range
}

// words reads a list of texts.
func (p *parser) words(a *hcl.Attribute) []word {
	if a == nil {
		return nil
	}
	exprs, d := hcl.ExprList(a.Expr)
	if d.HasErrors() {
		p.errorAt(a.Expr.Range(), "Wrong type", "%q must be a list of strings, written out: [\"…\"].", a.Name)
		return nil
	}
	var words []word
	for _, e := range exprs {
		if v, ok := p.constant(&hcl.Attribute{Name: a.Name, Expr: e}, cty.String); ok {
			words = append(words, word{v.AsString(), e.Range()})
		}
	}
	return words
}

func texts(words []word) []string {
	var s []string
	for _, w := range words {
		s = append(s, w.text)
	}
	return s
}

// boolean reads true or false.
func (p *parser) boolean(a *hcl.Attribute, otherwise bool) bool {
	if a == nil {
		return otherwise
	}
	v, ok := p.constant(a, cty.Bool)
	if !ok {
		return otherwise
	}
	return v.True()
}

func (p *parser) number(a *hcl.Attribute) float64 {
	v, ok := p.constant(a, cty.Number)
	if !ok {
		return 1
	}
	f, _ := v.AsBigFloat().Float64()
	return f
}

func (p *parser) duration(a *hcl.Attribute) time.Duration {
	if a == nil {
		return 0
	}
	s := p.text(a)
	d, err := time.ParseDuration(s)
	if s != "" && (err != nil || d <= 0) {
		p.errorAt(a.Expr.Range(), "Invalid duration", "%q is no duration; write for example \"90s\", \"3m\" or \"1h30m\".", s)
	}
	return d
}

func inOrder(attrs hcl.Attributes) []*hcl.Attribute {
	var ordered []*hcl.Attribute
	for _, a := range attrs {
		ordered = append(ordered, a)
	}
	slices.SortFunc(ordered, func(a, b *hcl.Attribute) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	return ordered
}

// article puts "a" or "an" before a word.
func article(s string) string {
	if strings.ContainsAny(s[:1], "aeiou") {
		return "an " + s
	}
	return "a " + s
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
