package engine

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// An address names one instance in a run: stage, stage["key"] or stage[0]. Within a pipeline that a stage
// uses it begins with the address of that stage's instance and a dot: films["a"].clips["scene-01"]. A
// stage's own address is that of its instances without the last key: films["a"].clips. Without any key it is
// the declared address: films.clips.

// keys calls each for every key of an address, with the places of its brackets.
func keys(address string, each func(open, end int)) {
	open, quoted := -1, false
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case quoted && c == '\\':
			i++
		case c == '"' && open >= 0:
			quoted = !quoted
		case quoted:
		case c == '[':
			open = i
		case c == ']' && open >= 0:
			each(open, i)
			open = -1
		}
	}
}

// declaredPath is an address without its keys.
func declaredPath(address string) string {
	if strings.IndexByte(address, '[') < 0 {
		return address
	}
	var b strings.Builder
	from := 0
	keys(address, func(open, end int) {
		b.WriteString(address[from:open])
		from = end + 1
	})
	b.WriteString(address[from:])
	return b.String()
}

// stageOf is the address of the stage that an instance is one of.
func stageOf(address string) string {
	last := len(address)
	keys(address, func(open, end int) {
		if end == len(address)-1 {
			last = open
		}
	})
	return address[:last]
}

// frameOf is what the addresses of a frame begin with, given a stage in it: "" for the run's own.
func frameOf(stage string) string {
	// A stage's name has no dot, and nothing comes after it.
	return stage[:strings.LastIndexByte(stage, '.')+1]
}

// referenceText writes a reference as it is written in HCL.
func referenceText(t hcl.Traversal) string {
	var b strings.Builder
	for i, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(step.Name)
		case hcl.TraverseAttr:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step.Name)
		case hcl.TraverseIndex:
			if step.Key.Type() == cty.Number {
				fmt.Fprintf(&b, "[%s]", step.Key.AsBigFloat().Text('f', -1))
			} else {
				fmt.Fprintf(&b, "[%q]", step.Key.AsString())
			}
		}
	}
	return b.String()
}
