package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/server/admin"
)

func creditsCommand(s *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "credits",
		Short: "Looks after what users may have made",
		Long: `Looks after credits: what a film costs is taken from them. The plan of a user grants some each month; those
that were bought, or given, are added by hand and stay until they are used.

The commands speak to the server that runs on the data directory. Where none runs they open the directory
themselves, and what plans grant is as $FILMLOOM_CONFIG and the environment say.`,
		Example: `  filmloom credits show ada
  filmloom credits list ada
  filmloom credits add ada 30 --note "invoice 42"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(creditsShowCommand(s), creditsListCommand(s), creditsAddCommand(s))
	return c
}

func creditsShowCommand(s *settings) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show USER",
		Short: "Shows what a user has",
		Long: `Shows what credits a user has, on which plan, and when that grants again: then what is left of those that it
granted ends.`,
		Example: `  filmloom credits show ada
  filmloom credits show ada --json`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var out admin.Balance
			if err := operate(s, cmd, false, "credits.show", admin.Named{Name: args[0]}, &out); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), out)
			}
			return writeBalance(cmd.OutOrStdout(), out)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func writeBalance(w io.Writer, b admin.Balance) error {
	on := screenOf(w)
	plan := b.Plan
	if b.Unlimited {
		plan += ", unlimited: films take no credits"
	}
	for _, line := range [][2]string{
		{"user", oneLine(b.User)},
		{"plan", plan},
		{"credits", fmt.Sprintf("%d (%d granted, %d purchased)", b.Available, b.Granted, b.Purchased)},
		{"next reset", b.NextReset.UTC().Format("2006-01-02 15:04 MST")},
	} {
		if _, err := fmt.Fprintf(w, "%s %s\n", on.paint(dim, pad(line[0], 10)), line[1]); err != nil {
			return err
		}
	}
	return nil
}

func creditsListCommand(s *settings) *cobra.Command {
	var in admin.ListCredits
	var asJSON bool
	c := &cobra.Command{
		Use:   "list USER",
		Short: "Lists what has changed a user's credits",
		Long: `Lists the ledger of a user, the newest entry first: grant, reset (what was left of an earlier month is gone),
reserve (a film was asked for), settle (it was made), refund (it was not), purchase.`,
		Example: `  filmloom credits list ada
  filmloom credits list ada --limit 100 --before 212
  filmloom credits list ada --json`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.User = args[0]
			if in.Limit < 1 || in.Limit > admin.MostEntries {
				return usagef("--limit must be from 1 to %d", admin.MostEntries)
			}
			var out admin.Ledger
			if err := operate(s, cmd, false, "credits.list", in, &out); err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			switch {
			case asJSON:
				return printJSON(w, out.Entries)
			case len(out.Entries) == 0 && in.Before == 0:
				_, err := fmt.Fprintf(w, "Nothing has changed the credits of %s yet.\n", oneLine(out.User))
				return err
			}
			if err := writeLedger(w, out.Entries); err != nil {
				return err
			}
			if in.Before == 0 && out.Entries[0].Balance != out.Available {
				fmt.Fprintf(cmd.ErrOrStderr(), "With what this month brings, which is entered when %s next comes, the balance is %d.\n", oneLine(out.User), out.Available)
			}
			if out.More {
				last := strconv.FormatUint(out.Entries[len(out.Entries)-1].Number, 10)
				fmt.Fprintf(cmd.ErrOrStderr(), "There are older ones: `%s`.\n", s.command("credits", "list", oneLine(out.User), "--before", last))
			}
			return nil
		},
	}
	f := c.Flags()
	f.IntVar(&in.Limit, "limit", 20, "how many at most, a `NUMBER` from 1 to 1000")
	f.Uint64Var(&in.Before, "before", 0, "only those before the one with this `NUMBER`")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func writeLedger(w io.Writer, entries []admin.CreditEntry) error {
	t := table{head: []string{"NUMBER", "WHEN", "ENTRY", "AMOUNT", "BALANCE", "PRICE", "JOB", "NOTE"}, right: []int{0, 3, 4, 5}, shrink: 6}
	for _, e := range entries {
		amount, color := cell{text: "0"}, plain
		switch {
		case e.Amount > 0:
			color = green
			fallthrough
		case e.Amount < 0:
			amount = cell{fmt.Sprintf("%+d", e.Amount), color}
		}
		price, job := "", ""
		if e.Price > 0 {
			price = strconv.Itoa(e.Price)
		}
		if e.Job != nil {
			job = oneLine(*e.Job)
		}
		note := oneLine(e.Note)
		if e.By != "" && note != "" {
			note += ", "
		}
		if e.By != "" {
			note += "by " + oneLine(e.By)
		}
		t.rows = append(t.rows, []cell{
			{text: strconv.FormatUint(e.Number, 10)},
			{text: e.Time.Local().Format("2006-01-02 15:04")},
			{text: e.Kind},
			amount,
			{text: strconv.Itoa(e.Balance)},
			{text: price},
			{text: job},
			{text: note},
		})
	}
	return t.write(w)
}

func creditsAddCommand(s *settings) *cobra.Command {
	in := admin.AddCredits{}
	var asJSON bool
	c := &cobra.Command{
		Use:   "add USER AMOUNT",
		Short: "Adds credits that were bought or given",
		Long: `Adds credits to those of a user: 1 to 1000000. They do not end with the month, and nothing takes them back. The
ledger says who has added them, and the note.

A script that may run twice gives --idempotency-key: with the same key, within a day, the same credits are added once.`,
		Example: `  filmloom credits add ada 30
  filmloom credits add ada 30 --note "invoice 42" --idempotency-key invoice-42`,
		Args: argCount(2, 2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			in.User, in.By = args[0], userName()
			if in.Amount, err = strconv.Atoi(args[1]); err != nil || in.Amount < 1 || in.Amount > admin.MostCredits {
				return usagef("%q is no whole number from 1 to %d", args[1], admin.MostCredits)
			}
			if cmd.Flags().Changed("idempotency-key") && in.Once == "" {
				return usagef("--idempotency-key is empty; leave it out, or give the same text to what is the same")
			}
			var out admin.AddedCredits
			if err := operate(s, cmd, false, "credits.add", in, &out); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), out)
			}
			return tellAdded(cmd.OutOrStdout(), out)
		},
	}
	f := c.Flags()
	f.StringVar(&in.Note, "note", "", "what for, any `TEXT` of at most 200 characters")
	f.StringVar(&in.Once, "idempotency-key", "", "any `TEXT` that names this addition, so that it is made once")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func tellAdded(w io.Writer, a admin.AddedCredits) error {
	name := oneLine(a.User)
	text := fmt.Sprintf("%s added to those of %s, who has %d now.", are(a.Entry.Amount), name, a.Available)
	if a.Again {
		text = fmt.Sprintf("%s added to those of %s before, under the same key; nothing has been added now.", are(a.Entry.Amount), name)
	}
	if a.Unlimited {
		text += " The plan " + a.Plan + " is unlimited, and takes none."
	}
	_, err := fmt.Fprintln(w, text)
	return err
}

// are says so many credits are …
func are(n int) string {
	if n == 1 {
		return "1 credit is"
	}
	return fmt.Sprintf("%d credits are", n)
}
