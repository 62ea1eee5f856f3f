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
	// Patience is how long a client may take nothing of what it is sent; 0 means a minute. Tests ask for less.
	Patience time.Duration
}

// A Server is everything that is served. It can be started once.
type Server struct {
	conf  *config.Config
	opts  Options
	rooms *hooks

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
	if opts.Patience <= 0 {
		opts.Patience = time.Minute
	}
	return &Server{conf: conf, opts: opts, address: &address{public: conf.PublicURL}}, nil
}

// Start opens the data directory, goes on with unfinished work and serves. When it fails everything is closed
// again. The context bounds the start.
func (s *Server) Start(ctx context.Context) error {
	s.rooms = &hooks{grace: s.conf.Grace}
	app := fx.New(
		fx.NopLogger,
		fx.Supply(s.conf, s.opts, s.opts.Log, s.address),
		fx.Decorate(s.rooms.of),
		storageModule, accountModule, filmModule,
		fx.Module("first user", fx.Invoke(s.firstUser)), // is hashed while providers start, and is there for the first request
		httpModule, erasureModule, adminModule,
		fx.Populate(&s.desk, &s.ids, &s.ready),
		fx.Invoke(beginNoMore), // the first at the stop
	)
	if err := app.Err(); err != nil {
		return errors.Join(dig.RootCause(err), s.rooms.stop(context.WithoutCancel(ctx))) // people want the cause, without the wiring
	}
	return s.rooms.start(ctx)
}

// Stop ends everything in order, within Config.Grace and a moment. The context bounds how long it waits for that.
func (s *Server) Stop(ctx context.Context) error {
	if s.rooms == nil {
		return nil
	}
	if err := s.rooms.stopWithin(ctx); err != nil {
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

// closing makes a hook of what closes something.
func closing(c io.Closer) fx.Hook {
	return fx.Hook{OnStop: func(context.Context) error { return c.Close() }}
}
