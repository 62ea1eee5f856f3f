package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
)

func cancelCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "cancel RUN",
		Short: "Ends an unfinished run for good",
		Long: `Ends an unfinished run: it does not go on any more. What it has done is kept, and ` + "`filmloom revise`" + `
can use it. A render that is running in another terminal is stopped there, with Ctrl-C.`,
		Example: `  filmloom runs cancel latest`,
		Args:    argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withRun(s, cmd, args[0], func(ctx context.Context, _ *engine.Engine, run *engine.Run) error {
				if state := run.Status().State; state.Final() && state != engine.Cancelled {
					return fmt.Errorf("run %s %s already; there is nothing to cancel", shortID(run.ID), past(state))
				}
				if err := run.Cancel(ctx); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "Run %s is cancelled.\n", shortID(run.ID))
				return err
			})
		},
	}
}

func deleteCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "delete RUN…",
		Short: "Forgets runs that have ended",
		Long: `Forgets runs that have ended: what they were asked, what happened in them, and their results where no
other run has them. Films that were written with -o stay. The files in the data directory go with the
next ` + "`filmloom gc`" + `.`,
		Example: `  filmloom runs delete 019f2c3d
  filmloom runs delete latest && filmloom gc`,
		Args: argCount(1, many),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withRuns(s, cmd, func(ctx context.Context, eng *engine.Engine) error {
				var runs []engine.Info
				for _, name := range args { // all of them, before any is gone
					info, err := findRun(ctx, eng, name)
					if err != nil {
						return err
					}
					if !slices.ContainsFunc(runs, func(r engine.Info) bool { return r.ID == info.ID }) {
						runs = append(runs, info)
					}
				}
				for _, r := range runs {
					err := eng.Delete(ctx, r.ID)
					if errors.Is(err, engine.ErrUnfinished) {
						return fmt.Errorf("run %s is %s; end it first with `%s`", shortID(r.ID), r.State, s.command("runs", "cancel", shortID(r.ID)))
					}
					if err != nil {
						return err
					}
					fmt.Fprintf(cmd.OutOrStdout(), "Run %s is deleted.\n", shortID(r.ID))
				}
				return nil
			})
		},
	}
}

func gcCommand(s *settings) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "gc",
		Short: "Frees the space of what no run needs any more",
		Long: `Removes the files in the data directory that no run refers to: those of deleted runs, and what was left
by interrupted calls. Runs and the films that they made are not touched.`,
		Example: `  filmloom runs delete latest
  filmloom gc`,
		Args: argCount(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withRuns(s, cmd, func(ctx context.Context, eng *engine.Engine) error {
				freed, err := eng.Collect(ctx)
				if err != nil {
					return err
				}
				w := cmd.OutOrStdout()
				switch {
				case asJSON:
					return printJSON(w, map[string]int64{
						"files": int64(freed.Artifacts), "bytes": freed.Bytes, "results": int64(freed.Outcomes),
					})
				case freed.Artifacts == 0 && freed.Outcomes == 0:
					_, err = fmt.Fprintln(w, "There is nothing to free: every file belongs to a run.")
				default:
					_, err = fmt.Fprintf(w, "Freed %s in %s.\n", bytesText(freed.Bytes), count(freed.Artifacts, "file"))
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
