package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A target is a file that appears when it is complete. Until then its bytes are in one beside it, whose name is
// always the same, so that what a killed process leaves is replaced by the next one.
type target struct {
	path    string
	force   bool
	partial string
	file    *os.File
}

// openTarget begins a file. It must not lie in the data directory.
func openTarget(name, data string, force bool) (_ *target, err error) {
	path := name
	st, err := os.Stat(name)
	switch {
	case err == nil && st.IsDir():
		return nil, namef("the backup cannot be written: %s is a directory; name a file in it", name)
	case err == nil && !st.Mode().IsRegular():
		return nil, namef("the backup cannot be written: %s is not a plain file; `filmloom backup -` writes to standard output", name)
	case err == nil && !force:
		return nil, namef("%s exists; --force replaces it", name)
	case err == nil: // a link stays one
		if path, err = filepath.EvalSymlinks(name); err != nil {
			return nil, fmt.Errorf("the backup cannot be written: %w", err)
		}
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return nil, namef("the backup cannot be written: there is no directory %s", filepath.Dir(name))
	}
	if within(dir, data) {
		return nil, namef("%s is in the data directory, and would be lost with it; name a file elsewhere", name)
	}
	t := &target{path: path, force: force, partial: path + ".partial"}
	t.file, err = os.OpenFile(t.partial, os.O_WRONLY|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the backup cannot be written: %w", err)
	}
	if err := t.own(); err != nil {
		return nil, errors.Join(err, t.file.Close())
	}
	return t, nil
}

// within tells whether dir is in data, or is it. dir has no links.
func within(dir, data string) bool {
	dir, err := filepath.Abs(dir)
	data, err2 := filepath.EvalSymlinks(data)
	if err != nil || err2 != nil {
		return false
	}
	data, err = filepath.Abs(data)
	return err == nil && (dir == data || strings.HasPrefix(dir, data+string(filepath.Separator)))
}

// own makes the partial file this process's, and empty.
func (t *target) own() error {
	locked := unix.Flock(int(t.file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	opened, err := t.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Lstat(t.partial)
	if locked != nil || err != nil || !os.SameFile(opened, there) {
		return fmt.Errorf("another backup is being written to %s; wait for it, or name another file", t.path)
	}
	if !opened.Mode().IsRegular() {
		return fmt.Errorf("%s is in the way, and not a plain file; remove it", t.partial)
	}
	return errors.Join(t.file.Truncate(0), t.file.Chmod(0o600))
}

// publish gives the file its name.
func (t *target) publish() error {
	if err := t.file.Sync(); err != nil {
		return fmt.Errorf("the backup cannot be written to the disk: %w", err)
	}
	if !t.force {
		// A link, unlike a rename, replaces nothing. Some file systems have none.
		err := os.Link(t.partial, t.path)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s has appeared meanwhile; --force replaces it", t.path)
		}
		if err == nil {
			return t.done(os.Remove(t.partial))
		}
	}
	return t.done(os.Rename(t.partial, t.path))
}

func (t *target) done(err error) error {
	if err != nil {
		return fmt.Errorf("the backup cannot get its name: %w", err)
	}
	dir, err := os.Open(filepath.Dir(t.path))
	if err != nil {
		return fmt.Errorf("the backup cannot be written to the disk: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close(), t.file.Close())
}

// discard removes what was written.
func (t *target) discard() error {
	err := os.Remove(t.partial)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if closed := t.file.Close(); !errors.Is(closed, fs.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}
