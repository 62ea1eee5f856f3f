package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// A revising is what `filmloom revise` is asked for.
type revising struct {
	takes  []string
	edits  []string
	inputs []string
	until  string
	budget dollars
	plan   bool
}

func reviseCommand(s *settings) *cobra.Command {
	r, d := &revising{}, &delivery{}
	c := &cobra.Command{
		Use:   "revise [RUN]",
		Short: "Makes a film again with something different",
		Long: `Starts a new run that is based on an earlier one and differs from it as the flags say. Only what
depends on a difference is made again. RUN is by default the newest run that is completed or has failed;
without any difference the rest of a failed run is tried again.

  --take ADDRESS      makes a new take: the picture of a scene, say, with another seed
  --take ADDRESS=N    goes back to take N; ` + "`filmloom runs takes`" + ` lists them
  --edit REF=VALUE    puts your own value in place of a result, or of a part of one
  -i KEY=VALUE        changes an input; the others stay

A REF is an address and a path into its result, as in script_analysis.scenes[2].narration. A VALUE of
@PATH is a file where a file is wanted, and the file's text elsewhere; lists and objects are JSON.
The new run uses the pipelines as they were when the first one began.`,
		Example: `  filmloom revise --take 'image_generation["scene-02"]' -o film.mp4
  filmloom revise --edit 'script_analysis.scenes[2].narration=The door was open.' -o film.mp4
  filmloom revise --edit 'image_generation["scene-02"].image=@mine.png' -o film.mp4
  filmloom revise latest -i voice_name=onyx --plan`,
		Args: argCount(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := d.prepare(s, cmd); err != nil {
				return err
			}
			d.partial = r.until != ""
			return withRuns(s, cmd, func(ctx context.Context, eng *engine.Engine) error {
				base, err := baseOf(ctx, eng, args)
				if err != nil {
					return err
				}
				return r.run(ctx, eng, base, d)
			})
		},
	}
	f := c.Flags()
	f.StringArrayVar(&r.takes, "take", nil, "a new take of an address, or with =N an earlier one, `ADDRESS[=N]`; repeatable")
	f.StringArrayVar(&r.edits, "edit", nil, "a changed result, `REF=VALUE`; repeatable")
	f.StringArrayVarP(&r.inputs, "input", "i", nil, "a changed input, `KEY=VALUE`; repeatable")
	f.StringVar(&r.until, "until", "", "stop after this `STAGE`")
	f.Var(&r.budget, "budget", "what the new run may spend, in US dollars")
	f.BoolVar(&r.plan, "plan", false, "show what would be made again, and do nothing")
	d.flags(c)
	return c
}

// baseOf finds the run that is revised.
func baseOf(ctx context.Context, eng *engine.Engine, args []string) (engine.Info, error) {
	if len(args) > 0 {
		return findRun(ctx, eng, args[0])
	}
	for info, err := range eng.Runs(ctx, journal.Query{}) {
		if err == nil && (info.State == engine.Completed || info.State == engine.Failed) {
			return info, nil
		}
	}
	if ctx.Err() != nil {
		return engine.Info{}, ctx.Err()
	}
	return engine.Info{}, namef("there is no run yet that is completed or has failed; name the RUN to revise")
}

func (r *revising) run(ctx context.Context, eng *engine.Engine, base engine.Info, d *delivery) error {
	rev, err := r.revision(ctx, eng, base)
	if err != nil {
		return err
	}
	if r.plan {
		plan, err := eng.PlanRevision(ctx, base.ID, rev)
		if err != nil {
			return wrongRevision(err, base)
		}
		if d.json {
			return printJSON(d.stdout, plan)
		}
		return writePlan(d.stdout, plan)
	}
	run, err := eng.Revise(ctx, base.ID, rev)
	if err != nil {
		return wrongRevision(err, base)
	}
	fmt.Fprintf(d.stderr, "Run %s is based on run %s of %s.\n", shortID(run.ID), shortID(base.ID), run.Pipeline)
	return d.follow(ctx, eng, run)
}

