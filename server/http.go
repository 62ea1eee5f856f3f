package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"go.uber.org/fx"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/server/apidocs"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/limits"
	"github.com/filmloom/filmloom/server/media"
	"github.com/filmloom/filmloom/server/metrics"
	"github.com/filmloom/filmloom/server/patience"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/production"
	"github.com/filmloom/filmloom/server/secrets"
	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/studioapi"
	"github.com/filmloom/filmloom/server/videoapi"
	"github.com/filmloom/filmloom/server/web"
	"github.com/filmloom/filmloom/server/webhooks"
	"github.com/filmloom/filmloom/server/youtube"
)

// httpModule serves.
var httpModule = fx.Module("http",
	fx.Provide(mediaConfig, siteConfig, videoConfig, studioConfig),
	media.Module, web.Module, videoapi.Module, studioapi.Module,
	fx.Invoke(mountFiles, mountCare, serve),
)

func mediaConfig(conf *config.Config, at *address, files artifact.Store, keys *secrets.Keys, log *slog.Logger) media.Config {
	return media.Config{Store: files, Key: keys.For("media"), Base: at.base, Lifetime: conf.MediaLifetime, Log: log}
}

func siteConfig(conf *config.Config, at *address, m *metrics.Metrics, log *slog.Logger) web.SiteConfig {
	return web.SiteConfig{
		Base: at.base, Origins: conf.CORSOrigins, MaxBody: int64(conf.MaxBody), Log: log, Wrap: m.Route,
		Address: func(r *http.Request) netip.Addr { return limits.ClientAddress(r, conf.TrustedProxies) },
	}
}

// mountFiles serves what no API does: films and pictures, and the pages about the APIs.
func mountFiles(site *web.Site, given *media.Media) {
	site.Mount(media.Prefix, site.Open(given.Handler()))
	for prefix, title := range map[string]string{videoapi.Prefix: "Filmloom Video API", studioapi.Prefix: "Filmloom Studio API"} {
		docs := apidocs.Handler(prefix, prefix+"/openapi.json", title)
		site.Mount("GET "+prefix+"/docs", docs)
		site.Mount("GET "+prefix+"/docs/", docs)
	}
}

func videoConfig(opts Options, desk *production.Desk, ids *identity.Service, given *media.Media, keys *idempotency.Book,
	g *gate, set plans.Set, ledger *credits.Ledger, conf *config.Config, m *metrics.Metrics,
) videoapi.Config {
	return videoapi.Config{
		Desk: desk, Identity: ids, Media: given, Keys: keys, Version: opts.Version,
		Admit: g.admit, Stranger: g.request, Login: g.login, LoggedIn: func(err error) { m.Login(loginOutcome(err)) }, Plans: set, Credits: ledger, Space: space(conf),
	}
}

func loginOutcome(err error) metrics.LoginOutcome {
	var throttled *identity.ThrottledError
	switch {
	case err == nil:
		return metrics.LoginSucceeded
	case errors.As(err, &throttled):
		return metrics.LoginLimited
	case errors.Is(err, identity.ErrIncorrect):
		return metrics.LoginRefused
	}
	return "" // it was given up, or the database failed
}

func studioConfig(conf *config.Config, opts Options, desk *production.Desk, eng *engine.Engine, db *store.DB, ids *identity.Service,
	given *media.Media, keys *idempotency.Book, g *gate, set plans.Set, ledger *credits.Ledger, hooks *webhooks.Service,
	channels *youtube.Service, own *secrets.Keys, at *address, log *slog.Logger,
) studioapi.Config {
	return studioapi.Config{
		Desk: desk, Engine: eng, Store: db, Identity: ids, Media: given, Keys: keys, Plans: set, Credits: ledger, Webhooks: hooks,
		YouTube: channels, Secrets: own, Base: at.base,
		Version: opts.Version, Registration: conf.Registration, Admit: g.admit, Login: g.login, Stranger: g.request, Space: space(conf), Log: log,
	}
}

// space tells whether there is room on the disk for one more film.
func space(conf *config.Config) func() bool {
	return func() bool {
		free, err := metrics.Free(conf.Data)
		return err != nil || free >= uint64(conf.MinFreeDisk) // what cannot be found out is no reason to stop
	}
}

// serve listens from the start to the stop.
func serve(life fx.Lifecycle, conf *config.Config, opts Options, at *address, site *web.Site, m *metrics.Metrics, log *slog.Logger) {
	streams, end := context.WithCancel(context.Background())
	srv := newHTTP(m.HTTP(site), log)
	srv.BaseContext = func(net.Listener) context.Context { return streams }
	// Shutdown waits for requests; those that would go on for ever must be told to end.
	srv.RegisterOnShutdown(func() { site.EndStreams() })
	listening(life, srv, conf.Listen, opts.Patience, at.listen, end, log)
	if conf.MetricsListen != "" && conf.MetricsListen != config.Off {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", m.Handler())
		listening(life, newHTTP(mux, log), conf.MetricsListen, opts.Patience, func(net.Addr) {}, func() {}, log)
	}
}

func newHTTP(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

func listening(life fx.Lifecycle, srv *http.Server, at string, wait time.Duration, tell func(net.Addr), end func(), log *slog.Logger) {
	served := make(chan struct{})
	life.Append(fx.Hook{
		OnStart: func(ctx context.Context) error {
			l, err := new(net.ListenConfig).Listen(ctx, "tcp", at)
			if err != nil {
				return cannotListen(at, err)
			}
			tell(l.Addr())
			go func() {
				defer close(served)
				if err := srv.Serve(patience.Listen(l, wait)); !errors.Is(err, http.ErrServerClosed) {
					log.Error("the server cannot accept connections any more", "error", err)
				}
			}()
			return nil
		},
		OnStop: func(ctx context.Context) error {
			err := srv.Shutdown(ctx)
			end()
			if err != nil {
				err = srv.Close() // who is still not done has had its time
			}
			<-served
			return err
		},
	})
}

// cannotListen says what is wrong with an address in a sentence.
func cannotListen(at string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s is in use by another program; stop it, or name another address with --listen", at)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s may not be listened on by this user; ports below 1024 are for root; name another address with --listen", at)
	}
	return fmt.Errorf("the server cannot listen on %s: %w", at, err)
}
