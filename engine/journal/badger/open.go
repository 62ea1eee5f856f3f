package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
)

// A Journal is a journal in a Badger database. Make one with Open or New.
type Journal struct {
	db     *badgerdb.DB
	prefix []byte
	owned  bool // Close closes db
	budget int64
	count  int
	inline int64 // values from this size on are kept outside a transaction's size

	life   sync.RWMutex // held while the database is read; Close takes it wholly
	closed bool

	// settled is held while a transaction is committed and synchronised. Readers take their snapshot
	// under it, so that they see nothing that a crash could take back.
	settled sync.RWMutex

	queue struct {
		sync.Mutex
		pending []*write
		closing bool
	}
	wake chan struct{} // holds a token when the queue may have changed
	idle chan struct{} // closed when the writer has ended

	// The writer's alone.
	broken error            // why nothing more is accepted
	last   uint64           // the last ordinal given
	heads  map[string]*head // of runs that were written to lately
}

// Options are the settings for a database that holds a journal: small memory and files, durable writes,
// silence. The directory is created when it is missing.
func Options(dir string) badgerdb.Options {
	return badgerdb.DefaultOptions(dir).
		WithLogger(nil).
		WithMetricsEnabled(false).
		WithSyncWrites(true).
		WithMemTableSize(8 << 20).
		WithNumMemtables(2).
		WithBlockSize(8 << 10).
		WithBlockCacheSize(8 << 20).
		WithIndexCacheSize(4 << 20).
		WithValueLogFileSize(16 << 20).
		WithValueThreshold(1 << 10).
		WithNumCompactors(2)
}

// Open opens the journal in a directory of its own, which is created when it is missing. When another
// process has it open, the error wraps [journal.ErrInUse].
func Open(dir string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the journal's directory cannot be made: %w", err)
	}
	// One goroutine writes, and nobody else: there is nothing to conflict with.
	db, err := OpenDB(Options(dir).WithDetectConflicts(false))
	if err != nil {
		return nil, err
	}
	j, err := New(db, "")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	j.owned = true
	return j, nil
}

// OpenDB opens a database and says plainly what is wrong when it cannot: when another process has it
// open, the error wraps [journal.ErrInUse].
func OpenDB(o badgerdb.Options) (*badgerdb.DB, error) {
	db, err := badgerdb.Open(o)
	if err == nil {
		return db, nil
	}
	// Badger has no error value for this.
	if strings.Contains(err.Error(), "directory lock") {
		return nil, fmt.Errorf("%w: another process has %s open; stop it, or use another directory", journal.ErrInUse, o.Dir)
	}
	return nil, fmt.Errorf("the journal in %s cannot be opened: %w", o.Dir, err)
}

// New opens the journal that lies under a prefix of an open database. The journal's keys go on with a
// lower-case letter after the prefix; nothing else may write such keys. With the prefix "" a program can
// keep records of its own in the database under keys that begin otherwise. Close leaves the database open; it must be called before the database
// is closed.
func New(db *badgerdb.DB, prefix string) (*Journal, error) {
	o := db.Opts()
	j := &Journal{
		db: db, prefix: []byte(prefix),
		// What does not count here is the little that Badger adds to each entry itself.
		budget: db.MaxBatchSize() * 9 / 10, count: int(db.MaxBatchCount() * 9 / 10), inline: o.ValueThreshold,
		heads: map[string]*head{}, wake: make(chan struct{}, 1), idle: make(chan struct{}),
	}
	if j.budget < 1<<20 || o.ValueLogFileSize < 2*journal.MaxRecord {
		return nil, errors.New("the journal needs a database with a MemTableSize of at least 8 MiB and a ValueLogFileSize of at least 16 MiB")
	}
	err := db.View(func(t *badgerdb.Txn) error {
		item, err := t.Get(j.key(kindOrdinal))
		if errors.Is(err, badgerdb.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return item.Value(func(raw []byte) error {
			if len(raw) != 8 {
				return errors.New("the count of runs is damaged; restore a backup")
			}
			j.last = binary.BigEndian.Uint64(raw)
			return nil
		})
	})
	if err == nil {
		err = j.finishDeletions()
	}
	if err != nil {
		return nil, fmt.Errorf("the journal cannot be opened: %w", err)
	}
	go j.write()
	return j, nil
}

// Close implements [journal.Journal].
func (j *Journal) Close() error {
	j.queue.Lock()
	again := j.queue.closing
	j.queue.closing = true
	j.queue.Unlock()
	j.signal()
	<-j.idle
	j.life.Lock()
	defer j.life.Unlock()
	j.closed = true
	if again || !j.owned {
		return nil
	}
	if err := j.db.Close(); err != nil {
		return fmt.Errorf("the journal cannot be closed: %w", err)
	}
	return nil
}

// Reclaim gives the space of deleted and replaced records back to the file system, as far as that is
// worth rewriting files. It may run beside everything else, and is worth calling after many deletions.
func (j *Journal) Reclaim() error {
	j.life.RLock()
	defer j.life.RUnlock()
	if j.closed {
		return journal.ErrClosed
	}
	for {
		err := j.db.RunValueLogGC(0.5)
		if errors.Is(err, badgerdb.ErrNoRewrite) || errors.Is(err, badgerdb.ErrRejected) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the journal's space cannot be reclaimed: %w", err)
		}
	}
}

// bare is a key without the journal's prefix, as checksums see it.
func (j *Journal) bare(key []byte) []byte { return key[len(j.prefix):] }

// snapshot begins a transaction that sees what is durable. The caller holds life and discards it.
func (j *Journal) snapshot() *badgerdb.Txn {
	j.settled.RLock()
	defer j.settled.RUnlock()
	return j.db.NewTransaction(false)
}

func (j *Journal) signal() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// value copies a key's value, or gives badger's ErrKeyNotFound.
func value(t *badgerdb.Txn, key []byte) ([]byte, error) {
	item, err := t.Get(key)
	if err != nil {
		return nil, err
	}
	raw, err := item.ValueCopy(nil)
	return slices.Clip(raw), err
}

// plain is a time as it comes back from every journal: in UTC, without a monotonic reading.
func plain(t time.Time) time.Time { return t.UTC().Round(0) }

var _ journal.Journal = (*Journal)(nil)
