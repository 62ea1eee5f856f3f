package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"go.uber.org/dig"
	"go.uber.org/fx"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/production"
)

// Options are what a server needs beside its settings.
type Options struct {
	// Providers makes the providers that the pipelines use.
	Providers providers.Source
	// Pipelines are the pipelines; nil means those of Config.Pipelines.
	Pipelines pipeline.Source
	// Env looks up environment variables for provider blocks; nil means os.LookupEnv.
	Env func(name string) (string, bool)
	// Version is that of the program.
	Version string
	// Log receives what operators want to know; nil means slog.Default.
	Log *slog.Logger
	// Hash is how much work passwords take; its zero value is a sensible amount. Tests ask for less.
	Hash identity.Argon2
}

// A Server is everything that is served. It can be started once.
type Server struct {
	conf *config.Config
	opts Options
	app  *fx.App

	address  *address
	password string // of the first user, when it was made up
	desk     *production.Desk
	ids      *identity.Service
	ready    *readiness
}

// New makes a server. Nothing is opened before Start.
func New(conf *config.Config, opts Options) (*Server, error) {
	if opts.Providers == nil {
		return nil, errors.New("server: Options.Providers is needed, for example builtin.Plugins()")
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	return &Server{conf: conf, opts: opts, address: &address{public: conf.PublicURL}}, nil
}

// Start opens the data directory, goes on with unfinished work and serves. When it fails everything is closed
// again. The context bounds the start.
func (s *Server) Start(ctx context.Context) error {
	var opened hooks
	s.app = fx.New(
		fx.NopLogger,
		fx.StartTimeout(time.Minute),
		fx.StopTimeout(s.conf.Grace+30*time.Second),
		fx.Supply(s.conf, s.opts, s.opts.Log, s.address),
		fx.Decorate(opened.also),
		storageModule, filmModule, accountModule, httpModule,
		fx.Populate(&s.desk, &s.ids, &s.ready),
		fx.Invoke(s.firstUser),
		erasureModule, adminModule,
	)
	if err := s.app.Err(); err != nil {
		return errors.Join(plainly(err), opened.stop(ctx))
	}
	if err := s.app.Start(ctx); err != nil {
		return plainly(err)
	}
	return nil
}

// hooks remembers what was opened while the rooms were put together. fx stops only what it has started, and it
// starts nothing when a room cannot be made.
type hooks struct{ all []fx.Hook }

// also is a life cycle that is remembered.
func (h *hooks) also(life fx.Lifecycle) fx.Lifecycle { return remembering{life, h} }

type remembering struct {
	fx.Lifecycle
	hooks *hooks
}

// Append implements fx.Lifecycle.
func (r remembering) Append(h fx.Hook) {
	r.hooks.all = append(r.hooks.all, h)
	r.Lifecycle.Append(h)
}

// stop closes what was opened without a start, the last first.
func (h *hooks) stop(ctx context.Context) error {
	var errs []error
	for i := len(h.all) - 1; i >= 0; i-- {
		if one := h.all[i]; one.OnStart == nil && one.OnStop != nil {
			errs = append(errs, one.OnStop(ctx))
		}
	}
	return errors.Join(errs...)
}

// Stop ends everything in order. The context bounds it.
func (s *Server) Stop(ctx context.Context) error {
	if s.app == nil {
		return nil
	}
	if err := s.app.Stop(ctx); err != nil {
		return fmt.Errorf("the server has not stopped cleanly: %w", err)
	}
	return nil
}

// URL is where the server is reached: the public URL, else the address that it listens on.
func (s *Server) URL() string { return s.address.base() }

// Addr is the address that the server listens on, or nil before Start.
func (s *Server) Addr() net.Addr { return s.address.listening() }

// FirstPassword is the password that was made up for the first user, the admin, or "" when none was.
func (s *Server) FirstPassword() string { return s.password }

// Ready waits until everything that films need has answered, or tells what is missing when the context ends.
func (s *Server) Ready(ctx context.Context) error { return s.ready.wait(ctx) }

// Desk is where productions are looked after. It is nil before Start.
func (s *Server) Desk() *production.Desk { return s.desk }

// Identity is who may call. It is nil before Start.
func (s *Server) Identity() *identity.Service { return s.ids }

// firstUser makes the admin where there are no users.
func (s *Server) firstUser(life fx.Lifecycle, ids *identity.Service, conf *config.Config) {
	life.Append(fx.StartHook(func(ctx context.Context) error {
		made, _, err := ids.EnsureAdmin(ctx, conf.AdminPassword.Reveal())
		s.password = made
		return err
	}))
}

// plainly takes the wiring out of an error: people want its cause.
func plainly(err error) error { return dig.RootCause(err) }

// closing makes a hook of what closes something.
func closing(c io.Closer) fx.Hook {
	return fx.Hook{OnStop: func(context.Context) error { return c.Close() }}
}
