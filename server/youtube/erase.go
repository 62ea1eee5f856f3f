package youtube

import (
	"context"

	"github.com/filmloom/filmloom/server/store"
)

// Erase forgets what an account has begun and its channel, after the permission was given back to Google as
// Disconnect does it: when Google cannot be reached within ten seconds the channel is forgotten all the same. It is
// no error when there is none, so that what was interrupted is done by calling it again. The error is the context's
// or the database's.
func (s *Service) Erase(ctx context.Context, account string) error {
	if err := s.eraseAttempts(ctx, account); err != nil {
		return err
	}
	c, err := s.connection(account)
	if err != nil || c == nil {
		return err
	}
	// The record goes last: when the process ends before, the permission is given back a second time, and that is none.
	if s.relinquish(ctx, account, *c); ctx.Err() != nil {
		return ctx.Err()
	}
	return s.conf.DB.Update(ctx, func(tx *store.Tx) error { return tx.Delete(connectionKey(account)) })
}

// eraseAttempts forgets the connections that an account has begun. There are few: they last ten minutes.
func (s *Service) eraseAttempts(ctx context.Context, account string) error {
	var begun []store.Key
	err := s.conf.DB.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("youtube-attempt")}) {
			var a attempt
			if err := e.Decode(&a); err != nil {
				return err
			}
			if a.Account == account {
				begun = append(begun, e.Key)
			}
		}
		return ctx.Err()
	})
	for len(begun) > 0 && err == nil {
		n := min(len(begun), 1000)
		err = s.conf.DB.Update(ctx, func(tx *store.Tx) error {
			for _, key := range begun[:n] {
				if err := tx.Delete(key); err != nil {
					return err
				}
			}
			return nil
		})
		begun = begun[n:]
	}
	return err
}
