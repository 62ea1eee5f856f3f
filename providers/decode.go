package providers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// DecodeWire reads a provider's JSON as a value of the type. The function turns each file as the
// provider gave it into the file as it was kept; nil takes it as it is, as from a record. Object attributes
// that are absent are null, those that the type has not are an error. The error names the path to what does
// not fit.
func DecodeWire(raw json.RawMessage, ty cty.Type, keep func(File) (File, error)) (cty.Value, error) {
	v, err := parse(raw)
	if err != nil {
		return cty.NilVal, err
	}
	return decoder{keep}.value(v, ty, "")
}

// DecodeAttributes is like DecodeWire, for an object of which the attributes are wanted.
func DecodeAttributes(raw json.RawMessage, ty cty.Type, keep func(File) (File, error)) (map[string]cty.Value, error) {
	v, err := parse(raw)
	if err != nil {
		return nil, err
	}
	return decoder{keep}.attributes(v, ty, "")
}

// parse reads one JSON value, numbers with all their digits.
func parse(raw json.RawMessage) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("it is no JSON: %w", err)
	}
	if rest := bytes.TrimLeft(raw[dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return nil, fmt.Errorf("something comes after the value")
	}
	return v, nil
}

type decoder struct{ keep func(File) (File, error) }

func (d decoder) value(v any, ty cty.Type, at string) (cty.Value, error) {
	switch {
	case ty == cty.DynamicPseudoType:
		return d.implied(v, at)
	case v == nil:
		return cty.NullVal(ty.WithoutOptionalAttributesDeep()), nil
	case ty.IsPrimitiveType():
		return primitive(v, ty, at)
	case IsFileType(ty):
		return d.file(v, at)
	case ty.IsObjectType():
		return d.object(v, ty, at)
	case ty.IsMapType():
		return d.mapping(v, ty.ElementType(), at)
	case ty.IsListType(), ty.IsSetType(), ty.IsTupleType():
		return d.list(v, ty, at)
	}
	return cty.NilVal, fmt.Errorf("%s: a value of type %s cannot be read", orTop(at), ty.FriendlyName())
}

// primitive reads text, a number or a truth value. One that is written as another converts, as in the
// language.
func primitive(v any, ty cty.Type, at string) (cty.Value, error) {
	var given cty.Value
	switch v := v.(type) {
	case string:
		given = cty.StringVal(v)
	case bool:
		given = cty.BoolVal(v)
	case json.Number:
		n, err := number(v)
		if err != nil {
			return cty.NilVal, fmt.Errorf("%s: %w", orTop(at), err)
		}
		given = n
	default:
		return cty.NilVal, fmt.Errorf("%s: %s is needed", orTop(at), TypeName(ty))
	}
	if given.Type() == ty {
		return given, nil
	}
	c, err := convert.Convert(given, ty)
	if err != nil {
		return cty.NilVal, fmt.Errorf("%s: %w", orTop(at), err)
	}
	return c, nil
}

func number(n json.Number) (cty.Value, error) {
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil {
		return cty.NumberIntVal(i), nil
	}
	return cty.ParseNumberVal(string(n))
}

func (d decoder) object(v any, ty cty.Type, at string) (cty.Value, error) {
	values, err := d.attributes(v, ty, at)
	if err != nil {
		return cty.NilVal, err
	}
	return cty.ObjectVal(values), nil
}

