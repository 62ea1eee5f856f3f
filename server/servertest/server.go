package servertest

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
)

// AdminPassword is the admin's.
const AdminPassword = "the admin's password"

// Options say what server a test wants.
type Options struct {
	Providers providers.Source     // needed
	Pipelines pipeline.Source      // nil means Config.Pipelines, or the file pipelines.hcl above the test
	Config    func(*config.Config) // changes the settings
	Log       io.Writer            // nil discards the log
}

// A Server is one that runs for a test.
type Server struct {
	*server.Server
	t        testing.TB
	opts     Options
	conf     *config.Config
	promises promises
}

// Start starts a server on a new directory and a free port.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	conf := config.Default()
	conf.Data, conf.Listen, conf.AdminPassword = t.TempDir(), "127.0.0.1:0", config.NewSecret(AdminPassword)
	conf.Grace = 2 * time.Second
	if o.Config != nil {
		o.Config(conf)
	}
	s := &Server{t: t, opts: o, conf: conf}
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *Server) start() {
	s.t.Helper()
	log := slog.New(slog.DiscardHandler)
	if s.opts.Log != nil {
		log = slog.New(slog.NewTextHandler(s.opts.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	srv, err := server.New(s.conf, server.Options{
		Providers: s.opts.Providers, Pipelines: s.opts.Pipelines, Version: "test", Log: log,
		Env:  func(string) (string, bool) { return "", false },
		Hash: identity.Argon2{Memory: 8, Time: 1, Threads: 1},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	if err := srv.Start(ctx); err != nil {
		s.t.Fatal(err)
	}
	s.Server = srv
	if err := srv.Ready(ctx); err != nil {
		s.t.Error(err)
	}
}

func (s *Server) stop() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		s.t.Error(err)
	}
}

// Restart stops the server and starts it again on the same directory and port.
func (s *Server) Restart() {
	s.t.Helper()
	s.Offline(func(string) {})
}

// Offline stops the server, has something done to its directory, and starts it again on the same port.
func (s *Server) Offline(do func(dir string)) {
	s.t.Helper()
	s.conf.Listen = s.Addr().String()
	s.stop()
	do(s.conf.Data)
	s.start()
}

// Dir is the data directory.
func (s *Server) Dir() string { return s.conf.Data }
