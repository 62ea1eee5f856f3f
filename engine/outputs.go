package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/artifact"
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

// outputs evaluates the pipeline's outputs with what is known now.
func (x *execution) outputs() (Outputs, error) {
	x.mu.Lock()
	values := x.values
	x.mu.Unlock()
	if values == nil {
		w := &walk{seed: x.frozen.Seed, take: x.take, resolve: x.result}
		scope := w.pipeline(x.pl, "", x.inputs, x.view.wanted)
		if w.err != nil {
			return Outputs{}, w.err
		}
		values = &scope
	}
	out := Outputs{values: map[string]cty.Value{}, store: x.eng.conf.Artifacts}
	for _, o := range x.pl.Outputs {
		v, diags := x.pl.Evaluate(o, *values)
		if diags.HasErrors() {
			return Outputs{}, fmt.Errorf("output %s: %w", o.Name, diags)
		}
		out.names = append(out.names, o.Name)
		out.values[o.Name] = v
	}
	return out, nil
}
