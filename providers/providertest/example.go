package providertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// An example is a capability with an input for it.
type example struct {
	spec  providers.CapabilitySpec
	given bool      // by the author, and not made from the schema
	value cty.Value // conforms; NilVal where there is none
	raw   json.RawMessage
	files map[string]string // where the input's files lie, by their digest
	costs bool              // a call costs something, or may
	why   string            // why it is not called, or ""
	wrong bool              // why is a fault of the example
	first *answer           // the first call, once it was made
}

// plan finds an example for each capability that is wanted, and decides which are called.
func (s *suite) plan(ctx context.Context) ([]*example, error) {
	if s.examples != nil {
		return s.examples, nil
	}
	p, err := s.provider(ctx)
	if err != nil {
		return nil, err
	}
	secret := s.hasSecret()
	var all []*example
	for _, spec := range s.described.Capabilities {
		e := &example{spec: spec}
		all = append(all, e)
		if !s.options.calls(spec.Name) {
			e.why = "it was not asked for"
			continue
		}
		if why, off := s.configured.Off[spec.Name]; off {
			e.why = "its settings turn it off: " + why
			continue
		}
		if err := e.prepare(s.options.Inputs[spec.Name]); err != nil {
			e.why, e.wrong = said(err), e.given
			continue
		}
		estimate, err := s.estimate(ctx, p, providers.EstimateQuery{Capability: spec.Name, Input: e.raw})
		switch {
		case err != nil:
			e.costs, e.why = true, "it cannot say what a call costs: "+said(err)
		case estimate.MaxCost > 0:
			e.costs, e.why = true, fmt.Sprintf("a call costs up to $%.4f", estimate.MaxCost.USD())
		case secret:
			e.costs, e.why = true, "it has a secret and no estimate, so a call may cost something"
		}
		if s.options.Paid {
			e.why = ""
		} else if e.costs {
			e.why += "; allow it (--paid)"
		}
	}
	s.examples = all
	return all, nil
}

// hasSecret tells whether a sensitive setting was given: then there is somebody who can be charged.
func (s *suite) hasSecret() bool {
	attrs, err := settings(s.described.Config, s.options.Config)
	if err != nil {
		return true
	}
	for _, a := range s.described.Config.Attributes {
		if v := attrs[a.Name]; a.Sensitive && v != cty.NilVal && !v.IsNull() {
			return true
		}
	}
	return false
}

// prepare finds the input: the one given, or one made from the schema.
func (e *example) prepare(given json.RawMessage) error {
	e.files = map[string]string{}
	var attrs map[string]cty.Value
	var err error
	if e.given = given != nil; e.given {
		attrs, err = providers.DecodeAttributes(given, e.spec.Input.Type(), e.locate)
		if err != nil {
			return fmt.Errorf("the example input does not fit: %w", err)
		}
	} else if attrs, err = generate(e.spec.Input); err != nil {
		return err
	}
	value, problems := e.spec.Input.Conform(attrs)
	if len(problems) > 0 {
		return errors.New("the input does not fit: " + providers.Problems(problems))
	}
	e.value = value
	e.raw, err = e.encode(value.AsValueMap())
	return err
}

// locate fills in what a file of an example leaves open.
func (e *example) locate(f providers.File) (providers.File, error) {
	if f.Path == "" {
		return f, errors.New("a file of an example needs its path")
	}
	path, err := filepath.Abs(f.Path)
	if err != nil {
		return f, err
	}
	digest, size, err := sumFile(path)
	if err != nil {
		return f, err
	}
	e.files[digest] = path
	if f.MediaType == "" {
		f.MediaType = mime.TypeByExtension(filepath.Ext(path))
	}
	if f.MediaType == "" {
		f.MediaType = "application/octet-stream"
	}
	if f.Name == "" {
		f.Name = filepath.Base(path)
	}
	return providers.File{SHA256: digest, Size: size, MediaType: f.MediaType, Name: f.Name}, nil
}

func (e *example) encode(attrs map[string]cty.Value) (json.RawMessage, error) {
	return providers.EncodeAttributes(attrs, func(f providers.File) (string, error) { return e.files[f.SHA256], nil })
}

// untouched says which of the input's files are not what they were, or "".
func (e *example) untouched() string {
	for digest, path := range e.files {
		if now, _, err := sumFile(path); err != nil || now != digest {
			return fmt.Sprintf("it changed the input file %s", path)
		}
	}
	return ""
}

func (e *example) request() request {
	r := request{capability: e.spec.Name, input: e.raw}
	for digest := range e.files {
		r.inputs = append(r.inputs, digest)
	}
	return r
}

// working gives the examples whose call works, which is tried once. Without one the check is skipped.
func (s *suite) working(ctx context.Context, v *verdict) []*example {
	p := s.ready(ctx, v)
	if p == nil {
		return nil
	}
	all, err := s.plan(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return nil
	}
	var found []*example
	for _, e := range all {
		if e.why != "" {
			continue
		}
		if e.first == nil {
			a := s.call(ctx, p, e.request())
			if ctx.Err() != nil {
				return nil
			}
			if changed := e.untouched(); a.trouble() == "" && changed != "" {
				a.problem = changed
			}
			e.first = &a
		}
		if e.first.trouble() == "" {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		v.skipf("no call worked that could be tried")
	}
	return found
}

func sumFile(path string) (digest string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}
