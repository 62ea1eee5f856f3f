package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// Outputs are the values of a pipeline's outputs, or of those that are known so far.
type Outputs struct {
	names  []string
	values map[string]cty.Value
	store  artifact.Store
}

// Names lists the outputs in order of declaration.
func (o Outputs) Names() []string { return o.names }

// Value gives one output; what is not known yet is unknown or, for a name that does not exist, a
// dynamic unknown value.
func (o Outputs) Value(name string) cty.Value {
	if v, ok := o.values[name]; ok {
		return v
	}
	return cty.DynamicVal
}

// Decode reads one output into what dst points at, as encoding/json would; parts that are not known
// yet are null.
func (o Outputs) Decode(name string, dst any) error {
	raw, err := o.raw(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, dst); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return nil
}

// MarshalJSON writes all outputs as one object; parts that are not known yet are null.
func (o Outputs) MarshalJSON() ([]byte, error) {
	all := map[string]json.RawMessage{}
	for _, name := range o.names {
		raw, err := o.raw(name)
		if err != nil {
			return nil, err
		}
		all[name] = raw
	}
	return json.Marshal(all)
}

func (o Outputs) raw(name string) (json.RawMessage, error) {
	v, ok := o.values[name]
	if !ok {
		return nil, fmt.Errorf("output %s: %w", name, ErrNotFound)
	}
	known, err := cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		if !v.IsKnown() {
			return cty.NullVal(v.Type()), nil
		}
		return v, nil
	})
	if err != nil {
		return nil, fmt.Errorf("output %s: %w", name, err)
	}
	raw, err := ctyjson.SimpleJSONValue{Value: known}.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("output %s: %w", name, err)
	}
	return raw, nil
}

// File gives one output that is a file. Its Path is a read-only file on this machine.
func (o Outputs) File(ctx context.Context, name string) (providers.File, error) {
	var f *providers.File
	if err := o.Decode(name, &f); err != nil {
		return providers.File{}, err
	}
	if f == nil || f.SHA256 == "" {
		return providers.File{}, fmt.Errorf("output %s is no file, or is not known yet", name)
	}
	path, err := o.store.Path(ctx, f.SHA256)
	f.Path = path
	return *f, err
}

// WriteFile copies one output that is a file.
func (o Outputs) WriteFile(ctx context.Context, name string, w io.Writer) error {
	f, err := o.File(ctx, name)
	if err != nil {
		return err
	}
	r, _, err := o.store.Open(ctx, f.SHA256)
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := io.Copy(w, r); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return nil
}

// Outputs gives what is known now. In a completed run that is everything.
func (r *Run) Outputs() (Outputs, error) {
	r.mu.Lock()
	calls := make(map[string]json.RawMessage, len(r.view.calls))
	for address, c := range r.view.calls {
		calls[address] = c.output
	}
	wanted := r.view.wanted
	r.mu.Unlock()
	scope := pipeline.Scope{Inputs: r.scope.Inputs, Stages: map[string]cty.Value{}}
	for _, s := range r.pl.Order() {
		if !wanted[s.Name] {
			continue
		}
		v, err := r.known(s, scope, calls)
		if err != nil {
			return Outputs{}, err
		}
		if v != cty.NilVal {
			scope.Stages[s.Name] = v
		}
	}
	out := Outputs{values: map[string]cty.Value{}, store: r.eng.conf.Artifacts}
	for _, o := range r.pl.Outputs {
		v, diags := r.pl.Evaluate(o, scope)
		if diags.HasErrors() {
			return Outputs{}, fmt.Errorf("output %s: %w", o.Name, diags)
		}
		out.names = append(out.names, o.Name)
		out.values[o.Name] = v
	}
	return out, nil
}

// known is a stage's value with what is not done yet unknown, or NilVal when its instances are not
// known yet.
func (r *Run) known(s *pipeline.Stage, scope pipeline.Scope, calls map[string]json.RawMessage) (cty.Value, error) {
	for _, d := range s.Dependencies() {
		if v, ok := scope.Stages[d]; !ok || !v.IsWhollyKnown() {
			return cty.NilVal, nil
		}
	}
	x, diags := r.pl.Expand(s, scope)
	if diags.HasErrors() {
		return cty.NilVal, nil // the run fails, or has failed, there
	}
	outputs := make([]cty.Value, len(x.Instances))
	for i, inst := range x.Instances {
		outputs[i] = cty.UnknownVal(s.OutputType())
		raw := calls[inst.Address]
		if raw == nil {
			continue
		}
		v, err := ctyjson.Unmarshal(raw, s.OutputType())
		if err != nil {
			return cty.NilVal, fmt.Errorf("%s: its recorded output does not fit the capability any more: %w", inst.Address, err)
		}
		outputs[i] = v
	}
	return x.Value(outputs), nil
}
