package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/backup"
	"github.com/filmloom/filmloom/server/store"
)

// dash stands for standard output or input.
const dash = "-"

func backupCommand(s *settings) *cobra.Command {
	var force bool
	b := &backingUp{settings: s}
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Writes everything in the data directory into one file",
		Long: `Writes everything in the data directory into one file: accounts, films, runs, their files, and the
server's secret key. A running server goes on working meanwhile. The FILE - is standard output.

The file appears when it is complete; until then it is called FILE.partial. It is a tar file, compressed with zstd, and
` + "`filmloom restore --check`" + ` verifies it. Whoever can read it can read everything; --without-keys leaves the secret key
out, which must then be kept elsewhere.`,
		Example: `  filmloom backup filmloom.backup
  filmloom backup --force /mnt/backups/filmloom.backup
  filmloom backup - | ssh backups.example.org 'cat > filmloom.backup'`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(filepath.Join(s.data, "journal")); err != nil {
				return namef("there is nothing to back up: %s is no data directory; name it with --data", s.data)
			}
			b.line = newStatusLine(cmd.ErrOrStderr())
			if args[0] == dash {
				return b.toStdout(cmd)
			}
			return b.toFile(cmd, args[0], force)
		},
	}
	f := c.Flags()
	f.BoolVar(&force, "force", false, "replace a file that exists")
	f.BoolVar(&b.request.WithoutKeys, "without-keys", false, "leave the secret key out")
	return c
}

// backingUp is a backup under way.
type backingUp struct {
	settings *settings
	request  backup.Request
	line     *statusLine
	size     int64 // of the file
}

func (b *backingUp) toStdout(cmd *cobra.Command) error {
	w := cmd.OutOrStdout()
	if screenOf(w).terminal {
		return namef("a backup is nothing for a terminal; name a file, or send standard output into one")
	}
	began := time.Now()
	made, err := b.write(cmd.Context(), w)
	if err != nil {
		return err
	}
	return b.tell(cmd, cmd.ErrOrStderr(), "standard output", made, time.Since(began))
}

func (b *backingUp) toFile(cmd *cobra.Command, name string, force bool) error {
	to, err := openTarget(name, b.settings.data, force)
	if err != nil {
		return err
	}
	began := time.Now()
	made, err := b.write(cmd.Context(), to.file)
	if err != nil {
		return errors.Join(err, to.discard())
	}
	if err := to.publish(); err != nil {
		return errors.Join(err, to.discard())
	}
	return b.tell(cmd, cmd.OutOrStdout(), name, made, time.Since(began))
}

// write makes the backup: the server that runs on the data directory does, or this process where none runs.
func (b *backingUp) write(ctx context.Context, w io.Writer) (backup.Summary, error) {
	defer b.line.clear()
	counted := &counter{w: w, tell: func(n int64) { b.size = n }}
	made, err := b.byServer(ctx, counted)
	if errors.Is(err, admin.ErrNotRunning) {
		made, err = b.here(ctx, counted)
	}
	return made, err
}

// byServer takes the backup that the server makes, and verifies it on its way.
func (b *backingUp) byServer(ctx context.Context, w io.Writer) (made backup.Summary, err error) {
	r, copied := io.Pipe()
	var wg sync.WaitGroup
	var wrong error
	wg.Go(func() {
		made, wrong = backup.Verify(ctx, r, backup.Options{Progress: func(p backup.Progress) { b.show(p, 0) }})
		r.CloseWithError(wrong) // so that nobody waits for it
	})
	err = admin.CallStream(ctx, b.settings.data, backup.Operation, b.request, io.MultiWriter(w, copied))
	copied.CloseWithError(err)
	wg.Wait()
	if err == nil || wrong != nil && errors.Is(err, wrong) {
		err = wrong
	}
	return made, err
}

