package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"maps"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// usedEvery is how often it is written at most that a key was used.
const usedEvery = time.Minute

func usedKey(id string) store.Key { return key("used", id) }

func sumOf(text string) []byte {
	s := sha256.Sum256([]byte(text))
	return s[:]
}

// A useLog writes when keys were used, beside the requests that use them. What is not written yet when the
// process is killed is lost.
type useLog struct {
	db    *store.DB
	log   *slog.Logger
	notes chan use
	stop  chan struct{}
	done  chan struct{}
}

type use struct {
	key string
	at  time.Time
}

func newUseLog(db *store.DB, log *slog.Logger) *useLog {
	u := &useLog{db, log, make(chan use, 256), make(chan struct{}), make(chan struct{})}
	go u.run()
	return u
}

// note has a use written. When more come than the disk takes some are not written.
func (u *useLog) note(key string, at time.Time) {
	select {
	case u.notes <- use{key, at.UTC().Truncate(time.Second)}:
	default:
	}
}

func (u *useLog) close() {
	close(u.stop)
	<-u.done
}

func (u *useLog) run() {
	defer close(u.done)
	written := map[string]time.Time{} // a forgotten proof must not make it more often than once a minute
	for stopping := false; !stopping; {
		batch := map[string]time.Time{}
		select {
		case n := <-u.notes:
			batch[n.key] = n.at
		case <-u.stop:
			stopping = true
		}
		for more := true; more; {
			select {
			case n := <-u.notes:
				batch[n.key] = n.at
			default:
				more = false
			}
		}
		tooSoon(written, batch)
		u.write(batch)
		prune(written, batch)
	}
}

// tooSoon takes out of a batch what was written less than a minute before.
func tooSoon(written, batch map[string]time.Time) {
	maps.DeleteFunc(batch, func(id string, at time.Time) bool {
		last, ok := written[id]
		return ok && at.Sub(last) < usedEvery && !at.Before(last)
	})
}

// prune remembers a batch, and forgets what is so old that it does not matter.
func prune(written, batch map[string]time.Time) {
	const many = 1000
	for id, at := range batch {
		written[id] = at
		if len(written) > many {
			maps.DeleteFunc(written, func(_ string, then time.Time) bool { return at.Sub(then) >= usedEvery })
		}
	}
}

func (u *useLog) write(batch map[string]time.Time) {
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second) // of no request
	defer cancel()
	err := u.db.Update(ctx, func(tx *store.Tx) error {
		for id, at := range batch {
			_, err := getKey(tx, "", id) // read, so that a key which is revoked meanwhile leaves nothing behind
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err == nil {
				err = tx.Put(usedKey(id), at)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		u.log.Warn("it could not be written when API keys were used last", "error", err)
	}
}
