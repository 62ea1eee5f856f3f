package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/filmloom/filmloom"
	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/plugins/builtin"
)

// settings are the flags that all commands share.
type settings struct {
	data      string
	pipelines string
	inProcess bool
	verbose   bool
}

// config makes the engine's configuration. A path given as an argument wins over the flag.
func (s *settings) config(stderr io.Writer, path string) (engine.Config, error) {
	conf := engine.Config{Dir: s.data, Providers: builtin.Plugins()}
	if s.inProcess {
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
		conf.Source, err = pipeline.Load("pipelines.hcl")
		if errors.Is(err, fs.ErrNotExist) {
			conf.Source, err = pipeline.Source{"pipelines.hcl": filmloom.Pipelines}, nil
		}
	}
	return conf, err
}

// report prints an error for people and gives the exit code.
func report(root *cobra.Command, w io.Writer, err error) int {
	var usage usageError
	var invalid *engine.InvalidError
	var input *inputError
	var notReady *engine.NotReadyError
	switch {
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &invalid):
		printDiagnostics(w, invalid.Source, invalid.Diagnostics)
		return exitInvalid
	case errors.As(err, &input):
		printDiagnostics(w, input.source, input.diagnostics())
		return exitInvalid
	case errors.As(err, &notReady):
		fmt.Fprintf(w, "Error: %s cannot start on this machine; nothing has been done.\n", notReady.Pipeline)
		for _, m := range notReady.Missing {
			fmt.Fprintf(w, "  %s\n", m.Problem)
			if m.Hint != "" {
				fmt.Fprintf(w, "    %s\n", m.Hint)
			}
		}
		return exitFailed
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"):
		fmt.Fprintf(w, "Error: %v.\nSee `%s --help`.\n", strings.TrimSuffix(err.Error(), "."), root.Name())
		return exitUsage
	}
	fmt.Fprintf(w, "Error: %v\n", err)
	return exitFailed
}

func printDiagnostics(w io.Writer, src pipeline.Source, diags hcl.Diagnostics) {
	width, color := 0, false
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		width, _, _ = term.GetSize(int(f.Fd()))
		color = os.Getenv("NO_COLOR") == ""
	}
	if err := pipeline.WriteDiagnostics(w, src, diags, uint(max(width, 0)), color); err != nil {
		fmt.Fprintln(w, diags)
	}
}
