package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
)

// Exit codes of the program.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInvalid     = 3
	exitPaused      = 4
	exitInterrupted = 130
)

// An exit ends the command with a code; whatever there was to say has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// A usageError is a wrong command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// A nameError is a command line that names what there is not: the text says what there is instead, and
// the command's help would be of no use.
type nameError struct{ error }

func (e nameError) Unwrap() error { return e.error }

func namef(format string, args ...any) error { return nameError{fmt.Errorf(format, args...)} }

// A valueError is a value on the command line that cannot be used.
type valueError struct{ error }

func (e valueError) Unwrap() error { return e.error }

// report prints an error for people and gives the exit code. cmd is the command that failed.
func report(cmd *cobra.Command, w io.Writer, err error) int {
	var code exit
	var usage usageError
	var name nameError
	var value valueError
	var invalid *engine.InvalidError
	var input *inputError
	var revise *reviseError
	var notReady *engine.NotReadyError
	var failed *failedRun
	switch {
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &invalid):
		printDiagnostics(w, invalid.Source, invalid.Diagnostics)
		return exitInvalid
	case errors.As(err, &input):
		printDiagnostics(w, input.source, input.diagnostics())
		return exitInvalid
	case errors.As(err, &revise):
		revise.print(w)
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
	case errors.As(err, &failed):
		failed.print(w)
		return exitFailed
	case errors.As(err, &name):
		fmt.Fprintf(w, "Error: %s\n", sentence(err.Error()))
		return exitUsage
	case errors.As(err, &value):
		fmt.Fprintf(w, "Error: %s\n", sentence(err.Error()))
		return exitInvalid
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"):
		fmt.Fprintf(w, "Error: %s\nSee `%s --help`.\n", sentence(firstLine(err)), cmd.CommandPath())
		return exitUsage
	}
	fmt.Fprintf(w, "Error: %s\n", sentence(err.Error()))
	return exitFailed
}

// firstLine leaves out what cobra adds to an unknown command.
func firstLine(err error) string {
	line, more, _ := strings.Cut(err.Error(), "\n")
	if near := strings.Fields(strings.TrimPrefix(strings.TrimSpace(more), "Did you mean this?")); len(near) > 0 {
		line += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return line
}

// sentence ends a text with a full stop unless it has an end already.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasSuffix(s, "?") || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + "."
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

// A failedRun is a run that failed, with what the user can do then.
type failedRun struct {
	run  *engine.RunError
	next string // a sentence
}

func (e *failedRun) Error() string { return e.run.Error() }
func (e *failedRun) Unwrap() error { return e.run }

func (e *failedRun) print(w io.Writer) {
	fmt.Fprintf(w, "Error: %s\n", sentence(failureText(e.run)))
	if e.run.Hint != "" {
		fmt.Fprintf(w, "Hint: %s\n", sentence(e.run.Hint))
	}
	fmt.Fprintln(w, e.next)
}

// failureText says what failed, at whom, after how many attempts and why.
func failureText(e *engine.RunError) string {
	what := e.Address
	if what == "" {
		what = "the run"
	}
	switch {
	case e.Provider == "" || e.Attempts == 0:
		return fmt.Sprintf("%s failed: %s", what, e.Message)
	default:
		return fmt.Sprintf("%s failed at %s after %s: %s", what, e.Provider, count(e.Attempts, "attempt"), e.Message)
	}
}
