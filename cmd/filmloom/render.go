package main

import (
	"bytes"
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
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// rendering is one `filmloom render`.
type rendering struct {
	conf   engine.Config
	stdout io.Writer
	stderr io.Writer

	pipeline string
	inputs   []string
	output   string
	from     string // which of the pipeline's outputs is written
	seed     int64
	hasSeed  bool
	afresh   bool
	until    string
	json     bool
	progress string
}

func renderCommand(s *settings) *cobra.Command {
	r := &rendering{}
	c := &cobra.Command{
		Use:   "render [PIPELINE]",
		Short: "Runs a pipeline and writes the film",
		Long: `Runs a pipeline in this process and writes its film.

Work that is done is kept in the data directory: when the command is stopped or killed, the same
command goes on with the unfinished run. --new starts afresh. The same --seed gives the same film, and
what did not change is not made again.`,
		Example: `  filmloom render -o film.mp4
  filmloom render -i story_topic=scary -i voice_name=onyx --seed 7 -o scary.mp4
  filmloom render -i story_topic="custom topic" -i custom_story=@story.txt -o mine.mp4`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			conf, err := s.config(cmd.ErrOrStderr(), "")
			if err != nil {
				return err
			}
			r.conf, r.stdout, r.stderr = conf, cmd.OutOrStdout(), cmd.ErrOrStderr()
			r.hasSeed = cmd.Flags().Changed("seed")
			if len(args) > 0 {
				r.pipeline = args[0]
			}
			return r.run(cmd.Context())
		},
	}
	f := c.Flags()
	f.StringArrayVarP(&r.inputs, "input", "i", nil, "an input, KEY=VALUE; repeatable; a VALUE of @PATH is read from a file")
	f.StringVarP(&r.output, "output", "o", "", "write the film to this file (default: named after its title)")
	f.StringVar(&r.from, "output-name", "video", "which of the pipeline's outputs is written")
	f.Int64Var(&r.seed, "seed", 0, "the run's seed (default: random)")
	f.BoolVar(&r.afresh, "new", false, "start afresh instead of going on with an unfinished run")
	f.StringVar(&r.until, "until", "", "stop after this stage")
	f.BoolVar(&r.json, "json", false, "print the outputs as JSON")
	f.StringVar(&r.progress, "progress", "auto", "how progress is shown: auto, bars, plain or none")
	return c
}

func (r *rendering) run(ctx context.Context) (err error) {
	if !strings.Contains(" auto bars plain none ", " "+r.progress+" ") {
		return usagef("--progress is auto, bars, plain or none, not %q", r.progress)
	}
	if r.output != "" {
		if dir, err := os.Stat(filepath.Dir(r.output)); err != nil || !dir.IsDir() {
			return usagef("the film cannot be written: there is no directory %s", filepath.Dir(r.output))
		}
	}
	began := time.Now()
	eng, err := engine.Open(ctx, r.conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, eng.Close()) }()
	pl, err := r.choose(eng.Pipelines())
	if err != nil {
		return err
	}
	run, err := r.start(ctx, eng, pl)
	if err != nil {
		var input *engine.InputError
		if errors.As(err, &input) {
			return &inputError{input, pl, r.conf.Source}
		}
		return err
	}
	newProgress(r.stderr, r.progress, run).follow(ctx)
	out, err := run.Wait(ctx)
	if ctx.Err() != nil && !run.Status().State.Final() {
		fmt.Fprintln(r.stderr, "Stopped. What is done is kept; the same command goes on from here.")
		return errInterrupted
	}
	if err != nil {
		return fmt.Errorf("%w\nWhat is done is kept; the same command tries the rest again", err)
	}
	return r.finish(ctx, run, out, time.Since(began))
}

// choose finds the pipeline: the one that is named, the only one there is, or story_video.
func (r *rendering) choose(f *pipeline.File) (*pipeline.Pipeline, error) {
	var names []string
	for _, p := range f.Pipelines {
		names = append(names, p.Name)
	}
	name := r.pipeline
	switch {
	case name == "" && len(names) == 1:
		name = names[0]
	case name == "":
		name = "story_video"
	}
	if p := f.Pipeline(name); p != nil {
		return p, nil
	}
	if r.pipeline == "" {
		return nil, usagef("name the pipeline to render: %s", strings.Join(names, ", "))
	}
	if near := providers.Nearest(name, names); near != "" {
		return nil, usagef("there is no pipeline %q; did you mean %q?", name, near)
	}
	return nil, usagef("there is no pipeline %q; there are: %s", name, strings.Join(names, ", "))
}

// start goes on with the newest run of the same pipeline and inputs when that is unfinished, builds on
// it when it failed, and starts afresh otherwise.
func (r *rendering) start(ctx context.Context, eng *engine.Engine, pl *pipeline.Pipeline) (*engine.Run, error) {
	inputs, err := readInputs(pl, r.inputs)
	if err != nil {
		return nil, err
	}
	options := engine.StartOptions{Seed: r.seed, HasSeed: r.hasSeed, Until: r.until}
	if !r.afresh {
		earlier, found, err := r.earlier(ctx, eng, pl, inputs)
		if err != nil {
			return nil, err
		}
		if found && !earlier.State.Final() {
			fmt.Fprintf(r.stderr, "Going on with the unfinished run %s; --new starts afresh.\n", earlier.ID)
			return eng.Resume(ctx, earlier.ID)
		}
		if found && earlier.State != engine.Completed {
			fmt.Fprintf(r.stderr, "Run %s was %s; what it had done is used again. --new starts afresh.\n", earlier.ID, earlier.State)
			options.From = earlier.ID
		}
	}
	return eng.Start(ctx, pl.Name, inputs, options)
}

// earlier finds the newest run of the same pipeline, source and given inputs, and seed if one is given.
func (r *rendering) earlier(ctx context.Context, eng *engine.Engine, pl *pipeline.Pipeline, inputs engine.Inputs) (engine.Info, bool, error) {
	given, err := eng.Given(ctx, pl.Name, inputs)
	if err != nil {
		return engine.Info{}, false, err
	}
	for info, err := range eng.Runs(ctx, journal.Query{Pipeline: pl.Name}) {
		if err != nil {
			return engine.Info{}, false, err
		}
		same := bytes.Equal(info.Given, given) && info.Source == r.conf.Source.Digest() && info.Until == r.until
		if same && (!r.hasSeed || info.Seed == r.seed) {
			return info, true, nil
		}
	}
	return engine.Info{}, false, nil
}

// finish writes what the run gave.
func (r *rendering) finish(ctx context.Context, run *engine.Run, out engine.Outputs, took time.Duration) error {
	file, err := out.File(ctx, r.from)
	switch {
	case err == nil:
		if r.output == "" {
			r.output = freeName(titleOf(out), filepath.Ext(file.Name))
		}
		if err := writeWhole(r.output, func(w io.Writer) error { return out.WriteFile(ctx, r.from, w) }); err != nil {
			return fmt.Errorf("the film cannot be written: %w", err)
		}
	case r.output != "" && r.until == "":
		return fmt.Errorf("nothing is written to %s: %w", r.output, err)
	}
	if r.json {
		raw, err := out.MarshalJSON()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(r.stdout, string(raw))
		return err
	}
	summarise(r.stdout, run, out, r.output, file.Size, took)
	return nil
}

// writeWhole writes a file completely or not at all.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".filmloom-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
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
