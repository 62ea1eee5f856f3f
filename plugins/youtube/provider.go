package youtube

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
	"github.com/filmloom/filmloom/providers/remote"
)

const (
	version = "1.0.0"
	// vendor is the name in sentences.
	vendor         = "YouTube"
	defaultAddress = "https://www.googleapis.com/upload/youtube/v3/videos"
	defaultPiece   = 8 << 10 // KiB
	// grain is what the size of every piece but the last is a multiple of, in bytes.
	grain = 256 << 10
	// filmAndAnimation is the category of that name, which every region has.
	filmAndAnimation = "1"
)

// Config is the provider's configuration. All of it may be left out.
type Config struct {
	UploadURL string `json:"upload_url" default:"https://www.googleapis.com/upload/youtube/v3/videos" doc:"Where films are uploaded."`
	ChunkKiB  int    `json:"chunk_kib" default:"8192" min:"256" max:"1048576" unit:"KiB" doc:"Size of the pieces that a film is uploaded in, a multiple of 256. After each piece it is noted how far the upload is."`
	Category  string `json:"category" default:"1" doc:"Number of the category at YouTube; 1 is Film & Animation, 27 Education."`
	StateDir  string `json:"state_dir,omitempty" doc:"The directory where it is noted which upload belongs to which call; by default filmloom/youtube in the user's cache directory."`
}

// New makes the provider. It needs the network, and a token with each call.
func New() providers.Provider { return newProvider().serve() }

func newProvider() *provider {
	return &provider{client: uploader(), now: time.Now, sleep: sleep, stalled: stalled}
}

func (p *provider) serve() providers.Provider {
	return providers.New("youtube", version,
		providers.Summary("Uploads films to YouTube, by the account whose token comes with the call."),
		providers.Config(p.configure),
		providers.Handle(film.VideoPublish, p.publish),
		providers.OnShutdown(func(context.Context) error {
			p.client.CloseIdleConnections()
			return nil
		}),
	)
}

type provider struct {
	client *http.Client
	now    func() time.Time
	sleep  func(ctx context.Context, d time.Duration) error

	stalled time.Duration

	// Set by configure.
	base     *url.URL // nil while not ready
	piece    int64    // bytes
	category string
	notes    *notes
}

// uploader is a client that follows nothing: to this protocol 308 means "go on".
func uploader() *http.Client {
	c := remote.Client()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

var categoryNumber = regexp.MustCompile(`^[0-9]{1,3}$`)

func (p *provider) configure(_ context.Context, conf Config) (providers.Configured, error) {
	var found []providers.ConfigDiagnostic
	wrong := func(attribute, summary string) {
		found = append(found, providers.ConfigDiagnostic{Attribute: attribute, Summary: summary})
	}
	p.base = nil
	base, err := remote.BaseURL(cmp.Or(conf.UploadURL, defaultAddress))
	switch {
	case err != nil:
		wrong("upload_url", "it "+err.Error())
	case remote.Exposes(base):
		found = append(found, providers.ConfigDiagnostic{Attribute: "upload_url", Warning: true, Summary: "tokens travel unencrypted to this address: use https"})
	}
	p.piece = int64(cmp.Or(conf.ChunkKiB, defaultPiece)) << 10
	if p.piece <= 0 || p.piece%grain != 0 {
		wrong("chunk_kib", "it must be a multiple of 256")
	}
	if p.category = cmp.Or(conf.Category, filmAndAnimation); !categoryNumber.MatchString(p.category) {
		wrong("category", `it must be the number of a category, such as "1"`)
	}
	if conf.StateDir != "" && !filepath.IsAbs(conf.StateDir) {
		wrong("state_dir", "it must be an absolute path")
	}
	if i := slices.IndexFunc(found, func(d providers.ConfigDiagnostic) bool { return !d.Warning }); i >= 0 {
		return providers.Configured{
			Problem:     fmt.Sprintf("The provider youtube cannot use its %s: %s.", found[i].Attribute, found[i].Summary),
			Hint:        "correct " + found[i].Attribute + " in the block of the provider youtube",
			Diagnostics: found,
		}, nil
	}
	p.base, p.notes = base, newNotes(conf.StateDir, p.now)
	return providers.Configured{Ready: true, Diagnostics: found}, nil
}

// sleep waits, but no longer than the context lasts.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
