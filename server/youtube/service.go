package youtube

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/filmloom/filmloom/server/secrets"
	"github.com/filmloom/filmloom/server/store"
)

// Google's addresses.
const (
	googleAuth   = "https://accounts.google.com/o/oauth2/v2/auth"
	googleToken  = "https://oauth2.googleapis.com/token"
	googleUpload = "https://www.googleapis.com/upload/youtube/v3/videos"
)

// Config says what connections are made with. DB, Keys and RedirectURL are needed.
type Config struct {
	DB   *store.DB
	Keys *secrets.Keys
	// ClientID and ClientSecret are the OAuth client's. Without both, nothing can be connected.
	ClientID, ClientSecret string
	// AuthURL is where people agree, TokenURL where tokens are fetched (and, beside it, revoked), UploadURL where
	// films are uploaded (a channel's title is asked of the API beside it). "" means Google's.
	AuthURL, TokenURL, UploadURL string
	// RedirectURL is the address that people come back to; it must be one of those that the client declares.
	RedirectURL func() string
	// Known tells within a transaction whether an account is there; its error is what comes of a connection for one
	// that is not. nil takes every account for one that is.
	Known func(tx *store.Tx, account string) error
	Now   func() time.Time // nil means time.Now
	// HTTP makes the requests; nil means a client of 30 s. Redirects are not followed in any case.
	HTTP *http.Client
	Log  *slog.Logger // nil discards it
}

// A Service keeps the connections. Its methods may be called concurrently.
type Service struct {
	conf     Config
	http     *http.Client
	revoke   string // where tokens are revoked
	channels string // where a channel's title is asked for, or ""
	sleep    func(context.Context, time.Duration) error

	mu      sync.Mutex
	flights map[string]*flight // refreshes in progress, by generation
	fresh   map[string]held    // tokens that were made a moment ago, by generation
}

// New makes the service. Without a client it works, and says ErrNotConfigured.
func New(c Config) (*Service, error) {
	if c.DB == nil || c.Keys == nil || c.RedirectURL == nil {
		return nil, errors.New("youtube: DB, Keys and RedirectURL are needed")
	}
	c.AuthURL, c.TokenURL, c.UploadURL = cmp.Or(c.AuthURL, googleAuth), cmp.Or(c.TokenURL, googleToken), cmp.Or(c.UploadURL, googleUpload)
	for name, address := range map[string]string{"auth": c.AuthURL, "token": c.TokenURL, "upload": c.UploadURL} {
		if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, fmt.Errorf("youtube: the %s address is no http:// or https:// address", name)
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Known == nil {
		c.Known = func(*store.Tx, string) error { return nil }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	client := &http.Client{Timeout: 30 * time.Second}
	if c.HTTP != nil {
		copied := *c.HTTP
		client = &copied
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Service{
		conf: c, http: client, revoke: beside(c.TokenURL, "revoke"), channels: channelsOf(c.UploadURL), sleep: sleep,
		flights: map[string]*flight{}, fresh: map[string]held{},
	}, nil
}

// Configured tells whether there is an OAuth client.
func (s *Service) Configured() bool { return s.conf.ClientID != "" && s.conf.ClientSecret != "" }

// beside is an address with another last part of its path.
func beside(address, last string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery, u.Fragment = "", ""
	return u.JoinPath("..", last).String()
}

// channelsOf is where the API tells of channels whose uploads are at an address, or "" when that cannot be seen.
func channelsOf(upload string) string {
	u, err := url.Parse(upload)
	if err != nil {
		return ""
	}
	before, after, found := strings.Cut(u.Path, "/upload/")
	rest, videos := strings.CutSuffix(after, "/videos")
	if !found || !videos {
		return ""
	}
	u.Path, u.RawPath, u.RawQuery, u.Fragment = before+"/"+rest+"/channels", "", "", ""
	return u.String()
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