func (d decoder) attributes(v any, ty cty.Type, at string) (map[string]cty.Value, error) {
	obj, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: an object is needed", orTop(at))
	}
	attrs := ty.AttributeTypes()
	for name := range obj {
		if _, known := attrs[name]; !known {
			return nil, fmt.Errorf("%s: there is no attribute %q", orTop(at), name)
		}
	}
	values := make(map[string]cty.Value, len(attrs))
	for name, t := range attrs {
		var err error
		if values[name], err = d.value(obj[name], t, join(at, name)); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (d decoder) mapping(v any, element cty.Type, at string) (cty.Value, error) {
	obj, ok := v.(map[string]any)
	if !ok {
		return cty.NilVal, fmt.Errorf("%s: a map is needed", orTop(at))
	}
	if len(obj) == 0 {
		return cty.MapValEmpty(element.WithoutOptionalAttributesDeep()), nil
	}
	values := make(map[string]cty.Value, len(obj))
	for k, item := range obj {
		var err error
		if values[k], err = d.value(item, element, fmt.Sprintf("%s[%q]", at, k)); err != nil {
			return cty.NilVal, err
		}
	}
	if element.HasDynamicTypes() {
		return alike(cty.ObjectVal(values), cty.Map(cty.DynamicPseudoType), at)
	}
	return cty.MapVal(values), nil
}

func (d decoder) list(v any, ty cty.Type, at string) (cty.Value, error) {
	items, ok := v.([]any)
	if !ok {
		return cty.NilVal, fmt.Errorf("%s: a list is needed", orTop(at))
	}
	if ty.IsTupleType() && len(items) != ty.Length() {
		return cty.NilVal, fmt.Errorf("%s: a list of %d is needed", orTop(at), ty.Length())
	}
	if len(items) == 0 && !ty.IsTupleType() {
		element := ty.ElementType().WithoutOptionalAttributesDeep()
		if ty.IsSetType() {
			return cty.SetValEmpty(element), nil
		}
		return cty.ListValEmpty(element), nil
	}
	values := make([]cty.Value, len(items))
	for i, item := range items {
		var element cty.Type
		if ty.IsTupleType() {
			element = ty.TupleElementType(i)
		} else {
			element = ty.ElementType()
		}
		var err error
		if values[i], err = d.value(item, element, at+"["+strconv.Itoa(i)+"]"); err != nil {
			return cty.NilVal, err
		}
	}
	switch {
	case ty.IsTupleType():
		return cty.TupleVal(values), nil
	case ty.ElementType().HasDynamicTypes() && ty.IsSetType():
		return alike(cty.TupleVal(values), cty.Set(cty.DynamicPseudoType), at)
	case ty.ElementType().HasDynamicTypes():
		return alike(cty.TupleVal(values), cty.List(cty.DynamicPseudoType), at)
	case ty.IsSetType():
		return cty.SetVal(values), nil
	}
	return cty.ListVal(values), nil
}

// alike makes elements whose types the JSON alone tells one type, as a collection needs.
func alike(v cty.Value, ty cty.Type, at string) (cty.Value, error) {
	c, err := convert.Convert(v, ty)
	if err != nil {
		return cty.NilVal, fmt.Errorf("%s: its elements have different types: %w", orTop(at), err)
	}
	return c, nil
}

// implied reads a value of which no type is known: as the JSON says.
func (d decoder) implied(v any, at string) (cty.Value, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return cty.NilVal, fmt.Errorf("%s: %w", orTop(at), err)
	}
	var out ctyjson.SimpleJSONValue
	if err := out.UnmarshalJSON(raw); err != nil {
		return cty.NilVal, fmt.Errorf("%s: %w", orTop(at), err)
	}
	return out.Value, nil
}

func (d decoder) file(v any, at string) (cty.Value, error) {
	obj, ok := v.(map[string]any)
	if !ok {
		return cty.NilVal, fmt.Errorf("%s: a file is needed", orTop(at))
	}
	var f File
	for name, field := range obj {
		var err error
		switch name {
		case "sha256":
			err = text(&f.SHA256, field)
		case "media_type":
			err = text(&f.MediaType, field)
		case "name":
			err = text(&f.Name, field)
		case "path":
			err = text(&f.Path, field)
		case "size":
			if n, isNumber := field.(json.Number); isNumber {
				f.Size, err = n.Int64()
			} else if field != nil {
				err = fmt.Errorf("its size is no number")
			}
		default:
			return cty.NilVal, fmt.Errorf("%s: a file has no %q", orTop(at), name)
		}
		if err != nil {
			return cty.NilVal, fmt.Errorf("%s.%s: %w", orTop(at), name, err)
		}
	}
	if d.keep != nil {
		kept, err := d.keep(f)
		if err != nil {
			return cty.NilVal, fmt.Errorf("%s: %w", orTop(at), err)
		}
		f = kept
	}
	return FileVal(f), nil
}

func text(to *string, v any) error {
	if v == nil {
		return nil
	}
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("it is no text")
	}
	*to = s
	return nil
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func orTop(at string) string {
	if at == "" {
		return "the value"
	}
	return at
}
