// Package badger keeps the journal on disk, in a Badger database.
//
//	j, err := badger.Open("data/journal")
//	if err != nil {
//		return err // another process has it, for example: one sentence that says so
//	}
//	defer j.Close()
//
// A program that has a Badger database of its own shares it: New(db, "journal/") keeps every key under
// the prefix and leaves the database open. Open it with [Options], or with SyncWrites set.
//
// # What it promises
//
// What [journal.Journal] does. One goroutine writes. While it synchronises the disk, further appends
// gather, and the next transaction takes them all: 256 that append at once, to one run or to many, cost
// about as many synchronisations as one. A run's header, which tells its state and last number, goes into
// such a transaction once, however many batches the run got in it. SyncWrites is used rather than DB.Sync at the end of each group because
// DB.Sync leaves out the log of a memtable that became full in between; on a database without
// SyncWrites the journal calls DB.Sync, which survives a crash of the process but, in that rare case,
// not of the machine.
//
// A batch that is larger than a transaction is still recorded wholly or not at all: its events are
// written ahead of the run's last number, where no reader looks, and the last transaction moves it.
//
// # What it never does
//
// It never trusts what it reads: each record carries a version, a checksum over its key and content,
// and is refused with a [journal.CorruptError] when they don't fit. Records of every version so far can
// be read, so that a journal needs no conversion. It never prints data.
package badger
