package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server"
)

// settings are the flags that all commands share.
type settings struct {
	data      string
	pipelines string
	inProcess bool
	verbose   bool

	given func(flag string) bool // whether it is on the command line
}

// config makes the engine's configuration. A path given as an argument wins over the flag.
func (s *settings) config(stderr io.Writer, path string) (engine.Config, error) {
	conf := engine.Config{Dir: s.data, Providers: builtin.Plugins()}
	switch {
	case server.Mocked(s.data): // what is real is not mixed with what is not
		conf.Providers = builtin.Mock(0)
	case s.inProcess:
		conf.Providers = builtin.InProcess()
	}
	if s.verbose {
		conf.Log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	if path == "" {
		path = s.pipelines
	}
	var err error
	switch {
	case path != "":
		conf.Source, err = pipeline.Load(path)
	default:
		conf.Source, err = pipeline.Load(ownPipelines)
		if errors.Is(err, fs.ErrNotExist) {
			conf.Source, err = pipeline.Source{ownPipelines: filmloom.Pipelines}, nil
		}
	}
	return conf, err
}

// ownPipelines is the file that is used when none is named, and it is there.
const ownPipelines = "pipelines.hcl"

// open opens the engine, and with it the data directory. Whoever opens it closes it.
func (s *settings) open(ctx context.Context, conf engine.Config) (*engine.Engine, error) {
	eng, err := engine.Open(ctx, conf)
	if errors.Is(err, journal.ErrInUse) {
		return nil, fmt.Errorf("the data directory %s is in use by another filmloom (a render, or a server); wait for it, stop it, or name another directory with --data", conf.Dir)
	}
	return eng, err
}

// errNoRuns: a command is about runs and there is no data directory that could have any.
var errNoRuns = errors.New("no runs")

// openRuns opens the engine for a command about earlier runs. It makes no data directory: where there is
// none there are no runs, and the name is probably wrong.
func (s *settings) openRuns(ctx context.Context, stderr io.Writer) (*engine.Engine, error) {
	if _, err := os.Stat(s.data); errors.Is(err, fs.ErrNotExist) {
		return nil, nameError{fmt.Errorf("there are %w: there is no data directory %s; name it with --data, or make a film first with `filmloom render`", errNoRuns, s.data)}
	}
	conf, err := s.config(stderr, "")
	if err != nil {
		return nil, err
	}
	eng, err := s.open(ctx, conf)
	var invalid *engine.InvalidError
	if errors.As(err, &invalid) { // runs have the pipelines that they were started with
		fmt.Fprintf(stderr, "Note: the pipelines are not valid now (%s); earlier runs are not concerned.\n", s.command("validate"))
		conf.Source = pipeline.Source{}
		return s.open(ctx, conf)
	}
	return eng, err
}

// command writes a command line that works with the same settings, for people to copy.
func (s *settings) command(args ...string) string {
	line := []string{"filmloom"}
	for _, f := range []struct{ name, value string }{{"data", s.data}, {"pipelines", s.pipelines}} {
		if s.given != nil && s.given(f.name) {
			line = append(line, "--"+f.name, f.value)
		}
	}
	if s.inProcess {
		line = append(line, "--in-process")
	}
	line = append(line, args...)
	for i, arg := range line {
		line[i] = quoted(arg)
	}
	return strings.Join(line, " ")
}

// quoted writes an argument as a shell reads it.
func quoted(arg string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@%+"
	if arg != "" && strings.IndexFunc(arg, func(r rune) bool { return !strings.ContainsRune(harmless, r) }) < 0 {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