// revision reads the flags.
func (r *revising) revision(ctx context.Context, eng *engine.Engine, base engine.Info) (engine.Revision, error) {
	rev := engine.Revision{Takes: map[string]int{}, Edits: map[string]any{}, Until: r.until, Budget: r.budget.Money}
	for _, flag := range r.takes {
		address, number, ok := cutAddress(flag)
		n := 0
		if ok {
			var err error
			if n, err = strconv.Atoi(number); err != nil || n < 0 {
				return rev, usagef("--take %s: a take is a number from 1; leave it out, or write 0, for a new one", flag)
			}
		}
		if _, twice := rev.Takes[address]; twice {
			return rev, usagef("the take of %s is given twice", address)
		}
		rev.Takes[address] = n
	}
	for _, flag := range r.edits {
		reference, text, ok := cutAddress(flag)
		if !ok {
			return rev, usagef("--edit %s has no value; write --edit '%s=VALUE'", flag, flag)
		}
		if _, twice := rev.Edits[reference]; twice {
			return rev, usagef("%s is edited twice", reference)
		}
		ty, err := typeAt(ctx, eng, base.ID, reference)
		if err != nil {
			return rev, err
		}
		if rev.Edits[reference], err = readValue("--edit "+reference, ty, text); err != nil {
			return rev, err
		}
	}
	pl := eng.Pipelines().Pipeline(base.Pipeline)
	if pl == nil {
		pl = &pipeline.Pipeline{Name: base.Pipeline}
	}
	var err error
	rev.Inputs, err = readInputs(pl, r.inputs)
	return rev, err
}

// typeAt is the type of what a reference leads to in a run, or NilType where the engine will say what is
// wrong with it.
func typeAt(ctx context.Context, eng *engine.Engine, run, reference string) (cty.Type, error) {
	steps, diags := hclsyntax.ParseTraversalAbs([]byte(reference), "", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilType, nil
	}
	for n := len(steps); n > 0; n-- {
		takes, err := eng.Takes(ctx, run, reference[:steps[n-1].SourceRange().End.Byte])
		if errors.Is(err, engine.ErrNotFound) {
			continue
		}
		if err != nil {
			return cty.NilType, err
		}
		return typeWithin(takes[len(takes)-1].Output, steps[n:]), nil
	}
	return cty.NilType, nil
}

// typeWithin follows a path into a result.
func typeWithin(out engine.Outputs, path hcl.Traversal) cty.Type {
	attrs := map[string]cty.Value{}
	for _, name := range out.Names() {
		attrs[name] = out.Value(name)
	}
	v := cty.ObjectVal(attrs)
	for _, step := range path {
		var diags hcl.Diagnostics
		if v, diags = step.TraversalStep(v); diags.HasErrors() {
			return cty.NilType
		}
	}
	return v.Type()
}

// readValue turns the text of a flag into a value of a type. @PATH is a file; @@ stands for a literal @.
func readValue(flag string, ty cty.Type, text string) (any, error) {
	path, isFile := strings.CutPrefix(text, "@")
	isFile = isFile && !strings.HasPrefix(path, "@")
	wantsFile := ty != cty.NilType && providers.IsFileType(ty)
	if wantsFile && !isFile {
		return nil, usagef("%s is a file; write %s=@PATH", flag, flag)
	}
	if isFile {
		if err := readable(path); err != nil {
			return nil, valueError{fmt.Errorf("%s: %w", flag, err)}
		}
	}
	switch {
	case wantsFile:
		return engine.LocalFile(path), nil
	case isFile:
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, valueError{fmt.Errorf("%s: %w", flag, err)}
		}
		text = string(b)
	case strings.HasPrefix(text, "@@"):
		text = text[1:]
	}
	if ty == cty.NilType || ty == cty.DynamicPseudoType || ty.IsPrimitiveType() {
		return text, nil
	}
	return readJSON(flag, ty, text)
}

// wrongRevision makes the engine's findings fit for people.
func wrongRevision(err error, base engine.Info) error {
	var revise *engine.ReviseError
	var input *engine.InputError
	switch {
	case errors.As(err, &revise):
		return &reviseError{base.ID, "", revise.Problems}
	case errors.As(err, &input):
		return &reviseError{base.ID, "-i ", input.Problems}
	case errors.Is(err, engine.ErrNotFound) && strings.HasPrefix(err.Error(), "stage "):
		return namef("--until: %w", err)
	}
	return err
}

// A reviseError lists what of a revision is wrong.
type reviseError struct {
	run      string
	prefix   string // of what is wrong
	problems []providers.Problem
}

func (e *reviseError) Error() string {
	return fmt.Sprintf("run %s cannot be revised: %s", e.run, providers.Problems(e.problems))
}

func (e *reviseError) print(w io.Writer) {
	fmt.Fprintf(w, "Error: run %s cannot be revised like this; nothing has been done.\n", shortID(e.run))
	for _, p := range e.problems {
		fmt.Fprintf(w, "  %s%s: %s\n", e.prefix, p.Attribute, sentence(p.Summary))
	}
}
