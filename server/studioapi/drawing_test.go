package studioapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/server/servertest"
)

// A drawing draws request bodies that the document allows.
type drawing struct {
	doc   *servertest.Document
	whole bool // nothing that may be left out is
}

// schema is that of an operation's body, by method and path in the document.
func (d drawing) schema(method, path string) *servertest.Schema {
	return d.doc.Paths[path][method].RequestBody.Content["application/json"].Schema
}

// letters are what texts are made of, after a first letter: what is easy to get wrong.
var letters = []rune("aZ09 .,;:!?'\"\\/<>&{}[]%$#*_-\n\r\t\x00\x1b\u007f\u00a0é\u0301ßİıŉ字𠮷🎬\u200d\u202e\ufeff\ufffd\u2028अ")

// body draws a body of an operation.
func (d drawing) body(t *rapid.T, method, path string) object {
	return d.value(t, d.schema(method, path), "body").(object)
}

// value draws what a schema allows. at is where it is.
func (d drawing) value(t *rapid.T, s *servertest.Schema, at string) any {
	s = d.doc.Resolve(s)
	switch {
	case s.Enum != nil && !s.Is("array"):
		return rapid.SampledFrom(s.Enum).Draw(t, at)
	case s.Is("string"):
		return d.text(t, s, at)
	case s.Is("integer"):
		lowest, highest := int(*s.Minimum), int(*s.Maximum)
		return rapid.OneOf(rapid.IntRange(lowest, highest), rapid.SampledFrom([]int{lowest, highest})).Draw(t, at)
	case s.Is("boolean"):
		return rapid.Bool().Draw(t, at)
	case s.Is("array"):
		return d.list(t, s, at)
	case s.Is("object"):
		drawn := object{}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			if d.whole || slices.Contains(s.Required, name) || rapid.Bool().Draw(t, "with "+name) {
				drawn[name] = d.value(t, s.Properties[name], at+"."+name)
			}
		}
		return drawn
	}
	t.Fatalf("nothing is known of %s: %+v", at, s)
	return nil
}

// text draws a text, often as short or as long as it may be.
func (d drawing) text(t *rapid.T, s *servertest.Schema, at string) string {
	n := rapid.OneOf(rapid.IntRange(*s.MinLength, min(*s.MaxLength, 60)), rapid.SampledFrom([]int{*s.MinLength, *s.MaxLength})).Draw(t, "length of "+at)
	end := "" // so that a script has something to say
	if strings.HasSuffix(at, ".script") {
		end = "\nAnd so it was."
	}
	if n <= len(end) {
		return strings.Repeat("a", n)
	}
	some := rapid.SliceOfN(rapid.SampledFrom(letters), 1, 60).Draw(t, at)
	text := append([]rune{'a'}, slices.Repeat(some, n/len(some)+1)...)
	return string(text[:n-len(end)]) + end
}

// list draws a list in which nothing is twice, which the document only says in words.
func (d drawing) list(t *rapid.T, s *servertest.Schema, at string) []any {
	fewest := 0
	if s.MinItems != nil {
		fewest = *s.MinItems
	}
	if d.whole {
		fewest = max(fewest, 1)
	}
	drawn := []any{}
	seen := map[string]bool{}
	for range rapid.OneOf(rapid.IntRange(fewest, min(*s.MaxItems, 4)), rapid.IntRange(fewest, *s.MaxItems)).Draw(t, "items of "+at) {
		one := d.value(t, s.Items, at+"[]")
		if name := named(one); !seen[name] {
			seen[name] = true
			drawn = append(drawn, one)
		}
	}
	return drawn
}

// named is what an item of a list is known by.
func named(one any) string {
	if o, ok := one.(object); ok {
		one = o["name"]
	}
	return strings.ToLower(strings.TrimSpace(norm.NFC.String(one.(string))))
}

// A site is a place in a body.
type site struct {
	at       string
	schema   *servertest.Schema
	value    any
	required bool
	put      func(any) // another value there
	remove   func()    // nil for what is no field
}

// sites are those of a value and of all that is in it.
func (d drawing) sites(s *servertest.Schema, v any, at string, required bool, put func(any), remove func()) []site {
	s = d.doc.Resolve(s)
	all := []site{{at, s, v, required, put, remove}}
	switch v := v.(type) {
	case []any:
		for i, one := range v {
			all = append(all, d.sites(s.Items, one, fmt.Sprintf("%s[%d]", at, i), true, func(x any) { v[i] = x }, nil)...)
		}
	case object:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			put, remove := func(x any) { v[name] = x }, func() { delete(v, name) }
			all = append(all, d.sites(s.Properties[name], v[name], at+"."+name, slices.Contains(s.Required, name), put, remove)...)
		}
	}
	return all
}

// raw is a value as JSON.
func raw(t rapid.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// same tells whether two values are the same as JSON.
func same(t rapid.TB, a, b any) bool {
	t.Helper()
	return raw(t, a) == raw(t, b)
}

// usualSettings are what settings are that nobody gives.
func usualSettings(given object) object {
	all := object{
		"duration": 60, "style": "cinematic", "language": "en", "include_subtitles": true, "characters": []any{},
		"music_genre": "calm", "aspect_ratio": "16:9", "youtube_upload": false,
	}
	maps.Copy(all, given)
	if all["subtitle_languages"] == nil {
		all["subtitle_languages"] = []any{all["language"]}
	}
	return all
}

// over is a body's settings laid over others.
func over(body, below object) object {
	all := maps.Clone(below)
	if given, ok := body["settings"].(object); ok {
		maps.Copy(all, given)
	}
	return all
}

func TestTheDrawnAreAllThatTheDocumentKnows(t *testing.T) {
	d := drawing{start(t).Document(api), true}
	for _, row := range []struct{ method, path string }{{"post", "/projects"}, {"patch", "/projects/{project_id}"}, {"post", "/projects/{project_id}/generate"}} {
		settings := d.doc.Resolve(d.doc.Resolve(d.schema(row.method, row.path)).Properties["settings"])
		if got, want := slices.Sorted(maps.Keys(settings.Properties)), slices.Sorted(maps.Keys(usualSettings(nil))); !slices.Equal(got, want) {
			t.Errorf("%s %s has the settings %v, and this test knows %v", row.method, row.path, got, want)
		}
	}
}
