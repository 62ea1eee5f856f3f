package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/server/backup"
)

func restoreCommand(s *settings) *cobra.Command {
	var checkOnly bool
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Makes a data directory of a backup",
		Long: `Makes the data directory, which must be new or empty, of a file that ` + "`filmloom backup`" + ` has written. The FILE - is
standard input.

The directory appears when all of it has been verified. Of a file that is damaged, or is not complete, nothing is
restored. With --check the file is only verified.`,
		Example: `  filmloom restore filmloom.backup
  filmloom restore --data /var/lib/filmloom filmloom.backup
  filmloom restore --check filmloom.backup`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, size, err := openBackup(cmd, args[0])
			if err != nil {
				return err
			}
			r := &restoring{in: in, size: size, line: newStatusLine(cmd.ErrOrStderr())}
			return errors.Join(r.run(cmd, s, checkOnly), in.Close())
		},
	}
	c.Flags().BoolVar(&checkOnly, "check", false, "only verify the file")
	return c
}

// openBackup opens a file, or standard input, whose size is 0.
func openBackup(cmd *cobra.Command, name string) (io.ReadCloser, int64, error) {
	if name == dash {
		in := cmd.InOrStdin()
		if f, ok := in.(*os.File); ok && screenOf(f).terminal {
			return nil, 0, namef("nothing comes from standard input; name a file, or send one there")
		}
		return io.NopCloser(in), 0, nil
	}
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, namef("there is no file %s", name)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("the backup cannot be read: %w", err)
	}
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = namef("%s is a directory; name a file that `filmloom backup` has written", name)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, st.Size(), nil
}

// restoring is a restore under way.
type restoring struct {
	in   io.Reader
	size int64 // of the file, or 0
	read int64 // of it
	line *statusLine
}

// Read counts.
func (r *restoring) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.read += int64(n)
	return n, err
}

func (r *restoring) run(cmd *cobra.Command, s *settings, checkOnly bool) error {
	o := backup.Options{Progress: func(p backup.Progress) {
		text := progressText(p, 0)
		if r.size > 0 && p.Stage != "check" {
			text = fmt.Sprintf("%3.0f%%  %s", 100*min(float64(r.read)/float64(r.size), 1), text)
		}
		r.line.show(text)
	}}
	began := time.Now()
	w := cmd.OutOrStdout()
	if checkOnly {
		found, err := backup.Verify(cmd.Context(), r, o)
		r.line.clear()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "The backup is good: %s, of %s.\n", contentText(found), origin(found))
		tellDamaged(cmd.ErrOrStderr(), found)
		return err
	}
	made, err := r.restore(cmd.Context(), s.data, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s  %s, of %s, in %s.\n", s.data, contentText(made), origin(made), clock(time.Since(began)))
	tellDamaged(cmd.ErrOrStderr(), made)
	tellGaps(cmd.ErrOrStderr(), made)
	return err
}

func (r *restoring) restore(ctx context.Context, dir string, o backup.Options) (backup.Summary, error) {
	defer r.line.clear()
	if _, err := os.Stat(filepath.Join(dir, "journal")); err == nil { // before the file is read
		return backup.Summary{}, namef("%s is a data directory already; move it away, or name another one with --data", dir)
	}
	made, err := backup.Restore(ctx, r, dir, o)
	if errors.Is(err, backup.ErrNotEmpty) {
		err = nameError{err}
	}
	return made, err
}

// origin says when a backup was made, and by what.
func origin(s backup.Summary) string {
	text := s.Created.Local().Format("2006-01-02 15:04")
	if s.Filmloom != "" {
		text += " by filmloom " + oneLine(s.Filmloom)
	}
	return text
}

func tellDamaged(w io.Writer, s backup.Summary) {
	if n := len(s.Damaged); n > 0 {
		fmt.Fprintf(w, "Note: the backup is without damaged files that the data directory had (%s: %s).\n", count(n, "file"), some(s.Damaged))
	}
}
