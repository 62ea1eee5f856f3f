// Command filmloom makes films from pipelines: it renders, revises, validates and draws them, looks after
// what was made, and serves its built-in plugins. `filmloom help` lists the commands.
//
// Exit codes: 0 done, 1 failed, 2 usage, 3 an invalid pipeline or input, 4 the run waits for a person,
// 130 interrupted.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/plugins/builtin"
)

// version is set by the linker.
var version = "dev"

func main() {
	builtin.Main() // does not return when this process is a plugin
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run executes the command line and gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return exitInterrupted
	}
	return report(cmd, stderr, err)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "filmloom",
		Short: "Makes narrated, illustrated, subtitled films from pipelines",
		Long: `Filmloom makes films: it runs a pipeline of stages, declared in HCL, through providers that
write, speak, draw, compose and cut. Without a key and without a network it uses its own.

Exit codes: 0 done, 1 failed, 2 usage, 3 an invalid pipeline or input, 4 the run waits for a person,
130 interrupted.`,
		Example: `  filmloom render -o film.mp4
  filmloom render -i story_topic=bedtime -i art_style=anime -o bedtime.mp4
  filmloom revise --take 'image_generation["scene-02"]' -o film.mp4
  filmloom validate pipelines.hcl`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		var own usageError // of a flag that knows better what is wrong with its value
		if errors.As(err, &own) {
			return own
		}
		return usageError{err}
	})
	conf := &settings{}
	flags := root.PersistentFlags()
	flags.StringVar(&conf.data, "data", envOr("FILMLOOM_DATA", "filmloom-data"), "data directory, a `PATH` ($FILMLOOM_DATA)")
	flags.StringVar(&conf.pipelines, "pipelines", envOr("FILMLOOM_PIPELINES", ""), "pipelines, the `PATH` of a file or a directory ($FILMLOOM_PIPELINES; default ./pipelines.hcl, else the built-in ones)")
	flags.BoolVar(&conf.inProcess, "in-process", false, "run the built-in providers inside this process")
	flags.BoolVarP(&conf.verbose, "verbose", "v", false, "show the log")
	conf.given = flags.Changed
	group(root, "Films:", renderCommand(conf), reviseCommand(conf), runsCommand(conf))
	group(root, "Server:", serveCommand(), configCommand(conf), userCommand(conf), keyCommand(conf), creditsCommand(conf))
	group(root, "Pipelines:", planCommand(conf), validateCommand(conf), fmtCommand(conf), graphCommand(conf))
	group(root, "Care:", doctorCommand(conf), gcCommand(conf), backupCommand(conf), restoreCommand(conf), pluginCommand(conf), versionCommand())
	for _, c := range root.Commands() {
		strictArgs(c)
	}
	return root
}

// group adds commands that the help lists together.
func group(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, c := range commands {
		c.GroupID = title
	}
	root.AddCommand(commands...)
}

// strictArgs makes wrong arguments a usage error.
func strictArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		strictArgs(sub)
	}
}

// many is no bound.
const many = -1

// argCount checks how many arguments there are, and says what the command takes.
func argCount(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && (most == many || len(args) <= most) {
			return nil
		}
		_, takes, _ := strings.Cut(cmd.Use, " ")
		if takes == "" {
			return fmt.Errorf("%s takes no argument, and %q is one", cmd.CommandPath(), args[0])
		}
		given := "none is given"
		if n := len(args); n > 0 {
			given = count(n, "argument") + " given"
		}
		return fmt.Errorf("%s takes %s; %s", cmd.CommandPath(), takes, given)
	}
}

func envOr(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Prints the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "filmloom %s\n", version)
			return err
		},
	}
}
