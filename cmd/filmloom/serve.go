package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/config"
)

func serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serves films over HTTP",
		Long: `Serves the REST API, until it is interrupted. The first start makes the user admin, with the password
in $FILMLOOM_ADMIN_PASSWORD or one that is printed once.

Settings come from flags, from environment variables, from a file named with --config, and from their defaults, in
this order; ` + "`filmloom config`" + ` shows the effective ones and where each is from.`,
		Example: `  filmloom serve
  filmloom serve --listen 0.0.0.0:8080 --public-url https://films.example.org
  filmloom serve --mock --data mock-data        # to test a client: films at once, and none real`,
		Args: cobra.NoArgs,
	}
	config.Bind(cmd.Flags(), "data", "pipelines", "in-process")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		conf, err := config.Load(config.Sources{Flags: cmd.Flags(), Environ: os.Environ()})
		if err != nil {
			return wrongSettings(cmd.ErrOrStderr(), err)
		}
		return serve(cmd.Context(), conf, cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
	return cmd
}

func serve(ctx context.Context, conf *config.Config, stdout, stderr io.Writer) error {
	log := serverLog(conf, stderr)
	for _, w := range conf.Warnings {
		log.Warn(w)
	}
	source, err := serverPipelines(conf.Pipelines)
	if err != nil {
		return err
	}
	srv, err := server.New(conf, server.Options{
		Providers: serverProviders(conf), Pipelines: source, Version: version, Log: log,
	})
	if err != nil {
		return err
	}
	if err := srv.Start(ctx); err != nil {
		return err
	}
	if p := srv.FirstPassword(); p != "" {
		fmt.Fprintf(stdout, "The first user is \"admin\", with the password\n\n    %s\n\nIt is shown this once; `filmloom user passwd admin` gives another one.\n\n", p)
	}
	fmt.Fprintf(stdout, "Filmloom %s serves %s\n", version, srv.URL())
	<-ctx.Done()
	log.Info("stopping: requests and short calls are finished; films go on at the next start")
	stop, cancel := context.WithTimeout(context.Background(), conf.Grace+30*time.Second)
	defer cancel()
	return srv.Stop(stop)
}

func serverLog(conf *config.Config, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: conf.LogLevel}
	if conf.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

func serverProviders(conf *config.Config) providers.Source {
	switch {
	case conf.Mock:
		return builtin.Mock(conf.MockDelay)
	case conf.InProcess:
		return builtin.InProcess()
	}
	return builtin.Plugins()
}

// serverPipelines finds the pipelines as the other commands do.
func serverPipelines(path string) (pipeline.Source, error) {
	if path != "" {
		return pipeline.Load(path)
	}
	source, err := pipeline.Load(ownPipelines)
	if errors.Is(err, fs.ErrNotExist) {
		return pipeline.Source{ownPipelines: filmloom.Pipelines}, nil
	}
	return source, err
}
