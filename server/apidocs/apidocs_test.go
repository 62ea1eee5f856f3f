package apidocs_test

import (
	"compress/gzip"
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/apidocs"
)

// get asks the handler. Headers are given in pairs.
func get(t testing.TB, h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var link = regexp.MustCompile(`(?:href|src)="(docs/[^"]+)"`)

func TestThePageAndAllItNeedsAreServed(t *testing.T) {
	for _, c := range []struct{ prefix, spec, wantSpec string }{
		{"/v1", "/v1/openapi.json", "openapi.json"},
		{"/api/v1/", "/api/v1/openapi.json", "openapi.json"},
		{"", "/openapi.json", "openapi.json"},
		{"/v1", "/v2/openapi.json", "/v2/openapi.json"},
	} {
		h := apidocs.Handler(c.prefix, c.spec, "Video API")
		base := strings.TrimSuffix(c.prefix, "/") + "/"
		page := get(t, h, "GET", base+"docs")
		text := page.Body.String()
		if page.Code != 200 || page.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(text, `data-spec="`+c.wantSpec+`"`) || !strings.Contains(text, "<title>Video API</title>") {
			t.Errorf("%s: %d %s", base, page.Code, text)
		}
		links := link.FindAllStringSubmatch(text, -1)
		if len(links) != 5 {
			t.Errorf("%d links in %s", len(links), text)
		}
		for _, l := range links {
			a := get(t, h, "GET", base+l[1], "Accept-Encoding", "gzip")
			if a.Code != 200 || a.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || a.Body.Len() == 0 || a.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d %v", l[1], a.Code, a.Header())
			}
			for _, method := range []string{"HEAD", "POST"} {
				want := map[string]int{"HEAD": 200, "POST": 405}[method]
				if a := get(t, h, method, base+l[1]); a.Code != want || method == "HEAD" && a.Body.Len() > 0 {
					t.Errorf("%s %s: %d, %d bytes", method, l[1], a.Code, a.Body.Len())
				}
			}
		}
	}
}

func TestThePageIsStrictAndRunsNothingInline(t *testing.T) {
	page := get(t, apidocs.Handler("/v1", "/v1/openapi.json", "Video API"), "GET", "/v1/docs")
	csp := page.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "connect-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("%s is not in %s", want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") {
		t.Errorf("the policy is %s", csp)
	}
	if inline := regexp.MustCompile(`<script[^>]*>[^<]|<style|\son[a-z]+=|\sstyle=|javascript:`).FindString(page.Body.String()); inline != "" {
		t.Errorf("the page has %s", inline)
	}
	if page.Header().Get("Set-Cookie") != "" || page.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("headers: %v", page.Header())
	}
	again := get(t, apidocs.Handler("/v1", "/v1/openapi.json", "Video API"), "GET", "/v1/docs", "If-None-Match", page.Header().Get("Etag"))
	if again.Code != 304 {
		t.Errorf("unchanged: %d", again.Code)
	}
}

