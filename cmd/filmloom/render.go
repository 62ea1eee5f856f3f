package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// A rendering is what `filmloom render` is asked for, and what `filmloom plan` says of it.
type rendering struct {
	pipeline string
	inputs   []string
	seed     int64
	hasSeed  bool
	afresh   bool
	from     string // a run
	until    string
	budget   dollars
}

func (r *rendering) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVarP(&r.inputs, "input", "i", nil, "an input, `KEY=VALUE`; repeatable; a VALUE of @PATH is read from a file")
	f.Int64Var(&r.seed, "seed", 0, "the run's seed, a `NUMBER` (default: random)")
	f.BoolVar(&r.afresh, "new", false, "start afresh instead of going on with an unfinished run")
	f.StringVar(&r.from, "from", "", "build on this `RUN` under the pipelines as they are now: its inputs, where -i gives no other, and all it has made")
	f.StringVar(&r.until, "until", "", "stop after this `STAGE`")
}

func renderCommand(s *settings) *cobra.Command {
	r, d := &rendering{}, &delivery{same: true}
	c := &cobra.Command{
		Use:   "render [PIPELINE]",
		Short: "Runs a pipeline and writes the film",
		Long: `Runs a pipeline in this process and writes its film.

Work that is done is kept in the data directory: when the command is stopped or killed, the same
command goes on with the unfinished run. --new starts afresh. The same --seed gives the same film, and
what did not change is not made again.

Where a stage waits for a person's approval the run pauses: the command says how to approve, and exits
with 4, because nothing failed and there is no film yet.

--budget is what this command may spend: the run stops before the call that would pass it.`,
		Example: `  filmloom render -o film.mp4
  filmloom render -i story_topic=scary -i voice_name=onyx --seed 7 -o scary.mp4
  filmloom render -i story_topic="custom topic" -i custom_story=@story.txt -o mine.mp4
  filmloom render --budget 2.50 -o film.mp4
  filmloom render --from latest -i art_style=anime -o anime.mp4`,
		Args: argCount(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.hasSeed = cmd.Flags().Changed("seed")
			if len(args) > 0 {
				r.pipeline = args[0]
			}
			d.partial = r.until != ""
			if err := d.prepare(s, cmd); err != nil {
				return err
			}
			return r.run(cmd, s, d)
		},
	}
	r.flags(c)
	c.Flags().Var(&r.budget, "budget", "what this command may spend, in US dollars")
	d.flags(c)
	return c
}

func (r *rendering) run(cmd *cobra.Command, s *settings, d *delivery) (err error) {
	ctx := cmd.Context()
	conf, err := s.config(d.stderr, "")
	if err != nil {
		return err
	}
	eng, err := s.open(ctx, conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, eng.Close()) }()
	job, err := r.prepare(ctx, eng, conf.Source)
	if err != nil {
		return err
	}
	if job.note != "" {
		fmt.Fprintln(d.stderr, job.note)
	}
	var run *engine.Run
	if job.resume != "" {
		run, err = eng.Resume(ctx, job.resume)
	} else {
		run, err = eng.Start(ctx, job.pl.Name, job.inputs, job.options)
	}
	if err != nil {
		return job.explain(err)
	}
	return d.follow(ctx, eng, run)
}

// A renderJob is a rendering that knows what it begins with.
type renderJob struct {
	pl      *pipeline.Pipeline
	source  pipeline.Source
	inputs  engine.Inputs
	options engine.StartOptions
	resume  string // an unfinished run that goes on, or ""
	note    string // for the user, what is built on
}

// explain shows wrong inputs where they are declared.
func (j *renderJob) explain(err error) error {
	var input *engine.InputError
	if errors.As(err, &input) {
		return &inputError{input, j.pl, j.source}
	}
	if j.options.Until != "" && j.pl.Stage(j.options.Until) == nil {
		return namef("--until: %s has %s", j.pl.Name, noSuch("stage", j.options.Until, stageNames(j.pl)))
	}
	return err
}

