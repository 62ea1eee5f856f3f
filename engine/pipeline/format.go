package pipeline

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format lays every native file of a source out in the canonical style and gives those that this changes.
// Files in JSON syntax are left as they are. A file that does not parse is reported and left as well.
func Format(src Source) (Source, hcl.Diagnostics) {
	changed := Source{}
	var diags hcl.Diagnostics
	for _, name := range src.names() {
		if strings.HasSuffix(name, ".json") {
			continue
		}
		if _, d := hclsyntax.ParseConfig(src[name], name, hcl.InitialPos); d.HasErrors() {
			diags = append(diags, d...)
			continue
		}
		if formatted := hclwrite.Format(src[name]); string(formatted) != string(src[name]) {
			changed[name] = formatted
		}
	}
	return changed, diags
}
