package providers_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/providers"
)

// drawType makes a type without any.
func drawType(t *rapid.T, depth int) cty.Type {
	kinds := 3
	if depth > 0 {
		kinds = 9
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return cty.String
	case 1:
		return cty.Number
	case 2:
		return cty.Bool
	case 3:
		return cty.List(drawType(t, depth-1))
	case 4:
		return cty.Map(drawType(t, depth-1))
	case 5:
		return cty.Set(rapid.SampledFrom([]cty.Type{cty.String, cty.Number}).Draw(t, "element"))
	case 6:
		return cty.Tuple([]cty.Type{drawType(t, depth-1), drawType(t, depth-1)})
	case 7:
		return providers.FileType
	}
	attrs := map[string]cty.Type{}
	for _, name := range rapid.SliceOfN(rapid.StringMatching(`[a-z_]{1,8}`), 0, 4).Draw(t, "names") {
		attrs[name] = drawType(t, depth-1)
	}
	return cty.Object(attrs)
}

// drawValue makes a wholly known value of a type, null here and there.
func drawValue(t *rapid.T, ty cty.Type, null bool) cty.Value {
	if null && rapid.IntRange(0, 7).Draw(t, "null") == 0 {
		return cty.NullVal(ty)
	}
	n := rapid.IntRange(0, 3).Draw(t, "n")
	switch {
	case ty == cty.String:
		return cty.StringVal(rapid.String().Draw(t, "text"))
	case ty == cty.Number && n == 0:
		return cty.NumberFloatVal(rapid.Float64Range(-1e12, 1e12).Draw(t, "number"))
	case ty == cty.Number && n == 1:
		return cty.MustParseNumberVal(rapid.StringMatching(`-?[1-9][0-9]{0,30}\.[0-9]{1,30}`).Draw(t, "number"))
	case ty == cty.Number:
		return cty.NumberIntVal(rapid.Int64().Draw(t, "number"))
	case ty == cty.Bool:
		return cty.BoolVal(n%2 == 0)
	case providers.IsFileType(ty):
		return providers.FileVal(providers.File{SHA256: strings.Repeat("ab", n), Size: int64(n), MediaType: "image/png", Name: "ä \"quoted\".png"})
	case ty.IsObjectType():
		attrs := map[string]cty.Value{}
		for name, attr := range ty.AttributeTypes() {
			attrs[name] = drawValue(t, attr, true)
		}
		return cty.ObjectVal(attrs)
	case ty.IsTupleType():
		var items []cty.Value
		for _, item := range ty.TupleElementTypes() {
			items = append(items, drawValue(t, item, true))
		}
		return cty.TupleVal(items)
	case ty.IsMapType():
		if n == 0 {
			return cty.MapValEmpty(ty.ElementType())
		}
		items := map[string]cty.Value{}
		for range n {
			items[rapid.String().Draw(t, "key")] = drawValue(t, ty.ElementType(), false)
		}
		return cty.MapVal(items)
	}
	if n == 0 && ty.IsSetType() {
		return cty.SetValEmpty(ty.ElementType())
	}
	if n == 0 {
		return cty.ListValEmpty(ty.ElementType())
	}
	var items []cty.Value
	for range n {
		items = append(items, drawValue(t, ty.ElementType(), false))
	}
	if ty.IsSetType() {
		return cty.SetVal(items)
	}
	return cty.ListVal(items)
}

// What is written is read back as it was, by us and by the library of the types.
func TestValuesComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ty := drawType(t, 3)
		v := drawValue(t, ty, true)
		raw, err := providers.EncodeWire(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := providers.DecodeWire(raw, ty, nil)
		if err != nil || !back.RawEquals(v) {
			t.Fatalf("%#v was written as %s and came back as %#v, %v", v, raw, back, err)
		}
		theirs, err := ctyjson.Unmarshal(raw, ty)
		if err != nil || !theirs.RawEquals(v) {
			t.Fatalf("the library reads %s as %#v, %v; want %#v", raw, theirs, err, v)
		}
		written, err := ctyjson.Marshal(v, ty)
		if err != nil {
			t.Fatal(err)
		}
		if back, err = providers.DecodeWire(written, ty, nil); err != nil || !back.RawEquals(v) {
			t.Fatalf("what the library writes, %s, is read as %#v, %v; want %#v", written, back, err, v)
		}
	})
}

func TestANumberHalfwayBetweenTwoDecimalsComesBack(t *testing.T) {
	v := cty.NumberFloatVal(1.0 / (1 << 24)) // 5.9604644775390625e-08: a digit less identifies it, and that may be 2 or 3
	raw, err := providers.EncodeWire(v, nil)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := providers.DecodeWire(raw, cty.Number, nil); err != nil || !back.RawEquals(v) {
		t.Errorf("written as %s, and came back as %#v, %v", raw, back, err)
	}
}

