package apidocs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

//go:embed page/page.js page/page.css page/favicon.svg
//go:embed swagger-ui/*.gz swagger-ui/*.txt swagger-ui/LICENSE swagger-ui/NOTICE
var files embed.FS

// An asset is a file that the page needs. One that is large is kept compressed.
type asset struct {
	mediaType string
	content   []byte
	zipped    bool
}

// A library is all assets by their names, and a version that stands for just these bytes.
type library struct {
	assets  map[string]asset
	version string
}

// embedded reads them when a page is first wanted: other commands of the binary need none.
var embedded = sync.OnceValue(load)

var mediaTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
}

func load() library {
	all := map[string]asset{}
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		name, zipped := strings.CutSuffix(d.Name(), ".gz")
		mediaType := "text/plain; charset=utf-8"
		if dot := strings.LastIndexByte(name, '.'); dot >= 0 && mediaTypes[name[dot:]] != "" {
			mediaType = mediaTypes[name[dot:]]
		}
		all[name] = asset{mediaType, content, zipped}
		fmt.Fprintf(sum, "%s %d\n", name, len(content))
		sum.Write(content)
		return nil
	})
	if err != nil {
		panic("apidocs: " + err.Error()) // what is embedded can be read
	}
	return library{all, hex.EncodeToString(sum.Sum(nil)[:6])}
}

// serve answers with a file; false tells that there is none of that name.
func (l library) serve(w http.ResponseWriter, r *http.Request, name string) bool {
	a, ok := l.assets[name]
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Security-Policy", "default-src 'none'")
	var body io.Reader = bytes.NewReader(a.content)
	if a.zipped {
		h.Set("Vary", "Accept-Encoding")
	}
	if a.zipped && !takesGzip(r.Header.Values("Accept-Encoding")) {
		plain, err := gzip.NewReader(body)
		if err != nil {
			panic("apidocs: " + err.Error()) // a test unpacks every file
		}
		body = plain
	} else {
		if a.zipped {
			h.Set("Content-Encoding", "gzip")
		}
		h.Set("Content-Length", strconv.Itoa(len(a.content)))
	}
	if r.Method == http.MethodGet {
		_, _ = io.Copy(w, body) // fails when the client is gone
	}
	return true
}

// takesGzip reads Accept-Encoding (RFC 9110, 12.5.3).
func takesGzip(headers []string) bool {
	takes := false
	for coding := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, parameter, weighted := strings.Cut(coding, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && name != "x-gzip" && name != "*" {
			continue
		}
		takes = true
		if weighted {
			_, q, _ := strings.Cut(parameter, "=")
			weight, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			takes = err == nil && weight > 0
		}
		if name != "*" {
			return takes // the name itself counts more than any
		}
	}
	return takes
}
