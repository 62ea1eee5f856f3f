package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

// A Revision says what is different in a new run that is based on another. The zero value tries the rest of
// a failed run again.
type Revision struct {
	// ID makes revising idempotent, as StartOptions.ID does. "" means a new id.
	ID string
	// Takes says which take of an instance, by its address, the new run has: a number from 1 for an earlier
	// one, 0 for a new one.
	Takes map[string]int
	// Edits change results without a call. The key is an instance's address, with a path into its output:
	// script_analysis.scenes[2].narration, image_generation["scene-02"].image. The value is as in Inputs,
	// a LocalFile for a file. An edit holds until the instance's own input or take changes.
	Edits map[string]any
	// Inputs are those that change; the others stay.
	Inputs Inputs
	// Until, Budget and Priority are as in StartOptions; they are not taken over from the parent.
	Until    string
	Budget   providers.Money
	Priority int
}

// edit is a result that a person has changed.
type edit struct {
	Key       string          `json:"key"` // of the call whose result it stands for
	Output    json.RawMessage `json:"output"`
	Artifacts []string        `json:"artifacts,omitempty"`
}

// A ReviseError says what of a revision is wrong.
type ReviseError struct {
	Run      string
	Problems []providers.Problem // Attribute is the address, reference or input
}

func (e *ReviseError) Error() string {
	return fmt.Sprintf("run %s cannot be revised: %s", e.Run, providers.Problems(e.Problems))
}

// Revise starts a run that is based on another and differs from it as the revision says: it uses the
// parent's frozen pipelines, inputs and seed, and every result that the lineage has for the same call. The
// parent may be finished or not; an unfinished run of the lineage is superseded, and loses no call that is
// being made. The error is a *ReviseError, an *InputError or a *NotReadyError when the revision cannot be.
func (e *Engine) Revise(ctx context.Context, parentID string, rev Revision) (*Run, error) {
	defer e.refuse.use()()
	d, err := e.draftRevision(ctx, parentID, rev)
	if err != nil {
		return nil, err
	}
	return e.begin(ctx, d)
}

// draftRevision checks what a caller of Revise wants.
func (e *Engine) draftRevision(ctx context.Context, parentID string, rev Revision) (*draft, error) {
	parent, err := e.Run(ctx, parentID)
	if err != nil {
		return nil, err
	}
	x := parent.execution()
	changed, err := e.inputValues(ctx, x.pl, rev.Inputs)
	if err != nil {
		return nil, err
	}
	d := &draft{
		pl:     x.pl,
		header: journal.Run{ID: rev.ID, Pipeline: parent.Pipeline, Lineage: parent.Lineage, Parent: parentID},
		frozen: frozen{
			Source: x.frozen.Source, Seed: x.frozen.Seed, Until: rev.Until, Budget: rev.Budget, Priority: rev.Priority,
			Takes: maps.Clone(x.frozen.Takes), Edits: maps.Clone(x.frozen.Edits),
		},
	}
	if d.frozen.Given, err = overlay(x.frozen.Given, changed); err != nil {
		return nil, err
	}
	values := map[string]cty.Value{}
	maps.Copy(values, x.inputs.AsValueMap())
	maps.Copy(values, changed)
	resolved, problems := x.pl.ResolveInputs(values)
	if len(problems) > 0 {
		return nil, &InputError{parent.Pipeline, problems}
	}
	d.inputs = resolved
	problems, err = e.retake(ctx, x, &d.frozen, rev.Takes)
	if err != nil {
		return nil, err
	}
	wrong, err := e.edit(ctx, x, &d.frozen, rev.Edits)
	if err != nil {
		return nil, err
	}
	if problems = append(problems, wrong...); len(problems) > 0 {
		return nil, &ReviseError{parentID, problems}
	}
	return d, d.check()
}

// overlay adds changed inputs to those that were given.
func overlay(given json.RawMessage, changed map[string]cty.Value) (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(given, &all); err != nil {
		return nil, err
	}
	raw, err := givenJSON(changed)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &all); err != nil { // into the same map: what is there is replaced
		return nil, err
	}
	return json.Marshal(all)
}

// retake sets the takes of addresses. A new take has a number that no run of the lineage has used.
func (e *Engine) retake(ctx context.Context, x *execution, f *frozen, takes map[string]int) ([]providers.Problem, error) {
	if len(takes) == 0 {
		return nil, nil
	}
	if f.Takes == nil {
		f.Takes = map[string]int{}
	}
	highest := map[string]int{}
	for h, err := range e.conf.Journal.Runs(ctx, journal.Query{Lineage: x.header.Lineage}) {
		var damaged *journal.CorruptError
		if errors.As(err, &damaged) { // its takes are not known, and cannot be reached either
			continue
		}
		if err != nil {
			return nil, err
		}
		other, err := readFrozen(h.Frozen)
		if err != nil {
			return nil, fmt.Errorf("run %s cannot be read: %w", h.ID, err)
		}
		for address, n := range other.Takes {
			highest[address] = max(highest[address], n)
		}
	}
	var problems []providers.Problem
	for _, address := range slices.Sorted(maps.Keys(takes)) {
		last := max(highest[address], 1)
		switch n := takes[address]; {
		case !x.knows(address):
			problems = append(problems, x.unknownAddress(address))
		case n < 0 || n > last:
			problems = append(problems, providers.Problem{Attribute: address, Summary: fmt.Sprintf("there is no take %d; there are 1 to %d, and 0 makes a new one", n, last)})
		case n == 0:
			f.Takes[address] = last + 1
		default:
			f.Takes[address] = n
		}
		delete(f.Edits, address) // the take is asked for, not what was made of another
	}
	return problems, nil
}

