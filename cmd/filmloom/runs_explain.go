package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

func explainCommand(s *settings) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain RUN ADDRESS",
		Short: "Says why something was made, or made again",
		Long: `Says why a run has what it has at an address: why a call was made, or why none was, and what changed
against the run that it is based on.`,
		Example: `  filmloom runs explain latest script_analysis
  filmloom runs explain latest 'image_generation["scene-02"]'`,
		Args: argCount(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withRun(s, cmd, args[0], func(ctx context.Context, eng *engine.Engine, run *engine.Run) error {
				e, err := eng.Explain(ctx, run.ID, cleanAddress(args[1]))
				if err != nil {
					return noAddress(err, run, args[1])
				}
				if asJSON {
					return explainJSON(cmd.OutOrStdout(), e)
				}
				writeExplanation(cmd.OutOrStdout(), e)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// noAddress says that a run has nothing at an address, and what there is of a near name.
func noAddress(err error, run *engine.Run, address string) error {
	if !errors.Is(err, engine.ErrNotFound) {
		return err
	}
	var names []string
	for _, st := range run.Status().Stages {
		if st.Instances > 0 {
			names = append(names, st.Name)
		}
	}
	address = cleanAddress(address)
	for _, name := range names {
		if strings.HasPrefix(name, address+".") {
			return namef("%s of run %s runs a pipeline; name a result in it, like %s", address, shortID(run.ID), name)
		}
		if name == address {
			return namef("%s of run %s has nothing at this address; name one of its results: %s", address, shortID(run.ID), address+`["KEY"]`)
		}
	}
	text := fmt.Sprintf("run %s has nothing at %s", shortID(run.ID), address)
	if near := providers.Nearest(address, names); near != "" {
		return namef("%s; did you mean %s?", text, near)
	}
	return namef("%s; `filmloom runs show %s --events` lists what there is", text, shortID(run.ID))
}

func writeExplanation(w io.Writer, e engine.Explanation) {
	on := screenOf(w)
	how := map[engine.Kind]string{
		engine.InstanceDone: "made by " + e.Provider, engine.InstanceReused: "taken from an earlier run, made by " + e.Provider,
		engine.InstanceEdited: "edited by a person", engine.InstanceFailed: "failed at " + e.Provider, "": "not done",
	}[e.How]
	if e.Provider == "" {
		how = strings.TrimSuffix(strings.TrimSuffix(how, ", made by "), " at ")
	}
	if e.Take > 1 {
		how += fmt.Sprintf(", take %d", e.Take)
	}
	fmt.Fprintf(w, "%s: %s\n%s\n", on.paint(bold, e.Address), how, e.Reason)
	if e.Compared == "" {
		return
	}
	if len(e.Changes) > 0 {
		fmt.Fprintf(w, "\nIts input, compared with run %s:\n", shortID(e.Compared))
	}
	for _, c := range e.Changes {
		path := c.Path
		if path == "" {
			path = "all of it"
		}
		if len(c.Stages) > 0 {
			path += "  (from " + strings.Join(c.Stages, ", ") + ")"
		}
		fmt.Fprintf(w, "  %s\n    %s %s\n    %s %s\n", path,
			on.paint(dim, "was"), oneLine(c.Before), on.paint(dim, "is "), oneLine(c.After))
	}
	if len(e.Causes) > 0 {
		fmt.Fprintln(w, "\nWhat is different in this run:")
	}
	for _, cause := range e.Causes {
		fmt.Fprintf(w, "  %s\n", sentence(oneLine(cause)))
	}
}

func explainJSON(w io.Writer, e engine.Explanation) error {
	type change struct {
		Path   string   `json:"path"`
		Before string   `json:"before"`
		After  string   `json:"after"`
		Stages []string `json:"stages"`
	}
	out := struct {
		Run      string      `json:"run"`
		Address  string      `json:"address"`
		How      engine.Kind `json:"how"`
		Provider string      `json:"provider,omitempty"`
		Take     int         `json:"take"`
		Compared string      `json:"compared,omitempty"`
		Reason   string      `json:"reason"`
		Changes  []change    `json:"changes"`
		Causes   []string    `json:"causes"`
	}{e.Run, e.Address, e.How, e.Provider, e.Take, e.Compared, e.Reason, []change{}, append([]string{}, e.Causes...)}
	for _, c := range e.Changes {
		out.Changes = append(out.Changes, change{c.Path, c.Before, c.After, append([]string{}, c.Stages...)})
	}
	return printJSON(w, out)
}

func takesCommand(s *settings) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "takes RUN ADDRESS",
		Short: "Lists every result there is of an address",
		Long: `Lists every result of an address that a run or those it is based on have made: each take, and what a
person has made of it. ` + "`filmloom revise --take ADDRESS=N`" + ` goes back to an earlier one.`,
		Example: `  filmloom runs takes latest 'image_generation["scene-02"]'
  filmloom revise --take 'image_generation["scene-02"]=1' -o film.mp4`,
		Args: argCount(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withRun(s, cmd, args[0], func(ctx context.Context, eng *engine.Engine, run *engine.Run) error {
				takes, err := eng.Takes(ctx, run.ID, cleanAddress(args[1]))
				if err != nil {
					return noAddress(err, run, args[1])
				}
				if asJSON {
					return takesJSON(cmd.OutOrStdout(), takes)
				}
				return writeTakes(cmd.OutOrStdout(), takes)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func writeTakes(w io.Writer, takes []engine.Take) error {
	t := table{head: []string{"TAKE", "BY", "RUN", "WHEN", "RESULT"}, right: []int{0}}
	t.shrink = len(t.head) - 1
	now := time.Now()
	for _, take := range takes {
		by := take.Provider
		if take.Edited {
			by = "edited"
		}
		t.row(fmt.Sprint(take.Number), by, shortID(take.Run), ago(take.Time, now), outputsText(take.Output))
	}
	return t.write(w)
}

// outputsText writes values for people in one line: files by name and size, texts shortened.
func outputsText(out engine.Outputs) string {
	const most = 60
	var parts []string
	for _, name := range out.Names() {
		var raw json.RawMessage
		if out.Decode(name, &raw) != nil || string(raw) == "null" {
			continue
		}
		parts = append(parts, name+" = "+cut(valueText(raw), most))
	}
	return strings.Join(parts, ", ")
}

func takesJSON(w io.Writer, takes []engine.Take) error {
	type row struct {
		Take     int            `json:"take"`
		Edited   bool           `json:"edited"`
		Run      string         `json:"run"`
		Time     time.Time      `json:"time"`
		Provider string         `json:"provider,omitempty"`
		Output   engine.Outputs `json:"output"`
	}
	rows := []row{}
	for _, t := range takes {
		rows = append(rows, row{t.Number, t.Edited, t.Run, t.Time, t.Provider, t.Output})
	}
	return printJSON(w, rows)
}
