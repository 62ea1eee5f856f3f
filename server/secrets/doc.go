// Package secrets keeps the server's own root key, and gives each purpose a key of its own that is derived
// from it: one to sign media links, one to seal what is secret at rest.
//
//	keys, err := secrets.Open("filmloom-data", nil)
//	media, err := media.New(media.Config{Key: keys.For("media"), …})
//	sealed := keys.Seal("webhooks", secret, []byte(webhookID))   // may be stored
//	secret, err := keys.Open("webhooks", sealed, []byte(webhookID))
//
// The root key is 32 bytes. It is configured, or made once and kept in secret.key in the data directory,
// readable by its owner only. Whoever has it can read every sealed secret and sign every link; without it
// what was sealed is lost. So it belongs into a backup, but not beside the database's.
//
// # What it promises
//
// The key file is there wholly, on the disk, or not at all, and is never replaced; of two processes that make
// it at once both use the same. A key that others can read is refused. The keys of two purposes tell nothing
// about each other or the root. What was sealed is opened only with the same root key, purpose and
// additional text, unchanged in every byte: otherwise the error is [ErrOtherKey] or [ErrDamaged].
//
// # What it never does
//
// It never shows a key or a secret: not in an error, and not when a Keys is printed. It does not change
// the root key: to do that is to seal everything anew.
package secrets