func TestATitleIsOnlyText(t *testing.T) {
	title, spec := `</title><script>alert(1)</script>`, `/v1/"onload="alert(1)`
	text := get(t, apidocs.Handler("/v1", spec, title), "GET", "/v1/docs").Body.String()
	if strings.Contains(text, "<script>") || strings.Contains(text, `"onload="`) {
		t.Errorf("the page is %s", text)
	}
	text = get(t, apidocs.Handler("/v1", "javascript:alert(1)", "x"), "GET", "/v1/docs").Body.String()
	if strings.Contains(text, `href="javascript:`) {
		t.Errorf("the page is %s", text)
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	h := apidocs.Handler("/v1", "/v1/openapi.json", "Video API")
	asset := "/v1/" + link.FindStringSubmatch(get(t, h, "GET", "/v1/docs").Body.String())[1]
	folder := asset[:strings.LastIndex(asset, "/")+1]
	for _, path := range []string{
		"/", "/v1", "/docs", "/v1/docs/x", "/v1/docs/0123456789ab/page.js", folder, folder + "none.js", folder + "page.html", folder + "README.md",
		folder + "../handler.go", folder + "page/page.js", folder + "swagger-ui-bundle.js.gz", folder + "%00", "/v1/docs/../openapi.json",
	} {
		if w := get(t, h, "GET", path); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := get(t, h, "GET", "/v1/docs/"); w.Code != 301 || w.Header().Get("Location") != "../docs" {
		t.Errorf("%d to %s", w.Code, w.Header().Get("Location"))
	}
}

func TestEveryFileIsTheSameCompressedOrNot(t *testing.T) {
	h := apidocs.Handler("/v1", "/v1/openapi.json", "Video API")
	asset := "/v1/" + link.FindStringSubmatch(get(t, h, "GET", "/v1/docs").Body.String())[1]
	folder := asset[:strings.LastIndex(asset, "/")+1]
	for _, name := range []string{"swagger-ui-bundle.js", "swagger-ui.css", "page.js", "page.css", "favicon.svg", "LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"} {
		plain := get(t, h, "GET", folder+name)
		if plain.Code != 200 || plain.Header().Get("Content-Encoding") != "" || plain.Body.Len() == 0 {
			t.Fatalf("%s: %d %v", name, plain.Code, plain.Header())
		}
		packed := get(t, h, "GET", folder+name, "Accept-Encoding", "br, gzip")
		var r io.Reader = packed.Body
		if packed.Header().Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(r)
			if err != nil {
				t.Fatal(err)
			}
			r = z
		} else if strings.HasPrefix(name, "swagger-ui.") {
			t.Errorf("%s is not compressed", name)
		}
		text, err := io.ReadAll(r)
		if err != nil || sha256.Sum256(text) != sha256.Sum256(plain.Body.Bytes()) {
			t.Errorf("%s differs, %v", name, err)
		}
	}
}

func TestCompressionIsAsTheClientWants(t *testing.T) {
	h := apidocs.Handler("/v1", "/v1/openapi.json", "Video API")
	asset := regexp.MustCompile(`docs/[^"]+bundle.js`).FindString(get(t, h, "GET", "/v1/docs").Body.String())
	for accept, want := range map[string]string{
		"gzip": "gzip", "GZIP": "gzip", "deflate, gzip;q=0.5": "gzip", "*": "gzip", "x-gzip": "gzip", "br;q=1.0, *;q=0.1": "gzip", "gzip ; q = 1": "gzip",
		"": "", "identity": "", "br": "", "gzip;q=0": "", "gzip;q=0.000, *": "", "*;q=0": "", "gzip;q=x": "", "notgzip": "", "gzip;q=0, *;q=1": "", "*;q=1, gzip;q=0": "", ",;,=": "",
	} {
		w := get(t, h, "HEAD", "/v1/"+asset, "Accept-Encoding", accept)
		if got := w.Header().Get("Content-Encoding"); w.Code != 200 || got != want || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %d %q %v", accept, w.Code, got, w.Header())
		}
	}
}

// The folder's page says which version it has; the binary must not grow unnoticed.
func TestSwaggerUIIsTheVersionThatIsSaid(t *testing.T) {
	readme, err := os.ReadFile("swagger-ui/README.md")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^Version: (\S+)$`).FindSubmatch(readme)
	if version == nil {
		t.Fatal("no version is said")
	}
	f, err := os.Open("swagger-ui/swagger-ui-bundle.js.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(bundle), `PACKAGE_VERSION:"`+string(version[1])+`"`) {
		t.Errorf("the bundle is not version %s, %v", version[1], err)
	}
	if st, err := f.Stat(); err != nil || st.Size() > 600<<10 {
		t.Errorf("the bundle has %d bytes, %v", st.Size(), err)
	}
}

func FuzzAcceptEncoding(f *testing.F) {
	h := apidocs.Handler("/v1", "/v1/openapi.json", "Video API")
	asset := regexp.MustCompile(`docs/[^"]+ui.css`).FindString(get(f, h, "GET", "/v1/docs").Body.String())
	f.Add("gzip;q=0.5, br")
	f.Add("*;q=1e309,,;=")
	f.Fuzz(func(t *testing.T, accept string) {
		w := get(t, h, "HEAD", "/v1/"+asset, "Accept-Encoding", accept)
		packed := w.Header().Get("Content-Encoding") == "gzip"
		lower := strings.ToLower(accept)
		if w.Code != 200 || packed && !strings.Contains(lower, "gzip") && !strings.Contains(lower, "*") {
			t.Errorf("%q: %d %v", accept, w.Code, w.Header())
		}
	})
}
