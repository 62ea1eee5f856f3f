package media_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/server/media"
)

// A stage is a Media over a real store, served over real HTTP, with a clock that a test moves.
type stage struct {
	*media.Media
	config media.Config
	dir    string
	store  *artifact.Dir
	mux    *http.ServeMux
	web    *httptest.Server
	now    time.Time
	log    bytes.Buffer
}

// noon is a full step of the clock.
var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func setUp(t testing.TB) *stage {
	t.Helper()
	s := &stage{dir: t.TempDir(), now: noon.Add(-time.Minute)}
	var err error
	if s.store, err = artifact.OpenDir(s.dir); err != nil {
		t.Fatal(err)
	}
	s.config = media.Config{
		Store: s.store, Key: bytes.Repeat([]byte{1}, 32), Base: func() string { return s.web.URL },
		Now: func() time.Time { return s.now }, Log: slog.New(slog.NewTextHandler(&s.log, nil)),
	}
	if s.Media, err = media.New(s.config); err != nil {
		t.Fatal(err)
	}
	s.mux = http.NewServeMux()
	s.mux.Handle(media.Prefix, s.Handler())
	s.web = httptest.NewServer(s.mux)
	t.Cleanup(func() {
		s.web.Close()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// put stores a file and gives its digest.
func (s *stage) put(t testing.TB, text string) string {
	t.Helper()
	a, err := s.store.Put(t.Context(), strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return a.SHA256
}

// ask makes a request to the server as it is, without following redirects. Headers are given in pairs.
func ask(t testing.TB, method, link string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(body)
}

func TestALinkGivesItsFile(t *testing.T) {
	s := setUp(t)
	sum := s.put(t, "a film")
	link := s.URL(media.File{SHA256: sum, Name: "The Lost Key", Type: "video/mp4"}, media.Options{})
	if want := s.web.URL + "/media/"; !strings.HasPrefix(link, want) || !strings.HasSuffix(link, "/"+sum+"/The%20Lost%20Key.mp4") {
		t.Errorf("the link is %s", link)
	}
	for _, method := range []string{"GET", "HEAD"} {
		a, body := ask(t, method, link)
		if want := map[string]string{"GET": "a film", "HEAD": ""}[method]; a.StatusCode != 200 || body != want || a.ContentLength != 6 {
			t.Errorf("%s: %d %q, %d bytes", method, a.StatusCode, body, a.ContentLength)
		}
		for name, want := range map[string]string{
			"Content-Type":                 "video/mp4",
			"Content-Disposition":          `inline; filename="The Lost Key.mp4"; filename*=UTF-8''The%20Lost%20Key.mp4`,
			"Etag":                         `"` + sum + `"`,
			"Cache-Control":                "private, max-age=86460, immutable", // a day, and a minute to the next full step
			"Accept-Ranges":                "bytes",
			"X-Content-Type-Options":       "nosniff",
			"Cross-Origin-Resource-Policy": "cross-origin",
			"Referrer-Policy":              "no-referrer",
			"Last-Modified":                "",
			"Access-Control-Allow-Origin":  "",
			"Vary":                         "",
			"Set-Cookie":                   "",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, not %q", method, name, got, want)
			}
		}
		if csp := a.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox allow-same-origin; default-src 'none'") || strings.Contains(csp, "script") {
			t.Errorf("the policy is %q", csp)
		}
	}
	if a, _ := ask(t, "GET", link, "Origin", "https://elsewhere.example", "Cookie", "session=1", "Authorization", "Bearer wrong"); a.StatusCode != 200 {
		t.Errorf("other credentials count: %d", a.StatusCode)
	}
}

func TestDownloadSavesTheFile(t *testing.T) {
	s := setUp(t)
	f := media.File{SHA256: s.put(t, "x"), Name: "a.mp4"}
	for link, want := range map[string]string{
		s.URL(f, media.Options{}):                                 "inline",
		s.URL(f, media.Options{Download: true}):                   "attachment",
		s.URL(f, media.Options{}) + "?download=1":                 "attachment",
		s.URL(f, media.Options{}) + "?download=0":                 "inline",
		s.URL(f, media.Options{}) + "?utm=1&download=1&x=%zz;%00": "attachment",
	} {
		a, _ := ask(t, "GET", link)
		if got, _, _ := strings.Cut(a.Header.Get("Content-Disposition"), ";"); a.StatusCode != 200 || got != want {
			t.Errorf("%s: %d %s", link, a.StatusCode, got)
		}
	}
}

func TestALinkLivesForItsLifetimeAndAStep(t *testing.T) {
	s := setUp(t)
	f := media.File{SHA256: s.put(t, "x"), Name: "a.mp4"}
	for life, step := range map[time.Duration]time.Duration{
		0: 15 * time.Minute, 24 * time.Hour: 15 * time.Minute, 7 * 24 * time.Hour: 15 * time.Minute,
		time.Hour: 37 * time.Second, time.Minute: time.Second, time.Second: time.Second, time.Millisecond: time.Second,
	} {
		made := noon.Add(123456 * time.Microsecond)
		s.now = made
		link := s.URL(f, media.Options{Lifetime: life})
		if life == 0 {
			life = 24 * time.Hour
		}
		for after, want := range map[time.Duration]int{0: 200, life: 200, life + step + time.Second: 403, 1000 * time.Hour: 403} {
			s.now = made.Add(after)
			a, body := ask(t, "GET", link)
			if a.StatusCode != want || want == 403 && !strings.Contains(body, "expired") {
				t.Errorf("a link for %v is answered after %v with %d %q", life, after, a.StatusCode, body)
			}
			if want == 403 && a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("the refusal may be kept: %v", a.Header)
			}
		}
	}
}

func TestALinkStaysTheSameForAStep(t *testing.T) {
	s := setUp(t)
	f := media.File{SHA256: s.put(t, "x"), Name: "a.mp4"}
	links := map[string]int{}
	for s.now = noon; s.now.Before(noon.Add(time.Hour)); s.now = s.now.Add(time.Second) {
		links[s.URL(f, media.Options{})]++
	}
	if len(links) < 4 || len(links) > 5 {
		t.Errorf("%d links in an hour", len(links))
	}
}

func TestRangesAreServed(t *testing.T) {
	s := setUp(t)
	link := s.URL(media.File{SHA256: s.put(t, "0123456789"), Name: "a.mp4"}, media.Options{})
	sum := strings.Split(link, "/")[5]
	many := "bytes=0-0" + strings.Repeat(",1-1", 100_000)
	for name, c := range map[string]struct {
		headers []string
		status  int
		want    string
	}{
		"the beginning":         {[]string{"Range", "bytes=0-3"}, 206, "0123"},
		"the end":               {[]string{"Range", "bytes=-2"}, 206, "89"},
		"from the middle":       {[]string{"Range", "bytes=5-"}, 206, "56789"},
		"past the end":          {[]string{"Range", "bytes=10-"}, 416, ""},
		"of the same file":      {[]string{"Range", "bytes=0-3", "If-Range", `"` + sum + `"`}, 206, "0123"},
		"of another file":       {[]string{"Range", "bytes=0-3", "If-Range", `"x"`}, 200, "0123456789"},
		"unchanged":             {[]string{"If-None-Match", `"` + sum + `"`}, 304, ""},
		"changed":               {[]string{"If-None-Match", `"x"`}, 200, "0123456789"},
		"another was meant":     {[]string{"If-Match", `"x"`}, 412, ""},
		"four ranges":           {[]string{"Range", "bytes=0-0,2-2,4-4,6-6"}, 206, "*"},
		"five ranges":           {[]string{"Range", "bytes=0-0,2-2,4-4,6-6,8-8"}, 200, "0123456789"},
		"very many ranges":      {[]string{"Range", many}, 200, "0123456789"},
		"ranges in two headers": {[]string{"Range", "bytes=0-0,1-1", "Range", many}, 200, "0123456789"},
		"overlapping ranges":    {[]string{"Range", "bytes=0-,0-,0-,0-"}, 200, "0123456789"},
		"of another unit":       {[]string{"Range", "seconds=0-3"}, 200, "0123456789"},
		"no range":              {[]string{"Range", "bytes=x"}, 416, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, body := ask(t, "GET", link, c.headers...)
			if a.StatusCode != c.status || c.status < 300 && c.want != "*" && body != c.want {
				t.Errorf("got %d %q", a.StatusCode, body)
			}
			if len(body) > 4<<10 {
				t.Errorf("answered with %d bytes", len(body))
			}
		})
	}
}

