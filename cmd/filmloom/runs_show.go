package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
)

func showCommand(s *settings) *cobra.Command {
	var asJSON, events bool
	c := &cobra.Command{
		Use:   "show RUN",
		Short: "Shows where a run stands, stage by stage",
		Long: `Shows where a run stands: its state and progress, what each stage has done, what it waits for, why it
failed and how to mend it, what it cost. --events lists all that happened in it.`,
		Example: `  filmloom runs show latest
  filmloom runs show 019f2c3d --events
  filmloom runs show latest --json`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withRun(s, cmd, args[0], func(ctx context.Context, eng *engine.Engine, run *engine.Run) error {
				info, err := infoOf(ctx, eng, run)
				if err != nil {
					return err
				}
				var all []engine.Event
				if events {
					for ev := range run.Events(ctx) {
						all = append(all, ev)
					}
				}
				w := cmd.OutOrStdout()
				if asJSON {
					return showJSON(w, run, info, all)
				}
				if err := showRun(ctx, w, s, eng, run, info); err != nil || !events {
					return err
				}
				fmt.Fprintln(w)
				return writeEvents(w, all)
			})
		},
	}
	f := c.Flags()
	f.BoolVar(&events, "events", false, "list all that happened")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// infoOf finds what the index of runs knows of one.
func infoOf(ctx context.Context, eng *engine.Engine, run *engine.Run) (engine.Info, error) {
	for info, err := range eng.Runs(ctx, journal.Query{Lineage: run.Lineage}) {
		if err == nil && info.ID == run.ID {
			return info, nil
		}
	}
	return engine.Info{}, fmt.Errorf("run %s: %w", run.ID, engine.ErrNotFound)
}

func showRun(ctx context.Context, w io.Writer, s *settings, eng *engine.Engine, run *engine.Run, info engine.Info) error {
	st := run.Status()
	on := screenOf(w)
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%s %s\n", on.paint(dim, pad(name, 10)), fmt.Sprintf(format, args...))
	}
	line("run", "%s", run.ID)
	line("pipeline", "%s", run.Pipeline)
	state := string(st.State)
	if st.State == engine.Paused && len(st.Approvals) > 0 {
		state += ", waits for " + count(len(st.Approvals), "approval")
	}
	line("state", "%s", on.paint(colorOf(st.State), symbol(st.State)+" "+state))
	line("progress", "%.0f%%", 100*st.Progress)
	when := info.Created.Local().Format("2006-01-02 15:04:05")
	if !st.Ended.IsZero() {
		when += ", took " + clock(st.Ended.Sub(info.Created))
	}
	line("started", "%s", when)
	if run.Parent != "" {
		line("based on", "%s", run.Parent)
	}
	if run.Lineage != run.ID && run.Lineage != run.Parent {
		line("first run", "%s", run.Lineage)
	}
	if info.Until != "" {
		line("until", "%s", info.Until)
	}
	if inputs := givenText(info.Given); inputs != "" {
		line("inputs", "%s", inputs)
	}
	line("seed", "%d", run.Seed())
	if st.Cost > 0 {
		line("cost", "%s", money(st.Cost))
	}
	if st.Interrupted > 0 {
		text := count(st.Interrupted, "call") + " interrupted"
		if st.Doubtful > 0 {
			text += fmt.Sprintf(", of which %d may have been paid twice", st.Doubtful)
		}
		line("stopped", "%s", text)
	}
	fmt.Fprintln(w)
	if err := writeStages(w, st); err != nil {
		return err
	}
	writeTrouble(ctx, w, s, eng, run, st)
	return nil
}

// writeStages lists the stages of a run.
func writeStages(w io.Writer, st engine.Status) error {
	t := table{head: []string{"STAGE", "STATE", "DONE", "REUSED", "TOOK"}, right: []int{2, 3, 4}}
	for _, stage := range st.Stages {
		depth, label := nested(stage.Name)
		done, reused, took := "", "", ""
		if stage.State != engine.Waiting && stage.State != engine.Skipped {
			done = fmt.Sprintf("%d/%d", stage.Done, stage.Instances)
		}
		if stage.Reused > 0 {
			reused = fmt.Sprint(stage.Reused)
		}
		if !stage.Ended.IsZero() {
			took = clock(stage.Ended.Sub(stage.Began))
		}
		state := stage.State
		if state == engine.Running && st.State == engine.Paused {
			state = engine.Paused
		}
		t.rows = append(t.rows, []cell{
			{text: strings.Repeat("  ", depth) + label},
			{symbol(state) + " " + string(state), colorOf(state)},
			{text: done},
			{text: reused},
			{text: took},
		})
	}
	return t.write(w)
}