func TestContentIsWhatACallIsAboutAndNothingElse(t *testing.T) {
	file := func(name, sum string) cty.Value {
		return providers.FileVal(providers.File{SHA256: sum, Size: 3, MediaType: "image/png", Name: name})
	}
	object := func(attrs map[string]cty.Value) string {
		raw, hasFiles, err := providers.EncodeContent(cty.ObjectVal(attrs))
		if err != nil || hasFiles != providers.HasFiles(cty.ObjectVal(attrs).Type()) {
			t.Fatal(err)
		}
		return string(raw)
	}
	plain := object(map[string]cty.Value{"text": cty.StringVal("1"), "file": file("a.png", "aa")})
	for name, c := range map[string]struct {
		attrs map[string]cty.Value
		same  bool
	}{
		"another name of the same file":  {map[string]cty.Value{"text": cty.StringVal("1"), "file": file("b.png", "aa")}, true},
		"an attribute more that is null": {map[string]cty.Value{"text": cty.StringVal("1"), "file": file("a.png", "aa"), "more": cty.NullVal(cty.String)}, true},
		"another file":                   {map[string]cty.Value{"text": cty.StringVal("1"), "file": file("a.png", "ab")}, false},
		"a number instead of text":       {map[string]cty.Value{"text": cty.NumberIntVal(1), "file": file("a.png", "aa")}, false},
		"the text of a file's digest":    {map[string]cty.Value{"text": cty.StringVal("1"), "file": cty.StringVal("file:aa")}, false},
	} {
		if got := object(c.attrs); (got == plain) != c.same {
			t.Errorf("%s: %s beside %s", name, got, plain)
		}
	}
}

func TestWhatMustNotBeWrittenIsRefused(t *testing.T) {
	for name, v := range map[string]cty.Value{
		"a secret":      cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal("sesame").Mark("sensitive")}),
		"unknown":       cty.ListVal([]cty.Value{cty.UnknownVal(cty.String)}),
		"unknown whole": cty.DynamicVal,
	} {
		if raw, err := providers.EncodeWire(v, nil); err == nil || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: written as %s, %v", name, raw, err)
		}
	}
}

func TestAnyIsWhatTheJSONImplies(t *testing.T) {
	ty := cty.Object(map[string]cty.Type{"any": cty.DynamicPseudoType, "all": cty.List(cty.DynamicPseudoType)})
	v, err := providers.DecodeWire(json.RawMessage(`{"any":{"a":[1,"b"]},"all":[1,2]}`), ty, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := v.GetAttr("any").GetAttr("a").Index(cty.NumberIntVal(1)); !got.RawEquals(cty.StringVal("b")) {
		t.Errorf("any is %#v", got)
	}
	if got := v.GetAttr("all").Type(); !got.Equals(cty.List(cty.Number)) {
		t.Errorf("all is %s", got.FriendlyName())
	}
	if _, err := providers.DecodeWire(json.RawMessage(`{"all":[1,{"a":2}]}`), ty, nil); err == nil {
		t.Error("a list of different things was read")
	}
}

func TestHasFilesFindsThemAtAnyDepth(t *testing.T) {
	deep := cty.Map(cty.List(cty.Object(map[string]cty.Type{"n": cty.Number, "f": cty.Tuple([]cty.Type{providers.FileType})})))
	for ty, want := range map[*cty.Type]bool{
		&deep: true, ptr(cty.List(cty.String)): false, ptr(cty.DynamicPseudoType): true, ptr(cty.EmptyObject): false,
	} {
		if got := providers.HasFiles(*ty); got != want {
			t.Errorf("%s: %v", ty.FriendlyName(), got)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func BenchmarkCodec(b *testing.B) {
	ty := cty.Object(map[string]cty.Type{
		"prompt": cty.String, "width": cty.Number, "seconds": cty.Number, "image": providers.FileType, "tags": cty.List(cty.String),
	})
	v := cty.ObjectVal(map[string]cty.Value{
		"prompt": cty.StringVal("a lighthouse in a storm, seen from the sea"), "width": cty.NumberIntVal(1080), "seconds": cty.MustParseNumberVal("6.35"),
		"image": providers.FileVal(providers.File{SHA256: strings.Repeat("0f", 32), Size: 123456, MediaType: "image/png", Name: "scene-01.png"}),
		"tags":  cty.ListVal([]cty.Value{cty.StringVal("a"), cty.StringVal("b")}),
	})
	raw, err := providers.EncodeWire(v, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			_, _ = providers.EncodeWire(v, nil)
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			_, _ = providers.DecodeWire(raw, ty, nil)
		}
	})
}
