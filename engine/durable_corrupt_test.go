package engine_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/providers"
)

// interruptedRuns makes a data directory with a run that is completed and two that were interrupted in
// their last call of t.make.
func interruptedRuns(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	shop := &workshop{vary: true}
	held := make(chan struct{}, 2)
	shop.onMake = func(ctx context.Context, call *providers.Call, in makeIn) error {
		if call.Run == "sound" || in.Text != "text 2" {
			return nil
		}
		held <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	eng, err := engine.Open(t.Context(), config(dir, joined, shop))
	if err != nil {
		t.Fatal(err)
	}
	wait(t, start(t, eng, nil, engine.StartOptions{ID: "sound"}))
	start(t, eng, nil, engine.StartOptions{ID: "damaged"})
	start(t, eng, nil, engine.StartOptions{ID: "waiting"})
	<-held
	<-held
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// damage changes what lies under keys of the journal in a data directory, behind the journal's back. A
// change that gives nil removes the record.
func damage(t *testing.T, dir string, chosen func(key []byte) bool, change func(raw []byte) []byte) {
	t.Helper()
	db, err := badger.OpenDB(badger.Options(filepath.Join(dir, "journal")))
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	err = db.Update(func(txn *badgerdb.Txn) error {
		it := txn.NewIterator(badgerdb.DefaultIteratorOptions)
		var keys, values [][]byte
		for it.Rewind(); it.Valid(); it.Next() {
			if key := it.Item().KeyCopy(nil); chosen(key) {
				raw, err := it.Item().ValueCopy(nil)
				if err != nil {
					return err
				}
				keys, values = append(keys, key), append(values, raw)
			}
		}
		it.Close()
		for i, key := range keys {
			changed++
			raw := change(values[i])
			if raw == nil {
				if err := txn.Delete(key); err != nil {
					return err
				}
				continue
			}
			if err := txn.Set(key, raw); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil || changed == 0 {
		t.Fatalf("%d records were changed, %v", changed, err)
	}
}

// The keys are those of journal/badger/keys.go.
func headerOf(id string) []byte { return []byte("r" + id) }
func frozenOf(id string) []byte { return []byte("f" + id) }
func eventOf(id string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte("e"+id+"\x00"), seq)
}

func flipped(raw []byte) []byte {
	raw[len(raw)/2] ^= 4
	return raw
}
func truncated(raw []byte) []byte { return raw[:len(raw)-3] }
func missing([]byte) []byte       { return nil }

func TestADamagedRunIsSaidAndTheOthersGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		key    []byte
		change func([]byte) []byte
	}{
		"flipped header":   {headerOf("damaged"), flipped},
		"flipped frozen":   {frozenOf("damaged"), flipped},
		"truncated frozen": {frozenOf("damaged"), truncated},
		"missing frozen":   {frozenOf("damaged"), missing},
		"flipped event":    {eventOf("damaged", 4), flipped},
		"truncated event":  {eventOf("damaged", 4), truncated},
		"missing event":    {eventOf("damaged", 4), missing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := interruptedRuns(t)
			damage(t, dir, func(key []byte) bool { return bytes.Equal(key, c.key) }, c.change)

			var log bytes.Buffer
			conf := config(dir, joined, &workshop{vary: true})
			conf.Resume, conf.Log = true, slog.New(slog.NewTextHandler(&log, nil))
			eng := open(t, conf)
			if !strings.Contains(log.String(), "run cannot be resumed") || !strings.Contains(log.String(), "run=damaged") {
				t.Errorf("the log does not say which run cannot go on: %s", log.String())
			}
			refuses(t, "Run", func() error { _, err := eng.Run(t.Context(), "damaged"); return err })
			refuses(t, "Resume", func() error { _, err := eng.Resume(t.Context(), "damaged"); return err })
			refuses(t, "Start", func() error {
				_, err := eng.Start(t.Context(), "joined", nil, engine.StartOptions{ID: "damaged"})
				return err
			})
			othersGoOn(t, eng)

			if _, err := eng.Collect(t.Context()); err == nil {
				t.Error("files were collected although nobody knows which of them the damaged run needs")
			}
			if err := eng.Delete(t.Context(), "damaged"); err != nil {
				t.Fatalf("a run that cannot be read cannot be deleted either: %v", err)
			}
			for _, err := range eng.Runs(t.Context(), journal.Query{}) {
				if err != nil {
					t.Errorf("after the damaged run was deleted: %v", err)
				}
			}
			if _, err := eng.Collect(t.Context()); err != nil {
				t.Errorf("after the damaged run was deleted: %v", err)
			}
		})
	}
}

// refuses makes sure that an operation says which run is damaged, and what to do.
func refuses(t *testing.T, what string, do func() error) {
	t.Helper()
	err := do()
	var corrupt *journal.CorruptError
	if !errors.As(err, &corrupt) || corrupt.Run != "damaged" {
		t.Errorf("%s: error %v, want a *journal.CorruptError that names the run", what, err)
		return
	}
	if text := err.Error(); !strings.Contains(text, "run damaged is damaged") || !strings.Contains(text, "restore a backup or delete the run") {
		t.Errorf("%s: error %q does not say what is damaged and what helps", what, text)
	}
}

// othersGoOn makes sure that the runs beside the damaged one are as they should be, and new ones too.
func othersGoOn(t *testing.T, eng *engine.Engine) {
	t.Helper()
	var listed []string
	for info, err := range eng.Runs(t.Context(), journal.Query{}) {
		if err != nil && info.ID != "damaged" {
			t.Errorf("run %s is listed with %v", info.ID, err)
		}
		listed = append(listed, info.ID)
	}
	if want := []string{"waiting", "damaged", "sound"}; !slices.Equal(listed, want) {
		t.Errorf("listed are %v, want %v", listed, want)
	}
	for _, id := range []string{"sound", "waiting"} {
		run, err := eng.Run(t.Context(), id)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if got, want := text(t, wait(t, run), "text"), "text 0 by shop|text 1 by shop|text 2 by shop"; got != want {
			t.Errorf("%s gave %q, want %q", id, got, want)
		}
	}
	wait(t, start(t, eng, engine.Inputs{"count": 1}))
}

// A result that is damaged is none: the call is made again, and what it gives takes its place.
func TestADamagedResultIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	run := func() (calls int) {
		shop := &workshop{}
		eng, err := engine.Open(t.Context(), config(dir, joined, shop))
		if err != nil {
			t.Fatal(err)
		}
		wait(t, start(t, eng, nil, engine.StartOptions{Seed: 1, HasSeed: true}))
		if err := eng.Close(); err != nil {
			t.Fatal(err)
		}
		return len(shop.made())
	}
	first := run()
	if n := run(); n != 0 {
		t.Fatalf("%d calls of what was known", n)
	}
	damage(t, dir, func(key []byte) bool { return key[0] == 'o' }, flipped)
	if n := run(); n != first {
		t.Errorf("%d calls where every result was damaged, want %d", n, first)
	}
	if n := run(); n != 0 {
		t.Errorf("%d calls of what was made again", n)
	}
}

