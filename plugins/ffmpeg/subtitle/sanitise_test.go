package subtitle

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTextCannotLeaveItsPlace(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                     "plain",
		`{\an8}top`:                 "(/an8)top",
		"a\nDialogue: 0,b":          "a Dialogue: 0,b",
		`line\Nbreak \h hard`:       "line/Nbreak /h hard",
		"tab\tand\r\nline":          "tab and line",
		"\u202eright to left\u202c": "right to left",
		"bad \xff utf8":             "bad utf8",
		"nul\x00byte\x1b[31m":       "nulbyte[31m",
		"  much   room  ":           "much room",
		"क्\u200dष":                 "क्\u200dष",
	} {
		if got := forASS(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzSanitise(f *testing.F) {
	for _, s := range []string{"", `{\an8}`, "'movie=/etc/passwd'", "a\r\n\r\nb", "\u2028", "שלום {", "🙂\ufe0f", "\xf0\x28"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := forASS(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "{}\\") {
			t.Fatalf("%q becomes %q", s, got)
		}
		for _, r := range got {
			if r != ' ' && (unicode.IsControl(r) || unicode.IsSpace(r) || directional(r)) {
				t.Fatalf("%q keeps %U", s, r)
			}
		}
		if again := forASS(got); again != got {
			t.Fatalf("%q becomes %q and then %q", s, got, again)
		}
		l, err := Lay(Scene{Text: s, Seconds: 3, Width: 270, Height: 480, Language: "english"})
		if err != nil {
			return
		}
		_, events, _ := strings.Cut(string(l.ASS), "Effect, Text\n")
		for line := range strings.Lines(events) {
			if !strings.HasPrefix(line, "Dialogue: ") {
				t.Fatalf("%q makes the line %q", s, line)
			}
		}
	})
}
