package server

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/film"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/media"
	"github.com/filmloom/filmloom/server/metrics"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/secrets"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/studioapi"
	"github.com/filmloom/filmloom/server/webhooks"
	"github.com/filmloom/filmloom/server/youtube"
)

// filmModule runs the engine and looks after the films in the making.
var filmModule = fx.Module("films",
	fx.Provide(youtubeConfig, openEngine, webhooksConfig, deskConfig, metricsSources, newReadiness),
	youtube.Module, webhooks.Module, production.Module, metrics.Module,
	fx.Invoke(keepClean),
)

func youtubeConfig(conf *config.Config, db *store.DB, keys *secrets.Keys, at *address, log *slog.Logger) youtube.Config {
	return youtube.Config{
		DB: db, Keys: keys, Known: identity.Known, ClientID: conf.YouTubeClientID, ClientSecret: conf.YouTubeClientSecret.Reveal(),
		AuthURL: conf.YouTubeAuthURL, TokenURL: conf.YouTubeTokenURL, UploadURL: conf.YouTubeUploadURL,
		RedirectURL: func() string { return at.base() + studioapi.Prefix + "/youtube/callback" }, Log: log,
	}
}

// channelSecrets gives the tokens of uploads, and says to the person what is in the way.
func channelSecrets(channels *youtube.Service) func(context.Context, string) (string, error) {
	return func(ctx context.Context, reference string) (string, error) {
		token, err := channels.Secret(ctx, reference)
		kind := providers.KindUnauthorized
		switch {
		case err == nil:
			return token, nil
		case errors.Is(err, youtube.ErrUnavailable):
			kind = providers.KindUnavailable
		case !errors.Is(err, youtube.ErrNotConnected) && !errors.Is(err, youtube.ErrNotConfigured):
			return "", err
		}
		said := providers.Errorf(kind, "the YouTube channel: %w", err)
		text := err.Error()
		said.User = strings.ToUpper(text[:1]) + text[1:] + "."
		return "", said
	}
}

// environment is what the pipelines' provider blocks see: the environment, and what the server knows better.
func environment(conf *config.Config, env func(string) (string, bool)) func(string) (string, bool) {
	if env == nil {
		env = os.LookupEnv
	}
	return func(name string) (string, bool) {
		switch name {
		case "FILMLOOM_YOUTUBE_UPLOAD_URL":
			return conf.YouTubeUploadURL, conf.YouTubeUploadURL != ""
		case "FILMLOOM_YOUTUBE_STATE_DIR":
			dir, err := filepath.Abs(filepath.Join(conf.Data, "youtube"))
			return dir, err == nil
		}
		return env(name)
	}
}

func openEngine(life fx.Lifecycle, conf *config.Config, opts Options, j journal.Journal, files artifact.Store, m *metrics.Metrics, channels *youtube.Service, log *slog.Logger) (*engine.Engine, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	eng, err := engine.Open(ctx, engine.Config{
		Journal: j, Artifacts: files, Pipelines: conf.Pipelines, Source: opts.Pipelines, Providers: opts.Providers,
		CPUs: conf.CPUs, Log: log, Env: environment(conf, opts.Env), Observe: m.Observe,
		Secrets: channelSecrets(channels),
	})
	if err != nil {
		return nil, err
	}
	life.Append(fx.Hook{OnStop: func(ctx context.Context) error {
		eng.Drain(ctx)
		return eng.Close()
	}})
	file := eng.Pipelines()
	if err := film.Missing(file); err != nil {
		return nil, errors.Join(err, eng.Close())
	}
	if diags := film.Check(file); diags.HasErrors() {
		return nil, errors.Join(&engine.InvalidError{Source: file.Source, Diagnostics: diags}, eng.Close())
	}
	return eng, nil
}

func webhooksConfig(conf *config.Config, db *store.DB, keys *secrets.Keys, given *media.Media, m *metrics.Metrics, log *slog.Logger) webhooks.Config {
	const purpose = "webhooks"
	return webhooks.Config{
		DB: db, Known: identity.Known, Allow: conf.WebhookAllow, Render: studioapi.Render(given), Log: log,
		Seal:    func(plain []byte, aad string) ([]byte, error) { return keys.Seal(purpose, plain, []byte(aad)), nil },
		Unseal:  func(sealed []byte, aad string) ([]byte, error) { return keys.Open(purpose, sealed, []byte(aad)) },
		Observe: m.Delivery,
	}
}

