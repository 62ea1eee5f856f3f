package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
)

func runsCommand(s *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "runs",
		Short: "Lists runs, looks into them and goes on with them",
		Long: `Every render leaves a run in the data directory: what it was asked, what it made and how it ended.

A RUN is named by its id, by the beginning of one, or by the word latest.
An ADDRESS names one result in a run: script_analysis, or image_generation["scene-02"], which a shell
wants in single quotes; image_generation[scene-02] works as well.`,
		Example: `  filmloom runs list
  filmloom runs show latest
  filmloom runs explain latest 'image_generation["scene-02"]'
  filmloom runs approve latest -o film.mp4`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(
		listCommand(s), showCommand(s), explainCommand(s), takesCommand(s),
		resumeCommand(s), approveCommand(s), rejectCommand(s), reviseCommand(s),
		cancelCommand(s), deleteCommand(s),
	)
	return c
}

// damaged is the state of a run whose record cannot be read.
const damaged engine.State = "damaged"

// withRuns opens the data directory for a command about earlier runs, and closes it afterwards.
func withRuns(s *settings, cmd *cobra.Command, do func(ctx context.Context, eng *engine.Engine) error) (err error) {
	eng, err := s.openRuns(cmd.Context(), cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, eng.Close()) }()
	return do(cmd.Context(), eng)
}

// withRun finds a run as well.
func withRun(s *settings, cmd *cobra.Command, name string, do func(ctx context.Context, eng *engine.Engine, run *engine.Run) error) error {
	return withRuns(s, cmd, func(ctx context.Context, eng *engine.Engine) error {
		info, err := findRun(ctx, eng, name)
		if err != nil {
			return err
		}
		run, err := eng.Run(ctx, info.ID)
		if err != nil {
			return err
		}
		return do(ctx, eng, run)
	})
}

// latest is the name of the newest run.
const latest = "latest"

// findRun finds a run by its id, by the beginning of one that no other has, or as the latest.
func findRun(ctx context.Context, eng *engine.Engine, name string) (engine.Info, error) {
	var matches []engine.Info
	for info, err := range eng.Runs(ctx, journal.Query{}) {
		switch {
		case info.ID == "" && err != nil:
			return info, err
		case err != nil:
			info.State = damaged
		}
		if name == latest || info.ID == name {
			return info, nil
		}
		if name != "" && strings.HasPrefix(info.ID, name) {
			matches = append(matches, info)
		}
	}
	switch {
	case ctx.Err() != nil:
		return engine.Info{}, ctx.Err()
	case len(matches) == 1:
		return matches[0], nil
	case len(matches) > 1:
		const most = 3
		var ids []string
		for _, m := range matches[:min(len(matches), most)] {
			ids = append(ids, m.ID)
		}
		if more := len(matches) - len(ids); more > 0 {
			ids = append(ids, fmt.Sprintf("and %d more", more))
		}
		return engine.Info{}, namef("%q is the beginning of %d runs (%s); write more of the one you mean", name, len(matches), strings.Join(ids, ", "))
	case name == latest:
		return engine.Info{}, namef("there are no runs yet; `filmloom render` makes one")
	}
	return engine.Info{}, namef("there is no run %q; `filmloom runs list` shows those there are", name)
}

// shortID is as much of a run's id as tells it from others: of one that the engine has made, the
// thousandth of a second in which it was.
func shortID(id string) string {
	if parsed, err := uuid.Parse(id); err != nil || parsed.Version() != 7 || len(id) != 36 {
		return id
	}
	return id[:len("01234567-89ab")]
}

// past says what became of a run that has ended.
func past(s engine.State) string {
	switch s {
	case engine.Completed:
		return "is completed"
	case engine.Failed:
		return "has failed"
	}
	return "was " + string(s)
}

// ago says for people when something was.
func ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return t.Local().Format("2006-01-02 15:04")
}

// printJSON writes a value for a program.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
