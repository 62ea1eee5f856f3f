package badger_test

import (
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/engine/journal/journaltest"
)

func open(t testing.TB, dir string) *badger.Journal {
	t.Helper()
	j, err := badger.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestJournal(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journal.Journal { return open(t, t.TempDir()) })
}

func TestJournalInASharedDatabase(t *testing.T) {
	for name, sync := range map[string]bool{"durable writes": true, "DB.Sync": false} {
		t.Run(name, func(t *testing.T) {
			journaltest.Run(t, func(t *testing.T) journal.Journal {
				db, err := badger.OpenDB(badger.Options(t.TempDir()).WithSyncWrites(sync))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					if err := db.Close(); err != nil {
						t.Error(err)
					}
				})
				// Keys just before and after the prefix are not the journal's.
				err = db.Update(func(txn *badgerdb.Txn) error {
					for _, k := range []string{"journal.", "journal0", "journal"} {
						if err := txn.Set([]byte(k+"i"), []byte("foreign")); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				j, err := badger.New(db, "journal/")
				if err != nil {
					t.Fatal(err)
				}
				return j
			})
		})
	}
}
