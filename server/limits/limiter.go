package limits

import (
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// Config is what a Limiter needs.
type Config struct {
	// DB keeps the counts. With nil they last as long as the Limiter.
	DB *store.DB
	// Every is how often counts are written: what a kill of the process may forget. 0 means 2 seconds.
	Every time.Duration
	// Known tells within a transaction whether an account is there; the counts of one that is not are not written.
	// nil takes every account for one that is.
	Known func(tx *store.Tx, account string) error
	// Now is the clock, and must never be before the year 1970. nil means time.Now.
	Now func() time.Time
	// Log is told when counts could not be written; they are tried again. nil means slog.Default().
	Log *slog.Logger
}

// A Limiter limits the requests of accounts. Its methods may be called concurrently.
type Limiter struct {
	conf Config
	seed maphash.Seed
	// Locks are taken in this order: a shard's, an entry's, dirty's.
	shards [64]shard

	dirty struct {
		sync.Mutex
		entries []*entry // those with unsaved set, each once
	}
	saving sync.Mutex // one Save at a time

	stop func()
	done chan struct{}
	shut sync.Once
	last error // of Close
}

// A shard has a part of the accounts, so that looking for those that are idle holds up few others.
type shard struct {
	sync.Mutex
	entries map[string]*entry
}

// An entry has the counts of one account.
type entry struct {
	account string
	sync.Mutex
	counts
	loaded  bool // the counts are what the database says, and more
	unsaved bool // they have changed since they were last written; the entry is in dirty
	gone    bool // it was idle and is no longer in its shard
}

// New makes a Limiter and starts its goroutine, which Close ends. The error names what is wrong in the Config.
func New(conf Config) (*Limiter, error) {
	if conf.Every < 0 {
		return nil, errors.New("the time between writing counts of requests is negative: leave it out or give one above zero")
	}
	if conf.Every == 0 {
		conf.Every = 2 * time.Second
	}
	if conf.Now == nil {
		conf.Now = time.Now
	}
	if conf.Known == nil {
		conf.Known = func(*store.Tx, string) error { return nil }
	}
	if conf.Log == nil {
		conf.Log = slog.Default()
	}
	ctx, stop := context.WithCancel(context.Background())
	l := &Limiter{conf: conf, seed: maphash.MakeSeed(), stop: stop, done: make(chan struct{})}
	for i := range l.shards {
		l.shards[i].entries = map[string]*entry{}
	}
	go l.tend(ctx)
	return l, nil
}

// Take counts a request of an account, if there is room in the present minute and day of its plan's rate; a
// rate of 0 has none. account is not empty. The limit may differ from call to call; what was counted stays.
//
// An error means that the account's earlier requests of the day could not be read; then the day's count
// begins anew, and the Decision is good for all that follows. It is to be logged, once; the request goes on as
// the Decision says.
func (l *Limiter) Take(account string, limit plans.Rate) (Decision, error) {
	e := l.enter(account)
	defer e.Unlock()
	err := l.load(e)
	now := unix(l.conf.Now()) // under the lock, so that an older time never follows a newer one
	e.minute.turn(now, minute)
	e.day.turn(now, day)

	ofMinute, ofDay := e.minute.left(limit.Minute), e.day.left(limit.Day)
	if ofDay == 0 {
		return decide(false, e.day, day, limit.Day, now), err
	}
	if ofMinute == 0 {
		return decide(false, e.minute, minute, limit.Minute, now), err
	}
	e.minute.count++
	e.day.count++
	l.changed(e)
	// Shares are compared without dividing: a/b < c/d is a*d < c*b.
	if int64(ofMinute-1)*int64(limit.Day) < int64(ofDay-1)*int64(limit.Minute) {
		return decide(true, e.minute, minute, limit.Minute, now), err
	}
	return decide(true, e.day, day, limit.Day, now), err
}

// enter finds the entry of an account, or makes one, and locks it.
func (l *Limiter) enter(account string) *entry {
	s := &l.shards[maphash.String(l.seed, account)%uint64(len(l.shards))]
	for {
		s.Lock()
		e := s.entries[account]
		if e == nil {
			e = &entry{account: account, loaded: l.conf.DB == nil}
			s.entries[account] = e
		}
		s.Unlock()
		e.Lock()
		if !e.gone {
			return e
		}
		e.Unlock()
	}
}

// changed remembers an entry, which is locked, for the next Save.
func (l *Limiter) changed(e *entry) {
	if e.unsaved || l.conf.DB == nil {
		return
	}
	e.unsaved = true
	l.dirty.Lock()
	l.dirty.entries = append(l.dirty.entries, e)
	l.dirty.Unlock()
}

// Close writes what is not written yet and ends the goroutine. The database must still be open. Later
// requests are counted, but no longer written. Further calls return what the first one did.
func (l *Limiter) Close() error {
	l.shut.Do(func() {
		l.stop()
		<-l.done
		l.last = l.Save(context.Background())
	})
	return l.last
}

// tend writes counts and forgets idle accounts until ctx ends.
func (l *Limiter) tend(ctx context.Context) {
	defer close(l.done)
	tick := time.NewTicker(l.conf.Every)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := l.Save(ctx); err != nil && ctx.Err() == nil {
			l.conf.Log.Warn("counts of requests are not on disk yet", "error", err)
		}
		l.sweep(&l.shards[n%len(l.shards)])
	}
}

// sweep forgets accounts of a shard that are idle and on disk.
func (l *Limiter) sweep(s *shard) {
	now := unix(l.conf.Now())
	s.Lock()
	defer s.Unlock()
	for account, e := range s.entries {
		if !e.TryLock() {
			continue // in use, so not idle
		}
		if e.idle(now, l.conf.DB != nil) {
			e.gone = true
			delete(s.entries, account)
		}
		e.Unlock()
	}
}

// idle tells whether an entry, which is locked, has nothing that will be asked for or is only in memory.
func (e *entry) idle(now int64, durable bool) bool {
	// After the clock was set back far, windows in the future would stay for ever.
	if e.minute.start > now {
		e.minute.turn(now, minute)
	}
	if e.day.start > now {
		e.day.turn(now, day)
	}
	return now >= e.minute.start+2*minute && !e.unsaved && (durable || now >= e.day.start+day)
}
