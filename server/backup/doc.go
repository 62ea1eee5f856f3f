// Package backup writes a data directory into one archive while it is in use, and makes a data directory of
// an archive again.
//
//	made, err := backup.Write(ctx, w, backup.Source{Dir: dir, DB: db.Badger(), Artifacts: files}, backup.Options{})
//	back, err := backup.Restore(ctx, r, "filmloom-data", backup.Options{})
//
// An archive is a tar file, compressed with zstd, that other tools can read as well:
//
//	backup.json                the format's version, what wrote it, and when
//	database/00000001          the records, as Badger's own backups have them
//	artifacts/sha256/ab/abcd…  the files that runs made
//	files/secret.key           the small files that lie in the data directory itself
//	summary.json               what is in it, and what could not be
//	SHA256SUMS                 the sum of each file before it, for sha256sum -c
//
// Media do not get smaller, whatever compresses them; the records get five to ten times smaller. Zstd does
// that at several times the speed of gzip, which would be the slowest part of a backup.
//
// # What it promises
//
// Write sees the database at one instant, and afterwards takes every artifact there is: what was recorded at
// that instant had its files already. They are missed only if they are removed meanwhile, which
// [Source.Hold] prevents. Memory does not grow with the archive but for 32 bytes for each artifact.
//
// Restore gives a directory that is complete and verified, or none: everything goes into a directory beside it
// first, and takes its place when every sum has been found right. No byte of an archive can change unnoticed, and
// one that ends too early, is of a newer format, or was made to do harm, is refused. After a crash at any
// instant the directory is not there, and the next restore removes what the last one left.
//
// # What it never does
//
// It does not use Badger's own DB.Backup: that one reads with several transactions that begin one after another, so
// that it may see half of an update; passes over records that it cannot read; and keeps up to a gigabyte in
// memory. It never writes into a directory that has anything in it. It does not encrypt: an archive has the secret key, unless that is left
// out, and with it everything that a thief wants.
package backup
