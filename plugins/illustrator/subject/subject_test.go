package subject

import (
	"strings"
	"testing"
)

func TestEverySubjectIsWhole(t *testing.T) {
	owner := map[string]string{}
	for _, s := range All() {
		x0, y0, x1, y1 := s.Outline.Bounds()
		if y0 < -1.001 || y0 > -.9 || y1 < -.001 || y1 > .001 || x0 > -.02 || x1 < .02 || x1-x0 > 5 {
			t.Errorf("%s is not one unit high above its foot: %g,%g to %g,%g", s.Name, x0, y0, x1, y1)
		}
		if s.Height < .05 || s.Height > 6 || s.Width <= 0 {
			t.Errorf("%s is %g high and %g wide", s.Name, s.Height, s.Width)
		}
		if len(s.Words) == 0 {
			t.Errorf("no word shows %s", s.Name)
		}
		for _, w := range s.Words {
			if other := owner[w]; other != "" {
				t.Errorf("%q shows both %s and %s", w, other, s.Name)
			}
			owner[w] = s.Name
		}
	}
	if len(All()) < 150 {
		t.Errorf("only %d subjects", len(All()))
	}
}

func TestAWordNamesItsSubjectInSingularAndPlural(t *testing.T) {
	for word, want := range map[string]string{"cat": "cat", "cats": "cat", "foxes": "fox", "otter": "beaver", "books": "book-pile", "warships": "galleon"} {
		if s := Named(word); s == nil || s.Name != want {
			t.Errorf("%s shows %v", word, s)
		}
	}
	for _, word := range []string{"", "s", "es", "cata", "justice"} {
		if s := Named(word); s != nil {
			t.Errorf("%q shows %s", word, s.Name)
		}
	}
}

func TestWrongListsAreRefusedAtTheirLine(t *testing.T) {
	const shape = "box M0 0L10 0L10 10L0 10Z\n"
	for list, want := range map[string]string{
		"box | box | 1 | ground":                "line 1",
		"\nbox | box | high | ground | aabbcc":  "line 2: height of box",
		"box | box | 1 | ground | red":          "colour of box",
		"box | box | 1 | floor | aabbcc":        `unknown stance "floor"`,
		"sphere | sphere | 1 | ground | aabbcc": `no outline "sphere"`,
	} {
		if _, err := load(list, shape); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", list, err)
		}
	}
	if all, err := load("box | box | 2 | ground | aabbcc", shape); err != nil || len(all) != 1 || all[0].Width != 2 {
		t.Errorf("%+v, %v", all, err)
	}
}

func FuzzParseOutline(f *testing.F) {
	f.Add("M0 0L10-5C1 2 3 4 5 6Z")
	f.Add("Z")
	f.Add("M1 1M2 2Z")
	f.Fuzz(func(t *testing.T, text string) {
		contours, err := parseOutline(text)
		if err == nil && len(contours) == 0 {
			t.Error("no contour and no error")
		}
	})
}
