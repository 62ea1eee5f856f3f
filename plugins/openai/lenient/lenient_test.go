package lenient

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestObjectReadsWhatModelsWrite(t *testing.T) {
	const want = `{"scenes":[{"n":1,"text":"a"},{"n":2,"text":"b"}]}`
	for name, answer := range map[string]string{
		"JSON":                 want,
		"prose around it":      "Sure, here you are: {\"scenes\": [{\"n\": 1, \"text\": \"a\"}, {\"n\": 2, \"text\": \"b\"}]} Enjoy [it]!",
		"a fence":              "```json\n{\"scenes\": [{\"n\": 1, \"text\": \"a\"}, {\"n\": 2, \"text\": \"b\"}]}\n```",
		"trailing commas":      "{\"scenes\": [{\"n\": 1, \"text\": \"a\",}, {\"n\": 2, \"text\": \"b\"},],}",
		"no quotes on names":   "{scenes: [{n: 1, text: 'a'}, {n: 2, text: 'b'}]}",
		"missing commas":       "{\"scenes\": [{\"n\": 1 \"text\": \"a\"} {\"n\": 2 \"text\": \"b\"}]}",
		"comments":             "{\"scenes\": [ // two\n {\"n\": 1, /* first */ \"text\": \"a\"}, {\"n\": 2, \"text\": \"b\"}]}",
		"thoughts":             "<think>maybe {\"scenes\": []}?</think>" + want,
		"the end of thoughts":  "maybe {\"scenes\": []}?</think>" + want,
		"wrapped":              `{"answer": {"story": ` + want + `}}`,
		"in a list":            "[" + want + "]",
		"the list alone":       `[{"n":1,"text":"a"},{"n":2,"text":"b"}]`,
		"corrected":            `{"scenes": []} Wait, better: ` + want,
		"another object first": `As {"n": 1} says: ` + want,
		"typographic quotes":   `{“scenes”: [{“n”: 1, “text”: “a”}, {“n”: 2, “text”: “b”}]}`,
		"numbers":              `{"scenes": [{"n": +1, "text": "a"}, {"n": 02, "text": "b"}]}`,
	} {
		got, err := Object(answer, "scenes")
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestTextsKeepTheirCharacters(t *testing.T) {
	got, err := Object("{\"k\": \"line\none \\n \\\"q\\\" \\u00e9 \\ud83d\\ude00 \\ud83d x \\q \\u12 it's\"}", "k")
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ K string }
	if err := json.Unmarshal(got, &v); err != nil || v.K != "line\none \n \"q\" é 😀 \ufffd x q u12 it's" {
		t.Errorf("%q, %v", v.K, err)
	}
}

func TestWhatIsMissingIsNotGuessed(t *testing.T) {
	for answer, want := range map[string]string{
		"":                                 "no JSON object",
		"I cannot do that.":                "no JSON object",
		`{"title": "a"}`:                   "no JSON object with the attribute",
		`{"scenes": [{"n": 1}, {"n": 2`:    "breaks off",
		`{"cast": [{"n": 1}], "scenes": [`: "breaks off",
		`{"scenes": "and so`:               "the end of a text",
		`{"scenes": nonsense}`:             "a value should stand at character 12",
		strings.Repeat("[", 100000):        "nests deeper",
		strings.Repeat(`{"a":`, 100000):    "nests deeper",
		`{"scenes" "x"}`:                   "a colon should stand",
		`{"scenes": 1; }`:                  "a value",
		`{"scenes": {"a": 1} whatever }`:   "a comma or a closing brace",
	} {
		if got, err := Object(answer, "scenes"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %s, %v", answer, got, err)
		}
	}
}

func TestTypesTakeWhatIsMeant(t *testing.T) {
	var v struct {
		A, B, C, D, E Text
		F, G, H, I, J Int
	}
	raw := `{"A": "x", "B": 3, "C": ["x", "y"], "D": null, "E": {"x": 1}, "F": 3, "G": "3", "H": "[3]", "I": 3.0, "J": "none"}`
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatal(err)
	}
	if v.A != "x" || v.B != "3" || v.C != "x, y" || v.D != "" || v.E != "" || v.F != 3 || v.G != 3 || v.H != 3 || v.I != 3 || v.J != 0 {
		t.Errorf("%+v", v)
	}
}

func FuzzObject(f *testing.F) {
	for _, seed := range []string{
		`{"scenes": [1, 2.5e3, "a\u00e9", true, null]}`, "```json\n{scenes: ['x',],}\n```", "<think>{</think>{\"scenes\":{}}", `[{"a":"\ud83d"}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Object(text, "scenes")
		if err != nil {
			return
		}
		var o map[string]any
		if err := json.Unmarshal(got, &o); err != nil {
			t.Fatalf("not JSON: %q: %v", got, err)
		}
		if _, ok := o["scenes"]; !ok {
			t.Fatalf("no scenes in %s", got)
		}
	})
}

// Valid JSON means the same to this parser as to the strict one.
func FuzzValidJSONKeepsItsMeaning(f *testing.F) {
	f.Add(`{"a": [1, -2.5e-3, "é\n\"", true, false, null, {"b": {}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		var want map[string]any
		if !json.Valid([]byte(text)) || dec.Decode(&want) != nil || want == nil {
			return
		}
		p := parser{text: text}
		got, err := p.value(0)
		if err != nil {
			if strings.Contains(err.Error(), "nests deeper") {
				return
			}
			t.Fatalf("%q: %v", text, err)
		}
		if !reflect.DeepEqual(got, any(want)) {
			t.Fatalf("%q: got %#v, want %#v", text, got, want)
		}
	})
}
