package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/plugin"
)

func pluginCommand(s *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "plugin",
		Short: "Lists plugins and serves built-in ones",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(pluginListCommand(s), pluginNewCommand(), pluginTestCommand(s), pluginServeCommand())
	return c
}

func pluginListCommand(s *settings) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "Lists the providers, what they can do and whether they can work here",
		Example: `  filmloom plugin list
  filmloom plugin list --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			conf, err := s.config(cmd.ErrOrStderr(), "")
			if err != nil {
				return err
			}
			all, err := engine.Inspect(cmd.Context(), conf)
			if err != nil {
				return err
			}
			if asJSON {
				return listJSON(cmd.OutOrStdout(), all)
			}
			return listTable(cmd.OutOrStdout(), all)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func capabilityNames(p engine.ProviderStatus) []string {
	names := []string{}
	for _, spec := range p.Description.Capabilities {
		names = append(names, spec.Name)
	}
	slices.Sort(names)
	return names
}

func listTable(w io.Writer, all []engine.ProviderStatus) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PROVIDER\tVERSION\tSTATE\tCAPABILITIES")
	for _, p := range all {
		state := "ready"
		if !p.Ready {
			state = "not ready"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", p.Name, p.Description.Version, state, strings.Join(capabilityNames(p), " "))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, p := range all {
		if !p.Ready {
			fmt.Fprintf(w, "\n%s: %s\n", p.Name, p.Problem)
			if p.Hint != "" {
				fmt.Fprintf(w, "  %s\n", p.Hint)
			}
		}
	}
	return nil
}

func listJSON(w io.Writer, all []engine.ProviderStatus) error {
	type row struct {
		Name         string   `json:"name"`
		Plugin       string   `json:"plugin"`
		Version      string   `json:"version"`
		Summary      string   `json:"summary"`
		Capabilities []string `json:"capabilities"`
		Ready        bool     `json:"ready"`
		Problem      string   `json:"problem,omitempty"`
		Hint         string   `json:"hint,omitempty"`
	}
	rows := []row{}
	for _, p := range all {
		rows = append(rows, row{p.Name, p.Plugin, p.Description.Version, p.Description.Summary, capabilityNames(p), p.Ready, p.Problem, p.Hint})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(rows)
}

func pluginServeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve NAME",
		Short: "Serves a built-in plugin to a host that has started this process",
		Long: `Serves a built-in plugin over the plugin protocol. A host starts this command itself, for example
from a plugin block: command = ["filmloom", "plugin", "serve", "illustrator"]. Started by hand it
says so and ends.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := builtin.InProcess().Open(cmd.Context(), args[0], providers.OpenOptions{})
			if err != nil {
				return usageError{err}
			}
			plugin.Serve(p) // never returns
			return nil
		},
	}
}
