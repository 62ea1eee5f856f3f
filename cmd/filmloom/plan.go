package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
)

func planCommand(s *settings) *cobra.Command {
	r := &rendering{}
	var asJSON bool
	c := &cobra.Command{
		Use:   "plan [PIPELINE]",
		Short: "Shows what a render would do, and what it may cost and take",
		Long: `Shows what render would do with the same arguments: which stages would make calls, which results exist
already, what it may cost and how long it may take. It makes no call and starts no run.

How many calls a stage makes may be known only once an earlier one is done: a story's scenes, say. Cost
and time are what providers estimate, and what earlier runs took; — means that nobody can tell.`,
		Example: `  filmloom plan
  filmloom plan -i story_topic=scary --seed 7
  filmloom plan --from latest -i art_style=anime --json`,
		Args: argCount(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.hasSeed = cmd.Flags().Changed("seed")
			if len(args) > 0 {
				r.pipeline = args[0]
			}
			plan, err := r.plan(cmd, s)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), plan)
			}
			return writePlan(cmd.OutOrStdout(), plan)
		},
	}
	r.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (r *rendering) plan(cmd *cobra.Command, s *settings) (_ *engine.Plan, err error) {
	ctx := cmd.Context()
	conf, err := s.config(cmd.ErrOrStderr(), "")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(conf.Dir); errors.Is(err, fs.ErrNotExist) {
		// A plan leaves nothing behind: where there is no data directory it uses one for itself.
		if conf.Dir, err = os.MkdirTemp("", "filmloom-plan-*"); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(conf.Dir)) }()
	}
	eng, err := s.open(ctx, conf)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, eng.Close()) }()
	job, err := r.prepare(ctx, eng, conf.Source)
	if err != nil {
		return nil, err
	}
	if job.resume != "" { // what is left of it is what a run on top of it would do
		job.options.From = job.resume
	}
	if job.note != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), strings.Replace(job.note, "Going on", "A render goes on", 1))
	}
	plan, err := eng.Plan(ctx, job.pl.Name, job.inputs, job.options)
	if err != nil {
		return nil, job.explain(err)
	}
	return plan, nil
}

// writePlan shows a plan by stage.
func writePlan(w io.Writer, p *engine.Plan) error {
	t := table{head: []string{"STAGE", "BY", "RESULTS", "REUSED", "CALLS", "COST", "TIME"}, right: []int{2, 3, 4, 5, 6}}
	reused, approvals := 0, 0
	for _, st := range p.Stages {
		depth, label := nested(st.Stage)
		name := cell{text: strings.Repeat("  ", depth) + label}
		cached := 0
		for _, one := range st.Instances {
			if one.Cached {
				cached++
			}
		}
		reused += cached
		by := st.Provider
		switch {
		case st.Uses == engine.ApprovalWait:
			by = "a person"
			approvals += len(st.Instances)
		case strings.HasPrefix(st.Uses, "pipeline."):
			by = st.Uses
		}
		switch {
		case st.Skipped:
			t.rows = append(t.rows, []cell{name, {"skipped", dim}})
		case !st.Known:
			t.rows = append(t.rows, []cell{name, {text: by}, {"known later", dim}, {}, {text: callsText(st.Calls)}, {text: costText(st.Cost)}, {text: timeText(st.Time)}})
		case strings.HasPrefix(st.Uses, "pipeline.") && len(st.Instances) == 0:
			t.rows = append(t.rows, []cell{name, {text: by}})
		default:
			results := fmt.Sprint(len(st.Instances))
			t.rows = append(t.rows, []cell{name, {text: by}, {text: results}, {text: number(cached)}, {text: callsText(st.Calls)}, {text: costText(st.Cost)}, {text: timeText(st.Time)}})
		}
	}
	if err := t.write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nIn all: %s.\n", strings.Join(planTotal(p, reused, approvals), ", "))
	return err
}

// planTotal sums a plan up in words.
func planTotal(p *engine.Plan, reused, approvals int) []string {
	calls := "no calls"
	switch c := p.Calls; {
	case c.Max < 0 && c.Min == 0:
		calls = "calls whose number is known later"
	case c.Max < 0:
		calls = count(c.Min, "call") + " or more"
	case c.Max > c.Min:
		calls = fmt.Sprintf("%d to %d calls", c.Min, c.Max)
	case c.Max > 0:
		calls = count(c.Max, "call")
	}
	parts := []string{calls}
	if reused > 0 {
		parts = append(parts, count(reused, "result")+" reused")
	}
	if approvals > 0 {
		parts = append(parts, count(approvals, "approval")+" by a person")
	}
	if p.Calls.Max != 0 {
		parts = append(parts, "cost "+orNobody(costText(p.Cost)), "time "+orNobody(timeText(p.Time)))
	}
	return parts
}

const unknown = "—"

func orNobody(text string) string {
	if text == unknown {
		return "not known"
	}
	return text
}

// number writes a number, nothing for 0.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func callsText(c engine.CountRange) string {
	switch {
	case c.Max < 0 && c.Min == 0:
		return unknown
	case c.Max < 0:
		return fmt.Sprintf("%d or more", c.Min)
	case c.Max > c.Min:
		return fmt.Sprintf("%d–%d", c.Min, c.Max)
	}
	return number(c.Max)
}

func costText(c engine.CostRange) string {
	switch {
	case c.Max == 0:
		return unknown
	case c.Unknown:
		return money(c.Min) + " or more"
	case c.Max > c.Min:
		return money(c.Min) + "–" + money(c.Max)
	}
	return money(c.Max)
}

func timeText(t engine.TimeRange) string {
	switch {
	case t.Max == 0:
		return unknown
	case t.Unknown:
		return roughly(t.Min) + " or more"
	case roughly(t.Max) != roughly(t.Min):
		return roughly(t.Min) + "–" + roughly(t.Max)
	}
	return roughly(t.Max)
}

// roughly writes an estimated time: two digits are all that it is worth.
func roughly(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d < 100*time.Millisecond:
		return "<0.1s"
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d < 10*time.Minute:
		return clock(d)
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0fm", d.Minutes())
	}
	return fmt.Sprintf("%.0fh", d.Hours())
}
