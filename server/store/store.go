package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal/badger"
)

// ErrNotFound: there is no value at the key.
var ErrNotFound = errors.New("not found")

// ErrBusy: others changed the same keys again and again. It is worth a later try.
var ErrBusy = errors.New("the database is busy with the same records")

// space is what every key of the server begins with.
const space = "S\x00"

// DB is the database. Its methods may be called concurrently.
type DB struct {
	b    *badgerdb.DB
	turn sync.Mutex // of updates that have met others again and again
}

// Open opens the database of a data directory, which is created when it is missing: it lies in dir/journal,
// where the engine's journal is too. When another process has it open the error wraps journal.ErrInUse.
func Open(dir string) (*DB, error) {
	dir = filepath.Join(dir, "journal")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	b, err := badger.OpenDB(badger.Options(dir))
	if err != nil {
		return nil, err
	}
	return &DB{b: b}, nil
}

// Badger is the database below, for the journal and for backups.
func (db *DB) Badger() *badgerdb.DB { return db.b }

// Close closes the database. Whoever uses Badger must have ended.
func (db *DB) Close() error {
	if err := db.b.Close(); err != nil {
		return fmt.Errorf("the database cannot be closed: %w", err)
	}
	return nil
}

// Reclaim gives disk space back that deleted values take. It may take seconds, beside other work.
func (db *DB) Reclaim(ctx context.Context) error {
	for ctx.Err() == nil {
		err := db.b.RunValueLogGC(0.5)
		if errors.Is(err, badgerdb.ErrNoRewrite) || errors.Is(err, badgerdb.ErrRejected) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("disk space cannot be given back: %w", err)
		}
	}
	return ctx.Err()
}

// View reads at one instant.
func (db *DB) View(fn func(*Tx) error) error {
	return db.b.View(func(t *badgerdb.Txn) error { return fn(&Tx{t: t}) })
}

const (
	attempts = 200 // of an update that conflicts with others
	hasty    = 3   // of them beside others; then those in conflict go one after another
)

// Update reads and writes as one step: when it returns nil, everything is on disk; otherwise nothing is.
// fn may be called several times and must have no other effect than through its Tx: an update whose reads
// another one has changed meanwhile starts anew. Scans are not protected so; what must be unique needs a key
// of its own that both read. The error is that of fn, the context's, or ErrBusy.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	for n := range attempts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n == hasty {
			db.turn.Lock()
			defer db.turn.Unlock()
		}
		err := db.b.Update(func(t *badgerdb.Txn) error { return fn(&Tx{t: t}) })
		if !errors.Is(err, badgerdb.ErrConflict) {
			return err
		}
		if n >= hasty {
			runtime.Gosched() // only updates in their first attempts are in the way
		}
	}
	return ErrBusy
}

// Tx is one transaction. It is for one goroutine and holds until its function returns.
type Tx struct{ t *badgerdb.Txn }

// Get decodes the value at a key into what v points at. The error is ErrNotFound when there is none.
func (tx *Tx) Get(key Key, v any) error {
	item, err := tx.t.Get(key.bytes())
	if errors.Is(err, badgerdb.ErrKeyNotFound) {
		return fmt.Errorf("%s: %w", key, ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", key, err)
	}
	return decode(key, item, v)
}

// Has tells whether there is a value at a key.
func (tx *Tx) Has(key Key) (bool, error) {
	_, err := tx.t.Get(key.bytes())
	if errors.Is(err, badgerdb.ErrKeyNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s cannot be read: %w", key, err)
	}
	return true, nil
}

// Put stores a value, as JSON.
func (tx *Tx) Put(key Key, v any) error { return tx.set(key, v, time.Time{}) }

// PutUntil stores a value that is gone from the given time on, to the second.
func (tx *Tx) PutUntil(key Key, v any, end time.Time) error { return tx.set(key, v, end) }

func (tx *Tx) set(key Key, v any, end time.Time) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	e := badgerdb.NewEntry(key.bytes(), raw)
	if !end.IsZero() {
		e.ExpiresAt = uint64(max(end.Unix(), 1))
	}
	return tx.wrote(key, tx.t.SetEntry(e))
}

// Delete removes the value at a key; there may be none.
func (tx *Tx) Delete(key Key) error { return tx.wrote(key, tx.t.Delete(key.bytes())) }

// wrote says what went wrong without the value, which an error of Badger's may show.
func (tx *Tx) wrote(key Key, err error) error {
	if err == nil || errors.Is(err, badgerdb.ErrConflict) {
		return err
	}
	if errors.Is(err, badgerdb.ErrTxnTooBig) {
		return fmt.Errorf("%s: the change is too large for one transaction", key)
	}
	return fmt.Errorf("%s cannot be written", key)
}

func decode(key Key, item *badgerdb.Item, v any) error {
	return item.Value(func(raw []byte) error {
		if err := json.Unmarshal(raw, v); err != nil {
			return fmt.Errorf("the record %s is damaged", key)
		}
		return nil
	})
}
