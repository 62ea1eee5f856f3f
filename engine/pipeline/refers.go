package pipeline

import "github.com/hashicorp/hcl/v2/hclsyntax"

// Refers names the stages that one attribute of the stage's `with` refers to, sorted: directly, through
// locals, and through `each` to what the stage iterates over. It is empty when there is no such
// attribute. Where the attributes are not written out one by one, each may come from any stage that
// `with` refers to.
func (s *Stage) Refers(attribute string) []string {
	refs := s.in.references()
	refer := func(e hclsyntax.Expression) {
		refs.expression(e)
		for _, t := range e.Variables() {
			if t.RootName() == "each" {
				refs.expression(s.forEach)
				return
			}
		}
	}
	for _, a := range s.arguments {
		if a.name == attribute {
			refer(a.value)
		}
	}
	if s.arguments == nil && s.with != nil {
		refer(s.with)
	}
	return refs.names()
}