func TestAFileThatIsGoneIsNotFound(t *testing.T) {
	s := setUp(t)
	sum := s.put(t, "x")
	link := s.URL(media.File{SHA256: sum, Name: "a.mp4"}, media.Options{})
	if err := s.store.Delete(t.Context(), sum); err != nil {
		t.Fatal(err)
	}
	a, body := ask(t, "GET", link)
	if a.StatusCode != 404 || !strings.Contains(body, "not exist") || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Etag") != "" {
		t.Errorf("got %d %q %v", a.StatusCode, body, a.Header)
	}
}

func TestAFailureOfTheStoreIsLoggedAndNotShown(t *testing.T) {
	s := setUp(t)
	link := s.URL(media.File{SHA256: s.put(t, "x"), Name: "a.mp4"}, media.Options{})
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	a, body := ask(t, "GET", link)
	if a.StatusCode != 500 || strings.Contains(body, "closed") || !strings.Contains(s.log.String(), "closed") {
		t.Errorf("got %d %q; logged %s", a.StatusCode, body, &s.log)
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	s := setUp(t)
	link := s.URL(media.File{SHA256: s.put(t, "x"), Name: "a.mp4"}, media.Options{})
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"} {
		if a, _ := ask(t, method, link); a.StatusCode != 405 || a.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d %v", method, a.StatusCode, a.Header)
		}
	}
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	s := setUp(t)
	good := s.config
	for name, spoil := range map[string]func(*media.Config){
		"no store":    func(c *media.Config) { c.Store = nil },
		"no key":      func(c *media.Config) { c.Key = nil },
		"a short key": func(c *media.Config) { c.Key = []byte("secret") },
		"no base":     func(c *media.Config) { c.Base = nil },
		"no time":     func(c *media.Config) { c.Lifetime = -1 },
	} {
		c := good
		spoil(&c)
		if m, err := media.New(c); m != nil || err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	text, err := json.Marshal(s.URL(media.File{SHA256: "none", Name: "a"}, media.Options{}))
	if err != nil || string(text) != `""` {
		t.Errorf("a link without a digest is %s", text)
	}
}

