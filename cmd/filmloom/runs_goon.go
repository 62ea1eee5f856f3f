package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine"
)

func resumeCommand(s *settings) *cobra.Command {
	d := &delivery{}
	c := &cobra.Command{
		Use:   "resume RUN",
		Short: "Goes on with an unfinished run and writes the film",
		Long: `Goes on with a run that was interrupted or paused, shows its progress and writes the film as render
does. What was done is not done again. Of a run that is completed it writes the film once more.`,
		Example: `  filmloom runs resume latest -o film.mp4
  filmloom runs resume 019f2c3d`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := d.prepare(s, cmd); err != nil {
				return err
			}
			return withRun(s, cmd, args[0], func(ctx context.Context, eng *engine.Engine, run *engine.Run) error {
				if state := run.Status().State; state.Final() && state != engine.Completed {
					return ended(s, run, state)
				}
				run, err := eng.Resume(ctx, run.ID)
				if err != nil {
					return err
				}
				return d.followOn(ctx, eng, run)
			})
		},
	}
	d.flags(c)
	return c
}

// followOn follows a run that an earlier command has begun.
func (d *delivery) followOn(ctx context.Context, eng *engine.Engine, run *engine.Run) error {
	info, err := infoOf(ctx, eng, run)
	if err != nil {
		return err
	}
	d.partial = info.Until != ""
	return d.follow(ctx, eng, run)
}

// ended says that a run cannot go on, and what can.
func ended(s *settings, run *engine.Run, state engine.State) error {
	id := shortID(run.ID)
	if state == engine.Superseded {
		return fmt.Errorf("run %s was superseded: a newer run goes on instead; `%s` shows it", id, s.command("runs", "list"))
	}
	return fmt.Errorf("run %s %s and cannot go on; `%s` starts a new one that uses what it has done", id, past(state), s.command("revise", id))
}

func approveCommand(s *settings) *cobra.Command {
	a := &approving{delivery: &delivery{}, settings: s}
	c := &cobra.Command{
		Use:   "approve RUN [ADDRESS]",
		Short: "Approves what a paused run waits for, and goes on with it",
		Long: `Approves what a paused run waits for. Then the run goes on, with a progress display, and the film is
written as render does. ADDRESS may be left out when the run waits for one approval; --all approves
whatever it waits for now.`,
		Example: `  filmloom runs approve latest -o film.mp4
  filmloom runs approve latest check_story --comment "Lovely."
  filmloom runs approve latest --all -o film.mp4`,
		Args: argCount(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.prepare(s, cmd); err != nil {
				return err
			}
			a.decision.Approved = true
			return a.decide(cmd, args, func(ctx context.Context, eng *engine.Engine, run *engine.Run, _ []string) error {
				a.since = a.began
				return a.followOn(ctx, eng, run)
			})
		},
	}
	a.flags(c)
	a.delivery.flags(c)
	c.Flags().BoolVar(&a.all, "all", false, "approve all that the run waits for")
	return c
}

func rejectCommand(s *settings) *cobra.Command {
	a := &approving{settings: s}
	c := &cobra.Command{
		Use:   "reject RUN [ADDRESS]",
		Short: "Rejects what a paused run waits for: the run fails",
		Long: `Rejects what a paused run waits for. The run fails with the comment as its reason; nothing that it has
done is lost, and ` + "`filmloom revise`" + ` makes a new run with what is to be different.`,
		Example: `  filmloom runs reject latest --comment "The ending is too sad."
  filmloom revise latest --take script_analysis -o film.mp4`,
		Args: argCount(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.decide(cmd, args, func(ctx context.Context, _ *engine.Engine, run *engine.Run, addresses []string) error {
				var failed *engine.RunError
				if _, err := run.Wait(ctx); err != nil && !errors.As(err, &failed) {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "Rejected %s; run %s has failed.\n%s\n",
					strings.Join(addresses, ", "), shortID(run.ID), differently(s.command("revise", shortID(run.ID))))
				return err
			})
		},
	}
	a.flags(c)
	return c
}

// approving is a person's decision on what a run waits for.
type approving struct {
	*delivery
	settings *settings
	decision engine.Decision
	all      bool
	began    time.Time // when the last decision was made: what the run does between several is of no interest
}

func (a *approving) flags(c *cobra.Command) {
	c.Flags().StringVar(&a.decision.Comment, "comment", "", "the `TEXT` you say to it; it is recorded")
	c.Flags().StringVar(&a.decision.By, "by", userName(), "the `NAME` of who decides; it is recorded")
}

// userName is who uses the command, or "".
func userName() string {
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// decide records the decision, and then does what follows from it.
func (a *approving) decide(cmd *cobra.Command, args []string, then func(context.Context, *engine.Engine, *engine.Run, []string) error) error {
	return withRun(a.settings, cmd, args[0], func(ctx context.Context, eng *engine.Engine, run *engine.Run) error {
		addresses, err := a.addresses(run, args[1:])
		if err != nil {
			return err
		}
		for _, address := range addresses {
			a.began = time.Now()
			if run, err = eng.Decide(ctx, run.ID, address, a.decision); err != nil {
				return err
			}
		}
		return then(ctx, eng, run, addresses)
	})
}

// addresses are the approvals that are decided.
func (a *approving) addresses(run *engine.Run, given []string) ([]string, error) {
	status := run.Status()
	var waits []string
	for _, w := range status.Approvals {
		waits = append(waits, w.Address)
	}
	id := shortID(run.ID)
	switch {
	case len(waits) == 0 && status.State.Final():
		return nil, namef("run %s waits for no approval: it %s", id, past(status.State))
	case len(waits) == 0:
		return nil, namef("run %s waits for no approval; `%s` goes on with it", id, a.settings.command("runs", "resume", id))
	case a.all && len(given) > 0:
		return nil, usagef("give an ADDRESS or --all, not both")
	case a.all, len(given) == 0 && len(waits) == 1:
		return waits, nil
	case len(given) == 0:
		return nil, namef("run %s waits for %d approvals; name one of them: %s", id, len(waits), strings.Join(waits, ", "))
	}
	address := cleanAddress(given[0])
	for _, w := range waits {
		if w == address {
			return []string{address}, nil
		}
	}
	return nil, namef("run %s does not wait for an approval of %s; it waits for: %s", id, address, strings.Join(waits, ", "))
}