// A revision goes on although what it is based on can no longer be read: it has its own record.
func TestARevisionOfADamagedRunGoesOn(t *testing.T) {
	for name, key := range map[string][]byte{
		"header": headerOf("damaged"), "frozen": frozenOf("damaged"), "event": eventOf("damaged", 4),
	} {
		t.Run(name, func(t *testing.T) {
			dir := interruptedRevision(t)
			damage(t, dir, func(k []byte) bool { return bytes.Equal(k, key) }, flipped)
			again, err := open(t, config(dir, joined, &workshop{vary: true})).Resume(t.Context(), "second")
			if err != nil {
				t.Fatal(err)
			}
			wait(t, again)
		})
	}
}

// interruptedRevision makes a data directory with a completed run, named damaged, and a revision of it that was
// interrupted in a call.
func interruptedRevision(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	shop := &workshop{vary: true}
	held := make(chan struct{})
	shop.onMake = func(ctx context.Context, call *providers.Call, _ makeIn) error {
		if call.Run != "second" {
			return nil
		}
		close(held)
		<-ctx.Done()
		return ctx.Err()
	}
	eng, err := engine.Open(t.Context(), config(dir, joined, shop))
	if err != nil {
		t.Fatal(err)
	}
	wait(t, start(t, eng, nil, engine.StartOptions{ID: "damaged"}))
	if _, err := eng.Revise(t.Context(), "damaged", engine.Revision{ID: "second", Takes: map[string]int{`made["item-01"]`: 0}}); err != nil {
		t.Fatal(err)
	}
	<-held
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}
