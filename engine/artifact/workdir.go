package artifact

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// A call is one work directory. Most calls of a provider write no file, and making and removing a
// directory can cost a file system more than the call does: half a millisecond has been seen. So one
// that a call has left untouched goes to another call, under another name. What a provider does after
// its call has ended, against the rules, then meets no directory of that name any more. A directory in
// which anything was written is always removed.
type call struct {
	path    string
	made    mark                 // what it was when it was new
	adopted map[string]*adoption // by name
}

// maxSpare is how many untouched directories are kept: as many as there are calls at a time.
const maxSpare = 256

// WorkDir implements [Store].
func (d *Dir) WorkDir(ctx context.Context) (string, func() error, error) {
	if err := d.check(ctx); err != nil {
		return "", nil, err
	}
	c := d.takeSpare()
	if c == nil {
		var err error
		if c, err = d.makeDir(); err != nil {
			return "", nil, fmt.Errorf("a work directory cannot be made: %w", err)
		}
	}
	d.mu.Lock()
	d.calls[c.path] = c
	d.mu.Unlock()
	return c.path, sync.OnceValue(func() error { return d.release(c) }), nil
}

func (d *Dir) makeDir() (*call, error) {
	c := &call{path: d.newName()}
	if err := os.Mkdir(c.path, 0o700); err != nil {
		return nil, err
	}
	c.made, _ = markOf(c.path)
	return c, nil
}

func (d *Dir) newName() string { return filepath.Join(d.session.dir, "call-"+rand.Text()[:13]) }

// takeSpare finds a directory that an earlier call has left untouched, or gives nil.
func (d *Dir) takeSpare() *call {
	for {
		d.mu.Lock()
		n := len(d.spare)
		if n == 0 {
			d.mu.Unlock()
			return nil
		}
		c := d.spare[n-1]
		d.spare = d.spare[:n-1]
		d.mu.Unlock()
		if m, empty := look(c.path); empty && m == c.made {
			return c
		}
		// Somebody has been there. What cannot be removed now goes with the session.
		_ = removeTree(c.path)
	}
}

// release ends a call. Nobody can reach the directory by a name that the provider knew when it is looked
// at.
func (d *Dir) release(c *call) error {
	d.releasing.RLock()
	defer d.releasing.RUnlock()
	d.mu.Lock()
	delete(d.calls, c.path)
	keep := !d.closed && len(d.spare) < maxSpare && len(c.adopted) == 0
	d.mu.Unlock()
	if !keep {
		return removeDir(c.path)
	}
	spare := &call{path: d.newName(), made: c.made}
	if !rename(c.path, spare.path) {
		return removeDir(c.path)
	}
	if m, empty := look(spare.path); !empty || m != c.made {
		return removeDir(spare.path)
	}
	d.mu.Lock()
	d.spare = append(d.spare, spare)
	d.mu.Unlock()
	return nil
}

// removeDir removes a directory that is likely to be empty.
func removeDir(dir string) error {
	if err := os.Remove(dir); err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return removeTree(dir)
}
