package backup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/server/backup"
	"github.com/filmloom/filmloom/server/store"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(restorerDir); dir != "" {
		restoreUntilKilled(dir)
	}
	goleak.VerifyTestMain(m)
}

// A house is an open data directory.
type house struct {
	dir   string
	db    *store.DB
	files *artifact.Dir
	runs  journal.Journal
}

func open(t testing.TB, dir string) *house {
	t.Helper()
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	files, err := artifact.OpenDir(filepath.Join(dir, "artifacts"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	runs, err := badger.New(db.Badger(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { runs.Close() })
	return &house{dir, db, files, runs}
}

func (h *house) close(t testing.TB) {
	t.Helper()
	for _, c := range []interface{ Close() error }{h.runs, h.files, h.db} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func (h *house) source() backup.Source {
	return backup.Source{Dir: h.dir, DB: h.db.Badger(), Artifacts: h.files, Journal: h.runs}
}

// put stores an artifact.
func (h *house) put(t testing.TB, content []byte) string {
	t.Helper()
	info, err := h.files.Put(context.Background(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return info.SHA256
}

// furnished is a data directory with something of everything: records of the server and of runs, a record that
// is larger than a chunk, one that ends, artifacts, a key.
func furnished(t testing.TB) *house {
	t.Helper()
	h := open(t, filepath.Join(t.TempDir(), "data"))
	err := h.db.Update(t.Context(), func(tx *store.Tx) error {
		for i := range 100 {
			if err := tx.Put(store.K("account", fmt.Sprint(i)), map[string]any{"n": i}); err != nil {
				return err
			}
		}
		if err := tx.Delete(store.K("account", "50")); err != nil {
			return err
		}
		if err := tx.PutUntil(store.K("gone"), 1, time.Now().Add(-time.Hour)); err != nil {
			return err
		}
		return tx.PutUntil(store.K("lasting"), 1, time.Now().Add(time.Hour))
	})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.NewChaCha8([32]byte{1})
	for i := range 5 {
		content := make([]byte, i*700)
		_, _ = random.Read(content)
		h.record(t, fmt.Sprint("run", i), h.put(t, content))
	}
	for name, text := range map[string]string{"secret.key": "hunter2\n", "MOCK": "mocked\n"} {
		if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// record makes a run whose event refers to artifacts.
func (h *house) record(t testing.TB, id string, sums ...string) {
	t.Helper()
	err := h.runs.Create(context.Background(), journal.Run{ID: id, Lineage: id, State: "done", Frozen: json.RawMessage(`{"x":1}`)},
		journal.Batch{Events: []journal.Event{{Kind: "done", Artifacts: sums}}})
	if err != nil {
		t.Fatal(err)
	}
}

// contents are everything in a data directory that is not open: records with their ends, artifacts, files.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	h := open(t, dir)
	defer h.close(t)
	return h.contents(t)
}

func (h *house) contents(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := h.db.Badger().View(func(txn *badgerdb.Txn) error {
		it := txn.NewIterator(badgerdb.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			all["record "+string(it.Item().Key())] = fmt.Sprint(it.Item().ExpiresAt(), it.Item().UserMeta(), string(value))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(h.dir, path)
		if err != nil || name == "journal" || name == "artifacts/work" {
			return errorOr(err, fs.SkipDir)
		}
		if d.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		st, err2 := d.Info()
		if err == nil && err2 == nil {
			all["file "+name] = fmt.Sprint(st.Mode(), string(text))
		}
		return errorOr(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// equal compares two directories' contents.
func equal(t testing.TB, got, want map[string]string) {
	t.Helper()
	for k, v := range want {
		if g, ok := got[k]; !ok || g != v {
			t.Errorf("%q is %.60q (there: %v), want %.60q", k, g, ok, v)
		}
	}
	for k := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%q was not there before", k)
		}
	}
}

// archive makes a backup in memory.
func archive(t testing.TB, h *house) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := backup.Write(t.Context(), &b, h.source(), backup.Options{Filmloom: "v1"}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// nothing makes sure that a failed restore has left nothing.
func nothing(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("%s is there", e.Name())
	}
}
