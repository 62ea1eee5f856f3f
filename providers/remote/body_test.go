package remote

import (
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func TestReadBodyGivesAllOfABodyOrSaysThatItIsTooLarge(t *testing.T) {
	for _, row := range []struct {
		size, most int64
		large      bool
	}{
		{0, 0, false}, {1, 0, true}, {1, -1, true}, {9, 10, false}, {10, 10, false}, {11, 10, true}, {1 << 20, 10, true},
	} {
		body := strings.Repeat("x", int(row.size))
		got, err := ReadBody(iotest.HalfReader(strings.NewReader(body)), row.most)
		var large *TooLarge
		switch {
		case row.large && (!errors.As(err, &large) || got != nil):
			t.Errorf("%d of %d: %d bytes, %v", row.size, row.most, len(got), err)
		case !row.large && (err != nil || string(got) != body):
			t.Errorf("%d of %d: %d bytes, %v", row.size, row.most, len(got), err)
		}
	}
}

func TestReadBodyStopsReadingAtTheBound(t *testing.T) {
	r := &counting{r: endless{}}
	if _, err := ReadBody(r, 1000); err == nil {
		t.Fatal("an endless body was read")
	}
	if r.n != 1001 {
		t.Errorf("%d bytes were read", r.n)
	}
}

func TestReadBodyGivesTheErrorOfABodyThatBreaksOff(t *testing.T) {
	for _, size := range []int{5, 10} { // inside and just at the bound
		r := io.MultiReader(strings.NewReader(strings.Repeat("x", size)), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := ReadBody(r, 10); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestSnippetIsShortPrintableAndOnOneLine(t *testing.T) {
	for _, row := range []struct{ body, want string }{
		{"", ""},
		{"  \n ", ""},
		{"no such model", "no such model"},
		{" two\r\n\r\n\tlines ", "two lines"},
		{"a\x00b\x1b[31mc\u202e", "ab[31mc"},
		{"\xff\xfebad", "bad"},
		{"日本", "日本"},
		{strings.Repeat("é", 299), strings.Repeat("é", 299)},
		{strings.Repeat("é", 5000), strings.Repeat("é", 299) + "…"},
		{strings.Repeat("ab ", 5000), strings.Repeat("ab ", 99) + "ab…"},
		{strings.Repeat("\n", 1<<20) + "far", ""},
	} {
		got := Snippet([]byte(row.body))
		if got != row.want {
			t.Errorf("%.40q gives %q, want %q", row.body, got, row.want)
		}
		if n := utf8.RuneCountInString(got); n > 300 {
			t.Errorf("%.40q gives %d runes", row.body, n)
		}
	}
}

func TestRedactFindsEveryFormOfASecret(t *testing.T) {
	const secret = `sk-5f/9+é"x&=q`
	for _, text := range []string{
		secret,
		"key=" + url.QueryEscape(secret),
		"key=" + strings.ToLower(url.QueryEscape(secret)),
		"/keys/" + url.PathEscape(secret) + "/",
		"http://" + url.UserPassword("me", secret).String() + "@host",
		`{"key":"sk-5f/9+é\"x\u0026=q"}`,
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+secret)),
		"Basic " + base64.StdEncoding.EncodeToString([]byte("users:"+secret+"\n")),
		"Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+secret)),
	} {
		got := Redact("before "+text+" after", "other secret", secret)
		if !strings.Contains(got, redacted) || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%q gives %q", text, got)
		}
		for _, part := range []string{"5f/9", "5f%2F9", "5f%2f9"} {
			if strings.Contains(got, part) {
				t.Errorf("%q gives %q", text, got)
			}
		}
	}
}

func TestRedactLeavesTheRest(t *testing.T) {
	for _, row := range []struct {
		text    string
		secrets []string
		want    string
	}{
		{"a cat", nil, "a cat"},
		{"a cat", []string{"", "cat", "a"}, "a cat"}, // too short to be secrets
		{"日本語", []string{"日本語"}, "日本語"},              // three runes, not nine bytes
		{"abcd abcdef", []string{"abcd", "abcdef"}, "[redacted] [redacted]"},
		{"abcdef", []string{"abcd"}, "[redacted]ef"},
	} {
		if got := Redact(row.text, row.secrets...); got != row.want {
			t.Errorf("%q without %q is %q, want %q", row.text, row.secrets, got, row.want)
		}
	}
}