// knows tells whether a call was made, or would have been, at an address of the run.
func (x *execution) knows(address string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.view.calls[address]
	return c != nil && (c.output != nil || c.attempts > 0 || c.failed != nil)
}

func (x *execution) unknownAddress(address string) providers.Problem {
	x.mu.Lock()
	defer x.mu.Unlock()
	var names []string
	for name, c := range x.view.calls {
		if c.output != nil || c.attempts > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	text := "the run has made no call of that address"
	if near := providers.Nearest(address, names); near != "" {
		text += fmt.Sprintf("; did you mean %s?", near)
	}
	return providers.Problem{Attribute: address, Summary: text}
}

// edit changes results that the run has.
func (e *Engine) edit(ctx context.Context, x *execution, f *frozen, edits map[string]any) ([]providers.Problem, error) {
	if len(edits) > 0 && f.Edits == nil {
		f.Edits = map[string]edit{}
	}
	var problems []providers.Problem
	for _, reference := range slices.Sorted(maps.Keys(edits)) {
		value, err := e.value(ctx, edits[reference])
		if err != nil {
			problems = append(problems, providers.Problem{Attribute: reference, Summary: err.Error()})
			continue
		}
		problem, err := x.editOne(f, reference, value)
		if err != nil {
			return nil, err
		}
		if problem != "" {
			problems = append(problems, providers.Problem{Attribute: reference, Summary: problem})
		}
	}
	return problems, nil
}

// editOne puts a value into a result. Several edits of one result add up.
func (x *execution) editOne(f *frozen, reference string, v cty.Value) (problem string, err error) {
	steps, diags := hclsyntax.ParseTraversalAbs([]byte(reference), "", hcl.InitialPos)
	if diags.HasErrors() {
		return "it is no address and path: " + diags[0].Detail, nil
	}
	address, path, c := x.locate(steps)
	if c == nil {
		return x.unknownAddress(reference).Summary, nil
	}
	raw := c.output
	if before, edited := f.Edits[address]; edited && before.Key == c.key {
		raw = before.Output
	}
	if raw == nil {
		return "it has no result yet that could be changed", nil
	}
	ty := declaration(x.pl, declaredPath(stageOf(address))).OutputType()
	output, err := providers.DecodeWire(raw, ty, nil)
	if err != nil {
		return "", fmt.Errorf("%s: its recorded output does not fit the capability any more: %w", address, err)
	}
	if output, err = put(output, path, v); err != nil {
		return err.Error(), nil
	}
	if output, err = convert.Convert(output, ty); err != nil {
		return fmt.Sprintf("the value does not fit: %s", err), nil
	}
	ed := edit{Key: c.key}
	if ed.Output, err = providers.EncodeWire(output, nil); err != nil {
		return "", err
	}
	for _, file := range providers.Files(output) {
		ed.Artifacts = append(ed.Artifacts, file.SHA256)
	}
	f.Edits[address] = ed
	return "", nil
}

// locate finds the instance that a reference begins with: the longest beginning that is an address.
func (x *execution) locate(steps hcl.Traversal) (address string, path hcl.Traversal, c *callView) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for n := len(steps); n > 0; n-- {
		address = referenceText(steps[:n])
		if c := x.view.calls[address]; c != nil && (c.output != nil || c.attempts > 0) {
			return address, steps[n:], c
		}
	}
	return "", nil, nil
}

// put gives a value with another one at a path in it.
func put(v cty.Value, path hcl.Traversal, new cty.Value) (cty.Value, error) {
	if len(path) == 0 {
		return new, nil
	}
	if v.IsNull() {
		return cty.NilVal, fmt.Errorf("there is nothing at %s: the value before it is null", referenceText(path))
	}
	key := cty.NilVal
	switch step := path[0].(type) {
	case hcl.TraverseAttr:
		key = cty.StringVal(step.Name)
	case hcl.TraverseIndex:
		key = step.Key
	}
	ty := v.Type()
	found := false
	set := func(name, value cty.Value) (cty.Value, error) {
		if found || !name.RawEquals(key) {
			return value, nil
		}
		found = true
		return put(value, path[1:], new)
	}
	var changed cty.Value
	switch {
	case ty.IsObjectType() || ty.IsMapType():
		attrs := map[string]cty.Value{}
		for name, value := range v.AsValueMap() {
			value, err := set(cty.StringVal(name), value)
			if err != nil {
				return cty.NilVal, err
			}
			attrs[name] = value
		}
		changed = cty.ObjectVal(attrs)
	case ty.IsListType() || ty.IsTupleType():
		var items []cty.Value
		for i, value := range v.AsValueSlice() {
			value, err := set(cty.NumberIntVal(int64(i)), value)
			if err != nil {
				return cty.NilVal, err
			}
			items = append(items, value)
		}
		changed = cty.TupleVal(items)
	}
	if !found {
		return cty.NilVal, fmt.Errorf("there is no %s", referenceText(path[:1]))
	}
	return changed, nil
}

// edited takes a result that a person has changed, as long as it stands for this very call.
func (c *calls) edited() (cty.Value, bool, error) {
	ed, ok := c.x.frozen.Edits[c.address]
	if !ok || ed.Key != c.key {
		return cty.NilVal, false, nil
	}
	v, err := providers.DecodeWire(ed.Output, c.job.stage().OutputType(), nil)
	if err != nil {
		return cty.NilVal, false, c.fail("", providers.Errorf(providers.KindInternal, "its edited output does not fit the capability any more: %w", err))
	}
	rec := record{Event: c.event(InstanceEdited), Output: ed.Output, Key: c.key, artifacts: ed.Artifacts}
	return v, true, c.x.append(journal.Batch{}, rec)
}
