package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/server/config"
)

func configCommand(_ *settings) *cobra.Command {
	var asJSON, example bool
	c := &cobra.Command{
		Use:   "config",
		Short: "Shows the settings of the server, and where each is from",
		Long: `Shows the settings that the server would start with, as a configuration file, and where each is from: a
flag, a variable of the environment, a file, or its default. Secrets are only said to be set. When something is wrong it
says all of it and exits with 2.

Flags and variables are those of ` + "`filmloom serve`" + `; give them here to try them.`,
		Example: `  filmloom config
  filmloom config --config /etc/filmloom.conf.hcl --json
  filmloom config --example > filmloom.conf.hcl`,
		Args: argCount(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if example {
				return config.WriteExample(cmd.OutOrStdout())
			}
			conf, err := config.Load(config.Sources{Flags: cmd.Flags(), Environ: os.Environ()})
			if err != nil {
				return wrongSettings(cmd.ErrOrStderr(), err)
			}
			for _, w := range conf.Warnings {
				fmt.Fprintf(cmd.ErrOrStderr(), "Note: %s\n", w)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), conf.Describe())
			}
			return conf.Write(cmd.OutOrStdout())
		},
	}
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&example, "example", false, "print a file with every setting and its default instead")
	c.MarkFlagsMutuallyExclusive("json", "example")
	config.Bind(f, "data", "pipelines", "in-process")
	return c
}

// wrongSettings says everything that is wrong with settings, and ends the command as a wrong command line.
func wrongSettings(w io.Writer, err error) error {
	var invalid *config.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	if len(invalid.Problems) == 1 {
		fmt.Fprintf(w, "Error: %s\n", invalid.Problems[0])
		return exit(exitUsage)
	}
	fmt.Fprintf(w, "Error: the settings have %s.\n", count(len(invalid.Problems), "problem"))
	for _, p := range invalid.Problems {
		fmt.Fprintf(w, "  %s\n", p)
	}
	return exit(exitUsage)
}
