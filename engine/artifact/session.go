package artifact

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A session is what one open store has below work/: a directory that is locked as long as the process
// lives, so that another can tell what is stale.
type session struct {
	dir  string
	lock *os.File
}

// openSession removes stale sessions and begins one. The lock on work itself keeps others from taking a
// session for stale between its making and its locking.
func openSession(work string) (*session, error) {
	gate, err := os.Open(work)
	if err != nil {
		return nil, err
	}
	defer gate.Close() // unlocks
	if err := lockWait(gate); err != nil {
		return nil, fmt.Errorf("%s cannot be locked: %w", work, err)
	}
	entries, err := os.ReadDir(work)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		path := filepath.Join(work, e.Name())
		if e.IsDir() && inUse(path) {
			continue
		}
		if err := removeTree(path); err != nil {
			return nil, fmt.Errorf("a stale work directory cannot be removed: %w", err)
		}
	}
	s := &session{dir: filepath.Join(work, rand.Text()[:13])}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		return nil, err
	}
	if s.lock, err = os.Open(s.dir); err != nil {
		return nil, err
	}
	if ok, err := lockNow(s.lock); err != nil || !ok {
		return nil, errors.Join(fmt.Errorf("%s cannot be locked", s.dir), err, s.lock.Close())
	}
	return s, nil
}

// inUse tells whether a living process holds a session.
func inUse(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	ok, err := lockNow(f)
	return err == nil && !ok
}

func (s *session) close() error {
	return errors.Join(removeTree(s.dir), s.lock.Close())
}

// removeTree removes a directory with everything in it, also when a provider has left parts of it
// without permissions.
func removeTree(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if e != nil && e.IsDir() && err == nil {
			return os.Chmod(path, 0o700) // called before the directory is read
		}
		return nil
	})
	return errors.Join(os.RemoveAll(dir), err)
}
