package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/store"
)

func userCommand(s *settings) *cobra.Command {
	c := &cobra.Command{
		Use:   "user",
		Short: "Looks after who may use the server",
		Long: `Looks after the users of the server: they log in with a name and a password, and own films and API keys.

The commands speak to the server that runs on the data directory. Where none runs they open the directory
themselves, so that users can be added before the first start.`,
		Example: `  filmloom user add ada
  filmloom user list
  filmloom user passwd ada --generate`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(
		userAddCommand(s), userListCommand(s), userSetCommand(s), userPasswdCommand(s),
		userChangeCommand(s, "disable", "Keeps a user out",
			"Keeps a user out: all sessions end at once, and no API key of the user works. What the user owns stays, and films that were ordered are made. To have it all removed, use remove.",
			"User %s is disabled."),
		userChangeCommand(s, "enable", "Lets a disabled user in again",
			"Lets a disabled user in again, with the same password and the same API keys. Sessions from before have ended.",
			"User %s is enabled."),
		userRemoveCommand(s),
	)
	return c
}

// accountsConfig is how the accounts are opened where no server runs.
func accountsConfig(s *settings, stderr io.Writer) identity.Config {
	conf := identity.Config{DefaultPlan: os.Getenv("FILMLOOM_DEFAULT_PLAN")} // as the server reads it
	if s.verbose {
		conf.Log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	return conf
}

// errNoDirectory: a command is about what there is, and there is no data directory.
var errNoDirectory = errors.New("there is no data directory")

// operate runs an operation at the server that runs on the data directory, or here where none does. Only with
// create is a missing directory made.
func operate(s *settings, cmd *cobra.Command, create bool, name string, in, out any) error {
	_, err := operateWhere(s, cmd, create, name, in, out)
	return err
}

// operateWhere is operate, and tells whether a server has done it.
func operateWhere(s *settings, cmd *cobra.Command, create bool, name string, in, out any) (served bool, err error) {
	err = admin.Call(cmd.Context(), s.data, name, in, out)
	served = !errors.Is(err, admin.ErrNotRunning)
	if !served {
		err = operateHere(s, cmd, create, name, in, out)
	}
	var failed *admin.Error
	if errors.As(err, &failed) && (failed.Code == admin.NotFound || failed.Code == admin.Invalid) {
		return served, nameError{err}
	}
	return served, err
}

func operateHere(s *settings, cmd *cobra.Command, create bool, name string, in, out any) (err error) {
	if _, err := os.Stat(s.data); errors.Is(err, fs.ErrNotExist) && !create {
		return namef("%w %s; name it with --data", errNoDirectory, s.data)
	}
	if err := othersDirectory(s.data); err != nil {
		return err
	}
	conf := config.Default()
	if strings.HasPrefix(name, "credits.") { // of the settings, these operations alone need more than accountsConfig
		if conf, err = config.Load(config.Sources{Environ: os.Environ()}); err != nil {
			return wrongSettings(cmd.ErrOrStderr(), err)
		}
	}
	db, err := store.Open(s.data)
	if errors.Is(err, journal.ErrInUse) {
		return s.inUse()
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return operateOn(cmd.Context(), db, conf, accountsConfig(s, cmd.ErrOrStderr()), name, in, out)
}

// othersDirectory refuses to let root write into the database of a server that runs as somebody else: the
// server could not read what root has written.
func othersDirectory(dir string) error {
	found, err := os.Stat(filepath.Join(dir, "journal"))
	if err != nil || os.Geteuid() != 0 {
		return nil // opening it says what is wrong
	}
	if stat, ok := found.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 {
		name := strconv.Itoa(int(stat.Uid))
		if u, err := user.LookupId(name); err == nil {
			name = u.Username
		}
		return fmt.Errorf("the data directory %s belongs to the user %s; run this as that user, for example with `sudo -u %s`", dir, name, name)
	}
	return nil
}

func operateOn(ctx context.Context, db *store.DB, conf *config.Config, who identity.Config, name string, in, out any) (err error) {
	books, err := server.Books(conf, db)
	if err != nil {
		return err
	}
	accounts, err := identity.New(ctx, db, who)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, accounts.Close()) }()
	r := admin.NewRegistry()
	admin.Identity(r, accounts)
	admin.Holders(r, accounts, server.Holdings(db))
	admin.Credits(r, accounts, books)
	return r.Call(ctx, name, in, out)
}

// inUse is the error of a data directory that another process has open.
func (s *settings) inUse() error {
	return fmt.Errorf("the data directory %s is in use by another filmloom (a render, or a server); wait for it, stop it, or name another directory with --data", s.data)
}

func userAddCommand(s *settings) *cobra.Command {
	var in admin.AddUser
	var from passwordSource
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Adds a user",
		Long: `Adds a user. The password is asked for twice at the terminal, read from standard input, or made; one that
was made is printed once, on standard output, and nobody can ask for it again.`,
		Example: `  filmloom user add ada
  filmloom user add ada --generate
  filmloom user add ada --admin --password-stdin < password.txt`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			in.Name = args[0]
			if in.Password, err = from.read(cmd); err != nil {
				return err
			}
			var out admin.AddedUser
			if err := operate(s, cmd, true, "user.add", in, &out); err != nil {
				return err
			}
			if err := from.tell(cmd, fmt.Sprintf("User %s is added.", out.User.Name), in.Password); err != nil {
				return err
			}
			if out.NoAdmin {
				fmt.Fprintf(cmd.ErrOrStderr(), "No user is an admin yet; `%s` makes this one an admin.\n", s.command("user", "set", out.User.Name, "--admin"))
			}
			return nil
		},
	}
	f := c.Flags()
	f.BoolVar(&in.Admin, "admin", false, "the user can administer the server")
	f.StringVar(&in.Plan, "plan", "", "the `PLAN` that the user is on (default: that of the server)")
	from.flags(c)
	return c
}

