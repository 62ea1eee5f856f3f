package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// An Explanation says why a run has what it has at an address: why a call was made, or why none was.
type Explanation struct {
	Run      string
	Address  string
	How      Kind // InstanceDone (a call was made), InstanceReused, InstanceEdited, InstanceFailed, or "" when it is not done
	Provider string
	Take     int
	Compared string   // the run it is compared with: the nearest ancestor that has the address; "" when there is none
	Reason   string   // one sentence
	Changes  []Change // of the call's input against the compared run's
	Causes   []string // what the run's revision changed that the address depends on: sentences
}

// A Change is a part of a call's input that differs between two runs.
type Change struct {
	Path   string   // of the part: prompt, scenes[2].narration
	Before string   // for people, shortened
	After  string   // likewise
	Stages []string // that this part of the input comes from
	Inputs []string // of the pipeline, likewise
}

// Explain says why a run has what it has at an address. The error is ErrNotFound when the run has no such
// address.
func (e *Engine) Explain(ctx context.Context, runID, address string) (Explanation, error) {
	run, err := e.Run(ctx, runID)
	if err != nil {
		return Explanation{}, err
	}
	x := run.execution()
	asked, found, err := x.asked(address)
	if err != nil {
		return Explanation{}, err
	}
	if !found {
		return Explanation{}, fmt.Errorf("%s in run %s: %w (%s)", address, runID, ErrNotFound, x.unknownAddress(address).Summary)
	}
	out := Explanation{Run: runID, Address: address, Take: x.take(address)}
	x.mu.Lock()
	if c := x.view.calls[address]; c != nil {
		out.How, out.Provider = c.how, c.provider
		if c.failed != nil {
			out.How = InstanceFailed
		}
	}
	x.mu.Unlock()
	before, earlier, err := e.ancestorWith(ctx, run.Parent, address)
	if err != nil {
		return Explanation{}, err
	}
	if before != nil {
		out.Compared = before.id
		out.Changes = changes(earlier.input, asked.input, "")
		for i, c := range out.Changes {
			from := asked.stage.Refers(firstName(c.Path))
			out.Changes[i].Stages, out.Changes[i].Inputs = from.Stages, from.Inputs
		}
		out.Causes = causes(before, x, address)
	}
	out.Reason = out.reason(before)
	return out, nil
}

// A question is what an instance's call was asked.
type question struct {
	stage *pipeline.Stage
	input cty.Value
}

// asked evaluates the input of one instance again, from what the run has recorded.
func (x *execution) asked(address string) (q question, found bool, err error) {
	w := &walk{seed: x.frozen.Seed, take: x.take}
	w.resolve = func(s site) (cty.Value, error) {
		if s.address == address {
			input, diags := s.input()
			if diags.HasErrors() {
				return cty.NilVal, diags
			}
			q, found = question{s.stage, input}, true
		}
		return x.result(s)
	}
	w.pipeline(x.pl, "", x.inputs, x.view.wanted)
	return q, found, w.err
}

// ancestorWith finds the nearest run before this one that has a result at the address.
func (e *Engine) ancestorWith(ctx context.Context, id, address string) (*execution, question, error) {
	for id != "" {
		run, err := e.Run(ctx, id)
		if errors.Is(err, ErrNotFound) {
			break
		}
		if err != nil {
			return nil, question{}, err
		}
		x := run.execution()
		if x.isDone(address) {
			q, found, err := x.asked(address)
			if err != nil || found {
				return x, q, err
			}
		}
		id = run.Parent
	}
	return nil, question{}, nil
}

// reason says in one sentence why.
func (out *Explanation) reason(before *execution) string {
	switch {
	case out.How == "":
		return "It is not done."
	case out.How == InstanceEdited:
		return "A person has changed the result, so no call was made."
	case out.How == InstanceReused && before == nil:
		return "The same call gave this result in another run, and the provider gives the same bytes every time."
	case out.How == InstanceReused:
		return "The lineage has the result of the same call, so no call was made."
	case before == nil:
		return "A call was made because no earlier run of the lineage has it."
	case out.Take != before.take(out.Address):
		return fmt.Sprintf("A call was made because take %d was asked for; run %s has take %d.", out.Take, before.id, before.take(out.Address))
	case len(out.Changes) > 0:
		var paths []string
		for _, c := range out.Changes {
			paths = append(paths, c.Path+c.origin())
		}
		return "A call was made because its input changed: " + strings.Join(paths, ", ") + "."
	}
	return "A call was made although its input is the same: what it gave earlier cannot be used any more, because its files or its record are gone."
}

