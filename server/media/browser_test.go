package media_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/filmloom/filmloom/server/media"
	"github.com/filmloom/filmloom/server/servertest"
)

func TestABrowserShowsWhatLinksGive(t *testing.T) {
	servertest.NeedBrowser(t, "ffmpeg")
	s := setUp(t)
	film, picture := filepath.Join(t.TempDir(), "film.mp4"), filepath.Join(t.TempDir(), "picture.png")
	for _, args := range [][]string{{"-t", "2", "-pix_fmt", "yuv420p", film}, {"-frames:v", "1", picture}} {
		out, err := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=30"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	link := func(content []byte, name string) string {
		return s.URL(media.File{SHA256: s.put(t, string(content)), Name: name}, media.Options{})
	}
	file := func(name string) []byte {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	links := map[string]string{
		"page": s.web.URL + "/page",
		"film": link(file(film), "Ключ.mp4"), "picture": link(file(picture), "Ключ.png"),
		"subtitles": link([]byte("WEBVTT\n\n00:00.000 --> 00:02.000\nA key!\n"), "en.vtt"),
		"other":     link([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "Ключ.svg"),
	}
	s.mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!DOCTYPE html><video src="%s"><track default src="%s"></video><img src="%s">`, links["film"], links["subtitles"], links["picture"])
	})
	servertest.Browse(t, "media.mjs", links)
}