func userListCommand(s *settings) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "Lists users",
		Long:  "Lists users in the order in which they were added.",
		Example: `  filmloom user list
  filmloom user list --json`,
		Args: argCount(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := admin.Users{Users: []identity.Account{}}
			if err := operate(s, cmd, false, "user.list", nil, &out); err != nil && !errors.Is(err, errNoDirectory) {
				return err
			}
			w := cmd.OutOrStdout()
			switch {
			case asJSON:
				return printJSON(w, out.Users)
			case len(out.Users) == 0:
				_, err := fmt.Fprintf(w, "There are no users in %s.\n", s.data)
				return err
			}
			return writeUsers(w, out.Users)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func writeUsers(w io.Writer, users []identity.Account) error {
	t, now := table{head: []string{"NAME", "PLAN", "ROLE", "STATE", "ADDED"}}, time.Now()
	for _, u := range users {
		role, state := cell{text: "user"}, cell{"✓ enabled", green}
		if u.Admin {
			role = cell{"admin", bold}
		}
		if u.Disabled {
			state = cell{"■ disabled", dim}
		}
		t.rows = append(t.rows, []cell{{text: oneLine(u.Name)}, {text: u.Plan}, role, state, {text: ago(u.Created, now)}})
	}
	return t.write(w)
}

func userSetCommand(s *settings) *cobra.Command {
	var plan string
	var isAdmin bool
	c := &cobra.Command{
		Use:   "set NAME",
		Short: "Changes a user's plan, or whether a user is an admin",
		Long:  "Puts a user on another plan, or lets a user administer the server or no more. Sessions go on.",
		Example: `  filmloom user set ada --plan pro
  filmloom user set ada --admin
  filmloom user set ada --admin=false`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := admin.SetUser{Name: args[0]}
			if cmd.Flags().Changed("plan") {
				in.Plan = &plan
			}
			if cmd.Flags().Changed("admin") {
				in.Admin = &isAdmin
			}
			if in.Plan == nil && in.Admin == nil {
				return usagef("say what is to be changed: --plan or --admin")
			}
			if err := operate(s, cmd, false, "user.set", in, nil); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "User %s is changed.\n", oneLine(args[0]))
			return err
		},
	}
	c.Flags().StringVar(&plan, "plan", "", "the `PLAN` that the user is on")
	c.Flags().BoolVar(&isAdmin, "admin", false, "the user can administer the server; --admin=false takes that away")
	return c
}

func userPasswdCommand(s *settings) *cobra.Command {
	var from passwordSource
	c := &cobra.Command{
		Use:   "passwd NAME",
		Short: "Gives a user another password",
		Long: `Gives a user another password; all sessions of the user end at once. API keys stay. The password is asked
for twice at the terminal, read from standard input, or made and printed once.`,
		Example: `  filmloom user passwd ada
  filmloom user passwd ada --generate`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := from.read(cmd)
			if err != nil {
				return err
			}
			if err := operate(s, cmd, false, "user.passwd", admin.SetPassword{Name: args[0], Password: password}, nil); err != nil {
				return err
			}
			return from.tell(cmd, fmt.Sprintf("User %s has another password.", oneLine(args[0])), password)
		},
	}
	from.flags(c)
	return c
}

// userChangeCommand makes the commands that take a name and nothing else. done is what they say then.
func userChangeCommand(s *settings, verb, short, long, done string) *cobra.Command {
	return &cobra.Command{
		Use:     verb + " NAME",
		Short:   short,
		Long:    wrapped(long),
		Example: "  filmloom user " + verb + " ada",
		Args:    argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := operate(s, cmd, false, "user."+verb, admin.Named{Name: args[0]}, nil); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), done+"\n", oneLine(args[0]))
			return err
		},
	}
}

// wrapped breaks a text into lines as long as those of other helps.
func wrapped(text string) string {
	const most = 105
	var b strings.Builder
	line := 0
	for _, word := range strings.Fields(text) {
		if line > 0 && line+1+len(word) > most {
			b.WriteByte('\n')
			line = 0
		}
		if line > 0 {
			b.WriteByte(' ')
			line++
		}
		b.WriteString(word)
		line += len(word)
	}
	return b.String()
}
