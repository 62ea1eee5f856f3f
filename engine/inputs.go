package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// Inputs are a run's inputs by name. A value is anything that encodes as JSON, a cty.Value, or a
// LocalFile for an input of type file. An input that is absent has its default.
type Inputs map[string]any

// A LocalFile is the path of a file on this machine; starting a run copies it into the store.
type LocalFile string

// inputValues turns what the caller gave into values, and local files into stored ones. The error is an
// *InputError that names every input that has no value.
func (e *Engine) inputValues(ctx context.Context, pl *pipeline.Pipeline, inputs Inputs) (map[string]cty.Value, error) {
	values := make(map[string]cty.Value, len(inputs))
	var problems []providers.Problem
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		v, err := e.value(ctx, inputs[name])
		if err != nil {
			problems = append(problems, providers.Problem{Attribute: name, Summary: err.Error()})
		}
		values[name] = v
	}
	if len(problems) > 0 {
		return nil, &InputError{pl.Name, problems}
	}
	return values, nil
}

// value makes a value of what a caller gave: of a local file, once it is in the store.
func (e *Engine) value(ctx context.Context, in any) (cty.Value, error) {
	switch in := in.(type) {
	case cty.Value:
		return in, nil
	case LocalFile:
		f, err := e.store(ctx, string(in))
		if err != nil {
			return cty.NilVal, err
		}
		return providers.FileVal(f), nil
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return cty.NilVal, fmt.Errorf("the value does not encode as JSON: %w", err)
	}
	ty, err := ctyjson.ImpliedType(raw)
	if err != nil {
		return cty.NilVal, fmt.Errorf("the value cannot be used: %w", err)
	}
	return providers.DecodeWire(raw, ty, nil)
}

// store copies a file into the artifact store.
func (e *Engine) store(ctx context.Context, path string) (providers.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return providers.File{}, err
	}
	defer f.Close()
	info, err := e.conf.Artifacts.Put(ctx, f)
	return providers.File{SHA256: info.SHA256, Size: info.Size, MediaType: mediaType(path), Name: filepath.Base(path)}, err
}

// givenJSON writes the given inputs with sorted keys, so that equal ones are equal bytes.
func givenJSON(given map[string]cty.Value) (json.RawMessage, error) {
	m := make(map[string]json.RawMessage, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		raw, err := ctyjson.Marshal(given[name], given[name].Type())
		if err != nil {
			return nil, err
		}
		m[name] = raw
	}
	return json.Marshal(m)
}

// Given writes inputs as Info.Given has them, to find an earlier run of the same ones.
func (e *Engine) Given(ctx context.Context, name string, inputs Inputs) ([]byte, error) {
	pl, err := e.pipeline(name)
	if err != nil {
		return nil, err
	}
	given, err := e.inputValues(ctx, pl, inputs)
	if err != nil {
		return nil, err
	}
	return givenJSON(given)
}
