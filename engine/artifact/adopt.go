package artifact

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// An adoption is what became of one name in a work directory: a result may name a file twice.
type adoption struct {
	once sync.Mutex
	info Info
	done bool
}

// Adopt implements [Store].
func (d *Dir) Adopt(ctx context.Context, dir, name string) (Info, error) {
	if err := d.check(ctx); err != nil {
		return Info{}, err
	}
	rel := name
	if filepath.IsAbs(name) {
		var err error
		if rel, err = filepath.Rel(dir, name); err != nil {
			return Info{}, refuse(name, "it lies outside")
		}
	}
	if rel = filepath.Clean(rel); !filepath.IsLocal(rel) || rel == "." {
		return Info{}, refuse(name, "it lies outside")
	}
	d.mu.Lock()
	c := d.calls[dir]
	if c == nil {
		d.mu.Unlock()
		return Info{}, fmt.Errorf("%w: %s is not a work directory of this store", ErrRefused, dir)
	}
	a := c.adopted[rel]
	if a == nil {
		if c.adopted == nil {
			c.adopted = map[string]*adoption{}
		}
		a = &adoption{}
		c.adopted[rel] = a
	}
	d.mu.Unlock()

	a.once.Lock()
	defer a.once.Unlock()
	if a.done {
		return a.info, nil
	}
	info, err := d.adopt(ctx, dir, rel)
	if err != nil {
		return Info{}, err
	}
	a.info, a.done = info, true
	return info, nil
}

func refuse(name, why string) error { return fmt.Errorf("%w: %s: %s", ErrRefused, name, why) }

// adopt moves a file out of the work directory before it looks at its bytes, so that nobody who knows
// its name can put another in its place. A provider that keeps it open could still change it; that is
// its own result that it spoils.
func (d *Dir) adopt(ctx context.Context, dir, name string) (Info, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Info{}, fmt.Errorf("the work directory cannot be opened: %w", err)
	}
	defer root.Close()
	f, err := openRegular(root, name)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	tmp := filepath.Join(d.session.dir, "adopt-"+rand.Text())
	info, err := d.take(ctx, f, filepath.Join(dir, name), tmp)
	if err != nil {
		if gone := os.Remove(tmp); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		return Info{}, fmt.Errorf("%s cannot be taken over: %w", name, err)
	}
	return info, nil
}

// openRegular opens a file of the work directory, and refuses everything but a regular file with one
// name that no link leads to.
func openRegular(root *os.Root, name string) (*os.File, error) {
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != filepath.Separator {
			continue
		}
		st, err := root.Lstat(name[:i])
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, refuse(name, "there is no such file")
		case err != nil:
			return nil, refuse(name, err.Error())
		case i < len(name) && !st.IsDir():
			return nil, refuse(name, name[:i]+" is not a directory")
		case i == len(name) && !st.Mode().IsRegular():
			return nil, refuse(name, "it is "+kind(st.Mode()))
		}
	}
	// A file that has become a pipe meanwhile must not block.
	f, err := root.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, refuse(name, "it cannot be opened: "+err.Error())
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = refuse(name, "it is "+kind(st.Mode()))
	}
	if err == nil && links(st) > 1 {
		err = refuse(name, "it has another name elsewhere (a hard link); copy it instead")
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "a special file"
}

// take moves the open file from its path to tmp, and from there into the store.
func (d *Dir) take(ctx context.Context, f *os.File, path, tmp string) (Info, error) {
	if err := os.Rename(path, tmp); err != nil {
		return Info{}, err
	}
	opened, err := f.Stat()
	if err != nil {
		return Info{}, err
	}
	moved, err := os.Lstat(tmp)
	if err != nil {
		return Info{}, err
	}
	if !os.SameFile(opened, moved) || links(moved) > 1 {
		return Info{}, fmt.Errorf("%w: it was replaced meanwhile", ErrRefused)
	}
	if err := f.Chmod(0o444); err != nil {
		return Info{}, err
	}
	hash := sha256.New()
	size, err := io.Copy(hash, reader{ctx, f})
	if err != nil {
		return Info{}, err
	}
	if err := f.Sync(); err != nil {
		return Info{}, err
	}
	info := Info{SHA256: hex.EncodeToString(hash.Sum(nil)), Size: size}
	return info, d.publish(tmp, info)
}
