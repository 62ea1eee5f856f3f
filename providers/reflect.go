package providers

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// SchemaOf derives the schema of a struct type from its fields and their tags:
//
//	json:"name[,omitempty]"  the attribute's name; fields without the tag, or "-", are left out
//	doc:"…"                  description
//	unit:"seconds"           unit of a number
//	default:"…"              default: a JSON value, or plain text for a string
//	enum:"a,b,c"             the only values allowed
//	min:"0" max:"1"          inclusive bounds of a number
//	secret:"true"            a sensitive value
//
// An attribute is optional when its field is a pointer, has omitempty, or has a default; it is
// required otherwise. Go types map to string, number, bool, list, map and object; [File] to a file.
// Within nested structs only names, types and optionality count. It panics on a type that has no
// counterpart: that is a mistake in the program.
func SchemaOf[T any]() Schema {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("providers: %s is not a struct", t))
	}
	var s Schema
	for _, f := range fieldsOf(t) {
		a := Attribute{
			Name: f.name, Type: typeOf(f.Type), Required: !f.optional,
			Description: f.Tag.Get("doc"), Unit: f.Tag.Get("unit"),
			Sensitive: f.Tag.Get("secret") == "true",
			Min:       bound(f.Tag.Get("min")), Max: bound(f.Tag.Get("max")),
		}
		if e := f.Tag.Get("enum"); e != "" {
			a.Allowed = strings.Split(e, ",")
		}
		if d, ok := f.Tag.Lookup("default"); ok {
			a.Default, a.Required = json.RawMessage(d), false
			if a.Type == cty.String && !strings.HasPrefix(d, `"`) {
				a.Default, _ = json.Marshal(d)
			}
			if !json.Valid(a.Default) {
				panic(fmt.Sprintf("providers: %s.%s: default %q is not JSON", t, f.Name, d))
			}
		}
		s.Attributes = append(s.Attributes, a)
	}
	return s
}

type field struct {
	reflect.StructField
	name     string
	optional bool
}

func fieldsOf(t reflect.Type) []field {
	var fields []field
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || !f.IsExported() {
			continue
		}
		optional := f.Type.Kind() == reflect.Pointer || strings.Contains(options, "omitempty")
		fields = append(fields, field{f, name, optional})
	}
	return fields
}

func typeOf(t reflect.Type) cty.Type {
	if t == reflect.TypeFor[File]() {
		return FileType
	}
	switch t.Kind() {
	case reflect.String:
		return cty.String
	case reflect.Bool:
		return cty.Bool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return cty.Number
	case reflect.Pointer:
		return typeOf(t.Elem())
	case reflect.Slice:
		return cty.List(typeOf(t.Elem()))
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return cty.Map(typeOf(t.Elem()))
		}
	case reflect.Struct:
		attrs, optional := map[string]cty.Type{}, []string(nil)
		for _, f := range fieldsOf(t) {
			attrs[f.name] = typeOf(f.Type)
			if f.optional {
				optional = append(optional, f.name)
			}
		}
		return cty.ObjectWithOptionalAttrs(attrs, optional)
	}
	panic(fmt.Sprintf("providers: %s has no counterpart in the pipeline language", t))
}

func bound(s string) *float64 {
	if s == "" {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(fmt.Sprintf("providers: bound %q is not a number", s))
	}
	return &f
}
