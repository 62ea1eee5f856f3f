package studioapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/server/servertest"
)

// A mistake is one kind of what can be wrong in a body. It makes it at a site, and gives where the refusal must say it
// is; false means that it cannot be made there.
type mistake func(t *rapid.T, s site) (at string, ok bool)

var mistakes = map[string]mistake{
	"a word that is not in the list": func(t *rapid.T, s site) (string, bool) {
		word, ok := s.value.(string)
		if !ok || s.schema.Enum == nil {
			return "", false
		}
		s.put(rapid.SampledFrom([]any{
			canary, "", word + " ", " " + word, word + "\x00", strings.ToUpper(word) + canary, strings.ToUpper(word[:1]) + word[1:] + ".", canary + strings.Repeat("x", 5000),
		}).Draw(t, "word"))
		return s.at, true
	},
	"a field that is missing": func(_ *rapid.T, s site) (string, bool) {
		if !s.required || s.remove == nil {
			return "", false
		}
		s.remove()
		return s.at, true
	},
	"a field too many": func(t *rapid.T, s site) (string, bool) {
		fields, ok := s.value.(object)
		if !ok {
			return "", false
		}
		known := slices.Sorted(maps.Keys(s.schema.Properties))
		like := rapid.SampledFrom(known).Draw(t, "a field")
		name := rapid.OneOf(
			rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_-]{0,40}`),
			rapid.SampledFrom([]string{strings.ToUpper(like), strings.ToUpper(like[:1]) + like[1:], like + "s", strings.ReplaceAll(like, "_", "") + "X", "$schema", "__proto__"}),
		).Filter(func(name string) bool { return !slices.Contains(known, name) }).Draw(t, "name")
		fields[name] = rapid.SampledFrom([]any{canary, []any{canary}, object{canary: canary}, nil, 7, true}).Draw(t, "value")
		return s.at + "." + name, true
	},
	"a value of another type": func(t *rapid.T, s site) (string, bool) {
		var others []*rapid.Generator[any]
		for kind, values := range map[string]*rapid.Generator[any]{
			"string":  rapid.SampledFrom([]any{canary, "", "60", "true", "null", "[]"}),
			"boolean": rapid.SampledFrom([]any{true, false}),
			"array":   rapid.SampledFrom([]any{[]any{}, []any{canary}, []any{[]any{object{}}}}),
			"object":  rapid.SampledFrom([]any{object{}, object{canary: canary}, object{"name": canary}}),
			"number":  rapid.Map(rapid.Float64Range(-1e300, 1e300), func(f float64) any { return f + 0.5 }),
		} {
			if !s.schema.Is(kind) {
				others = append(others, values)
			}
		}
		if s.required {
			others = append(others, rapid.Just[any](nil))
		}
		if s.schema.Is("integer") {
			others = append(others, rapid.Just[any](60.5))
		}
		s.put(rapid.OneOf(others...).Draw(t, "value"))
		return s.at, true
	},
	"a value out of bounds": func(t *rapid.T, s site) (string, bool) {
		var wrong []any
		switch s.value.(type) {
		case int:
			below, above := rapid.IntRange(-1_000_000, int(*s.schema.Minimum)-1), rapid.IntRange(int(*s.schema.Maximum)+1, 1<<40)
			wrong = []any{below.Draw(t, "below"), above.Draw(t, "above"), *s.schema.Minimum - 1, *s.schema.Maximum + 1, 1e300}
		case string:
			if s.schema.MaxLength == nil {
				return "", false
			}
			much := *s.schema.MaxLength + rapid.OneOf(rapid.Just(1), rapid.IntRange(2, 5000)).Draw(t, "characters too many")
			letter := rapid.SampledFrom([]string{"x", "ß", "字", "🎬"}).Draw(t, "letter")
			wrong = []any{"", canary + strings.Repeat(letter, much-len(canary))}
			if *s.schema.MaxLength > 20 && !strings.HasSuffix(s.at, ".voice") { // of which all must have something to read
				wrong = append(wrong, " ", "\n\t\u00a0", "\x00\x07")
			}
		case []any:
			if s.schema.MinItems != nil {
				wrong = append(wrong, []any{})
			}
			if list := s.value.([]any); len(list) > 0 {
				wrong = append(wrong, slices.Repeat(list, *s.schema.MaxItems/len(list)+rapid.IntRange(1, 20).Draw(t, "times too often")))
			}
		}
		if len(wrong) == 0 {
			return "", false
		}
		s.put(rapid.SampledFrom(wrong).Draw(t, "value"))
		return s.at, true
	},
	"an item twice": func(t *rapid.T, s site) (string, bool) {
		list, ok := s.value.([]any)
		if !ok || len(list) == 0 || len(list) == *s.schema.MaxItems {
			return "", false
		}
		again := rapid.SampledFrom(list).Draw(t, "item")
		if o, ok := again.(object); ok {
			name := o["name"].(string)
			again = object{"name": rapid.SampledFrom([]string{name, strings.ToUpper(name[:1]) + name[1:]}).Draw(t, "name")}
		}
		s.put(append(list, again))
		return fmt.Sprintf("%s[%d]", s.at, len(list)), true
	},
	"a field twice": func(t *rapid.T, s site) (string, bool) {
		fields, ok := s.value.(object)
		if !ok || len(fields) == 0 {
			return "", false
		}
		field := rapid.SampledFrom(slices.Sorted(maps.Keys(fields))).Draw(t, "field")
		fields[twice] = field
		return s.at + "." + field, true
	},
}

// twice is the name of a field that is the name of another, which is to be there once more.
const twice = "the same again"

// doubled is JSON in which that is so.
func doubled(t *rapid.T, text string) string {
	head, rest, ok := strings.Cut(text, `"`+twice+`":"`)
	if !ok {
		return text
	}
	field, rest, _ := strings.Cut(rest, `"`)
	value := rapid.SampledFrom([]string{`"` + canary + `"`, "null", "60", "{}", "[]"}).Draw(t, "second")
	return head + `"` + field + `":` + value + rest
}

// mistaken checks that a request is refused in the documented shape, that the refusal names the field, or with below what
// is in it, and shows nothing that was sent.
func mistaken(t rapid.TB, a *servertest.Answer, at string) {
	t.Helper()
	var v struct {
		Error struct {
			Code, Message string
			Details       struct {
				Errors []struct{ Field, Message string }
			}
		}
	}
	dec := json.NewDecoder(bytes.NewReader(a.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil || a.Status != 400 || v.Error.Code != "INVALID_INPUT" || v.Error.Message == "" || a.Header.Get("Content-Type") != "application/json" || !utf8.Valid(a.Body) {
		t.Fatalf("it is not refused as documented: %d %v %.500s", a.Status, err, a.Body)
	}
	if strings.Contains(string(a.Body)+fmt.Sprint(a.Header), canary) || len(a.Body) > 16<<10 {
		t.Fatalf("too much is told: %.500s %v", a.Body, a.Header)
	}
	found := false
	for _, e := range v.Error.Details.Errors {
		below, ok := strings.CutPrefix(e.Field, at)
		found = found || ok && (below == "" || below[0] == '.' || below[0] == '[')
		if e.Field == "" || e.Message == "" {
			t.Fatalf("a refusal says nothing: %.500s", a.Body)
		}
	}
	if !found {
		t.Fatalf("%s is not named: %.500s", at, a.Body)
	}
}

// Each kind of mistake, anywhere in a body that is right otherwise, is refused and named, and nothing comes of the rest.
func TestEveryMistakeInABodyIsNamed(t *testing.T) {
	s := start(t)
	ann, d := s.User("ann"), drawing{s.Document(api), true}
	before := ann.Post("/api/v1/projects", draft(nil)).Want(201).JSON()
	id := before["project_id"].(string)
	operations := [][2]string{{"post", "/projects"}, {"patch", "/projects/{project_id}"}, {"post", "/projects/{project_id}/generate"}}
	for name, spoil := range mistakes {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				op := rapid.SampledFrom(operations).Draw(t, "operation")
				var body any = d.body(t, op[0], op[1])
				sites := d.sites(d.schema(op[0], op[1]), body, "body", true, func(v any) { body = v }, nil)
				var at string
				for at == "" { // there is a place for each kind in each body
					at, _ = spoil(t, rapid.SampledFrom(sites).Draw(t, "site"))
				}
				path := "/api/v1" + strings.ReplaceAll(op[1], "{project_id}", id)
				mistaken(t, ann.Do(strings.ToUpper(op[0]), path, doubled(t, raw(t, body))), at)
			})
		})
	}
	if got := ann.Get("/api/v1/projects").JSON(); !same(t, got["projects"], []any{before}) {
		t.Errorf("the projects have changed: %v", got)
	}
}

