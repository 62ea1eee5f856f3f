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
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// A Dir is a store in a directory. Make one with OpenDir.
//
// An artifact lies at sha256/ab/abcdef…, read-only. Everything unfinished lies below work/, in a
// directory of the store that is open: files on their way into the store, and the work directories.
type Dir struct {
	root    string // absolute
	session *session

	mu     sync.Mutex
	closed bool
	calls  map[string]*call // the work directories that are out, by path
	spare  []*call          // untouched ones that nobody has now

	releasing sync.RWMutex // held while a work directory is given back; Close takes it wholly

	// shelves are held while an artifact comes or goes, by the first byte of its digest: so that who
	// finds the bytes there already can rely on them, on the disk too, and nobody deletes them between
	// his look and his answer.
	shelves [256]sync.Mutex
}

// OpenDir opens the store in a directory, which is created when it is missing. What earlier stores left
// unfinished in it is removed; what another process that has it open now is working on is not.
func OpenDir(dir string) (*Dir, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("the artifact store's directory %s has no absolute path: %w", dir, err)
	}
	for _, d := range []string{root, filepath.Join(root, "sha256"), filepath.Join(root, "work")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("the artifact store's directory cannot be made: %w", err)
		}
	}
	s, err := openSession(filepath.Join(root, "work"))
	if err != nil {
		return nil, fmt.Errorf("the artifact store in %s cannot be opened: %w", root, err)
	}
	return &Dir{root: root, session: s, calls: map[string]*call{}}, nil
}

// Close implements [Store].
func (d *Dir) Close() error {
	d.releasing.Lock()
	defer d.releasing.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	if err := d.session.close(); err != nil {
		return fmt.Errorf("the artifact store's work directories cannot be removed: %w", err)
	}
	return nil
}

// check is done first by every method.
func (d *Dir) check(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return fmt.Errorf("the artifact store: %w", fs.ErrClosed)
	}
	return ctx.Err()
}

// Put implements [Store].
func (d *Dir) Put(ctx context.Context, r io.Reader) (Info, error) {
	if err := d.check(ctx); err != nil {
		return Info{}, err
	}
	tmp := filepath.Join(d.session.dir, "put-"+rand.Text())
	info, err := d.write(ctx, tmp, r)
	if err == nil {
		err = d.publish(tmp, info)
	}
	if err != nil {
		if gone := os.Remove(tmp); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		return Info{}, fmt.Errorf("an artifact cannot be stored: %w", err)
	}
	return info, nil
}

// write makes a durable, read-only file of what r gives.
func (d *Dir) write(ctx context.Context, path string, r io.Reader) (info Info, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Info{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	hash := sha256.New()
	if info.Size, err = io.Copy(io.MultiWriter(f, hash), reader{ctx, r}); err != nil {
		return Info{}, err
	}
	info.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return info, errors.Join(f.Chmod(0o444), f.Sync())
}

// publish moves a durable, read-only file of this session to its place, unless its bytes are there
// already.
func (d *Dir) publish(tmp string, info Info) error {
	path := d.path(info.SHA256)
	unlock := d.lockShelf(info.SHA256)
	defer unlock()
	if have, err := os.Lstat(path); err == nil && have.Mode().IsRegular() && have.Size() == info.Size {
		return os.Remove(tmp)
	}
	shelf := filepath.Dir(path)
	if err := os.Mkdir(shelf, 0o700); err == nil {
		if err := syncDir(filepath.Dir(shelf)); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(shelf)
}

// lockShelf keeps others from publishing and deleting beside an artifact, until unlock is called. The
// digest must be valid.
func (d *Dir) lockShelf(sum string) (unlock func()) {
	first, err := strconv.ParseUint(sum[:2], 16, 8)
	if err != nil {
		panic("artifact: a shelf without a digest: " + sum)
	}
	d.shelves[first].Lock()
	return d.shelves[first].Unlock
}

// path is where an artifact lies. The digest must be valid.
func (d *Dir) path(sum string) string { return filepath.Join(d.root, "sha256", sum[:2], sum) }

// find checks a digest and that its artifact is there.
func (d *Dir) find(ctx context.Context, sum string) (string, Info, error) {
	if err := d.check(ctx); err != nil {
		return "", Info{}, err
	}
	if !ValidDigest(sum) {
		return "", Info{}, fmt.Errorf("%w, not %.80q", ErrInvalidDigest, sum)
	}
	path := d.path(sum)
	st, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && !st.Mode().IsRegular():
		return "", Info{}, fmt.Errorf("artifact %s: %w", sum, ErrNotFound)
	case err != nil:
		return "", Info{}, fmt.Errorf("artifact %s cannot be read: %w", sum, err)
	}
	return path, Info{SHA256: sum, Size: st.Size()}, nil
}

// Open implements [Store].
func (d *Dir) Open(ctx context.Context, sum string) (io.ReadSeekCloser, Info, error) {
	path, info, err := d.find(ctx, sum)
	if err != nil {
		return nil, Info{}, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) { // deleted just now
		return nil, Info{}, fmt.Errorf("artifact %s: %w", sum, ErrNotFound)
	}
	if err != nil {
		return nil, Info{}, fmt.Errorf("artifact %s cannot be read: %w", sum, err)
	}
	return f, info, nil
}

// Path implements [Store].
func (d *Dir) Path(ctx context.Context, sum string) (string, error) {
	path, _, err := d.find(ctx, sum)
	return path, err
}

// Stat implements [Store].
func (d *Dir) Stat(ctx context.Context, sum string) (Info, error) {
	_, info, err := d.find(ctx, sum)
	return info, err
}

// Delete implements [Store].
func (d *Dir) Delete(ctx context.Context, sum string) error {
	if ValidDigest(sum) {
		defer d.lockShelf(sum)()
	}
	path, _, err := d.find(ctx, sum)
	if err != nil {
		return err
	}
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("artifact %s: %w", sum, ErrNotFound)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("artifact %s cannot be deleted: %w", sum, err)
	}
	return nil
}

// All implements [Store].
func (d *Dir) All(ctx context.Context) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := d.check(ctx); err != nil {
			yield(Info{}, err)
			return
		}
		shelves, err := os.ReadDir(filepath.Join(d.root, "sha256"))
		if err != nil {
			yield(Info{}, fmt.Errorf("the artifacts cannot be listed: %w", err))
			return
		}
		for _, shelf := range shelves {
			if !shelf.IsDir() {
				continue
			}
			files, err := os.ReadDir(filepath.Join(d.root, "sha256", shelf.Name()))
			if err != nil {
				yield(Info{}, fmt.Errorf("the artifacts cannot be listed: %w", err))
				return
			}
			for _, f := range files {
				if !ValidDigest(f.Name()) || f.Name()[:2] != shelf.Name() || !f.Type().IsRegular() {
					continue
				}
				if err := d.check(ctx); err != nil {
					yield(Info{}, err)
					return
				}
				st, err := f.Info()
				if errors.Is(err, fs.ErrNotExist) {
					continue // deleted meanwhile
				}
				if err != nil {
					yield(Info{}, fmt.Errorf("artifact %s cannot be read: %w", f.Name(), err))
					return
				}
				if !yield(Info{SHA256: f.Name(), Size: st.Size()}, nil) {
					return
				}
			}
		}
	}
}

// reader ends a copy when the context does.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// syncDir makes the entries of a directory durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

var _ Store = (*Dir)(nil)
