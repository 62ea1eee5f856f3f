package badger

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
)

// damaged opens a journal with three runs of five events each, after a change to one record of r2.
func damaged(t *testing.T, key func(j *Journal) []byte, change func(raw []byte) []byte) *Journal {
	t.Helper()
	j, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	for i := 1; i <= 3; i++ {
		id := fmt.Sprint("r", i)
		err := j.Create(t.Context(), journal.Run{ID: id, Lineage: "l" + id, Pipeline: "p", State: "running", Frozen: []byte(`{}`)}, journal.Batch{
			Events:   make([]journal.Event, 5),
			Outcomes: []journal.Outcome{{Scope: journal.LineageScope("l" + id), Key: "k", Data: []byte("1")}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err = j.db.Update(func(txn *badgerdb.Txn) error {
		raw, err := value(txn, key(j))
		if err != nil {
			return err
		}
		if raw = change(raw); raw == nil {
			return txn.Delete(key(j))
		}
		return txn.Set(key(j), raw)
	})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func flip(raw []byte) []byte {
	raw[len(raw)-1] ^= 1
	return raw
}

// usable checks that the other runs are as they should be.
func usable(t *testing.T, j *Journal) {
	t.Helper()
	for _, id := range []string{"r1", "r3"} {
		if _, err := j.Append(t.Context(), id, journal.Batch{Events: make([]journal.Event, 1)}); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		n := 0
		for _, err := range j.Events(t.Context(), id, 1) {
			if err != nil {
				t.Errorf("%s: %v", id, err)
			}
			n++
		}
		if n != 6 {
			t.Errorf("%s has %d events, want 6", id, n)
		}
	}
}

func TestADamagedEventIsNamedAndTheOthersStay(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"flipped bit":     flip,
		"cut short":       func(raw []byte) []byte { return raw[:len(raw)-1] },
		"only a version":  func(raw []byte) []byte { return raw[:1] },
		"empty":           func([]byte) []byte { return []byte{} },
		"missing":         func([]byte) []byte { return nil },
		"unknown version": func(raw []byte) []byte { raw[0] = 9; return raw },
	} {
		t.Run(name, func(t *testing.T) {
			j := damaged(t, func(j *Journal) []byte { return j.eventKey("r2", 3) }, change)
			var seen []uint64
			var damage *journal.CorruptError
			for e, err := range j.Events(t.Context(), "r2", 1) {
				if err != nil {
					if !errors.As(err, &damage) {
						t.Fatal(err)
					}
					continue
				}
				seen = append(seen, e.Seq)
			}
			if damage == nil || damage.Run != "r2" || damage.Seq != 3 {
				t.Fatalf("error %v, want one that names event 3 of r2", damage)
			}
			if !strings.HasPrefix(damage.Error(), "journal: event 3 of run r2 is damaged: ") {
				t.Errorf("message %q", damage)
			}
			if fmt.Sprint(seen) != "[1 2]" {
				t.Errorf("events %v before the damage, want 1 and 2", seen)
			}
			usable(t, j)
		})
	}
}

func TestAnyChangedByteOfARecordIsDamageOfThatRecordAlone(t *testing.T) {
	j := damaged(t, func(j *Journal) []byte { return j.headerKey("r2") }, func(raw []byte) []byte { return raw })
	_, err := j.Append(t.Context(), "r2", journal.Batch{
		Events:   []journal.Event{{Kind: "k", Address: "a", Attempt: 7, Data: []byte(`{"a":1}`), Artifacts: []string{strings.Repeat("ab", 32), "x"}}},
		Outcomes: []journal.Outcome{{Scope: "s", Key: "k", Data: []byte("1"), Artifacts: []string{strings.Repeat("ab", 32)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key  []byte
		read func() error
		want journal.CorruptError
	}{
		"header": {
			j.headerKey("r2"), func() error { _, err := j.Run(t.Context(), "r2"); return err },
			journal.CorruptError{Run: "r2"},
		},
		"frozen": {
			j.frozenKey("r2"), func() error { _, err := j.Run(t.Context(), "r2"); return err },
			journal.CorruptError{Run: "r2"},
		},
		"event": {
			j.eventKey("r2", 6), func() (last error) {
				for _, err := range j.Events(t.Context(), "r2", 6) {
					last = err
				}
				return last
			},
			journal.CorruptError{Run: "r2", Seq: 6},
		},
		"outcome": {
			j.outcomeKey("s", "k"), func() error { _, err := j.Outcome(t.Context(), "s", "k"); return err },
			journal.CorruptError{Scope: "s", Key: "k"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var sound []byte
			put := func(raw []byte) {
				t.Helper()
				if err := j.db.Update(func(txn *badgerdb.Txn) error { return txn.Set(c.key, raw) }); err != nil {
					t.Fatal(err)
				}
			}
			err := j.db.View(func(txn *badgerdb.Txn) (err error) {
				sound, err = value(txn, c.key)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if sound[0] != recordVersion {
				t.Fatalf("version %d, want %d", sound[0], recordVersion)
			}
			broken := func(what string, raw []byte) {
				t.Helper()
				put(raw)
				var damage *journal.CorruptError
				if err := c.read(); !errors.As(err, &damage) {
					t.Fatalf("%s: error %v, want a *CorruptError", what, err)
				}
				damage.Reason = ""
				if *damage != c.want {
					t.Fatalf("%s: it names %+v, want %+v", what, *damage, c.want)
				}
			}
			for i := range sound {
				for _, bit := range []byte{1, 0x80} {
					raw := slices.Clone(sound)
					raw[i] ^= bit
					broken(fmt.Sprintf("byte %d ^ %d", i, bit), raw)
				}
				broken(fmt.Sprintf("%d bytes", i), sound[:i])
			}
			broken("a byte more", append(slices.Clone(sound), 0))
			put(sound)
			if err := c.read(); err != nil {
				t.Errorf("restored: %v", err)
			}
		})
	}
	usable(t, j)
}

func TestAMissingEventInALongRunIsNamed(t *testing.T) {
	j, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	const events, missing = 3 * eventPageSize, 2*eventPageSize + 5
	if err := j.Create(t.Context(), journal.Run{ID: "r"}, journal.Batch{Events: make([]journal.Event, events)}); err != nil {
		t.Fatal(err)
	}
	if err := j.db.Update(func(txn *badgerdb.Txn) error { return txn.Delete(j.eventKey("r", missing)) }); err != nil {
		t.Fatal(err)
	}
	var seen uint64
	var damage *journal.CorruptError
	for e, err := range j.Events(t.Context(), "r", 1) {
		if err != nil && !errors.As(err, &damage) {
			t.Fatal(err)
		} else if err == nil {
			seen = e.Seq
		}
	}
	if damage == nil || damage.Seq != missing || seen != missing-1 {
		t.Errorf("after event %d: %v; want event %d named", seen, damage, missing)
	}
	seen = missing
	for e, err := range j.Events(t.Context(), "r", missing+1) {
		if seen++; err != nil || e.Seq != seen {
			t.Fatalf("event %d, %v; want %d", e.Seq, err, seen)
		}
	}
	if seen != events {
		t.Errorf("the last event is %d, want %d", seen, events)
	}
}

func TestAnEventInAnotherEventsPlaceIsDamage(t *testing.T) {
	j := damaged(t, func(j *Journal) []byte { return j.eventKey("r2", 3) }, func(raw []byte) []byte { return raw })
	err := j.db.Update(func(txn *badgerdb.Txn) error {
		raw, err := value(txn, j.eventKey("r2", 2))
		if err != nil {
			return err
		}
		return txn.Set(j.eventKey("r2", 3), raw)
	})
	if err != nil {
		t.Fatal(err)
	}
	var damage *journal.CorruptError
	for _, err := range j.Events(t.Context(), "r2", 3) {
		errors.As(err, &damage)
	}
	if damage == nil || damage.Seq != 3 {
		t.Errorf("error %v", damage)
	}
}

func TestADamagedRunIsListedAsSuchAndCanBeDeleted(t *testing.T) {
	for name, key := range map[string]func(j *Journal) []byte{
		"header": func(j *Journal) []byte { return j.headerKey("r2") },
		"frozen": func(j *Journal) []byte { return j.frozenKey("r2") },
	} {
		t.Run(name, func(t *testing.T) {
			j := damaged(t, key, flip)
			var damage *journal.CorruptError
			if _, err := j.Run(t.Context(), "r2"); !errors.As(err, &damage) || damage.Run != "r2" || damage.Seq != 0 {
				t.Errorf("Run: error %v", err)
			}
			var listed []string
			for r, err := range j.Runs(t.Context(), journal.Query{State: "running"}) {
				if errors.As(err, &damage) {
					r.ID += "!"
				} else if err != nil {
					t.Fatal(err)
				}
				listed = append(listed, fmt.Sprint(r.ID, " ", r.Ordinal))
			}
			if fmt.Sprint(listed) != "[r3 3 r2! 2 r1 1]" {
				t.Errorf("listed %v", listed)
			}
			usable(t, j)
			if err := j.Delete(t.Context(), "r2"); err != nil {
				t.Fatal(err)
			}
			for r, err := range j.Runs(t.Context(), journal.Query{}) {
				if err != nil || r.ID == "r2" {
					t.Errorf("listed %s, %v", r.ID, err)
				}
			}
			if _, err := j.Outcome(t.Context(), journal.LineageScope("lr2"), "k"); !errors.Is(err, journal.ErrNotFound) {
				t.Errorf("the lineage's outcome: %v", err)
			}
			if n := countKeys(t, j, "r2"); n != 0 {
				t.Errorf("%d keys are left of it", n)
			}
		})
	}
}

// countKeys counts the keys whose key or value contains a run's id.
func countKeys(t *testing.T, j *Journal, id string) (n int) {
	t.Helper()
	err := j.db.View(func(txn *badgerdb.Txn) error {
		it := txn.NewIterator(badgerdb.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			v, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			if strings.Contains(string(it.Item().Key()), id) || strings.Contains(string(v), id) {
				n++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestADamagedOutcomeIsNamed(t *testing.T) {
	scope := journal.LineageScope("lr2")
	j := damaged(t, func(j *Journal) []byte { return j.outcomeKey(scope, "k") }, flip)
	var damage *journal.CorruptError
	if _, err := j.Outcome(t.Context(), scope, "k"); !errors.As(err, &damage) || damage.Scope != scope || damage.Key != "k" {
		t.Errorf("error %v", err)
	}
	sound := 0
	for _, err := range j.Outcomes(t.Context()) {
		if err == nil {
			sound++
		}
	}
	if sound != 2 {
		t.Errorf("%d sound outcomes listed, want 2", sound)
	}
	usable(t, j)
}

func TestAnInterruptedDeletionIsFinishedAtOpen(t *testing.T) {
	dir := t.TempDir()
	j, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	run := journal.Run{ID: "gone", Lineage: "gone"}
	batch := journal.Batch{Events: make([]journal.Event, 20_000), Outcomes: []journal.Outcome{{Scope: journal.LineageScope("gone"), Key: "k"}}}
	if err := j.Create(t.Context(), run, batch); err != nil {
		t.Fatal(err)
	}
	// As delete leaves it when it is stopped after its first transaction.
	run.Ordinal = 1
	err = j.db.Update(func(txn *badgerdb.Txn) error {
		for _, key := range append(j.indexEntries(run), j.headerKey("gone"), j.frozenKey("gone")) {
			if err := txn.Delete(key); err != nil {
				return err
			}
		}
		return txn.Set(j.key(kindDeletion, "gone"), []byte("\x01gone"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if j, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if n := countKeys(t, j, "gone"); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}
