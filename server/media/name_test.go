package media_test

import (
	"mime"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/filmloom/filmloom/server/media"
)

// named serves a file of a name and type, and gives the name under which a browser would save it.
func (s *stage) named(t testing.TB, sum, name, mediaType string) (saved, servedAs string) {
	t.Helper()
	link := s.URL(media.File{SHA256: sum, Name: name, Type: mediaType}, media.Options{})
	u, err := url.Parse(link)
	if err != nil {
		t.Fatalf("%q of %q is no link: %v", link, name, err)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", link, nil))
	if w.Code != 200 {
		t.Fatalf("%s: %d", link, w.Code)
	}
	kind, p, err := mime.ParseMediaType(w.Header().Get("Content-Disposition"))
	if err != nil || kind != "inline" {
		t.Fatalf("%q: %s, %v", w.Header().Get("Content-Disposition"), kind, err)
	}
	if p["filename"] != path.Base(u.Path) {
		t.Errorf("saved as %q, in the link %q", p["filename"], path.Base(u.Path))
	}
	return p["filename"], w.Header().Get("Content-Type")
}

func TestNamesAreWhatAnyFileSystemTakes(t *testing.T) {
	s := setUp(t)
	sum := s.put(t, "x")
	for _, c := range []struct{ name, mediaType, saved, servedAs string }{
		{"film.mp4", "", "film.mp4", "video/mp4"},
		{"FILM.MP4", "video/mp4", "FILM.MP4", "video/mp4"},
		{"The Lost Key", "video/mp4", "The Lost Key.mp4", "video/mp4"},
		{"Ключ — 鍵 🔑", "video/mp4", "Ключ — 鍵 🔑.mp4", "video/mp4"},
		{"What is love?", "video/mp4", "What is love-.mp4", "video/mp4"},
		{"100% \"true\"; a=b", "image/png", "100% -true-; a=b.png", "image/png"},
		{"en.srt", "", "en.srt", "application/x-subrip; charset=utf-8"},
		{"en", "application/x-subrip", "en.srt", "application/x-subrip; charset=utf-8"},
		{"en.vtt", "text/vtt; charset=utf-8", "en.vtt", "text/vtt; charset=utf-8"},
		{"a.JPEG", "image/jpeg", "a.JPEG", "image/jpeg"},
		{"a.wav", "audio/x-wav", "a.wav", "audio/wav"},
		{"a.webp", "", "a.webp", "image/webp"},
		{"a.mp3", "", "a.mp3", "audio/mpeg"},
		{"a.m4a", "audio/mp4", "a.m4a", "audio/mp4"},
		{"a.opus", "audio/ogg", "a.opus", "audio/ogg"},
		{"page.html", "", "page.html", "application/octet-stream"},
		{"page.html", "text/html", "page.html", "application/octet-stream"},
		{"page.svg", "image/svg+xml", "page.svg", "application/octet-stream"},
		{"page.html", "image/png", "page.html.png", "image/png"},
		{"a.mp4", "text/html", "a.mp4.bin", "application/octet-stream"},
		{"a.mp4", "application/octet-stream", "a.mp4", "video/mp4"},
		{"a.png", "image/jpeg", "a.png.jpg", "image/jpeg"},
		{"", "", "file", "application/octet-stream"},
		{"", "video/mp4", "file.mp4", "video/mp4"},
		{".mp4", "", "file.mp4", "video/mp4"},
		{"....mp4", "video/mp4", "file.mp4", "video/mp4"},
		{".", "", "file", "application/octet-stream"},
		{"..", "video/mp4", "file.mp4", "video/mp4"},
		{"../../etc/passwd", "", "-..-etc-passwd", "application/octet-stream"},
		{`..\..\boot.ini`, "", "-..-boot.ini", "application/octet-stream"},
		{".bashrc", "", "bashrc", "application/octet-stream"},
		{"a\x00b\r\nSet-Cookie: x", "", "ab Set-Cookie- x", "application/octet-stream"},
		{"exe.\u202egnp.mp4", "", "exe.gnp.mp4", "video/mp4"},
		{"\xff\xfea\xc0.mp4", "", "a.mp4", "video/mp4"},
		{" . a . ", "", "a", "application/octet-stream"},
		{"a/b?c#d.mp4", "", "a-b-c#d.mp4", "video/mp4"},
		{strings.Repeat("a", 300) + ".mp4", "", strings.Repeat("a", 196) + ".mp4", "video/mp4"},
		{strings.Repeat("é", 300), "video/mp4", strings.Repeat("é", 98) + ".mp4", "video/mp4"},
		{strings.Repeat("a", 195) + ". b" + strings.Repeat("c", 99), "image/png", strings.Repeat("a", 195) + ".png", "image/png"},
	} {
		saved, servedAs := s.named(t, sum, c.name, c.mediaType)
		if saved != c.saved || servedAs != c.servedAs {
			t.Errorf("%.40q of type %q is %q, %q", c.name, c.mediaType, saved, servedAs)
		}
	}
}

func FuzzNames(f *testing.F) {
	s := setUp(f)
	sum := s.put(f, "x")
	f.Add("a.mp4", "video/mp4")
	f.Add("..\\\x00/\u202e%2f", "text/html")
	f.Add(strings.Repeat("🔑. ", 80), "image/png")
	f.Fuzz(func(t *testing.T, name, mediaType string) {
		saved, _ := s.named(t, sum, name, mediaType)
		if saved == "" || len(saved) > 200 || !utf8.ValidString(saved) || strings.ContainsAny(saved, "/\\\x00\r\n\"") || saved[0] == '.' || strings.HasSuffix(saved, ".") {
			t.Errorf("%q becomes %q", name, saved)
		}
	})
}

// A list of 50 tasks with 8 pictures each makes 400 links.
func BenchmarkURL(b *testing.B) {
	s := setUp(b)
	f := media.File{SHA256: s.put(b, "x"), Name: "scene-03-take-2.png", Type: "image/png"}
	b.ReportAllocs()
	for b.Loop() {
		if s.URL(f, media.Options{}) == "" {
			b.Fatal("no link")
		}
	}
}

func BenchmarkURLOfATitle(b *testing.B) {
	s := setUp(b)
	f := media.File{SHA256: s.put(b, "x"), Name: "The Lost Key: a story — 鍵", Type: "video/mp4"}
	b.ReportAllocs()
	for b.Loop() {
		if s.URL(f, media.Options{}) == "" {
			b.Fatal("no link")
		}
	}
}

func BenchmarkServe(b *testing.B) {
	s := setUp(b)
	r := httptest.NewRequest("HEAD", s.URL(media.File{SHA256: s.put(b, "x"), Name: "a.png"}, media.Options{}), nil)
	h := s.Handler()
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}
