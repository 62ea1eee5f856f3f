package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/config"
)

func doctorCommand(s *settings) *cobra.Command {
	var rebuild bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Checks what this machine needs to make films",
		Long: `Starts every provider and says which can work here and what mends the others, checks the pipelines,
and tries the data directory. It exits with 1 when a pipeline cannot be served.

With --rebuild it also makes anew what a server has derived from the journal: the lists of tasks and projects, and
their summaries. The server must not run meanwhile.`,
		Example: `  filmloom doctor
  filmloom doctor --rebuild
  filmloom --pipelines my-pipelines.hcl doctor`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			conf, err := s.config(cmd.ErrOrStderr(), "")
			if err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			file, err := engine.Validate(cmd.Context(), conf)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "✓ pipelines: %d, valid\n", len(file.Pipelines))
			all, err := engine.Inspect(cmd.Context(), conf)
			if err != nil {
				return err
			}
			missing := unserved(file, all)
			for _, p := range all {
				describeProvider(w, p, missing != nil)
			}
			problem := errors.Join(missing, writable(s.data))
			if problem == nil {
				fmt.Fprintf(w, "✓ data directory: %s\n", s.data)
			}
			if rebuild {
				problem = errors.Join(problem, rebuildRecords(cmd.Context(), w, conf))
			}
			return problem
		},
	}
	c.Flags().BoolVar(&rebuild, "rebuild", false, "make a server's lists and summaries anew")
	return c
}

// rebuildRecords makes what a server has derived anew.
func rebuildRecords(ctx context.Context, w io.Writer, conf engine.Config) error {
	settings := config.Default()
	settings.Data, settings.Mock = conf.Dir, server.Mocked(conf.Dir)
	all, mended, err := server.Rebuild(ctx, settings, server.Options{Providers: conf.Providers, Pipelines: conf.Source, Log: conf.Log})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "✓ records: %s looked at, %d mended\n", count(all, "production"), mended)
	return nil
}

// describeProvider says whether a provider can work. One that cannot is marked as wrong only where something
// is missing without it.
func describeProvider(w io.Writer, p engine.ProviderStatus, missed bool) {
	if p.Ready {
		fmt.Fprintf(w, "✓ %s %s: ready\n", p.Name, p.Description.Version)
		for _, warning := range p.Warnings {
			fmt.Fprintf(w, "    %s\n", warning)
		}
		for _, capability := range slices.Sorted(maps.Keys(p.Off)) {
			fmt.Fprintf(w, "    without %s: %s\n", capability, p.Off[capability])
		}
		return
	}
	mark := "–"
	if missed {
		mark = "✗"
	}
	fmt.Fprintf(w, "%s %s %s: %s\n", mark, p.Name, p.Description.Version, p.Problem)
	if p.Hint != "" {
		fmt.Fprintf(w, "    %s\n", p.Hint)
	}
}

// spare tells whether a stage does nothing unless somebody asks for it: with the inputs' defaults it is skipped or
// has no instance.
func spare(pl *pipeline.Pipeline, st *pipeline.Stage) bool {
	inputs, problems := pl.ResolveInputs(nil)
	if len(problems) > 0 {
		return false
	}
	x, diags := pl.Expand(st, pipeline.Scope{Inputs: inputs})
	return !diags.HasErrors() && !x.Unknown && (x.Skipped || len(x.Instances) == 0)
}

// unserved says which capabilities that a pipeline needs nobody can serve.
func unserved(file *pipeline.File, all []engine.ProviderStatus) error {
	var missing []string
	for _, pl := range file.Pipelines {
		for _, st := range pl.Stages {
			if st.Pipeline != nil || st.Capability == engine.ApprovalWait || spare(pl, st) {
				continue // its own stages are looked at, or a person serves it, or it waits for a wish
			}
			served := slices.ContainsFunc(all, func(p engine.ProviderStatus) bool {
				_, ok := p.Description.Capability(st.Capability)
				if _, off := p.Off[st.Capability]; off {
					ok = false
				}
				route := file.Routes[st.Capability]
				listed := route == nil || slices.Contains(route.Prefer, p.Name) || slices.Contains(route.Fallback, p.Name)
				if st.Provider != "" {
					listed = p.Name == st.Provider
				}
				return ok && p.Ready && listed
			})
			if !served && !slices.Contains(missing, st.Capability) {
				missing = append(missing, st.Capability)
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("nobody can serve %s on this machine", strings.Join(missing, ", "))
}

// writable tries to make a file in the directory, or in the nearest parent that exists.
func writable(dir string) error {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".filmloom-*")
	if err != nil {
		return fmt.Errorf("the data directory cannot be written: %w", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
