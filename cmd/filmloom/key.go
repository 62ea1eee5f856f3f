package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/identity"
)

func keyCommand(s *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "key",
		Short: "Looks after API keys",
		Long: `Looks after API keys: with one, a program uses the server in the name of a user.

A key is printed once, when it is made; the server keeps only its sum. An ID names it from then on: that of
` + "`filmloom key list`" + `, or the key itself if you have it.

The commands speak to the server that runs on the data directory. Where none runs they open the directory
themselves.`,
		Example: `  filmloom key create --user ada --name ci --scope read --expires 30d
  filmloom key list
  filmloom key revoke 4fGhT2kLm9Qz`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(keyCreateCommand(s), keyListCommand(s), keyRotateCommand(s), keyRevokeCommand(s))
	return c
}

func keyCreateCommand(s *settings) *cobra.Command {
	var in admin.CreateKey
	var expires string
	var asJSON bool
	c := &cobra.Command{
		Use:   "create",
		Short: "Makes an API key",
		Long: `Makes an API key for a user and prints it, once, on standard output. Its scopes are what it is good for: read,
write, and admin for users who are admins; none includes another.`,
		Example: `  filmloom key create --user ada
  filmloom key create --user ada --name ci --scope read --cidr 192.0.2.0/24 --expires 30d
  FILMLOOM_API_KEY=$(filmloom key create --user ada --expires never)`,
		Args: argCount(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if in.User == "" {
				return usagef("say whose key it is, with --user")
			}
			if in.Lifetime, in.Forever, err = parseLifetime(expires); err != nil || in.Lifetime <= 0 && !in.Forever {
				return usagef("--expires: %q is no time like 12h, 90d or 1y, nor never", expires)
			}
			var out admin.MadeKey
			if err := operate(s, cmd, false, "key.create", in, &out); err != nil {
				return err
			}
			expiry := "never expires"
			if !in.Forever {
				expiry = "expires " + ends(out.Key, time.Now())
			}
			return writeKey(cmd, out, asJSON, fmt.Sprintf("API key %s of %s: %s; %s.", out.ID, oneLine(out.User), out.Scopes, expiry))
		},
	}
	f := c.Flags()
	f.StringVar(&in.User, "user", "", "whose key it is, the `NAME` of a user")
	f.StringVar(&in.Name, "name", "", "what you call it, any `TEXT`")
	f.StringSliceVar(&in.Scopes, "scope", []string{"read", "write"}, "what it is good for, a `LIST` of read, write, admin")
	f.StringSliceVar(&in.CIDRs, "cidr", nil, "where it may be used, a `LIST` of networks or addresses (default everywhere)")
	f.StringVar(&expires, "expires", "90d", "how long it works, a `TIME` like 12h, 90d or 1y, or never")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func keyListCommand(s *settings) *cobra.Command {
	var in admin.ListKeys
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "Lists API keys",
		Long:  "Lists API keys by user, those made first at the beginning. The keys themselves cannot be shown.",
		Example: `  filmloom key list
  filmloom key list --user ada --json`,
		Args: argCount(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := admin.Keys{Keys: []admin.UserKey{}}
			err := operate(s, cmd, false, "key.list", in, &out)
			if err != nil && (in.User != "" || !errors.Is(err, errNoDirectory)) {
				return err
			}
			w := cmd.OutOrStdout()
			switch {
			case asJSON:
				return printJSON(w, out.Keys)
			case len(out.Keys) == 0:
				_, err := fmt.Fprintf(w, "There are no API keys%s in %s.\n", of(in.User), s.data)
				return err
			}
			return writeKeys(w, out.Keys, time.Now())
		},
	}
	c.Flags().StringVar(&in.User, "user", "", "only those of the user of this `NAME`")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func of(user string) string {
	if user == "" {
		return ""
	}
	return " of " + oneLine(user)
}

func keyRotateCommand(s *settings) *cobra.Command {
	var grace string
	var asJSON bool
	c := &cobra.Command{
		Use:   "rotate ID",
		Short: "Gives an API key another secret",
		Long: `Gives an API key another secret and prints the new key, once. The old one works for the grace time yet, so
that programs can be changed over. The key's lifetime begins anew. One that has leaked is rotated with
--grace 0.`,
		Example: `  filmloom key rotate 4fGhT2kLm9Qz
  filmloom key rotate 4fGhT2kLm9Qz --grace 0`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, forever, err := parseLifetime(grace)
			if err != nil || forever {
				return usagef("--grace: %q is no time like 24h or 7d", grace)
			}
			var out admin.MadeKey
			if err := operate(s, cmd, false, "key.rotate", admin.RotateKey{ID: args[0], Grace: d}, &out); err != nil {
				return err
			}
			old := "the old one is of no use any more"
			if !out.OldUntil.IsZero() {
				old = "the old one works until " + out.OldUntil.Local().Format("2006-01-02 15:04")
			}
			return writeKey(cmd, out, asJSON, fmt.Sprintf("API key %s of %s is rotated; %s.", out.ID, oneLine(out.User), old))
		},
	}
	c.Flags().StringVar(&grace, "grace", "24h", "how long the old one works yet, a `TIME` like 24h or 7d")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func keyRevokeCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:     "revoke ID",
		Short:   "Ends an API key",
		Long:    "Ends an API key at once and forgets it.",
		Example: "  filmloom key revoke 4fGhT2kLm9Qz",
		Args:    argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var out admin.UserKey
			if err := operate(s, cmd, false, "key.revoke", admin.RevokeKey{ID: args[0]}, &out); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "API key %s of %s is revoked.\n", out.ID, oneLine(out.User))
			return err
		},
	}
}

