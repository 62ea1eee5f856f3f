package youtube

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

func TestTextsAreMadeFitForYouTube(t *testing.T) {
	long := strings.Repeat("word ", 2000)
	for name, row := range map[string]struct {
		title, description string
		tags               []string
		want               func(v youtubetest.Video) bool
		warnings           int
	}{
		"as it is": {"A <3 B", "x < y > z", nil, func(v youtubetest.Video) bool {
			return v.Snippet.Title == "A ‹3 B" && v.Snippet.Description == "x ‹ y › z"
		}, 0},
		"lines": {" a\tb\r\nc\x00d\u0085 ", "one\r\ntwo\x1b[31m\n\tthree", nil, func(v youtubetest.Video) bool {
			return v.Snippet.Title == "a b cd" && v.Snippet.Description == "one\ntwo[31m\n three"
		}, 0},
		"broken text":          {"a\xffb", "c\xfe", nil, func(v youtubetest.Video) bool { return v.Snippet.Title == "a\uFFFDb" }, 0},
		"a hundred characters": {strings.Repeat("é", 100), "", nil, func(v youtubetest.Video) bool { return v.Snippet.Title == strings.Repeat("é", 100) }, 0},
		"a hundred and one":    {strings.Repeat("x", 101), "", nil, func(v youtubetest.Video) bool { return v.Snippet.Title == strings.Repeat("x", 99)+"…" }, 1},
		"fifty emoji":          {strings.Repeat("🎬", 50), "", nil, func(v youtubetest.Video) bool { return v.Snippet.Title == strings.Repeat("🎬", 50) }, 0},
		"a hundred emoji": {strings.Repeat("🎬", 100), "", nil, func(v youtubetest.Video) bool {
			return v.Snippet.Title == strings.Repeat("🎬", 49)+"…" && len(utf16.Encode([]rune(v.Snippet.Title))) == 99
		}, 1},
		"a long description": {"t", long, nil, func(v youtubetest.Video) bool {
			return len(v.Snippet.Description) <= 5000 && strings.HasSuffix(v.Snippet.Description, "…") && len(v.Snippet.Description) > 4990
		}, 1},
		"a long description of wide letters": {"t", strings.Repeat("漢", 3000), nil, func(v youtubetest.Video) bool {
			return utf8.ValidString(v.Snippet.Description) && len(v.Snippet.Description) > 4990
		}, 1},
		"tags": {"t", "", []string{"a", " A ", "", "two  words", "x,y", "<b>"}, func(v youtubetest.Video) bool {
			return strings.Join(v.Snippet.Tags, "|") == "a|two words|x y|‹b›"
		}, 0},
		"many tags": {"t", "", []string{strings.Repeat("a", 300), strings.Repeat("b", 300), strings.Repeat("c", 198), "d"}, func(v youtubetest.Video) bool {
			return len(v.Snippet.Tags) == 2 && v.Snippet.Tags[1][0] == 'c'
		}, 1},
		"exactly as many tags as fit": {"t", "", []string{strings.Repeat("a", 300), strings.Repeat("c", 197), "d"}, func(v youtubetest.Video) bool { return len(v.Snippet.Tags) == 3 }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 10)
			r.input.Title, r.input.Description, r.input.Tags = row.title, row.description, row.tags
			o := r.publish(t.Context(), attempt{})
			if v := r.arrived(o); !row.want(v) || len(o.warnings) != row.warnings {
				t.Errorf("%+v, %q", v.Snippet, o.warnings)
			}
		})
	}
}

func TestEveryLanguageHasACode(t *testing.T) {
	all := strings.Split(film.Languages, ",")
	for _, name := range all {
		if codes[name] == "" {
			t.Errorf("%s has none", name)
		}
	}
	if len(codes) != len(all) {
		t.Errorf("%d codes of %d languages", len(codes), len(all))
	}
}

// Whatever a film is called, YouTube takes it or the call says why not.
func FuzzDescribed(f *testing.F) {
	f.Add("The Lamp", "A keeper.", "lamp,sea")
	f.Add("<>", strings.Repeat("é", 3000), "<,>,"+strings.Repeat("x", 600))
	f.Add(strings.Repeat("🎬", 60), "\xff\x00\r\n", " , ,,a")
	p := newProvider()
	p.category = "1"
	f.Fuzz(func(t *testing.T, title, description, tags string) {
		v, err := p.described(&providers.Call{}, film.PublishInput{Title: title, Description: description, Tags: strings.Split(tags, ",")})
		if err != nil {
			if e := providers.AsError(err); e.Kind != providers.KindInvalidInput || e.User == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		if err := youtubetest.Check(encoded(t, v)); err != nil {
			t.Fatalf("%v: %+v", err, v)
		}
	})
}