// here opens the data directory and makes the backup.
func (b *backingUp) here(ctx context.Context, w io.Writer) (made backup.Summary, err error) {
	dir := b.settings.data
	if err := othersDirectory(dir); err != nil {
		return made, err
	}
	db, err := store.Open(dir)
	if errors.Is(err, journal.ErrInUse) {
		return made, b.settings.inUse()
	}
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := artifact.OpenDir(filepath.Join(dir, "artifacts"))
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	runs, err := badger.New(db.Badger(), "")
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, runs.Close()) }()
	return backup.Write(ctx, w, backup.Source{DB: db.Badger(), Artifacts: files, Dir: dir, Journal: runs}, backup.Options{
		WithoutKeys: b.request.WithoutKeys, Filmloom: version, Progress: func(p backup.Progress) { b.show(p, p.Of) },
	})
}

func (b *backingUp) show(p backup.Progress, of int64) { b.line.show(progressText(p, of)) }

// progressText says how far a backup or a restore is; of is how many bytes there are, or 0.
func progressText(p backup.Progress, of int64) string {
	switch {
	case p.Stage == "check":
		return "looking whether every run has its files"
	case p.Stage == "records":
		return "records: " + bytesText(p.Bytes)
	case of > 0:
		return fmt.Sprintf("files: %d, %s of %s", p.Done, bytesText(p.Bytes), bytesText(of))
	}
	return fmt.Sprintf("files: %d, %s", p.Done, bytesText(p.Bytes))
}

// tell says what was written, and what could not be.
func (b *backingUp) tell(cmd *cobra.Command, w io.Writer, name string, made backup.Summary, took time.Duration) error {
	if _, err := fmt.Fprintf(w, "%s  %s, with %s, in %s.\n", name, bytesText(b.size), contentText(made), clock(took)); err != nil {
		return err
	}
	notes := cmd.ErrOrStderr()
	if made.HasKeys() {
		fmt.Fprintln(notes, "Note: the secret key is in it; keep it where nobody else can read it.")
	}
	tellGaps(notes, made)
	if n := len(made.Damaged); n > 0 {
		return fmt.Errorf("the data directory has damaged files, probably of a bad disk, and the backup has everything but them (%s: %s)", count(n, "file"), some(made.Damaged))
	}
	return nil
}

// contentText says how much a backup has.
func contentText(s backup.Summary) string {
	return fmt.Sprintf("%s and %s of %s", count(s.Records, "record"), count(s.Artifacts, "file"), bytesText(s.ArtifactBytes))
}

// tellGaps says what runs lack.
func tellGaps(w io.Writer, s backup.Summary) {
	if n := len(s.Missing); n > 0 {
		fmt.Fprintf(w, "Note: runs refer to %s that the data directory did not have: %s.\n", count(n, "file"), some(s.Missing))
	}
	if n := len(s.Unreadable); n > 0 {
		fmt.Fprintf(w, "Note: the records of %s are damaged: %s.\n", count(n, "run"), some(s.Unreadable))
	}
}

// some lists the first of many names.
func some(names []string) string {
	const most = 3
	text := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// A counter counts what is written.
type counter struct {
	w    io.Writer
	n    int64
	tell func(n int64)
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.tell(c.n)
	return n, err
}

// A statusLine is one line on a terminal that is written over; elsewhere it is nothing.
type statusLine struct {
	mu    sync.Mutex
	w     io.Writer
	width int
	last  time.Time
	used  bool
}

func newStatusLine(w io.Writer) *statusLine {
	s := screenOf(w)
	if !s.terminal {
		return &statusLine{}
	}
	return &statusLine{w: w, width: s.width}
}

func (l *statusLine) show(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	const often = 100 * time.Millisecond
	if now := time.Now(); l.w != nil && now.Sub(l.last) >= often {
		l.last, l.used = now, true
		fmt.Fprintf(l.w, "\r\x1b[K%s", cut(text, l.width-1))
	}
}

func (l *statusLine) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.used {
		fmt.Fprint(l.w, "\r\x1b[K")
		l.used = false
	}
}
