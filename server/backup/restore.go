package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal/badger"
)

// Restore makes the data directory dir of an archive. It must not exist, or be empty. The error wraps
// ErrNotEmpty, ErrBusy, ErrDamaged or ErrFormat, or says what could not be read or written, or is the context's; then
// dir is as it was.
//
// A directory that exists keeps its owner and its mode, and what is put into it gets the same owner where this
// process may do that. A link to a directory stays one.
func Restore(ctx context.Context, r io.Reader, dir string, o Options) (s Summary, err error) {
	st, err := stage(dir)
	if err != nil {
		return Summary{}, err
	}
	defer func() { err = errors.Join(err, st.end()) }()
	s, err = st.fill(ctx, r, o)
	if err != nil {
		return Summary{}, err
	}
	return s, st.publish()
}

// fill makes the data directory in the stage.
func (st *staging) fill(ctx context.Context, r io.Reader, o Options) (s Summary, err error) {
	files, err := artifact.OpenDir(filepath.Join(st.data, "artifacts"))
	if err != nil {
		return Summary{}, err
	}
	defer func() {
		err = errors.Join(err, files.Close())
		if err == nil {
			err = syncTree(st.data)
		}
	}()
	// Nothing counts before everything is there, so that the disk need not keep up with each step.
	db, err := badger.OpenDB(badger.Options(filepath.Join(st.data, "journal")).WithSyncWrites(false))
	if err != nil {
		return Summary{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	to := &directory{ctx: ctx, path: st.data, load: newLoad(db), files: files, writing: newWriting()}
	s, err = extract(ctx, r, to, o)
	if failed := to.writing.wait(); err == nil {
		err = failed
	}
	if err = to.load.end(err); err != nil {
		return Summary{}, err
	}
	o.tell(Progress{Stage: "check"})
	s.Missing, s.Unreadable, err = inspect(ctx, db, files)
	return s, err
}

// inspect looks for what runs refer to and is not there.
func inspect(ctx context.Context, db *badgerdb.DB, files artifact.Store) (missing, unreadable []string, err error) {
	j, err := badger.New(db, "")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	return check(ctx, j, func(sum string) bool {
		_, err := files.Stat(ctx, sum)
		return !errors.Is(err, artifact.ErrNotFound)
	})
}

// A directory is a sink that makes a data directory.
type directory struct {
	ctx     context.Context
	path    string
	load    *load
	files   artifact.Store
	writing writing
}

func (d *directory) records(chunk []byte) error { return d.load.chunk(chunk) }

// artifact stores a file. Where its bytes are not right, they were damaged before the backup, or are now, which
// the end of the archive tells. They get another name then; if it is the former, a collection removes them.
func (d *directory) artifact(_ string, size int64, r io.Reader) error {
	if size > smallFile {
		_, err := d.files.Put(d.ctx, r)
		return err
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return d.writing.do(func() error {
		_, err := d.files.Put(d.ctx, bytes.NewReader(content))
		return err
	})
}

func (d *directory) file(name string, text []byte) (err error) {
	f, err := os.OpenFile(filepath.Join(d.path, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncTree makes a directory durable. Each artifact is already.
func syncTree(dir string) error {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := syncPath(path); err != nil {
			return err
		}
		if e.IsDir() && e.Name() == "sha256" {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("the restored files cannot be written to the disk: %w", err)
	}
	return nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
