package main

import (
	"fmt"
	"io"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/server/film"
)

func validateCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "validate [PATH]",
		Short: "Checks pipelines without running anything",
		Long: `Checks a pipeline file, or every .hcl file of a directory, against what the plugins can do: names,
types, references, cycles. It prints every finding with its place and exits with 3 if there is one.`,
		Example: `  filmloom validate
  filmloom validate pipelines.hcl`,
		Args: argCount(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := load(s, cmd, args)
			if err != nil {
				return err
			}
			if err := warnOfServer(cmd.ErrOrStderr(), file); err != nil {
				return err
			}
			for _, p := range file.Pipelines {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: valid, %s, %s, %s\n", p.Name,
					count(len(p.Stages), "stage"), count(len(p.Inputs), "input"), count(len(p.Outputs), "output"))
			}
			return nil
		},
	}
}

// warnOfServer prints what of valid pipelines a server could not work with.
func warnOfServer(w io.Writer, file *pipeline.File) error {
	diags := film.Check(file)
	for _, d := range diags {
		d.Severity = hcl.DiagWarning
		d.Detail += " `filmloom serve` does not start with these pipelines; everything else works."
	}
	if len(diags) == 0 {
		return nil
	}
	return pipeline.WriteDiagnostics(w, file.Source, diags, 100, false)
}

func load(s *settings, cmd *cobra.Command, args []string) (*pipeline.File, error) {
	path := ""
	if len(args) > 0 {
		path = args[0]
	}
	conf, err := s.config(cmd.ErrOrStderr(), path)
	if err != nil {
		return nil, err
	}
	return engine.Validate(cmd.Context(), conf)
}

func graphCommand(s *settings) *cobra.Command {
	var format, name string
	c := &cobra.Command{
		Use:   "graph [PATH]",
		Short: "Draws a pipeline's stages",
		Long:  `Draws which stage waits for which, as Mermaid, DOT (Graphviz) or JSON.`,
		Example: `  filmloom graph
  filmloom graph --format dot pipelines.hcl | dot -Tsvg > pipelines.svg`,
		Args: argCount(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := load(s, cmd, args)
			if err != nil {
				return err
			}
			pl, err := choose(file, name)
			if err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			switch format {
			case "mermaid":
				return pl.WriteMermaid(w)
			case "dot":
				return pl.WriteDOT(w)
			case "json":
				return pl.WriteJSON(w)
			}
			return usagef("--format is mermaid, dot or json, not %q", format)
		},
	}
	c.Flags().StringVar(&format, "format", "mermaid", "a `FORMAT`: mermaid, dot or json")
	c.Flags().StringVar(&name, "pipeline", "", "the `NAME` of the pipeline (default: the only one, or story_video)")
	return c
}
