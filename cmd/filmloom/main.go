// Command filmloom makes films from pipelines: it renders, validates and draws them, and serves its
// built-in plugins. `filmloom help` lists the commands.
//
// Exit codes: 0 done, 1 failed, 2 usage, 3 an invalid pipeline or input, 130 interrupted.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/plugins/builtin"
)

// version is set by the linker.
var version = "dev"

// Exit codes of the program.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInvalid     = 3
	exitInterrupted = 130
)

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
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	return report(root, stderr, err)
}

// A usageError is a wrong command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "filmloom",
		Short: "Makes narrated, illustrated, subtitled films from pipelines",
		Long: `Filmloom makes films: it runs a pipeline of stages, declared in HCL, through providers that
write, speak, draw, compose and cut. Without a key and without a network it uses its own.`,
		Example: `  filmloom render -o film.mp4
  filmloom render -i story_topic=bedtime -i art_style=anime -o bedtime.mp4
  filmloom validate pipelines.hcl`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	conf := &settings{}
	flags := root.PersistentFlags()
	flags.StringVar(&conf.data, "data", envOr("FILMLOOM_DATA", "filmloom-data"), "data directory ($FILMLOOM_DATA)")
	flags.StringVar(&conf.pipelines, "pipelines", envOr("FILMLOOM_PIPELINES", ""), "pipelines: a file or a directory ($FILMLOOM_PIPELINES; default ./pipelines.hcl, else the built-in ones)")
	flags.BoolVar(&conf.inProcess, "in-process", false, "run the built-in providers inside this process")
	flags.BoolVarP(&conf.verbose, "verbose", "v", false, "show the log")
	root.AddCommand(
		renderCommand(conf), validateCommand(conf), graphCommand(conf),
		pluginCommand(conf), doctorCommand(conf), versionCommand(),
	)
	for _, c := range root.Commands() {
		strictArgs(c)
	}
	return root
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

// errInterrupted: the user stopped the command; what it did is kept.
var errInterrupted = errors.New("interrupted")
