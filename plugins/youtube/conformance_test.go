package youtube_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/filmloom/filmloom/plugins/youtube"
	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/plugin"
	"github.com/filmloom/filmloom/providers/providertest"
)

// entrusted gives a token to each call that comes without one, as a host does.
type entrusted struct {
	providers.Provider
	token string
}

func (e entrusted) Execute(ctx context.Context, call *providers.Call) (*providers.Result, error) {
	if call.Secrets == nil {
		call.Secrets = map[string]string{"token": e.token}
	}
	return e.Provider.Execute(ctx, call)
}

func conforming(t *testing.T, vendor *youtubetest.Server) providertest.Options {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(path, make([]byte, 300<<10), 0o400); err != nil {
		t.Fatal(err)
	}
	return providertest.Options{
		Config: json.RawMessage(fmt.Sprintf(`{"upload_url": %q, "state_dir": %q, "chunk_kib": 256}`, vendor.UploadURL(), filepath.Join(t.TempDir(), "state"))),
		Inputs: map[string]json.RawMessage{
			film.VideoPublish.Name: []byte(fmt.Sprintf(`{"video": {"path": %q}, "title": "The Lamp", "tags": ["lamp"]}`, path)),
		},
		Contracts: []providers.CapabilitySpec{film.VideoPublish.Spec()},
	}
}

func TestConformance(t *testing.T) {
	vendor := youtubetest.New(t)
	token := vendor.Token(youtubetest.ScopeUpload)
	o := conforming(t, vendor)
	providertest.Run(t, func() (providers.Provider, error) { return entrusted{youtube.New(), token}, nil }, o)
	if len(vendor.Videos()) == 0 {
		t.Error("nothing was uploaded")
	}
}

// The calls are tried above; the suite has no token for a process.
func TestConformanceAsAPlugin(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the test's own program is known by /proc/self/exe")
	}
	o := conforming(t, youtubetest.New(t))
	o.Inputs = nil
	o.Without = []string{"by-hand", "calls"}
	providertest.RunCommand(t, plugin.Spec{Name: "youtube", Command: []string{"/proc/self/exe"}, Env: []string{"FILMLOOM_BUILTIN_PLUGIN=youtube"}}, o)
}
