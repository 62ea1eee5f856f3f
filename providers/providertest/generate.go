package providertest

import (
	"encoding/json"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// sampleText is what a text is when nothing is known of it.
const sampleText = "A lighthouse on a quiet shore."

// generate makes an input from a schema: what is required and has no default. The same schema gives the
// same input.
func generate(s providers.Schema) (map[string]cty.Value, error) {
	attrs := map[string]cty.Value{}
	for _, a := range s.Attributes {
		if !a.Required || a.Default != nil {
			continue
		}
		v, err := sample(a)
		if err != nil {
			return nil, fmt.Errorf("there is no example input, and none can be made: %s: %w", a.Name, err)
		}
		attrs[a.Name] = v
	}
	return attrs, nil
}

func sample(a providers.Attribute) (cty.Value, error) {
	switch {
	case len(a.Allowed) > 0 && a.Type == cty.String:
		return cty.StringVal(a.Allowed[0]), nil
	case a.Type == cty.Number:
		n := 1.0
		if a.Min != nil {
			n = max(n, *a.Min)
		}
		if a.Max != nil {
			n = min(n, *a.Max)
		}
		return cty.NumberFloatVal(n), nil
	}
	return sampleOf(a.Type)
}

func sampleOf(t cty.Type) (cty.Value, error) {
	switch {
	case providers.IsFileType(t):
		return cty.NilVal, fmt.Errorf("it needs a file")
	case t == cty.String, t == cty.DynamicPseudoType:
		return cty.StringVal(sampleText), nil
	case t == cty.Number:
		return cty.NumberIntVal(1), nil
	case t == cty.Bool:
		return cty.False, nil
	case t.IsTupleType():
		var elements []cty.Value
		for _, et := range t.TupleElementTypes() {
			e, err := sampleOf(et)
			if err != nil {
				return e, err
			}
			elements = append(elements, e)
		}
		return cty.TupleVal(elements), nil
	case t.IsObjectType():
		attrs := map[string]cty.Value{}
		for name, at := range t.AttributeTypes() {
			if t.AttributeOptional(name) {
				attrs[name] = cty.NullVal(at.WithoutOptionalAttributesDeep())
				continue
			}
			var err error
			if attrs[name], err = sampleOf(at); err != nil {
				return cty.NilVal, fmt.Errorf("%s: %w", name, err)
			}
		}
		return cty.ObjectVal(attrs), nil
	case t.IsCollectionType():
		e, err := sampleOf(t.ElementType())
		switch {
		case err != nil:
			return e, err
		case t.IsMapType():
			return cty.MapVal(map[string]cty.Value{"sample": e}), nil
		case t.IsSetType():
			return cty.SetVal([]cty.Value{e}), nil
		}
		return cty.ListVal([]cty.Value{e}), nil
	}
	return cty.NilVal, fmt.Errorf("nothing is known of the type %s", providers.TypeName(t))
}

// wrongFor gives JSON that is no value of the type, also not by a conversion; nil when everything is one.
func wrongFor(t cty.Type) json.RawMessage {
	switch {
	case t == cty.DynamicPseudoType:
		return nil
	case t == cty.String:
		return json.RawMessage(`[{"no": "text"}]`)
	case t == cty.Number:
		return json.RawMessage(`"no number at all"`)
	case t == cty.Bool:
		return json.RawMessage(`"perhaps"`)
	}
	return json.RawMessage(`7`)
}