// origin says in parentheses what the part comes from: stages, or inputs where there is none.
func (c Change) origin() string {
	switch {
	case len(c.Stages) > 0:
		return " (from stage " + strings.Join(c.Stages, ", ") + ")"
	case len(c.Inputs) > 0:
		return " (from input " + strings.Join(c.Inputs, ", ") + ")"
	}
	return ""
}

// changes lists where two values differ, at most so deep as both have the same shape.
func changes(before, after cty.Value, path string) []Change {
	if before.RawEquals(after) {
		return nil
	}
	differs := []Change{{Path: path, Before: brief(before), After: brief(after)}}
	a, b := before.Type(), after.Type()
	composite := func(v cty.Value) bool { return v.IsKnown() && !v.IsNull() && v.CanIterateElements() }
	if !composite(before) || !composite(after) || providers.IsFileType(a) || a.IsSetType() {
		return differs
	}
	var found []Change
	switch {
	case (a.IsObjectType() || a.IsMapType()) && (b.IsObjectType() || b.IsMapType()):
		x, y := before.AsValueMap(), after.AsValueMap()
		names := map[string]bool{}
		for name := range x {
			names[name] = true
		}
		for name := range y {
			names[name] = true
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			found = append(found, changes(orNull(x, name), orNull(y, name), join(path, name))...)
		}
	case (a.IsListType() || a.IsTupleType()) && (b.IsListType() || b.IsTupleType()):
		x, y := before.AsValueSlice(), after.AsValueSlice()
		if len(x) != len(y) {
			return differs
		}
		for i := range x {
			found = append(found, changes(x[i], y[i], fmt.Sprintf("%s[%d]", path, i))...)
		}
	default:
		return differs
	}
	return found
}

func orNull(m map[string]cty.Value, name string) cty.Value {
	if v, ok := m[name]; ok {
		return v
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// firstName is the attribute that a path begins with.
func firstName(path string) string {
	return path[:len(path)-len(strings.TrimLeft(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"))]
}

// brief writes a value for people, shortened.
func brief(v cty.Value) string {
	switch {
	case !v.IsKnown():
		return "not known"
	case v.IsNull():
		return "null"
	case providers.IsFileType(v.Type()):
		f := providers.AsFile(v)
		return fmt.Sprintf("%s (%.12s…)", f.Name, f.SHA256)
	}
	raw, err := ctyjson.SimpleJSONValue{Value: v}.MarshalJSON()
	if err != nil {
		return v.Type().FriendlyName()
	}
	const most = 80
	text := []rune(string(raw))
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

// causes are the differences between two runs that an address depends on.
func causes(before, now *execution, address string) []string {
	var found []string
	declared := declaredPath(address)
	for _, name := range now.inputsOf(declared) {
		b, n := before.inputs.AsValueMap(), now.inputs.AsValueMap()
		for _, c := range changes(orNull(b, name), orNull(n, name), "input."+name) {
			found = append(found, fmt.Sprintf("%s changed from %s to %s", c.Path, c.Before, c.After))
		}
	}
	upstream := func(other string) bool {
		return other == address || now.dependsOn(declared, declaredPath(other))
	}
	for _, other := range slices.Sorted(maps.Keys(now.frozen.Takes)) {
		if a, b := before.take(other), now.take(other); a != b && upstream(other) {
			found = append(found, fmt.Sprintf("%s has take %d, and had take %d", other, b, a))
		}
	}
	for _, other := range slices.Sorted(maps.Keys(now.frozen.Edits)) {
		was, edited := before.frozen.Edits[other]
		if (!edited || string(was.Output) != string(now.frozen.Edits[other].Output)) && upstream(other) {
			found = append(found, other+" was edited")
		}
	}
	return found
}

// inputsOf are the run's inputs that reach a stage, directly or not, sorted.
func (x *execution) inputsOf(declared string) []string {
	outer, _, _ := strings.Cut(declared, ".")
	reached := map[string]bool{}
	for name := range upTo(x.pl, outer) {
		for _, in := range x.pl.Stage(name).RefersTo().Inputs {
			reached[in] = true
		}
	}
	return slices.Sorted(maps.Keys(reached))
}

// dependsOn tells whether one stage needs another, directly or not; both by their declared address.
func (x *execution) dependsOn(stage, other string) bool {
	pl := x.pl
	for {
		a, restA, innerA := strings.Cut(stage, ".")
		b, restB, innerB := strings.Cut(other, ".")
		if a != b {
			return upTo(pl, a)[b]
		}
		s := pl.Stage(a)
		if !innerA || !innerB || s == nil || s.Pipeline == nil {
			return a == b && innerA != innerB
		}
		pl, stage, other = s.Pipeline, restA, restB
	}
}
