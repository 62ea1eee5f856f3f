package pipeline

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// partSchema is what a part consists of: what a pipeline does, but for what is said of that one alone.
var partSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "input", LabelNames: []string{"name"}},
	{Type: "locals"},
	{Type: "stage", LabelNames: []string{"name"}},
	{Type: "output", LabelNames: []string{"name"}},
}}

// A part is what several pipelines have in common. It is read anew for each of them, as if it stood in it:
// what its expressions refer to is that pipeline's.
type part struct {
	name      string
	at        hcl.Range // of its header
	body      hcl.Body
	pipelines []*Pipeline // that include it
}

// blocks are those of the part. What is wrong with them as such was reported once for all.
func (t *part) blocks() hcl.Blocks {
	content, _ := t.body.Content(partSchema)
	return content.Blocks
}

// contains tells whether a place is in the part.
func (t *part) contains(at hcl.Range) bool {
	end := t.body.MissingItemRange().End // in JSON that of the object
	if native, ok := t.body.(*hclsyntax.Body); ok {
		end = native.SrcRange.End
	}
	return at.Filename == t.at.Filename && at.Start.Byte >= t.at.Start.Byte && at.Start.Byte < end.Byte
}

func (f *File) part(name string) *part {
	if i := slices.IndexFunc(f.parts, func(t *part) bool { return t.name == name }); i >= 0 {
		return f.parts[i]
	}
	return nil
}

func (p *parser) part(b *hcl.Block) {
	t := &part{name: b.Labels[0], at: b.DefRange, body: b.Body}
	if other := p.file.part(t.name); other != nil {
		p.errorAt(b.DefRange, "Declared twice", "A part %q is declared at %s already.", t.name, place(other.at))
	}
	_, d := b.Body.Content(partSchema)
	p.add(d)
	p.file.parts = append(p.file.parts, t)
}

// parts reports what is wrong with parts whoever includes them, so that one that nobody does is looked at.
func (p *parser) parts() {
	for _, t := range p.file.parts {
		p.blocks(&Pipeline{byName: map[string]*Stage{}}, t.blocks(), map[string]hcl.Range{})
	}
}

// include reads which parts a pipeline includes.
func (p *parser) include(pl *Pipeline, a *hcl.Attribute) (parts []*part) {
	if a == nil {
		return nil
	}
	exprs, d := hcl.ExprList(a.Expr)
	p.add(d)
	for _, e := range exprs {
		t, d := hcl.AbsTraversalForExpr(e)
		p.add(d)
		if d.HasErrors() {
			continue
		}
		name, ok := nextName(t)
		if t.RootName() != "part" || !ok || len(t) != 2 {
			p.errorAt(e.Range(), "Invalid include", "include lists parts by name: [part.NAME].")
			continue
		}
		found := p.file.part(name)
		switch {
		case found == nil:
			var names []string
			for _, t := range p.file.parts {
				names = append(names, t.name)
			}
			p.errorAt(e.Range(), "Unknown part", "There is no part %q.%s", name, suggestion(name, names))
		case slices.Contains(parts, found):
			p.errorAt(e.Range(), "Included twice", "The part %q is included already.", name)
		default:
			parts = append(parts, found)
			found.pipelines = append(found.pipelines, pl)
		}
	}
	pl.parts = parts
	return parts
}

// shared tells what is wrong with a part in every pipeline that includes it from what is wrong in some.
type shared struct {
	in map[*hcl.Diagnostic]*Pipeline // only findings in parts
}

// of notes the findings of one pipeline, and gives them back.
func (s *shared) of(pl *Pipeline, diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		if d.Subject == nil || pl.partAt(*d.Subject) == nil {
			continue
		}
		if s.in == nil {
			s.in = map[*hcl.Diagnostic]*Pipeline{}
		}
		s.in[d] = pl
	}
	return diags
}

// told gives the findings with the pipeline's name in front of those that not all of them have.
func (s *shared) told(diags hcl.Diagnostics) hcl.Diagnostics {
	type finding struct {
		at              hcl.Range
		summary, detail string
	}
	what := func(d *hcl.Diagnostic) finding { return finding{*d.Subject, d.Summary, d.Detail} }
	found := map[finding]map[*Pipeline]bool{}
	for d, pl := range s.in {
		if found[what(d)] == nil {
			found[what(d)] = map[*Pipeline]bool{}
		}
		found[what(d)][pl] = true
	}
	told := slices.Clone(diags)
	for i, d := range diags {
		pl := s.in[d]
		if pl == nil || len(found[what(d)]) == len(pl.partAt(*d.Subject).pipelines) {
			continue
		}
		one := *d
		one.Detail = "In the pipeline " + pl.Name + ": " + d.Detail
		told[i] = &one
	}
	return told
}

// partAt is the part that a place is in, nil for the pipeline's own.
func (pl *Pipeline) partAt(at hcl.Range) *part {
	for _, t := range pl.parts {
		if t.contains(at) {
			return t
		}
	}
	return nil
}
