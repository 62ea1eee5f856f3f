package providers

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A File is a value that stands for the bytes of a file. SHA256, Size and MediaType identify it;
// Path is where it lies on this machine while a call runs, and is never recorded.
//
// In a call's input every field is set and the file is read-only. In a result a provider sets Path
// (absolute, or relative to the work directory; inside it) and MediaType, and may set Name; the host
// computes the rest.
type File struct {
	SHA256    string `json:"sha256,omitempty"`     // lower-case hex
	Size      int64  `json:"size,omitempty"`       // bytes
	MediaType string `json:"media_type,omitempty"` // "image/png"
	Name      string `json:"name,omitempty"`       // a file name for people: "scene-01.png"
	Path      string `json:"path,omitempty"`
}

// FileType is the type of a file value in the pipeline language and in schemas.
var FileType = cty.Object(map[string]cty.Type{
	"sha256": cty.String, "size": cty.Number, "media_type": cty.String, "name": cty.String,
})

// IsFileType tells whether t is the type of files.
func IsFileType(t cty.Type) bool {
	return t.IsObjectType() && t.WithoutOptionalAttributesDeep().Equals(FileType)
}

// FileVal makes the value of a file. Its path is left out.
func FileVal(f File) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"sha256": cty.StringVal(f.SHA256), "size": cty.NumberIntVal(f.Size),
		"media_type": cty.StringVal(f.MediaType), "name": cty.StringVal(f.Name),
	})
}

// AsFile reads a known, non-null value of FileType.
func AsFile(v cty.Value) File {
	size, _ := v.GetAttr("size").AsBigFloat().Int64()
	return File{
		SHA256: v.GetAttr("sha256").AsString(), Size: size,
		MediaType: v.GetAttr("media_type").AsString(), Name: v.GetAttr("name").AsString(),
	}
}

// Files lists the files in a value, in a fixed order, each as often as it occurs.
func Files(v cty.Value) []File {
	var files []File
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if IsFileType(v.Type()) {
			if v.IsKnown() && !v.IsNull() {
				files = append(files, AsFile(v))
			}
			return false, nil
		}
		return true, nil
	})
	return files
}

// EncodeWire writes a wholly known value as JSON for a provider. The function gives the absolute
// path of each file.
func EncodeWire(v cty.Value, path func(File) (string, error)) (json.RawMessage, error) {
	raw, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return nil, err
	}
	return mapWire(raw, v.Type(), func(f File) (File, error) {
		p, err := path(f)
		f.Path = p
		return f, err
	})
}

// DecodeWire reads a provider's JSON as a value of the type. The function turns each file as the
// provider gave it into the file as it was kept. The error names the path to what does not fit.
func DecodeWire(raw json.RawMessage, ty cty.Type, keep func(File) (File, error)) (cty.Value, error) {
	mapped, err := mapWire(raw, ty, func(f File) (File, error) {
		f, err := keep(f)
		f.Path = ""
		return f, err
	})
	if err != nil {
		return cty.NilVal, err
	}
	return ctyjson.Unmarshal(mapped, ty)
}

// mapWire rewrites every file in a JSON value of the type. Absent object attributes become null.
func mapWire(raw json.RawMessage, ty cty.Type, f func(File) (File, error)) (json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	v, err := mapAny(v, ty, "", f)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func mapAny(v any, ty cty.Type, at string, f func(File) (File, error)) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch {
	case IsFileType(ty):
		return mapFile(v, at, f)
	case ty.IsObjectType():
		obj, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: an object is needed", orTop(at))
		}
		for name := range obj {
			if !ty.HasAttribute(name) {
				return nil, fmt.Errorf("%s: there is no attribute %q", orTop(at), name)
			}
		}
		for name, t := range ty.AttributeTypes() {
			m, err := mapAny(obj[name], t, join(at, name), f)
			if err != nil {
				return nil, err
			}
			obj[name] = m
		}
	case ty.IsListType(), ty.IsSetType():
		list, ok := v.([]any)
		if !ok {
			return nil, fmt.Errorf("%s: a list is needed", orTop(at))
		}
		for i := range list {
			m, err := mapAny(list[i], ty.ElementType(), fmt.Sprintf("%s[%d]", at, i), f)
			if err != nil {
				return nil, err
			}
			list[i] = m
		}
	case ty.IsTupleType():
		list, ok := v.([]any)
		if !ok || len(list) != ty.Length() {
			return nil, fmt.Errorf("%s: a list of %d is needed", orTop(at), ty.Length())
		}
		for i := range list {
			m, err := mapAny(list[i], ty.TupleElementType(i), fmt.Sprintf("%s[%d]", at, i), f)
			if err != nil {
				return nil, err
			}
			list[i] = m
		}
	case ty.IsMapType():
		obj, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: a map is needed", orTop(at))
		}
		for k := range obj {
			m, err := mapAny(obj[k], ty.ElementType(), fmt.Sprintf("%s[%q]", at, k), f)
			if err != nil {
				return nil, err
			}
			obj[k] = m
		}
	}
	return v, nil
}

func mapFile(v any, at string, f func(File) (File, error)) (any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var in File
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return nil, fmt.Errorf("%s: a file is needed: %w", orTop(at), err)
	}
	out, err := f(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", orTop(at), err)
	}
	m := map[string]any{"sha256": out.SHA256, "size": out.Size, "media_type": out.MediaType, "name": out.Name}
	if out.Path != "" {
		m["path"] = out.Path
	}
	return m, nil
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