func deskConfig(conf *config.Config, db *store.DB, eng *engine.Engine, ledger *credits.Ledger, hooks *webhooks.Service, log *slog.Logger) production.Config {
	queue := conf.MaxQueue
	if queue == 0 {
		queue = -1
	}
	return production.Config{
		Store: db, Engine: eng, Active: conf.MaxActive, Queue: queue, Retention: conf.Retention, Log: log,
		Listed: listed, Known: identity.Known,
		Hooks: []production.Hook{settle(ledger), studioapi.Follow(hooks, db)},
	}
}

func metricsSources(conf *config.Config, opts Options, db *store.DB, eng *engine.Engine, desk *production.Desk) metrics.Sources {
	return metrics.Sources{Engine: eng, Database: db.Badger(), Dir: conf.Data, Queue: desk.Load, Version: opts.Version}
}

// When what is not needed any more is removed: each hour, and once soon after the server has got ready, since it may
// never run for an hour. It leaves films that go on alone until then.
const (
	cleaning      = time.Hour
	firstCleaning = time.Minute
)

// keepClean removes deleted productions, files that nothing refers to, and what the database does not need.
func keepClean(life fx.Lifecycle, ready *readiness, desk *production.Desk, db *store.DB, log *slog.Logger) {
	inBackground(life, func(ctx context.Context) {
		again(ctx, ready.done, func() { clean(ctx, desk, db, log) })
	})
}

// again cleans until the context ends.
func again(ctx context.Context, ready <-chan struct{}, clean func()) {
	next := time.NewTimer(cleaning)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ready:
			ready = nil
			next.Reset(firstCleaning)
		case <-next.C:
			clean()
			next.Reset(cleaning)
		}
	}
}

// inBackground does something from the start until the stop, which waits for it.
func inBackground(life fx.Lifecycle, fn func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	life.Append(fx.StartStopHook(func() {
		go func() {
			defer close(done)
			fn(ctx)
		}()
	}, func() {
		cancel()
		<-done
	}))
}

func clean(ctx context.Context, desk *production.Desk, db *store.DB, log *slog.Logger) {
	gone, err := desk.Clean(ctx)
	if err == nil {
		err = db.Reclaim(ctx)
	}
	if err != nil && ctx.Err() == nil {
		log.Error("what is not needed cannot be removed", "error", err)
		return
	}
	if gone.Artifacts > 0 {
		log.Info("removed files that nothing refers to", "files", gone.Artifacts, "bytes", gone.Bytes)
	}
}

// readiness tells whether films can be made: the plan of one configures every provider that it needs.
type readiness struct {
	eng  *engine.Engine
	done chan struct{} // closed when everything has answered

	mu  sync.Mutex
	why error // not, as far as it is known
}

// retry is how often what is missing is looked for again.
const retry = 2 * time.Second

func newReadiness(life fx.Lifecycle, eng *engine.Engine, log *slog.Logger) *readiness {
	r := &readiness{eng: eng, done: make(chan struct{}), why: errors.New("the providers have not answered yet")}
	inBackground(life, func(ctx context.Context) { r.ask(ctx, log) })
	return r
}

// ask asks until everything has answered.
func (r *readiness) ask(ctx context.Context, log *slog.Logger) {
	logged := ""
	r.wake(ctx)
	for {
		var err error
		for _, name := range film.Pipelines() {
			if _, err = r.eng.Plan(ctx, name, nil); err != nil {
				break
			}
		}
		if err == nil {
			close(r.done)
			return
		}
		if ctx.Err() != nil {
			return
		}
		r.mu.Lock()
		r.why = err
		r.mu.Unlock()
		if text := err.Error(); text != logged {
			logged = text
			log.Warn("films cannot be made yet", "error", strings.ReplaceAll(text, "\n", "; "))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(retry):
		}
	}
}

// wake starts the providers that films need, all at the same time.
func (r *readiness) wake(ctx context.Context) {
	var wg sync.WaitGroup
	woken := map[string]bool{}
	for _, name := range film.Pipelines() {
		for _, stage := range r.eng.Pipelines().Pipeline(name).Stages {
			if c := stage.Capability; c != "" && !woken[c] {
				woken[c] = true
				wg.Go(func() { r.eng.Serves(ctx, c) })
			}
		}
	}
	wg.Wait()
}

// check tells why films cannot be made, or nil.
func (r *readiness) check() error {
	select {
	case <-r.done:
		return nil
	default:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why
}

func (r *readiness) wait(ctx context.Context) error {
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return r.check()
	}
}
