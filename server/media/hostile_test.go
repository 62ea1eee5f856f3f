package media_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/media"
)

// raw sends a request line as it is, past the client's own cleaning.
func (s *stage) raw(t testing.TB, target string) (int, string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.web.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", target); err != nil {
		t.Fatal(err)
	}
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(body)
}

func TestWhatIsNotOurLinkIsRefused(t *testing.T) {
	s := setUp(t)
	outside := filepath.Join(s.dir, "secret.key")
	if err := os.WriteFile(outside, []byte("the secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	sum, other := s.put(t, "the film"), s.put(t, "another film")
	link := strings.TrimPrefix(s.URL(media.File{SHA256: sum, Name: "a b.mp4"}, media.Options{}), s.web.URL)
	parts := strings.Split(link, "/") // "", media, ticket, digest, name
	expires, sig, _ := strings.Cut(parts[2], ".")
	path := func(ticket, digest, name string) string { return "/media/" + ticket + "/" + digest + "/" + name }
	if status, body := s.raw(t, link); status != 200 || body != "the film" {
		t.Fatalf("the link itself: %d %q", status, body)
	}
	last := map[bool]string{true: "B", false: "A"}[sig[len(sig)-1] == 'A']
	for name, target := range map[string]string{
		"another digest":           path(parts[2], other, parts[4]),
		"another name":             path(parts[2], sum, "b.mp4"),
		"another type":             path(parts[2], sum, "a%20b.html"),
		"another case of the type": path(parts[2], sum, "a%20b.MP4"),
		"no name":                  path(parts[2], sum, ""),
		"only the digest":          "/media/" + parts[2] + "/" + sum,
		"only the ticket":          "/media/" + parts[2],
		"nothing":                  "/media/",
		"a later expiry":           path("9"+expires+"."+sig, sum, parts[4]),
		"a padded expiry":          path("0"+expires+"."+sig, sum, parts[4]),
		"a signed expiry":          path("%2B"+expires+"."+sig, sum, parts[4]),
		"a negative expiry":        path("-"+expires+"."+sig, sum, parts[4]),
		"an expiry beyond numbers": path(strings.Repeat("9", 40)+"."+sig, sum, parts[4]),
		"an expiry with a blank":   path(expires+"%20."+sig, sum, parts[4]),
		"no expiry":                path("."+sig, sum, parts[4]),
		"no signature":             path(expires+".", sum, parts[4]),
		"no dot":                   path(expires+sig, sum, parts[4]),
		"a shorter signature":      path(expires+"."+sig[:21], sum, parts[4]),
		"a longer signature":       path(expires+"."+sig+"A", sum, parts[4]),
		"a padded signature":       path(expires+"."+sig+"==", sum, parts[4]),
		"another last character":   path(expires+"."+sig[:21]+last, sum, parts[4]),
		"its lower case":           path(expires+"."+strings.ToLower(sig), sum, parts[4]),
		"an upper-case digest":     path(parts[2], strings.ToUpper(sum), parts[4]),
		"a short digest":           path(parts[2], sum[:63], parts[4]),
		"a digest's directory":     path(parts[2], "..%2f"+sum[:61], parts[4]),
		"traversal in the digest":  path(parts[2], "..%2F..%2Fsecret.key", parts[4]),
		"traversal in the name":    path(parts[2], sum, "..%2F..%2F..%2Fsecret.key"),
		"double encoding":          path(parts[2], sum, "%252e%252e%252fsecret.key"),
		"an encoded slash":         path(parts[2], sum, "x%2F"+parts[4]),
		"a slash after it":         path(parts[2], sum, parts[4]+"%2F"),
		"a NUL":                    path(parts[2], sum, parts[4]+"%00"),
		"a NUL in the digest":      path(parts[2], sum[:63]+"%00", parts[4]),
		"a backslash":              path(parts[2], sum, "..%5C..%5Csecret.key"),
		"no UTF-8":                 path(parts[2], sum, "%ff%fe"),
		"an overlong slash":        path(parts[2], sum, "..%c0%af..%c0%afsecret.key"),
		"a very long name":         path(parts[2], sum, strings.Repeat("a", 100_000)),
		"a very long ticket":       path(strings.Repeat("1", 100_000)+"."+sig, sum, parts[4]),
		"many slashes":             "/media/" + strings.Repeat("%2F", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			status, body := s.raw(t, target)
			if status != 403 || len(body) > 200 || strings.Contains(body, "film") || strings.Contains(body, "expired") {
				t.Errorf("got %d %q", status, body)
			}
		})
	}
	for name, target := range map[string]string{
		"plain traversal":     "/media/../secret.key",
		"traversal inside":    path(parts[2], sum, "../../../secret.key"),
		"encoded dots":        path(parts[2], sum, "%2e%2e/secret.key"),
		"doubled slashes":     "//media//" + parts[2] + "//" + sum + "//" + parts[4],
		"another absolute":    "http://elsewhere.example/secret.key",
		"the store's own way": "/sha256/" + sum[:2] + "/" + sum,
	} {
		// The mux answers these, with a redirect to the clean path or a 404.
		if status, body := s.raw(t, target); status < 300 || strings.Contains(body, "secret") && !strings.Contains(body, "href") {
			t.Errorf("%s: %d %q", name, status, body)
		}
	}
}

// Clients and proxies may write the same path in another way.
func TestAnEquivalentEncodingOfALinkIsTheSameLink(t *testing.T) {
	s := setUp(t)
	link := strings.TrimPrefix(s.URL(media.File{SHA256: s.put(t, "x"), Name: "é a.mp4"}, media.Options{}), s.web.URL)
	for _, same := range []string{link, strings.ReplaceAll(link, "%C3", "%c3"), strings.Replace(link, "a.mp4", "%61.mp4", 1), link + "?x=y"} {
		if status, _ := s.raw(t, same); status != 200 {
			t.Errorf("%s: %d", same, status)
		}
	}
}

func TestALinkOfAnotherKeyIsRefused(t *testing.T) {
	s := setUp(t)
	c := s.config
	c.Key = append([]byte{2}, c.Key[1:]...)
	m, err := media.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if a, body := ask(t, "GET", m.URL(media.File{SHA256: s.put(t, "x"), Name: "a"}, media.Options{})); a.StatusCode != 403 {
		t.Errorf("got %d %q", a.StatusCode, body)
	}
}

func TestAnExpiredForgeryIsNotCalledExpired(t *testing.T) {
	s := setUp(t)
	link := s.URL(media.File{SHA256: s.put(t, "x"), Name: "a"}, media.Options{})
	s.now = s.now.Add(48 * time.Hour)
	if _, body := ask(t, "GET", link+"b"); !strings.Contains(body, "not valid") {
		t.Errorf("got %q", body)
	}
}

func TestAFilmOfAGigabyteTakesLittleMemory(t *testing.T) {
	s := setUp(t)
	link := s.URL(media.File{SHA256: s.large(t), Name: "long.mp4"}, media.Options{})
	a, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, a.Body, make([]byte, 1<<16))
	runtime.ReadMemStats(&after)
	if err != nil || n != 1<<30 {
		t.Fatalf("read %d bytes, %v", n, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes were allocated", used)
	}
}

// A wire is what net/http's own writer is: it can take a file whole.
type wire struct {
	*httptest.ResponseRecorder
	from io.Reader
}

func (w *wire) ReadFrom(r io.Reader) (int64, error) {
	w.from = r
	return io.Copy(io.Discard, r)
}

func TestTheNetworkGetsTheFileItself(t *testing.T) {
	s := setUp(t)
	link := s.URL(media.File{SHA256: s.put(t, "a film"), Name: "a.mp4"}, media.Options{})
	w := &wire{ResponseRecorder: httptest.NewRecorder()}
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", link, nil))
	limited, ok := w.from.(*io.LimitedReader)
	if !ok {
		t.Fatalf("got %T", w.from)
	}
	if _, ok := limited.R.(*os.File); !ok { // what the kernel copies by itself
		t.Errorf("got a %T", limited.R)
	}
}

func FuzzServe(f *testing.F) {
	s := setUp(f)
	sum := s.put(f, "the film")
	link := strings.TrimPrefix(s.URL(media.File{SHA256: sum, Name: "a b.mp4"}, media.Options{}), s.web.URL)
	u, err := url.Parse(link)
	if err != nil {
		f.Fatal(err)
	}
	handler := s.Handler()
	f.Add(u.Path, "bytes=0-1")
	f.Add(u.Path+"/", "")
	f.Add("/media/9999999999.AAAAAAAAAAAAAAAAAAAAAA/"+sum+"/../../x", "bytes=-1,-1")
	f.Add("/media/\x00.\xff/"+strings.ToUpper(sum)+"/a", "bytes=9-8")
	f.Fuzz(func(t *testing.T, path, ranges string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL = &url.URL{Path: path}
		r.Header.Set("Range", ranges)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		switch {
		case path == u.Path:
			if w.Code != 200 && w.Code != 206 && w.Code != 416 {
				t.Errorf("our link: %d", w.Code)
			}
		case w.Code != 403:
			t.Errorf("%q: %d", path, w.Code)
		}
		if w.Body.Len() > 2<<10 {
			t.Errorf("%q with %q: %d bytes", path, ranges, w.Body.Len())
		}
	})
}
