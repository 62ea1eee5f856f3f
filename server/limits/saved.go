package limits

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// A record is what the database has of an account's day and of the minute in which it was written.
type record struct {
	Start  int64 `json:"start"` // of the day, Unix seconds
	Count  int   `json:"count"`
	Minute struct {
		Start int64 `json:"start"`
		Count int   `json:"count"`
	} `json:"minute"`
}

// counts are both windows of an account.
type counts struct{ minute, day window }

func (c counts) record() (r record) {
	r.Start, r.Count = c.day.start, c.day.count
	r.Minute.Start, r.Minute.Count = c.minute.start, c.minute.count
	return r
}

func (r record) counts() counts {
	return counts{
		minute: window{start: r.Minute.Start, count: max(r.Minute.Count, 0)},
		day:    window{start: r.Start, count: max(r.Count, 0)},
	}
}

func recordKey(account string) store.Key { return store.K("requests", account) }

// load takes what the database has of the account of an entry, which is locked, once. Its windows may be over.
func (l *Limiter) load(e *entry) error {
	if e.loaded {
		return nil
	}
	e.loaded = true
	var r record
	err := l.conf.DB.View(func(tx *store.Tx) error { return tx.Get(recordKey(e.account), &r) })
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("how many requests an account has sent today cannot be read: %w", err)
	}
	e.counts = r.counts()
	return nil
}

// batch is how many counts are written in one transaction; it holds some 3,900.
const batch = 1000

// Save writes the counts that are not written yet. What cannot be written is kept for the next
// time.
func (l *Limiter) Save(ctx context.Context) error {
	l.saving.Lock()
	defer l.saving.Unlock()
	l.dirty.Lock()
	entries := l.dirty.entries
	l.dirty.entries = nil
	l.dirty.Unlock()

	var failed error
	for some := range slices.Chunk(entries, batch) {
		now := make([]counts, len(some))
		for i, e := range some {
			e.Lock()
			now[i] = e.counts
			e.Unlock()
		}
		if failed == nil {
			failed = l.write(ctx, some, now)
		}
		for i, e := range some {
			e.Lock()
			e.unsaved = false
			if failed != nil || e.counts != now[i] {
				l.changed(e)
			}
			e.Unlock()
		}
	}
	return failed
}

func (l *Limiter) write(ctx context.Context, entries []*entry, now []counts) error {
	// The record is of no use after its day. The database reads the clock itself, which need not be ours;
	// a day more does no harm.
	end := time.Now().Add(2 * day * time.Second)
	err := l.conf.DB.Update(ctx, func(tx *store.Tx) error {
		for i, e := range entries {
			if l.conf.Known(tx, e.account) != nil { // when the database fails, the writing says so
				continue
			}
			if err := tx.PutUntil(recordKey(e.account), now[i].record(), end); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("the counts of requests cannot be written: %w", err)
	}
	return nil
}

// Erase forgets the counts of an account. In memory it stays until the account is idle for two minutes. The
// error is the context's or the database's.
func (l *Limiter) Erase(ctx context.Context, account string) error {
	if l.conf.DB == nil {
		return ctx.Err()
	}
	return l.conf.DB.Update(ctx, func(tx *store.Tx) error { return tx.Delete(recordKey(account)) })
}