func TestTheBaseIsTheConfiguredOneAndNeverTheRequests(t *testing.T) {
	s := setUp(t)
	for _, base := range []string{"https://films.example.org/loom", "https://films.example.org/loom/"} {
		c := s.config
		c.Base = func() string { return base }
		m, err := media.New(c)
		if err != nil {
			t.Fatal(err)
		}
		link := m.URL(media.File{SHA256: s.put(t, "x"), Name: "a.mp4"}, media.Options{})
		if !strings.HasPrefix(link, "https://films.example.org/loom/media/") {
			t.Errorf("the link is %s", link)
		}
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		// A proxy takes the path of the base away.
		if a, _ := ask(t, "GET", s.web.URL+strings.TrimPrefix(u.EscapedPath(), "/loom")); a.StatusCode != 200 {
			t.Errorf("got %d", a.StatusCode)
		}
	}
}

// large is the digest of a file of 1 GiB that takes no place on the disk.
func (s *stage) large(t *testing.T) string {
	t.Helper()
	sum := strings.Repeat("ab", 32)
	shelf := filepath.Join(s.dir, "sha256", "ab")
	if err := os.MkdirAll(shelf, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shelf, sum), nil, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(shelf, sum), 1<<30); err != nil {
		t.Fatal(err)
	}
	return sum
}