// writeKey prints a key that was made. It is alone on standard output, for scripts.
func writeKey(cmd *cobra.Command, k admin.MadeKey, asJSON bool, done string) error {
	if asJSON {
		return printJSON(cmd.OutOrStdout(), k)
	}
	fmt.Fprintln(cmd.ErrOrStderr(), done, "This is the key; it is shown only now:")
	_, err := fmt.Fprintln(cmd.OutOrStdout(), k.Text)
	return err
}

func writeKeys(w io.Writer, keys []admin.UserKey, now time.Time) error {
	t := table{head: []string{"ID", "USER", "NAME", "SCOPES", "EXPIRES", "LAST USED", "FROM"}, shrink: 2}
	for _, k := range keys {
		used, color := "never", plain
		if !k.LastUsed.IsZero() {
			used = ago(k.LastUsed, now)
		}
		switch {
		case !k.Expires.IsZero() && !now.Before(k.Expires):
			color = red
		case k.ExpiresSoon(now):
			color = yellow
		}
		from := "everywhere"
		if len(k.CIDRs) > 0 {
			from = networks(k.CIDRs)
		}
		t.rows = append(t.rows, []cell{
			{text: k.ID},
			{text: oneLine(k.User)},
			{text: oneLine(k.Name)},
			{text: k.Scopes.String()},
			{ends(k.Key, now), color},
			{text: used},
			{text: from},
		})
	}
	return t.write(w)
}

func networks(all []netip.Prefix) string {
	var texts []string
	for _, p := range all {
		text := p.String()
		if p.IsSingleIP() {
			text = p.Addr().String()
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// ends says for people when a key ends to work.
func ends(k identity.Key, now time.Time) string {
	left := k.Expires.Sub(now)
	switch {
	case k.Expires.IsZero():
		return "never"
	case left <= 0:
		return "expired"
	case left < 2*time.Hour:
		return fmt.Sprintf("in %d min", int(left.Minutes())+1)
	case left < 2*24*time.Hour:
		return fmt.Sprintf("in %d h", int(left.Round(time.Hour).Hours()))
	}
	return fmt.Sprintf("in %d days", int(left.Round(24*time.Hour).Hours()/24))
}

// parseLifetime reads a time like 12h, 90d, 6w or 1y, or never.
func parseLifetime(text string) (d time.Duration, forever bool, err error) {
	if text == "never" {
		return 0, true, nil
	}
	const day = 24 * time.Hour
	number := strings.TrimRight(text, "dwy")
	unit := map[string]time.Duration{"d": day, "w": 7 * day, "y": 365 * day}[text[len(number):]]
	if unit == 0 {
		d, err = time.ParseDuration(text)
		return d, false, err
	}
	many, err := strconv.ParseUint(number, 10, 16)
	if err == nil && many > uint64(math.MaxInt64/unit) {
		err = strconv.ErrRange
	}
	return time.Duration(many) * unit, false, err
}
