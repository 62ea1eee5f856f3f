package videoapi_test

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

// marker is in everything wrong that is sent, and must be in nothing that is answered.
const marker = "xyzzy7"

// refused checks that a request is refused in the documented shape, with the right place and without what was sent.
func refused(t rapid.TB, a *servertest.Answer, status int, loc string) {
	t.Helper()
	var v struct {
		Detail *string
		Errors []map[string]any
	}
	dec := json.NewDecoder(bytes.NewReader(a.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil || v.Detail == nil || *v.Detail == "" || a.Header.Get("Content-Type") != "application/json" || !utf8.Valid(a.Body) {
		t.Fatalf("%d %s is no error of the API: %v: %.500q", a.Status, a.Header.Get("Content-Type"), err, a.Body)
	}
	if a.Status != status {
		t.Fatalf("%d, not %d: %.500s", a.Status, status, a.Body)
	}
	if strings.Contains(string(a.Body)+fmt.Sprint(a.Header), marker) {
		t.Fatalf("what was sent is echoed: %.500s %v", a.Body, a.Header)
	}
	if len(a.Body) > 30_000 {
		t.Fatalf("%d bytes of answer", len(a.Body))
	}
	if status != 422 {
		return
	}
	found := false
	for _, p := range v.Errors {
		place, ok := p["loc"].(string)
		message, ok2 := p["msg"].(string)
		if !ok || !ok2 || place == "" || message == "" || p["type"] != "value_error" || len(p) != 3 {
			t.Fatalf("a problem is %v", p)
		}
		if !strings.Contains(*v.Detail, place+": "+message) {
			t.Fatalf("the detail %q lacks %v", *v.Detail, p)
		}
		found = found || place == loc
	}
	if !found {
		t.Fatalf("nothing is said of %s: %.500s", loc, a.Body)
	}
}

// fields are those of the request, and whether they must be there.
var fields = map[string]bool{
	"story_topic": true, "art_style": true, "duration": true, "language": true, "voice_name": true,
	"custom_topic": false, "custom_story": false, "aspect_ratio": false, "music_genre": false, "seed": false,
}

// wrong gives values that no field of the request takes.
func wrong(field string) *rapid.Generator[any] {
	nested := rapid.Custom(func(t *rapid.T) any {
		var v any = marker
		for range rapid.IntRange(1, 200).Draw(t, "depth") {
			if rapid.Bool().Draw(t, "array") {
				v = []any{v}
			} else {
				v = map[string]any{marker: v}
			}
		}
		return v
	})
	all := []*rapid.Generator[any]{
		rapid.Just(any(true)), rapid.Just(any([]any{})), rapid.Just(any(map[string]any{})),
		rapid.Just(any([]any{marker})), rapid.Just(any(map[string]any{"duration": marker})), nested,
		rapid.Custom(func(t *rapid.T) any { return rapid.Float64Range(-1e300, -0.1).Draw(t, "number") }),
	}
	if fields[field] {
		all = append(all, rapid.Just(any(nil)))
	}
	if field != "custom_topic" && field != "custom_story" {
		all = append(all,
			rapid.Custom(func(t *rapid.T) any { return marker + rapid.String().Draw(t, "text") }),
			rapid.Custom(func(t *rapid.T) any {
				return strings.Repeat(marker, rapid.IntRange(1, 50_000).Draw(t, "length"))
			}),
		)
	}
	return rapid.OneOf(all...)
}

func fieldNames() []string { return slices.Sorted(maps.Keys(fields)) }

func TestAFieldWithAWrongValueIsNamed(t *testing.T) {
	ann := start(t).User("ann")
	rapid.Check(t, func(t *rapid.T) {
		field := rapid.SampledFrom(fieldNames()).Draw(t, "field")
		body := request()
		if strings.HasPrefix(field, "custom") {
			body["story_topic"] = "custom topic"
		}
		body[field] = wrong(field).Draw(t, "value")
		a := ann.Post("/v1/video", body)
		if a.Status == 422 {
			refusedBelow(t, a, "body."+field)
			return
		}
		refused(t, a, 422, "body."+field)
	})
}

// refusedBelow is refused, with a place at or below loc.
func refusedBelow(t rapid.TB, a *servertest.Answer, loc string) {
	t.Helper()
	var v struct{ Errors []struct{ Loc string } }
	a.Decode(&v)
	for _, p := range v.Errors {
		if p.Loc == loc || strings.HasPrefix(p.Loc, loc+".") || strings.HasPrefix(p.Loc, loc+"[") {
			refused(t, a, 422, p.Loc)
			return
		}
	}
	t.Fatalf("nothing is said of %s: %.500s", loc, a.Body)
}

func TestEachMissingFieldIsNamed(t *testing.T) {
	ann := start(t).User("ann")
	rapid.Check(t, func(t *rapid.T) {
		body := request()
		missing := rapid.SliceOfNDistinct(rapid.SampledFrom(slices.Sorted(maps.Keys(body))), 1, 5, rapid.ID).Draw(t, "missing")
		for _, field := range missing {
			delete(body, field)
		}
		a := ann.Post("/v1/video", body)
		for _, field := range missing {
			refused(t, a, 422, "body."+field)
		}
	})
}

func TestAnUnknownFieldIsNamedAndItsValueNot(t *testing.T) {
	ann := start(t).User("ann")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_-]{0,40}`).Filter(func(s string) bool { _, known := fields[s]; return !known }).Draw(t, "name")
		body := request()
		body[name] = rapid.SampledFrom([]any{marker, []any{marker}, map[string]any{marker: marker}, nil, 7, true}).Draw(t, "value")
		refused(t, ann.Post("/v1/video", body), 422, "body."+name)
	})
}

func TestAFieldThatIsWrittenInAnotherCaseIsAnotherField(t *testing.T) {
	ann := start(t).User("ann")
	for field := range fields {
		for _, name := range []string{strings.ToUpper(field), strings.ToUpper(field[:1]) + field[1:], " " + field, field + " ", field + "\x00"} {
			body := request()
			body[name] = marker
			refused(t, ann.Post("/v1/video", body), 422, "body."+name)
		}
	}
}

func TestAFieldThatIsGivenTwiceIsNamed(t *testing.T) {
	ann := start(t).User("ann")
	rapid.Check(t, func(t *rapid.T) {
		body := request()
		field := rapid.SampledFrom(slices.Sorted(maps.Keys(body))).Draw(t, "field")
		second := rapid.SampledFrom([]string{`"` + marker + `"`, "null", fmt.Sprintf("%q", body[field]), "{}"}).Draw(t, "second")
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		twice := strings.TrimSuffix(string(raw), "}") + fmt.Sprintf(",%q:%s}", field, second)
		refused(t, ann.Do("POST", "/v1/video", twice), 422, "body."+field)
	})
}

// A body is damaged in one place. That it is wrong besides keeps the test from making films.
func TestADamagedBodyIsRefusedInTheDocumentedShape(t *testing.T) {
	ann := start(t).User("ann")
	base, err := json.Marshal(with(map[string]any{"duration": marker}))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		raw := slices.Clone(base)
		at := rapid.IntRange(0, len(raw)-1).Draw(t, "at")
		switch rapid.IntRange(0, 3).Draw(t, "damage") {
		case 0:
			raw = raw[:at]
		case 1:
			raw = slices.Insert(raw, at, rapid.SliceOfN(rapid.Byte(), 1, 5).Draw(t, "bytes")...)
		case 2:
			raw[at] = rapid.Byte().Draw(t, "byte")
		case 3:
			raw = slices.Delete(raw, at, min(at+rapid.IntRange(1, 30).Draw(t, "n"), len(raw)))
		}
		a := ann.Do("POST", "/v1/video", raw)
		if !bytes.Contains(raw, []byte(marker)) { // the names of fields are told, and the marker may be in one now
			a.Body = bytes.ReplaceAll(a.Body, []byte(marker), []byte("other"))
		}
		var v struct{ Errors []struct{ Loc string } }
		if err := json.Unmarshal(a.Body, &v); err != nil || len(v.Errors) == 0 {
			t.Fatalf("%d %q for %q", a.Status, a.Body, raw)
		}
		if slices.ContainsFunc(v.Errors, func(p struct{ Loc string }) bool { return strings.Contains(p.Loc, marker) }) {
			return // it has become the name of a field, which is told
		}
		refused(t, a, 422, v.Errors[0].Loc)
	})
}

func TestATextThatIsNoUTF8IsRefused(t *testing.T) {
	ann := start(t).User("ann")
	rapid.Check(t, func(t *rapid.T) {
		story := []byte("It was a dark and stormy night, " + marker)
		bad := rapid.SampledFrom([]string{"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80", "\xe2\x82"}).Draw(t, "bytes")
		at := rapid.IntRange(0, len(story)).Draw(t, "at")
		text := string(story[:at]) + bad + string(story[at:])
		body := `{"story_topic":"custom topic","art_style":"anime","duration":"short","language":"english","voice_name":"nova","custom_story":"` + text + `"}`
		refused(t, ann.Do("POST", "/v1/video", body), 422, "body")
	})
}

func TestDeepNestingAndMuchOfItIsRefusedQuickly(t *testing.T) {
	ann := start(t).User("ann")
	for _, body := range []string{
		strings.Repeat("[", 500_000), strings.Repeat(`{"a":`, 100_000), strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		`{"duration":` + strings.Repeat("[", 400_000) + strings.Repeat("]", 400_000) + "}",
		"[" + strings.Repeat("{},", 300_000) + "{}]",
		`{"custom_story":"` + strings.Repeat("a", 900_000) + `"}`,
		`{"` + strings.Repeat("a", 900_000) + `":1}`,
		`{"seed":` + strings.Repeat("9", 900_000) + `}`,
	} {
		a := ann.Do("POST", "/v1/video", body)
		var v struct{ Errors []struct{ Loc string } }
		a.Decode(&v)
		if len(v.Errors) == 0 {
			t.Fatalf("%.40q: %d %.300s", body, a.Status, a.Body)
		}
		refused(t, a, 422, v.Errors[0].Loc)
	}
	refused(t, ann.Do("POST", "/v1/video", strings.Repeat(" ", 1<<20+1)), 413, "")
}

func TestABodyOfAnotherTypeIsRefused(t *testing.T) {
	ann := start(t).User("ann")
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.OneOf(
			rapid.SampledFrom([]string{
				"text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json5",
				"application/vnd.api+json", "text/json", "application/cbor", "*/*", "json", "application/json, text/plain",
			}),
			rapid.StringMatching(`[a-z]{1,8}/[a-z.+-]{1,12}`).Filter(func(s string) bool { return s != "application/json" }),
		).Draw(t, "type")
		r := ann.Request("POST", "/v1/video", kind, strings.NewReader(marker))
		refused(t, ann.Send(r), 415, "")
	})
}

func TestAQueryAndAFormThatAreWrongAreRefusedInTheSameShape(t *testing.T) {
	ann := start(t).User("ann")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"limit", "status", "other"}).Draw(t, "name")
		refused(t, ann.Get("/v1/video/tasks?"+name+"="+marker), 422, "query."+name)
		refused(t, ann.With("Last-Event-ID", marker).Get("/v1/video/tasks/"+marker+"/events"), 404, "")
		form := rapid.SampledFrom([]string{
			"username=" + marker, "password=" + marker, "username=a&password=b&other=" + marker, "username=a&username=" + marker + "&password=b",
			"username=&password=" + marker, "username=" + strings.Repeat(marker, 100) + "&password=b",
		}).Draw(t, "form")
		loc := map[string]string{"username=" + marker: "body.password", "password=" + marker: "body.username"}[form]
		switch {
		case loc != "":
		case strings.Contains(form, "other"):
			loc = "body.other"
		default:
			loc = "body.username"
		}
		refused(t, ann.Send(ann.Request("POST", "/v1/auth/token", "application/x-www-form-urlencoded", strings.NewReader(form))), 422, loc)
	})
}

func TestAPatchThatIsWrongIsRefusedBeforeAnythingIsLookedUp(t *testing.T) {
	ann := start(t).User("ann")
	task := film(t, ann, request())
	path := "/v1/images/" + images(task)[0]["id"].(string)
	rapid.Check(t, func(t *rapid.T) {
		field := rapid.SampledFrom([]string{"prompt", "subtitles", "other"}).Draw(t, "field")
		value := wrong("custom_story").Filter(func(v any) bool { return v != nil }).Draw(t, "value")
		refusedBelow(t, ann.Patch(path, map[string]any{field: value}), "body."+field)
	})
	if after := ann.Get("/v1/video/tasks/" + task["task_id"].(string)).JSON(); fmt.Sprint(after) != fmt.Sprint(task) {
		t.Errorf("the task has changed: %v", after)
	}
}
