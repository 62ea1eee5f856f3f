package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
)

// runStates are the states in which a run can be found.
var runStates = []string{
	string(engine.Queued), string(engine.Running), string(engine.Paused), string(engine.Completed),
	string(engine.Failed), string(engine.Cancelled), string(engine.Superseded),
}

func listCommand(s *settings) *cobra.Command {
	var q journal.Query
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "Lists runs, newest first",
		Long: `Lists runs, newest first. A run that is based on another says on which.

A run that is running while no filmloom works on it was interrupted; ` + "`filmloom runs resume`" + ` goes on.`,
		Example: `  filmloom runs list
  filmloom runs list --state failed
  filmloom runs list --pipeline story_video --limit 0 --json`,
		Args: argCount(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if q.State != "" && !slices.Contains(runStates, q.State) {
				return namef("--state: there is %s", noSuch("state", q.State, runStates))
			}
			if q.Limit < 0 {
				return usagef("--limit is how many runs are listed, or 0 for all, not %d", q.Limit)
			}
			var rows []listedRun
			limit := q.Limit
			if limit > 0 {
				q.Limit++ // to know whether there are more
			}
			err := withRuns(s, cmd, func(ctx context.Context, eng *engine.Engine) (err error) {
				rows, err = listed(ctx, eng, q)
				return err
			})
			if err != nil && !errors.Is(err, errNoRuns) {
				return err
			}
			more := limit > 0 && len(rows) > limit
			if more {
				rows = rows[:limit]
			}
			w := cmd.OutOrStdout()
			switch {
			case asJSON:
				return printJSON(w, append([]listedRun{}, rows...))
			case len(rows) == 0 && q.Pipeline == "" && q.State == "":
				_, err = fmt.Fprintf(w, "There are no runs in %s.\n", s.data)
				return err
			case len(rows) == 0:
				_, err = fmt.Fprintf(w, "There are no such runs in %s.\n", s.data)
				return err
			}
			if err = writeRuns(w, rows); err == nil && more {
				_, err = fmt.Fprintf(w, "These are the newest %d; --limit 0 lists all.\n", limit)
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&q.Pipeline, "pipeline", "", "only runs of the pipeline of this `NAME`")
	f.StringVar(&q.State, "state", "", "only runs in this `STATE`: "+strings.Join(runStates, ", "))
	f.IntVar(&q.Limit, "limit", 20, "at most `N`; 0 for all")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// listedRun is a run in a list, as a program reads it.
type listedRun struct {
	ID       string          `json:"id"`
	Pipeline string          `json:"pipeline"`
	State    engine.State    `json:"state"`
	Lineage  string          `json:"lineage"`
	Parent   string          `json:"parent,omitempty"`
	Inputs   json.RawMessage `json:"inputs,omitempty"` // those that were given
	Seed     int64           `json:"seed"`
	Until    string          `json:"until,omitempty"`
	Created  time.Time       `json:"created"`
	Updated  time.Time       `json:"updated"`
	Problem  string          `json:"problem,omitempty"` // why the run cannot be read
}

func listed(ctx context.Context, eng *engine.Engine, q journal.Query) ([]listedRun, error) {
	var rows []listedRun
	for info, err := range eng.Runs(ctx, q) {
		if info.ID == "" && err != nil {
			return nil, err
		}
		row := listedRun{
			info.ID, info.Pipeline, info.State, info.Lineage, info.Parent, info.Given, info.Seed, info.Until,
			info.Created, info.Updated, "",
		}
		if err != nil {
			row.State, row.Problem = damaged, err.Error()
		}
		rows = append(rows, row)
	}
	return rows, ctx.Err()
}

func writeRuns(w io.Writer, rows []listedRun) error {
	now := time.Now()
	t := table{head: []string{"RUN", "PIPELINE", "STATE", "STARTED", "TOOK", "BASED ON"}, right: []int{4}, shrink: 1}
	for _, r := range rows {
		took := ""
		if r.State.Final() {
			took = clock(r.Updated.Sub(r.Created))
		}
		t.rows = append(t.rows, []cell{
			{text: shortID(r.ID)},
			{text: r.Pipeline},
			{symbol(r.State) + " " + string(r.State), colorOf(r.State)},
			{text: ago(r.Created, now)},
			{text: took},
			{text: shortID(r.Parent)},
		})
	}
	if err := t.write(w); err != nil {
		return err
	}
	interrupted := func(r listedRun) bool { return r.State == engine.Running || r.State == engine.Queued }
	if slices.ContainsFunc(rows, interrupted) {
		// Whoever works on a run has the data directory for itself.
		fmt.Fprintln(w, "Nobody works on what is running or queued here: `filmloom runs resume RUN` goes on with it.")
	}
	for _, r := range rows {
		if r.Problem != "" {
			fmt.Fprintf(w, "\nRun %s cannot be read: %s\n  %s\n", r.ID, sentence(r.Problem), "It can be deleted with `filmloom runs delete`.")
		}
	}
	return nil
}
