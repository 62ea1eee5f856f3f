package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// restoring ends the name of a directory in which a restore works, and begins that of one within a mount point.
const restoring = ".restoring"

// mark is a file in such a directory: what has it is ours and may be removed.
const mark = "filmloom-restore"

// A staging is a directory in which a data directory is made, before it takes its place. It is locked as long
// as this process lives, so that another restore can tell whether it is stale.
type staging struct {
	target    string      // the directory that is to be, without links
	was       fs.FileInfo // what it is now; nil when it does not exist
	inside    bool        // the staging is within it
	inhabited bool        // there is something in it that does not count
	base      string
	lock      *os.File
	data      string // the data directory in base
}

// stage prepares a staging for a directory. Its sibling can take its place in one step. A directory that is a
// mount point, that somebody is in, or whose parent is not ours, must stay where it is: the staging is within it
// then.
func stage(dir string) (_ *staging, err error) {
	st := &staging{}
	if st.target, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("the directory %s has no absolute path: %w", dir, err)
	}
	if _, err := os.Lstat(st.target); err == nil {
		if st.target, err = filepath.EvalSymlinks(st.target); err != nil {
			return nil, fmt.Errorf("nothing can be restored into %s: %w", dir, err)
		}
	}
	st.was, err = os.Stat(st.target)
	parent := filepath.Dir(st.target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(parent, 0o700); err != nil {
			return nil, fmt.Errorf("the directory cannot be made: %w", err)
		}
	case err != nil:
		return nil, fmt.Errorf("nothing can be restored into %s: %w", dir, err)
	case !st.was.IsDir():
		return nil, fmt.Errorf("%w: %s is not a directory at all", ErrNotEmpty, dir)
	default:
		if err := st.empty(); err != nil {
			return nil, err
		}
	}
	st.base = filepath.Join(parent, "."+filepath.Base(st.target)+restoring)
	if st.was != nil && (st.inhabited || mounted(st.target, parent) || here(st.was)) {
		st.goInside()
	}
	err = st.open()
	if errors.Is(err, fs.ErrPermission) && st.was != nil && !st.inside {
		st.goInside()
		err = st.open()
	}
	if err != nil {
		return nil, err
	}
	return st, nil
}

// here tells whether a directory is the one that this process works in.
func here(dir fs.FileInfo) bool {
	st, err := os.Stat(".")
	return err == nil && os.SameFile(st, dir)
}

func (st *staging) goInside() { st.inside, st.base = true, filepath.Join(st.target, restoring) }

// empty makes sure that there is nothing in the target. A file system of its own has a lost+found.
func (st *staging) empty() error {
	entries, err := os.ReadDir(st.target)
	if err != nil {
		return fmt.Errorf("nothing can be restored into %s: %w", st.target, err)
	}
	st.inhabited = len(entries) > 0
	interrupted := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == restoring })
	for _, e := range entries {
		switch name := e.Name(); {
		case name == "lost+found" || name == restoring:
		case interrupted:
			return fmt.Errorf("%w: %s has parts of a restore that was interrupted in its last step; empty it and restore again", ErrNotEmpty, st.target)
		default:
			return fmt.Errorf("%w: %s has %s in it, for example; move it away, or restore into another directory", ErrNotEmpty, st.target, name)
		}
	}
	return nil
}

// open makes the staging's directory, instead of a stale one, and locks it.
func (st *staging) open() (err error) {
	if err := os.Mkdir(st.base, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("the restore cannot begin: %w", err)
	}
	if st.lock, err = os.Open(st.base); err != nil {
		return fmt.Errorf("the restore cannot begin: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, st.lock.Close())
		}
	}()
	free, err := lockNow(st.lock)
	if err != nil {
		return fmt.Errorf("%s cannot be locked: %w", st.base, err)
	}
	if !free || !st.same() {
		return fmt.Errorf("%w %s; wait for it", ErrBusy, st.target)
	}
	if err := st.clear(); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(st.base, mark), nil, 0o600); err != nil {
		return fmt.Errorf("the restore cannot begin: %w", err)
	}
	st.data = filepath.Join(st.base, "data")
	if err := os.Mkdir(st.data, 0o700); err != nil {
		return fmt.Errorf("the restore cannot begin: %w", err)
	}
	return nil
}

// same tells whether the locked directory is still the one of that name.
func (st *staging) same() bool {
	locked, err := st.lock.Stat()
	there, err2 := os.Lstat(st.base)
	return err == nil && err2 == nil && os.SameFile(locked, there)
}

// clear removes what an interrupted restore has left, and nothing that is somebody else's.
func (st *staging) clear() error {
	entries, err := os.ReadDir(st.base)
	if err != nil {
		return fmt.Errorf("the restore cannot begin: %w", err)
	}
	if len(entries) > 0 && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == mark }) {
		return fmt.Errorf("the restore needs a directory called %s, and there is one that it did not make; move it away", st.base)
	}
	for _, e := range entries {
		if e.Name() == mark {
			continue // as long as there is anything else
		}
		if err := os.RemoveAll(filepath.Join(st.base, e.Name())); err != nil {
			return fmt.Errorf("what an interrupted restore has left cannot be removed: %w", err)
		}
	}
	return nil
}

// publish puts the data directory in its place.
func (st *staging) publish() error {
	err := st.settle()
	if err == nil && st.inside {
		err = st.moveIn()
	} else if err == nil {
		err = replace(st.data, st.target)
	}
	if err == nil {
		err = errors.Join(syncPath(st.target), syncPath(filepath.Dir(st.target)))
	}
	if err != nil {
		return fmt.Errorf("the restored directory cannot be put in its place: %w", err)
	}
	return nil
}

// settle gives what was made the owner and the mode of what was there.
func (st *staging) settle() error {
	if st.was == nil {
		return nil
	}
	if err := giveTo(st.data, st.was); err != nil {
		return err
	}
	if st.inside {
		return nil
	}
	return os.Chmod(st.data, st.was.Mode().Perm())
}

// moveIn moves the parts one by one, the database last: without it there is nothing that a server would take
// for its own.
func (st *staging) moveIn() error {
	entries, err := os.ReadDir(st.data)
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int {
		return slices.Index(lastParts, a.Name()) - slices.Index(lastParts, b.Name())
	})
	for _, e := range entries {
		// Where nothing was before, so that nothing is replaced.
		if _, err := os.Lstat(filepath.Join(st.target, e.Name())); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %s has appeared meanwhile", ErrNotEmpty, e.Name())
		}
		if err := os.Rename(filepath.Join(st.data, e.Name()), filepath.Join(st.target, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// lastParts are moved after the others, in this order.
var lastParts = []string{"artifacts", "journal"}

// end removes the staging.
func (st *staging) end() error {
	err := os.RemoveAll(st.data)
	if err == nil {
		err = os.RemoveAll(st.base)
	}
	if err = errors.Join(err, st.lock.Close()); err != nil {
		return fmt.Errorf("%s cannot be removed: %w", strings.TrimSuffix(st.base, "/"), err)
	}
	return nil
}
