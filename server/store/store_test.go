package store_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/server/store"
)

func open(t testing.TB) *store.DB {
	t.Helper()
	db, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func update(t testing.TB, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestAValueIsFoundAgainUntilItIsDeleted(t *testing.T) {
	db := open(t)
	key := store.K("account", "a")
	update(t, db, func(tx *store.Tx) error { return tx.Put(key, 7) })
	var n int
	if err := db.View(func(tx *store.Tx) error { return tx.Get(key, &n) }); err != nil || n != 7 {
		t.Errorf("got %d, %v", n, err)
	}
	update(t, db, func(tx *store.Tx) error { return tx.Delete(key) })
	err := db.View(func(tx *store.Tx) error { return tx.Get(key, &n) })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestAnUpdateIsAllOrNothing(t *testing.T) {
	db := open(t)
	broken := errors.New("broken")
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.Put(store.K("a"), 1); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	_ = db.View(func(tx *store.Tx) error {
		if has, err := tx.Has(store.K("a")); has || err != nil {
			t.Errorf("has %v, %v", has, err)
		}
		return nil
	})
}

func TestConcurrentUpdatesLoseNothing(t *testing.T) {
	db := open(t)
	key := store.K("count")
	update(t, db, func(tx *store.Tx) error { return tx.Put(key, 0) })
	var wg sync.WaitGroup
	const writers, times = 128, 10
	for range writers {
		wg.Go(func() {
			for range times {
				err := db.Update(t.Context(), func(tx *store.Tx) error {
					var n int
					if err := tx.Get(key, &n); err != nil {
						return err
					}
					return tx.Put(key, n+1)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var n int
	if err := db.View(func(tx *store.Tx) error { return tx.Get(key, &n) }); err != nil || n != writers*times {
		t.Errorf("counted %d, %v", n, err)
	}
}

func TestAnUpdateEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := open(t).Update(ctx, func(*store.Tx) error { t.Error("called"); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestScansKeepTheOrderOfParts(t *testing.T) {
	db := open(t)
	update(t, db, func(tx *store.Tx) error {
		for _, k := range []store.Key{store.K("t", "b", "1"), store.K("t", "a", "2"), store.K("t", "a", "1"), store.K("t", "ab", "0"), store.K("t", "é", "0"), store.K("ta", "x"), store.K("t")} {
			if err := tx.Put(k, k); err != nil {
				return err
			}
		}
		return nil
	})
	for name, c := range map[string]struct {
		scan store.Scan
		want string
	}{
		"all below a part":          {store.Scan{Under: store.K("t")}, "t/a/1 t/a/2 t/ab/0 t/b/1 t/é/0"},
		"backwards":                 {store.Scan{Under: store.K("t"), Reverse: true}, "t/é/0 t/b/1 t/ab/0 t/a/2 t/a/1"},
		"a part is no mere prefix":  {store.Scan{Under: store.K("t", "a")}, "t/a/1 t/a/2"},
		"after one":                 {store.Scan{Under: store.K("t"), After: store.K("t", "a", "2")}, "t/ab/0 t/b/1 t/é/0"},
		"after one that is gone":    {store.Scan{Under: store.K("t"), After: store.K("t", "a", "15")}, "t/a/2 t/ab/0 t/b/1 t/é/0"},
		"before one":                {store.Scan{Under: store.K("t"), After: store.K("t", "b", "1"), Reverse: true}, "t/ab/0 t/a/2 t/a/1"},
		"before one that is gone":   {store.Scan{Under: store.K("t"), After: store.K("t", "b", "0"), Reverse: true}, "t/ab/0 t/a/2 t/a/1"},
		"nothing":                   {store.Scan{Under: store.K("none")}, ""},
		"keys only, of all records": {store.Scan{Keys: true}, "t t/a/1 t/a/2 t/ab/0 t/b/1 t/é/0 ta/x"},
	} {
		t.Run(name, func(t *testing.T) {
			_ = db.View(func(tx *store.Tx) error {
				var got []string
				for e := range tx.Scan(c.scan) {
					got = append(got, e.Key.String())
					var v store.Key
					if !c.scan.Keys {
						if err := e.Decode(&v); err != nil || v != e.Key {
							t.Errorf("%s has %s, %v", e.Key, v, err)
						}
					}
				}
				if s := strings.Join(got, " "); s != c.want {
					t.Errorf("got  %s\nwant %s", s, c.want)
				}
				return nil
			})
		})
	}
}

func TestNoPartCanStandForTwo(t *testing.T) {
	if k := store.K("a\x00b"); len(k.Parts()) != 1 {
		t.Errorf("%q has the parts %q", k, k.Parts())
	}
	if k := store.K("a", "b", "c"); !slices.Equal(k.Parts(), []string{"a", "b", "c"}) || k.Last() != "c" {
		t.Errorf("%q", k.Parts())
	}
}

func TestAnExpiredValueIsGone(t *testing.T) {
	db := open(t)
	update(t, db, func(tx *store.Tx) error {
		if err := tx.PutUntil(store.K("past"), 1, time.Now().Add(-time.Second)); err != nil {
			return err
		}
		return tx.PutUntil(store.K("future"), 1, time.Now().Add(time.Hour))
	})
	_ = db.View(func(tx *store.Tx) error {
		for key, want := range map[string]bool{"past": false, "future": true} {
			if has, err := tx.Has(store.K(key)); has != want || err != nil {
				t.Errorf("%s: %v, %v", key, has, err)
			}
		}
		return nil
	})
}

func TestErrorsShowNoValue(t *testing.T) {
	db := open(t)
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		return tx.Put(store.K("large"), strings.Repeat("secret", 10<<20))
	})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %.200v", err)
	}
	update(t, db, func(tx *store.Tx) error { return tx.Put(store.K("text"), "secret") })
	err = db.View(func(tx *store.Tx) error { return tx.Get(store.K("text"), new(int)) })
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestASecondProcessIsToldThatTheDirectoryIsInUse(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := store.Open(dir); !errors.Is(err, journal.ErrInUse) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkListFiftyOf100k(b *testing.B) {
	db := open(b)
	for i := 0; i < 100_000; i += 1000 {
		err := db.Update(b.Context(), func(tx *store.Tx) error {
			for n := range 1000 {
				if err := tx.Put(store.K("task", strconv.Itoa(1_000_000+i+n)), n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		n := 0
		_ = db.View(func(tx *store.Tx) error {
			for range tx.Scan(store.Scan{Under: store.K("task"), Reverse: true}) {
				if n++; n == 50 {
					break
				}
			}
			return nil
		})
	}
}
