package youtube

import (
	"context"
	"errors"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// A Connection is what is known of an account's channel.
type Connection struct {
	Connected bool      // films can be uploaded, as far as is known
	Channel   string    // its title, or "" when the person did not allow to see it
	ChannelID string    // or ""
	Since     time.Time // when it was connected; zero when it never was
	Broken    string    // why films cannot be uploaded any more, a sentence for the person; "" when they can
}

// A connection is one in the database.
type connection struct {
	Generation string    `json:"generation"` // tells it from those before and after
	Refresh    []byte    `json:"refresh"`    // token, sealed
	Channel    string    `json:"channel,omitempty"`
	ChannelID  string    `json:"channel_id,omitempty"`
	Since      time.Time `json:"since"`
	Broken     string    `json:"broken,omitempty"`
}

func connectionKey(account string) store.Key { return store.K("youtube", account) }

// read gives an account's connection, or nil.
func read(tx *store.Tx, account string) (*connection, error) {
	var c connection
	err := tx.Get(connectionKey(account), &c)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return &c, err
}

func (s *Service) connection(account string) (*connection, error) {
	var c *connection
	err := s.conf.DB.View(func(tx *store.Tx) (err error) {
		c, err = read(tx, account)
		return err
	})
	return c, err
}

// Connection tells of an account's channel. The error is the database's.
func (s *Service) Connection(account string) (Connection, error) {
	c, err := s.connection(account)
	if err != nil || c == nil {
		return Connection{}, err
	}
	return Connection{
		Connected: c.Broken == "" && s.Configured(), Channel: c.Channel, ChannelID: c.ChannelID, Since: c.Since, Broken: c.Broken,
	}, nil
}

// Disconnect forgets an account's channel, and gives the permission back to Google as far as it can be reached and
// no other account here has the same channel: Google knows one permission for all of them. The error is
// ErrNotConnected, the context's or the database's.
func (s *Service) Disconnect(ctx context.Context, account string) error {
	var c *connection
	err := s.conf.DB.Update(ctx, func(tx *store.Tx) (err error) {
		if c, err = read(tx, account); err != nil {
			return err
		}
		if c == nil {
			return ErrNotConnected
		}
		return tx.Delete(connectionKey(account))
	})
	if err != nil {
		return err
	}
	s.withdraw(ctx, account, *c)
	return nil
}

// revokeTime is how long Google may take to take a permission back.
const revokeTime = 10 * time.Second

// withdraw gives back the permission of a connection that is in no record any more.
func (s *Service) withdraw(ctx context.Context, account string, c connection) {
	s.relinquish(context.WithoutCancel(ctx), account, c) // also when the browser is gone
}

// relinquish is withdraw for as long as the context lasts.
func (s *Service) relinquish(ctx context.Context, account string, c connection) {
	s.drop(c.Generation)
	shared, err := s.shared(account, c.ChannelID)
	if err != nil || shared {
		return
	}
	refresh, err := s.conf.Keys.Open(purpose, c.Refresh, place("refresh", account))
	if err != nil {
		return // sealed with a key that is gone
	}
	ctx, cancel := context.WithTimeout(ctx, revokeTime)
	defer cancel()
	if err := s.giveBack(ctx, string(refresh)); err != nil {
		s.conf.Log.Warn("a YouTube permission could not be given back; it ends when its owner removes it at Google", "account", account, "error", err)
	}
}

// shared tells whether another account than this one has the channel.
func (s *Service) shared(account, channel string) (found bool, err error) {
	if channel == "" {
		return false, nil
	}
	err = s.conf.DB.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("youtube")}) {
			var c connection
			if err := e.Decode(&c); err != nil {
				return err
			}
			if c.ChannelID == channel && e.Key.Last() != account {
				found = true
				break
			}
		}
		return nil
	})
	return found, err
}

// spoil records that a connection is of no use any more.
func (s *Service) spoil(ctx context.Context, account, generation, why string) error {
	s.drop(generation)
	return s.conf.DB.Update(ctx, func(tx *store.Tx) error {
		c, err := read(tx, account)
		if err != nil || c == nil || c.Generation != generation {
			return err // there is another by now
		}
		c.Broken = why
		return tx.Put(connectionKey(account), c)
	})
}
