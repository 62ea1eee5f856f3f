package store

import (
	"iter"

	badgerdb "github.com/dgraph-io/badger/v4"
)

// A Scan is a question for keys in order.
type Scan struct {
	Under Key // the keys that have further parts after this one; "" means all
	// After begins beyond this key, which need not exist any more; "" begins at the first.
	After   Key
	Reverse bool // from the last key to the first; After then begins before it
	Keys    bool // values are not wanted: Decode of the entries fails, and the scan is quicker
}

// An Entry is one key of a scan. It holds until the next one.
type Entry struct {
	Key  Key
	item *badgerdb.Item
}

// Decode reads the entry's value into what v points at.
func (e Entry) Decode(v any) error { return decode(e.Key, e.item, v) }

// Scan lists keys in order.
func (tx *Tx) Scan(q Scan) iter.Seq[Entry] {
	prefix := []byte(space)
	if q.Under != "" {
		prefix = append(q.Under.bytes(), end...)
	}
	start := prefix
	switch {
	case q.After != "" && q.Reverse:
		start = q.After.bytes()
	case q.After != "":
		start = append(q.After.bytes(), 0)
	case q.Reverse:
		start = append(append([]byte{}, prefix...), 0xFF) // no UTF-8 text has this byte
	}
	return func(yield func(Entry) bool) {
		o := badgerdb.DefaultIteratorOptions
		o.Prefix, o.Reverse, o.PrefetchValues = prefix, q.Reverse, !q.Keys
		o.PrefetchSize = 64
		it := tx.t.NewIterator(o)
		defer it.Close()
		for it.Seek(start); it.ValidForPrefix(prefix); it.Next() {
			item := it.Item()
			key := Key(item.Key()[len(space):])
			if key == q.After {
				continue
			}
			if !yield(Entry{key, item}) {
				return
			}
		}
	}
}
