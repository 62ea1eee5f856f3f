package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

// A delivery follows a run, shows its progress and writes what it gave: what render, revise, resume and
// approve have in common.
type delivery struct {
	settings *settings
	stdout   io.Writer
	stderr   io.Writer

	output   string // a file, or "" for one named after the film's title
	name     string // of the pipeline's output that is written; "" for the usual one
	json     bool
	progress string

	since   time.Time // when the command began
	same    bool      // the same command goes on with the run
	partial bool      // the run stops early, so that there may be no film
}

// flags adds what says how a run is shown and written.
func (d *delivery) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&d.output, "output", "o", "", "write the film to this `FILE` (default: named after its title)")
	f.StringVar(&d.name, "output-name", "", "the `NAME` of the output that is written (default: video, or the only one that is a file)")
	f.BoolVar(&d.json, "json", false, "print the outputs as JSON")
	f.StringVar(&d.progress, "progress", "auto", "`HOW` progress is shown: auto, bars, plain or none")
}

// prepare checks the flags before anything is done.
func (d *delivery) prepare(s *settings, cmd *cobra.Command) error {
	d.settings, d.stdout, d.stderr, d.since = s, cmd.OutOrStdout(), cmd.ErrOrStderr(), time.Now()
	switch d.progress {
	case "auto", "bars", "plain", "none":
	default:
		return usagef("--progress is auto, bars, plain or none, not %q", d.progress)
	}
	if d.output == "" {
		return nil
	}
	if dir, err := os.Stat(filepath.Dir(d.output)); err != nil || !dir.IsDir() {
		return namef("the film cannot be written: there is no directory %s", filepath.Dir(d.output))
	}
	if file, err := os.Stat(d.output); err == nil && file.IsDir() {
		return namef("the film cannot be written: %s is a directory; name a file in it", d.output)
	}
	return nil
}

// follow shows the run until it has ended, is paused or the user stops the command, and writes the film.
func (d *delivery) follow(ctx context.Context, eng *engine.Engine, run *engine.Run) error {
	began := time.Now()
	newProgress(d.stderr, d.progress, d.since, run).follow(ctx)
	out, err := run.Wait(ctx)
	status := run.Status()
	var failed *engine.RunError
	switch {
	case err == nil:
		return d.finish(ctx, run, out, time.Since(began))
	case ctx.Err() != nil && !status.State.Final():
		goOn := "`" + d.command("runs", "resume", shortID(run.ID)) + "` goes on from here"
		if d.same {
			goOn = "the same command goes on from here"
		}
		fmt.Fprintf(d.stderr, "Stopped. What is done is kept; %s.\n", goOn)
		return exit(exitInterrupted)
	case errors.Is(err, engine.ErrPaused):
		d.tellPaused(ctx, eng, run, status)
		return exit(exitPaused)
	case errors.As(err, &failed):
		return &failedRun{failed, d.afterFailure(shortID(run.ID), failed)}
	}
	return err
}

// afterFailure says how the rest of a failed run is tried again.
func (d *delivery) afterFailure(id string, failed *engine.RunError) string {
	again := "`" + d.command("revise", id) + "` tries the rest again"
	switch {
	case hopeless(failed):
		return "What is done is kept. " + differently(d.command("revise", id))
	case failed.Kind == engine.KindOverBudget && d.same:
		again = "the same command with a larger --budget goes on"
	case failed.Kind == engine.KindOverBudget:
		again = "`" + d.command("revise", id, "--budget", "DOLLARS") + "` goes on with a larger one"
	case d.same:
		again = "the same command tries the rest again"
	}
	return "What is done is kept; " + again + "."
}

// hopeless tells whether the same again would fail again.
func hopeless(failed *engine.RunError) bool {
	return failed.Kind == providers.KindRejected || failed.Kind == providers.KindInvalidInput
}

// differently says how to go on from a run with something different.
func differently(revise string) string {
	return "`" + revise + "` makes a new run; say what is to be different with --take, --edit or -i."
}

// command is a command line that also writes the film where this one was to.
func (d *delivery) command(args ...string) string {
	if d.output != "" {
		args = append(args, "-o", d.output)
	}
	if d.name != "" {
		args = append(args, "--output-name", d.name)
	}
	return d.settings.command(args...)
}

// tellPaused says what a paused run waits for, and what lets it go on.
func (d *delivery) tellPaused(ctx context.Context, eng *engine.Engine, run *engine.Run, status engine.Status) {
	if len(status.Approvals) == 0 {
		fmt.Fprintf(d.stderr, "Run %s is paused. It goes on with\n  %s\n", shortID(run.ID), d.command("runs", "resume", shortID(run.ID)))
		return
	}
	fmt.Fprintf(d.stderr, "Paused: run %s waits for %s.\n", shortID(run.ID), count(len(status.Approvals), "approval"))
	writeApprovals(ctx, d.stderr, d.settings, eng, run.ID, status.Approvals, func(more ...string) string {
		return d.command(append([]string{"runs", "approve", shortID(run.ID)}, more...)...)
	})
}

// finish writes what the run gave.
func (d *delivery) finish(ctx context.Context, run *engine.Run, out engine.Outputs, took time.Duration) error {
	name := d.name
	if name == "" {
		name = filmOf(out)
	}
	written := ""
	file, err := out.File(ctx, name)
	switch {
	case err == nil:
		if d.output == "" {
			d.output = freeName(titleOf(out), filepath.Ext(file.Name))
		}
		if err := writeWhole(d.output, 0o644, func(w io.Writer) error { return out.WriteFile(ctx, name, w) }); err != nil {
			return fmt.Errorf("the film cannot be written: %w", err)
		}
		written = d.output
	case d.name != "" && !d.partial:
		return fmt.Errorf("%w; the pipeline's outputs are: %s", err, strings.Join(out.Names(), ", "))
	case d.output != "" && !d.partial:
		return fmt.Errorf("nothing is written to %s: %s has no output that is a file; --json prints the others", d.output, run.Pipeline)
	}
	if d.json {
		return printJSON(d.stdout, out)
	}
	return summarise(ctx, d.stdout, run, out, written, file.Size, took)
}

// filmOf is the name of the output that is the film: video, or the only one that is a file.
func filmOf(out engine.Outputs) string {
	const usual = "video"
	var files []string
	for _, name := range out.Names() {
		if providers.IsFileType(out.Value(name).Type()) {
			files = append(files, name)
		}
		if name == usual {
			return usual
		}
	}
	if len(files) == 1 {
		return files[0]
	}
	return usual
}

// writeWhole writes a file completely or not at all.
func writeWhole(path string, mode os.FileMode, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".filmloom-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func titleOf(out engine.Outputs) string {
	var title string
	if out.Decode("story_title", &title) != nil || title == "" {
		return "film"
	}
	return title
}

// freeName makes a file name of a title that does not exist yet.
func freeName(title, ext string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(title) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-")
	if name == "" {
		name = "film"
	}
	for n := 1; ; n++ {
		path := name + ext
		if n > 1 {
			path = fmt.Sprintf("%s-%d%s", name, n, ext)
		}
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path
		}
	}
}