// A body that is damaged in one place is refused in the documented shape, or is another good one; then it is taken as it
// is now.
func TestADamagedBodyIsRefusedOrAnotherGoodOne(t *testing.T) {
	s := start(t)
	ann, d := s.User("ann"), drawing{doc: s.Document(api)}
	rapid.Check(t, func(t *rapid.T) {
		op := rapid.SampledFrom([][2]string{{"post", "/projects"}, {"patch", "/projects/{project_id}"}, {"post", "/projects/{project_id}/generate"}}).Draw(t, "operation")
		whole := []byte(raw(t, d.body(t, op[0], op[1])))
		at := rapid.IntRange(0, len(whole)-1).Draw(t, "at")
		var body []byte
		switch rapid.IntRange(0, 4).Draw(t, "damage") {
		case 0:
			body = whole[:at]
		case 1:
			body = slices.Insert(slices.Clone(whole), at, rapid.SliceOfN(rapid.Byte(), 1, 5).Draw(t, "bytes")...)
		case 2:
			body = slices.Clone(whole)
			body[at] = rapid.Byte().Draw(t, "byte")
		case 3:
			body = slices.Delete(slices.Clone(whole), at, min(at+rapid.IntRange(1, 30).Draw(t, "n"), len(whole)))
		case 4:
			body = slices.Concat(whole[:at], whole[at/2:])
		}
		a := ann.Do(strings.ToUpper(op[0]), "/api/v1"+strings.ReplaceAll(op[1], "{project_id}", "none"), body)
		switch {
		case a.Status == 201 && op[1] == "/projects":
			p := a.JSON()
			defer ann.Delete("/api/v1/projects/" + p["project_id"].(string))
			var sent object
			if err := json.Unmarshal(body, &sent); err != nil || !utf8.Valid(body) || sent["title"] != p["title"] || sent["script"] != p["script"] {
				t.Fatalf("%v: %.300q was taken as %.300q", err, body, a.Body)
			}
		case a.Status == 404 && op[1] != "/projects":
			if !utf8.Valid(body) || len(bytes.TrimSpace(body)) > 0 && !json.Valid(body) {
				t.Fatalf("it is no JSON, and was taken: %.300q", body)
			}
		default:
			mistaken(t, a, "body")
		}
	})
}
