// Package store keeps what the server itself must remember: accounts, productions, idempotency keys. It
// shares one Badger database with the engine's journal, so that one directory has everything and one lock
// guards it.
//
//	db, err := store.Open("filmloom-data")
//	err = db.Update(ctx, func(tx *store.Tx) error {
//		return tx.Put(store.K("account", id), account)
//	})
//
// # What it promises
//
// Update is all or nothing, isolated from every other one, and synced to disk when it returns. View sees one
// instant. Values are JSON, so that fields can be added; keys are texts in parts, so that a listing is a scan
// of a prefix in the order of the parts.
//
// # What it never does
//
// It knows no record's meaning. It never puts a value into an error. It does not touch the journal's keys,
// which begin with a lower-case letter; its own begin with a capital.
package store