// writeTrouble tells why a run failed, what it waits for and what was odd, with what to do.
func writeTrouble(ctx context.Context, w io.Writer, s *settings, eng *engine.Engine, run *engine.Run, st engine.Status) {
	id := shortID(run.ID)
	switch {
	case st.Failure != nil:
		fmt.Fprintf(w, "\n%s\n", sentence(failureText(st.Failure)))
		if st.Failure.Hint != "" {
			fmt.Fprintf(w, "Hint: %s\n", sentence(st.Failure.Hint))
		}
		if hopeless(st.Failure) {
			fmt.Fprintln(w, differently(s.command("revise", id)))
		} else {
			fmt.Fprintf(w, "`%s` tries the rest again.\n", s.command("revise", id))
		}
	case len(st.Approvals) > 0:
		fmt.Fprintf(w, "\nIt waits for %s.\n", count(len(st.Approvals), "approval"))
		writeApprovals(ctx, w, s, eng, run.ID, st.Approvals, func(more ...string) string {
			return s.command(append([]string{"runs", "approve", id}, more...)...)
		})
	case !st.State.Final():
		fmt.Fprintf(w, "\nNobody works on it now; `%s` goes on.\n", s.command("runs", "resume", id))
	}
	if len(st.Warnings) > 0 {
		fmt.Fprintln(w)
	}
	for _, warning := range st.Warnings {
		fmt.Fprintf(w, "Note: %s\n", warning)
	}
}

// givenText writes inputs for people.
func givenText(given []byte) string {
	var inputs map[string]json.RawMessage
	if json.Unmarshal(given, &inputs) != nil {
		return ""
	}
	var parts []string
	for name, raw := range sorted(inputs) {
		parts = append(parts, name+" = "+cut(valueText(raw), 60))
	}
	return strings.Join(parts, "\n"+strings.Repeat(" ", 11))
}

// valueText writes a JSON value in one line: a text without quotes, a file by its name and size.
func valueText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return oneLine(text)
	}
	var object map[string]any
	if json.Unmarshal(raw, &object) == nil {
		if f, ok := asFile(object); ok {
			return fmt.Sprintf("%s (%s, %.8s…)", f.Name, bytesText(f.Size), f.SHA256)
		}
	}
	return oneLine(string(raw))
}

// writeEvents lists what happened in a run.
func writeEvents(w io.Writer, events []engine.Event) error {
	t := table{head: []string{"NR", "TIME", "WHAT", "WHERE", "MORE"}, right: []int{0}, shrink: 3}
	for _, ev := range events {
		where := ev.Address
		if where == "" {
			where = ev.Stage
		}
		t.row(fmt.Sprint(ev.Seq), ev.Time.Local().Format("15:04:05.000"), string(ev.Kind), where, oneLine(eventText(ev)))
	}
	return t.write(w)
}

// eventText is what an event tells beside its kind and place.
func eventText(ev engine.Event) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if ev.Kind == engine.StageExpanded {
		add("%d to do", ev.Instances)
	}
	if ev.Provider != "" {
		add("%s", ev.Provider)
	}
	if ev.Attempt > 1 {
		add("attempt %d", ev.Attempt)
	}
	if ev.Take > 1 {
		add("take %d", ev.Take)
	}
	if ev.Took > 0 {
		add("%s", ev.Took.Round(time.Millisecond))
	}
	if ev.Cost > 0 {
		add("%s", money(ev.Cost))
	}
	if ev.Message != "" {
		add("%s", ev.Message)
	}
	if ev.Error != nil {
		add("%s", ev.Error.Message)
	}
	parts = append(parts, ev.Warnings...)
	return strings.Join(parts, ", ")
}
