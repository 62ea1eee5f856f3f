package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/server/admin"
)

func userRemoveCommand(s *settings) *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "remove NAME",
		Short: "Removes a user, with everything that the user owns",
		Long: wrapped(`Removes a user for good: sessions and API keys at once, then films, projects, batches, credits, webhooks and the
connection to YouTube. What is being made is cancelled. A server that runs does it in the background; without one the
next start of the server does. The name is free at once, and a new user of that name sees nothing of the old one.`) + "\n\n" + wrapped(`
To keep somebody out and keep what they own, use disable instead: enable undoes it. Nothing undoes remove but a
backup from before. Videos that were uploaded to YouTube stay there.`),
		Example: `  filmloom user remove ada
  filmloom user remove ada --yes
  filmloom user disable ada`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := oneLine(args[0])
			if !yes {
				if err := askRemoval(s, cmd, args[0], "the user "+name); err != nil {
					return err
				}
			}
			served, err := operateWhere(s, cmd, false, "user.remove", admin.Named{Name: args[0]}, nil)
			if err != nil {
				return err
			}
			when := "The next start of the server erases what the user owned."
			if served {
				when = "The server is erasing what the user owned."
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "User %s is removed. %s\n", name, when)
			return err
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// askRemoval says what goes with a user, and asks.
func askRemoval(s *settings, cmd *cobra.Command, name, who string) error {
	if _, err := terminal(cmd, who); err != nil { // before anything is opened
		return err
	}
	var h admin.Holdings
	if err := operate(s, cmd, false, "user.holdings", admin.Named{Name: name}, &h); err != nil {
		return err
	}
	return confirm(cmd, who, fmt.Sprintf("This removes %s for good, with %s.", who, holdingsText(h)))
}

// holdingsText says what a user owns.
func holdingsText(h admin.Holdings) string {
	films := count(h.Films, "film")
	switch {
	case h.Open > 0 && h.Open == h.Films:
		films += " (to be made or being made)"
	case h.Open > 0:
		films += fmt.Sprintf(" (%d to be made or being made)", h.Open)
	}
	parts := []string{films}
	if h.Drafts > 0 {
		parts = append(parts, count(h.Drafts, "project")+" without a film")
	}
	parts = append(parts, count(h.Credits, "credit"), "API keys, webhooks")
	return strings.Join(parts, ", ") + " and the connection to YouTube"
}
