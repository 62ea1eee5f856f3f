package providers

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

// EncodeWire writes a wholly known value as JSON for a provider. The function gives the absolute
// path of each file; nil leaves paths out, as for a record. Equal values give equal bytes: attributes and
// keys are sorted, numbers are written shortest.
func EncodeWire(v cty.Value, path func(File) (string, error)) (json.RawMessage, error) {
	return encoder{path: path}.value(nil, v)
}

// EncodeAttributes is like EncodeWire, of an object with these attributes. Those that are null are left out.
func EncodeAttributes(attrs map[string]cty.Value, path func(File) (string, error)) (json.RawMessage, error) {
	return encoder{path: path}.object(nil, attrs, true)
}

// EncodeContent is like EncodeWire, but a file is written as the digest of its bytes alone, and what is
// null is left out of objects: values that mean the same give the same bytes. Where there is a file they are
// no JSON; hasFiles tells.
func EncodeContent(v cty.Value) (raw []byte, hasFiles bool, err error) {
	e := encoder{content: true, files: new(int)}
	raw, err = e.value(nil, v)
	return raw, *e.files > 0, err
}

// This is what cty/json does, for values whose type the reader knows, without the detours through other
// representations: it is done several times for each call.
type encoder struct {
	path    func(File) (string, error)
	content bool
	files   *int // counts them, for content
}

func (e encoder) value(b []byte, v cty.Value) ([]byte, error) {
	if v.IsMarked() {
		return nil, fmt.Errorf("a sensitive value must not be written")
	}
	if !v.IsKnown() {
		return nil, fmt.Errorf("a value that is not known yet cannot be written")
	}
	if v.IsNull() {
		return append(b, "null"...), nil
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		return appendText(b, v.AsString())
	case ty == cty.Number:
		return appendNumber(b, v.AsBigFloat()), nil
	case ty == cty.Bool:
		return strconv.AppendBool(b, v.True()), nil
	case IsFileType(ty):
		return e.file(b, AsFile(v))
	case ty.IsObjectType() || ty.IsMapType():
		return e.object(b, v.AsValueMap(), e.content && ty.IsObjectType())
	case ty.IsListType() || ty.IsSetType() || ty.IsTupleType():
		b = append(b, '[')
		first := true
		for _, item := range v.Elements() {
			if !first {
				b = append(b, ',')
			}
			first = false
			var err error
			if b, err = e.value(b, item); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	default:
		return nil, fmt.Errorf("a value of type %s cannot be written", ty.FriendlyName())
	}
}

func (e encoder) object(b []byte, attrs map[string]cty.Value, omitNull bool) ([]byte, error) {
	b = append(b, '{')
	first := true
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		attr := attrs[name]
		if omitNull && attr.IsKnown() && attr.IsNull() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		var err error
		if b, err = appendText(b, name); err != nil {
			return nil, err
		}
		if b, err = e.value(append(b, ':'), attr); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func (e encoder) file(b []byte, f File) ([]byte, error) {
	if e.content {
		*e.files++
		return appendText(append(b, "file:"...), f.SHA256) // no JSON: nothing else looks like it
	}
	if e.path != nil {
		p, err := e.path(f)
		if err != nil {
			return nil, err
		}
		f.Path = p
	}
	b = append(b, '{')
	for i, field := range []struct{ name, text string }{
		{"media_type", f.MediaType}, {"name", f.Name}, {"path", f.Path}, {"sha256", f.SHA256},
	} {
		if field.name == "path" && field.text == "" {
			continue
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, field.name...)
		b = append(b, '"', ':')
		var err error
		if b, err = appendText(b, field.text); err != nil {
			return nil, err
		}
	}
	b = append(b, `,"size":`...)
	return append(strconv.AppendInt(b, f.Size, 10), '}'), nil
}

// appendText writes a string; one of plain characters without a detour.
func appendText(b []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			raw, err := json.Marshal(s)
			return append(b, raw...), err
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"'), nil
}

// appendNumber writes the shortest decimal that gives the number back.
func appendNumber(b []byte, n *big.Float) []byte {
	if i, accuracy := n.Int64(); accuracy == big.Exact {
		return strconv.AppendInt(b, i, 10)
	}
	if n.Prec() <= 53 {
		return n.Append(b, 'f', -1) // of two that are as short and as near, strconv takes the other one
	}
	// Nearly every number was a short decimal once, and nothing shorter than what identifies the nearest
	// float64 could be it. To find that out costs a tenth of what big.Float needs for its 512 bits.
	near, _ := n.Float64()
	before := len(b)
	b = strconv.AppendFloat(b, near, 'f', -1, 64)
	back, _, err := big.ParseFloat(string(b[before:]), 10, n.Prec(), big.ToNearestEven)
	if err == nil && back.Cmp(n) == 0 {
		return b
	}
	return n.Append(b[:before], 'f', -1)
}
