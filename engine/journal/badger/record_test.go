package badger

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"github.com/filmloom/filmloom/engine/journal"
)

// loadVersion1 opens a journal that holds what a program wrote that knew version 1 of records alone.
func loadVersion1(t *testing.T) *Journal {
	t.Helper()
	lines, err := os.ReadFile("testdata/version1.txt")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	db, err := OpenDB(Options(dir))
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(txn *badgerdb.Txn) error {
		for line := range strings.Lines(string(lines)) {
			k, v, _ := strings.Cut(strings.TrimSpace(line), " ")
			key, err := hex.DecodeString(k)
			value, err2 := hex.DecodeString(v)
			if err := errors.Join(err, err2, txn.Set(key, value)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	j, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

var (
	noon       = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	digestA    = strings.Repeat("a1", 32)
	digestB    = strings.Repeat("0f", 32)
	oddData    = []byte("{ \"b\" : \"<é\u2028>\",\n\"a\":1.0}")
	eventsOfR1 = []journal.Event{
		{Seq: 1, Time: noon, Kind: "run_created"},
		{Seq: 2, Time: noon.Add(time.Second), Kind: "attempt_started", Address: `image_generation["scène-01"]`, Attempt: 1, Data: []byte(`{"provider":"illustrator"}`)},
		{Seq: 3, Time: noon.Add(2 * time.Second), Kind: "instance_done", Address: `image_generation["scène-01"]`, Attempt: 1, Data: oddData, Artifacts: []string{digestA, digestB, "not a digest"}},
		{Seq: 4, Kind: "no time"},
	}
)

func TestAJournalOfVersion1IsReadAndWrittenOn(t *testing.T) {
	j := loadVersion1(t)
	check := func(what string, got, want any) {
		t.Helper()
		if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
			t.Errorf("%s:\n got %s\nwant %s", what, g, w)
		}
	}
	listed := func() (runs []journal.Run) {
		for r, err := range j.Runs(t.Context(), journal.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, r)
		}
		return runs
	}
	read := func() (events []journal.Event) {
		for e, err := range j.Events(t.Context(), "r1", 1) {
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, e)
		}
		return events
	}
	r1 := journal.Run{ID: "r1", Pipeline: "story_video", Lineage: "r1", State: "running", Created: noon, Ordinal: 1, LastSeq: 4, Frozen: []byte(`{"inputs": {"topic": "mystery"}, "seed": 7}`)}
	r2 := journal.Run{ID: "r2", Pipeline: "story_video", Lineage: "r1", Parent: "r1", State: "done", Created: noon.Add(time.Hour), Updated: noon.Add(2 * time.Hour), Ordinal: 2}
	check("runs", listed(), []journal.Run{r2, r1})
	check("events", read(), eventsOfR1)
	o, err := j.Outcome(t.Context(), journal.LineageScope("r1"), "k")
	if err != nil {
		t.Fatal(err)
	}
	check("outcome", o, journal.Outcome{Scope: "lineage/r1", Key: "k", Data: []byte(`{"cost":5}`), Artifacts: []string{digestA}})
	if _, err := j.Outcome(t.Context(), "shared", "k"); err != nil {
		t.Fatal(err)
	}

	next := journal.Event{Time: noon.Add(time.Minute), Kind: "run_done", Artifacts: []string{digestB}}
	last, err := j.Append(t.Context(), "r1", journal.Batch{State: "done", Events: []journal.Event{next}})
	if err != nil || last != 5 {
		t.Fatalf("appended event %d, %v; want 5", last, err)
	}
	next.Seq = 5
	check("events of both versions", read(), append(slices.Clone(eventsOfR1), next))
	r1.State, r1.LastSeq, r1.Updated = "done", 5, next.Time
	check("runs", listed(), []journal.Run{r2, r1})
	if err := j.Create(t.Context(), journal.Run{ID: "r3"}, journal.Batch{}); err != nil {
		t.Fatal(err)
	}
	if r, err := j.Run(t.Context(), "r3"); err != nil || r.Ordinal != 3 {
		t.Errorf("the next run is %d, %v; want 3", r.Ordinal, err)
	}
	for _, id := range []string{"r1", "r2"} {
		if err := j.Delete(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	for _, id := range []string{"r1", "r2"} {
		if n := countKeys(t, j, id); n != 0 {
			t.Errorf("%d keys of %s are left", n, id)
		}
	}
}

func TestEventsOfAnyShapeComeBackAsTheyWere(t *testing.T) {
	key := []byte("er\x00\x00\x00\x00\x00\x00\x00\x00\x01")
	for name, e := range map[string]journal.Event{
		"nothing":                    {},
		"the first year":             {Time: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
		"the last year":              {Time: time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)},
		"before 1970":                {Time: time.Unix(-1, 1).UTC()},
		"the greatest attempt":       {Attempt: math.MaxInt},
		"the least attempt":          {Attempt: math.MinInt},
		"an artifact without a name": {Artifacts: []string{""}},
		"artifacts like digests":     {Artifacts: []string{digestA[1:], strings.ToUpper(digestA), digestA + "a", strings.Repeat("g", 64), digestA}},
		"data like a head":           {Data: []byte{0, 0, 0, 0}},
		"long names":                 {Kind: strings.Repeat("k", journal.MaxName), Address: strings.Repeat("é", journal.MaxName/2)},
	} {
		t.Run(name, func(t *testing.T) {
			raw := appendEvent(nil, &e)
			if len(raw) > eventSize(&e) {
				t.Errorf("%d bytes, more than the bound of %d", len(raw), eventSize(&e))
			}
			sign(key, raw)
			e.Seq = 1
			got, err := decodeEvent(key, "r", 1, raw)
			if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", e); err != nil || g != w {
				t.Errorf("got %s, %v; want %s", g, err, w)
			}
		})
	}
}

// A record of each kind, as FuzzDecode begins with.
func samples() map[string][]byte {
	r := journal.Run{Pipeline: "p", Lineage: "l", Parent: "x", State: "s", Created: noon, Updated: noon, Ordinal: 3, LastSeq: 300}
	o := journal.Outcome{Data: []byte("1"), Artifacts: []string{digestA}}
	return map[string][]byte{
		"run":     appendRun(nil, &r),
		"frozen":  appendFrozen(nil, []byte(`{"seed":7}`)),
		"event":   appendEvent(nil, &eventsOfR1[2]),
		"outcome": appendOutcome(nil, &o),
	}
}

// What decodes comes back the same when it is encoded again; all else is damage. Every kind of record,
// of both versions, with its checksum made to fit or not.
func FuzzDecode(f *testing.F) {
	for _, raw := range samples() {
		f.Add(raw, byte(2))
		f.Add(raw[:len(raw)-1], byte(0))
	}
	lines, err := os.ReadFile("testdata/version1.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(lines)) {
		_, v, _ := strings.Cut(strings.TrimSpace(line), " ")
		raw, err := hex.DecodeString(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, byte(1))
	}
	huge := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}
	f.Add(append(make([]byte, preamble), huge...), byte(1))
	f.Add(append(make([]byte, preamble), huge...), byte(2))
	key := []byte("os\x00k\x00\x00\x00\x00\x00\x00\x00\x01")
	seal := func(raw []byte) []byte { sign(key, raw); return raw }
	f.Fuzz(func(t *testing.T, raw []byte, version byte) {
		if version != 0 && len(raw) >= preamble { // past the checksum, into the decoders
			raw = seal(bytes.Clone(raw))
			raw[0] = version
		}
		damage := func(err error) bool {
			t.Helper()
			var damage *journal.CorruptError
			if err != nil && !errors.As(err, &damage) {
				t.Fatalf("error %v, want a *CorruptError", err)
			}
			return err != nil
		}
		same := func(got any, err error, want any) {
			t.Helper()
			if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); err != nil || g != w {
				t.Errorf("%s came back as %s, %v", w, g, err)
			}
		}
		if r, err := decodeRun(key, "r", raw); !damage(err) {
			again, err := decodeRun(key, "r", seal(appendRun(nil, &r)))
			same(again, err, r)
		}
		if frozen, err := decodeFrozen(key, "r", raw); !damage(err) {
			again, err := decodeFrozen(key, "r", seal(appendFrozen(nil, frozen)))
			same(again, err, frozen)
		}
		if e, err := decodeEvent(key, "r", 1, raw); !damage(err) {
			again, err := decodeEvent(key, "r", 1, seal(appendEvent(nil, &e)))
			same(again, err, e)
		}
		if o, err := decodeOutcome(key, raw); !damage(err) {
			again, err := decodeOutcome(key, seal(appendOutcome(nil, &o)))
			same(again, err, o)
		}
	})
}