// prepare goes on with the newest run of the same pipeline and inputs when that is unfinished, builds on it
// when it failed, and starts afresh otherwise.
func (r *rendering) prepare(ctx context.Context, eng *engine.Engine, src pipeline.Source) (*renderJob, error) {
	job := &renderJob{source: src, options: engine.StartOptions{
		Seed: r.seed, HasSeed: r.hasSeed, Until: r.until, Budget: r.budget.Money,
	}}
	var base engine.Info
	var err error
	if r.from != "" {
		if r.afresh {
			return nil, usagef("--new and --from cannot be given together")
		}
		if base, err = findRun(ctx, eng, r.from); err != nil {
			return nil, err
		}
		if r.pipeline == "" {
			r.pipeline = base.Pipeline
		}
		job.options.From = base.ID
	}
	if job.pl, err = choose(eng.Pipelines(), r.pipeline); err != nil {
		return nil, err
	}
	if job.inputs, err = readInputs(job.pl, r.inputs); err != nil {
		return nil, err
	}
	if r.from != "" {
		dropped, err := takeOver(job.inputs, job.pl, base.Given)
		if len(dropped) > 0 {
			job.note = fmt.Sprintf("Run %s had inputs that %s has no more: %s.", shortID(base.ID), job.pl.Name, strings.Join(dropped, ", "))
		}
		return job, err
	}
	if r.afresh {
		return job, nil
	}
	return job, r.goOn(ctx, eng, job)
}

// goOn looks for an earlier run to go on with.
func (r *rendering) goOn(ctx context.Context, eng *engine.Engine, job *renderJob) error {
	earlier, found, err := r.earlier(ctx, eng, job)
	switch {
	case err != nil:
		return job.explain(err)
	case !found || earlier.State == engine.Completed:
	case earlier.State.Final():
		job.note = fmt.Sprintf("Run %s %s; what it had done is used again. --new starts afresh.", shortID(earlier.ID), past(earlier.State))
		job.options.From = earlier.ID
	case job.options.Budget > 0:
		// The unfinished run has the budget it was started with, if any. A new one on top of it has this one.
		job.note = fmt.Sprintf("Going on from the unfinished run %s with this budget; --new starts afresh.", shortID(earlier.ID))
		job.options.From = earlier.ID
	default:
		job.note = fmt.Sprintf("Going on with the unfinished run %s; --new starts afresh.", shortID(earlier.ID))
		job.resume = earlier.ID
	}
	return nil
}

// earlier finds the newest run of the same pipeline, source and given inputs, and seed if one is given.
func (r *rendering) earlier(ctx context.Context, eng *engine.Engine, job *renderJob) (engine.Info, bool, error) {
	given, err := eng.Given(ctx, job.pl.Name, job.inputs)
	if err != nil {
		return engine.Info{}, false, err
	}
	for info, err := range eng.Runs(ctx, journal.Query{Pipeline: job.pl.Name}) {
		if err != nil {
			continue // of a damaged run nothing can be used; `runs list` shows it
		}
		same := bytes.Equal(info.Given, given) && info.Source == job.source.Digest() && info.Until == r.until
		if same && (!r.hasSeed || info.Seed == r.seed) {
			return info, true, nil
		}
	}
	return engine.Info{}, false, ctx.Err()
}

// takeOver adds the inputs that an earlier run was given and these do not have, and names those that the
// pipeline does not take any more.
func takeOver(inputs engine.Inputs, pl *pipeline.Pipeline, given []byte) (dropped []string, err error) {
	var earlier map[string]json.RawMessage
	if err := json.Unmarshal(given, &earlier); err != nil {
		return nil, fmt.Errorf("the inputs of the earlier run cannot be read: %w", err)
	}
	for name, raw := range earlier {
		if _, changed := inputs[name]; changed {
			continue
		}
		if inputOf(pl, name) == nil {
			dropped = append(dropped, name)
			continue
		}
		inputs[name] = raw
	}
	return dropped, nil
}

// choose finds a pipeline: the one that is named, the only one there is, or story_video.
func choose(f *pipeline.File, name string) (*pipeline.Pipeline, error) {
	var names []string
	for _, p := range f.Pipelines {
		names = append(names, p.Name)
	}
	if name == "" {
		name = "story_video"
		if len(names) == 1 {
			name = names[0]
		}
		if f.Pipeline(name) == nil {
			return nil, namef("name the pipeline: %s", strings.Join(names, ", "))
		}
	}
	if p := f.Pipeline(name); p != nil {
		return p, nil
	}
	return nil, namef("there is %s", noSuch("pipeline", name, names))
}

// noSuch says that something does not exist, and what was probably meant.
func noSuch(kind, name string, names []string) string {
	if near := providers.Nearest(name, names); near != "" {
		return fmt.Sprintf("no %s %q; did you mean %q?", kind, name, near)
	}
	return fmt.Sprintf("no %s %q; there are: %s", kind, name, strings.Join(names, ", "))
}

func stageNames(pl *pipeline.Pipeline) []string {
	var names []string
	for _, st := range pl.Order() {
		names = append(names, st.Name)
	}
	return names
}
