package server_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strings"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/ristretto/v2/z"
	"github.com/google/uuid"

	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/store"
)

// A template is one finished task in a database, which copies are made of.
type template struct {
	task, order string // of which the order's is also the run's and the lineage's
	segments    [][]template1
}

// template1 is one record of the database.
type template1 struct {
	key, value []byte
	version    uint64
	expires    uint64
	group      string // what the keys of all copies begin with; "" for a record that is not copied
}

// copies makes n copies of the only task in a data directory that no server uses. Each is a task with a request, an
// order, a run, and events and outcomes of the run of its own, as if each had been made: every record that the one has
// is there for each, with other ids. Only the account's ledger does not tell of them. The tables are written as a
// backup is restored: to do what makes a task a hundred thousand times would take hours.
func copies(tb testing.TB, dir, task string, n int) (ids []string) {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	form, err := readTemplate(dir, task)
	must(err)
	made := make([][2]string, n+1) // the ids of a task and its order, ascending
	made[0] = [2]string{form.task, form.order}
	for i := range made[1:] {
		for j := range made[i+1] {
			id, err := uuid.NewV7()
			must(err)
			made[i+1][j] = id.String()
		}
		ids = append(ids, made[i+1][0])
	}
	db, err := badger.OpenDB(badger.Options(filepath.Join(dir, "journal")).WithSyncWrites(false))
	must(err)
	defer func() { must(db.Close()) }()
	w := db.NewStreamWriter()
	must(w.Prepare()) // which deletes what there was
	defer w.Cancel()
	const page = 4 << 20
	buf := z.NewBuffer(2*page, "copies")
	defer func() { must(buf.Release()) }()
	flush := func() {
		must(w.Write(buf))
		buf.Reset()
	}
	for stream, records := range form.segments {
		times := 1
		if records[0].group != "" {
			times = len(made)
		}
		for i := range times {
			for _, r := range records {
				key, value := form.copy(r, made[i], uint64(i+1))
				if string(key) == "n" { // how many runs there are
					value = binary.BigEndian.AppendUint64(nil, uint64(len(made)))
				}
				badgerdb.KVToBuffer(&pb.KV{
					Key: key, Value: value, Version: r.version, ExpiresAt: r.expires, UserMeta: []byte{0}, StreamId: uint32(stream + 1),
				}, buf)
			}
			if buf.LenNoPadding() > page {
				flush()
			}
		}
		badgerdb.KVToBuffer(&pb.KV{StreamId: uint32(stream + 1), StreamDone: true}, buf)
		flush()
	}
	must(w.Flush())
	return ids
}

// readTemplate reads a whole database with one task.
func readTemplate(dir, task string) (*template, error) {
	db, err := store.Open(dir)
	if err != nil {
		return nil, err
	}
	defer db.Close() // it is only read
	var production struct{ Orders []string }
	err = db.View(func(tx *store.Tx) error { return tx.Get(store.K("production", task), &production) })
	if err != nil || len(production.Orders) != 1 {
		return nil, fmt.Errorf("the task %s has the orders %v: %w", task, production.Orders, err)
	}
	t := &template{task: task, order: production.Orders[0]}
	runs := 0
	err = db.Badger().View(func(tx *badgerdb.Txn) error {
		it := tx.NewIterator(badgerdb.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			r := template1{key: it.Item().KeyCopy(nil), value: value, version: it.Item().Version(), expires: it.Item().ExpiresAt()}
			r.group = t.group(string(r.key))
			if r.key[0] == 'r' {
				runs++
			}
			if last := len(t.segments) - 1; last < 0 || t.segments[last][0].group != r.group {
				t.segments = append(t.segments, nil)
			}
			t.segments[len(t.segments)-1] = append(t.segments[len(t.segments)-1], r)
		}
		return nil
	})
	if err == nil && runs != 1 {
		err = fmt.Errorf("there are %d runs", runs)
	}
	return t, err
}

// group is what comes before the part of a key that is another one for each copy.
func (t *template) group(key string) string {
	for _, id := range []string{t.task, t.order} {
		if at := strings.Index(key, id); at >= 0 {
			return key[:at]
		}
	}
	if key[0] == 'i' { // an index of the journal's, by the ordinal of the run
		return key[:len(key)-8]
	}
	return ""
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// copy is a record as a copy has it. The journal's own are as its room writes them: see record.go there.
func (t *template) copy(r template1, ids [2]string, ordinal uint64) (key, value []byte) {
	if r.group == "" || ids[0] == t.task {
		return r.key, r.value
	}
	other := func(raw []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte(t.task), []byte(ids[0])), []byte(t.order), []byte(ids[1]))
	}
	key, value = other(r.key), other(r.value)
	switch key[0] {
	case 'i':
		binary.BigEndian.PutUint64(key[len(key)-8:], ordinal)
		return key, value
	case 'r': // it ends with the run's ordinal, which is 1, and the number of its last event, which is below 128
		last := value[len(value)-1]
		value = append(binary.AppendUvarint(value[:len(value)-2], ordinal), last)
	case 'f', 'e', 'o':
	default:
		return key, value
	}
	const preamble = 5
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value[preamble:])
	binary.BigEndian.PutUint32(value[1:], sum)
	return key, value
}

// What is measured among copies is only worth something when they are tasks like the one.
func TestCopiesOfATaskAreTasksOfTheirOwn(t *testing.T) {
	s := start(t, 0)
	ann := s.User("ann")
	id := order(t, ann, request())
	settle(t, ann, id)
	const many = 300 // whose ordinals take two bytes
	var ids []string
	s.Offline(func(dir string) { ids = copies(t, dir, id, many) })
	steps := len(servertest.Steps(ann.Follow("/v1/video/tasks/"+id+"/events", "").Want(200).Rest()))
	same := func(id string) string { // what a task tells, but its id and the ids of its pictures
		task := ann.Get("/v1/video/tasks/" + id).Want(200).JSON()
		timeless(task)
		return strings.ReplaceAll(fmt.Sprint(task), id, "…")
	}
	want, orders := same(id), map[string]bool{}
	for i, one := range ids {
		v, err := s.Desk().Get(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
		orders[v.Production.Head()] = true
		if v.Head.Production != one || v.Head.ID != v.Production.Head() {
			t.Errorf("the order of %s is %+v", one, v.Head)
		}
		if i%100 != 0 {
			continue
		}
		if got := same(one); got != want {
			t.Errorf("%s\nis not %s", got, want)
		}
		if n := len(servertest.Steps(ann.Follow("/v1/video/tasks/"+one+"/events", "").Want(200).Rest())); n != steps {
			t.Errorf("%d steps, not %d", n, steps)
		}
	}
	if len(orders) != many {
		t.Errorf("%d orders", len(orders))
	}
	if n := len(ann.Get("/v1/video/tasks?limit=1000&status=completed").Want(200).JSON()["tasks"].([]any)); n != many+1 {
		t.Errorf("%d tasks", n)
	}
	// A copy can be changed like a task, and the others stay.
	changed := images(ann.Get("/v1/video/tasks/" + ids[7]).Want(200).JSON())[0]["id"].(string)
	ann.Post("/v1/images/"+changed, nil).Want(200)
	if img := images(settle(t, ann, ids[7]))[0]; len(img["urls"].([]any)) != 2 {
		t.Errorf("got %v", img)
	}
	if got := same(ids[8]); got != want {
		t.Errorf("the next one has become %s", got)
	}
	order(t, ann, request()) // and new ones come after them
}
