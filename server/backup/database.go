package backup

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/pb"
	"google.golang.org/protobuf/proto"
)

// A dump writes the records of a database, as they are at one instant, in chunks: frames of a length (8
// bytes, little endian) and a Badger KVList with one record. Badger's own tools read a chunk, or all one after
// another.
type dump struct {
	chunk   bytes.Buffer
	write   func(chunk []byte) error
	records int
	bytes   int64
}

// run reads the whole database with one transaction.
func (d *dump) run(ctx context.Context, db *badgerdb.DB, tell func()) error {
	txn := db.NewTransaction(false)
	defer txn.Discard()
	o := badgerdb.DefaultIteratorOptions
	o.PrefetchSize = 16 // values may have megabytes
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := d.add(it.Item()); err != nil {
			return err
		}
		if d.chunk.Len() >= chunkSize {
			if err := d.flush(); err != nil {
				return err
			}
			tell()
		}
	}
	if err := d.flush(); err != nil {
		return err
	}
	tell()
	return nil
}

func (d *dump) add(item *badgerdb.Item) error {
	kv := &pb.KV{Key: item.Key(), UserMeta: []byte{item.UserMeta()}, Version: item.Version(), ExpiresAt: item.ExpiresAt()}
	err := item.Value(func(value []byte) error {
		kv.Value = value
		list := &pb.KVList{Kv: []*pb.KV{kv}}
		frame := binary.LittleEndian.AppendUint64(d.chunk.AvailableBuffer(), uint64(proto.Size(list)))
		frame, err := proto.MarshalOptions{}.MarshalAppend(frame, list)
		d.chunk.Write(frame)
		return err
	})
	if err != nil {
		return fmt.Errorf("a record of the database cannot be read: %w", err)
	}
	d.records++
	d.bytes += int64(len(kv.Key)) + item.ValueSize()
	return nil
}

func (d *dump) flush() error {
	if d.chunk.Len() == 0 {
		return nil
	}
	defer d.chunk.Reset()
	return d.write(d.chunk.Bytes())
}

// A load puts records into a database.
type load struct {
	batch   *badgerdb.WriteBatch // nil only reads
	now     uint64               // seconds since 1970
	records int
	bytes   int64
}

func newLoad(db *badgerdb.DB) *load {
	l := &load{now: uint64(time.Now().Unix())}
	if db != nil {
		l.batch = db.NewWriteBatch()
	}
	return l
}

// end must be called once. With an error before it, what was put may be there or not.
func (l *load) end(err error) error {
	if l.batch == nil {
		return err
	}
	if err != nil {
		l.batch.Cancel()
		return err
	}
	return l.batch.Flush()
}

// errRecord: a chunk is not what dump writes.
var errRecord = errors.New("a record of the database is not readable")

// chunk reads the frames of a chunk, whose bytes it keeps no reference to.
func (l *load) chunk(chunk []byte) error {
	for len(chunk) > 0 {
		if len(chunk) < 8 {
			return errRecord
		}
		size := binary.LittleEndian.Uint64(chunk)
		if chunk = chunk[8:]; size > maxFrame || size > uint64(len(chunk)) {
			return errRecord
		}
		var list pb.KVList
		if err := proto.Unmarshal(chunk[:size], &list); err != nil {
			return errRecord
		}
		chunk = chunk[size:]
		for _, kv := range list.Kv {
			if err := l.put(kv); err != nil {
				return err
			}
		}
	}
	return nil
}

// internal is what the keys begin with that Badger keeps for itself.
var internal = []byte("!badger!")

func (l *load) put(kv *pb.KV) error {
	if kv == nil || len(kv.Key) == 0 || len(kv.Key) > maxKey || len(kv.Value) > maxValue || len(kv.UserMeta) > 1 || bytes.HasPrefix(kv.Key, internal) {
		return errRecord
	}
	l.records++
	l.bytes += int64(len(kv.Key)) + int64(len(kv.Value))
	if l.batch == nil || kv.ExpiresAt > 0 && kv.ExpiresAt <= l.now {
		return nil
	}
	e := badgerdb.NewEntry(kv.Key, kv.Value)
	e.ExpiresAt = kv.ExpiresAt
	if len(kv.UserMeta) == 1 {
		e = e.WithMeta(kv.UserMeta[0])
	}
	if err := l.batch.SetEntry(e); err != nil {
		return fmt.Errorf("a record cannot be written into the database: %w", err)
	}
	return nil
}
