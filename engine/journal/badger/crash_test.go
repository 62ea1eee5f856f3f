package badger_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
)

const writerDir = "FILMLOOM_TEST_JOURNAL_WRITER" // environment: be the process that is killed

var noContext = context.Background()

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		writeUntilKilled(dir)
	}
	goleak.VerifyTestMain(m)
}

// writeUntilKilled appends to several runs at once and says on stdout what was acknowledged, one
// "<run> <last number> <batch> <forgotten>" a line: the outcomes "old0", "old1", … below the last are forgotten.
func writeUntilKilled(dir string) {
	j, err := badger.Open(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var out sync.Mutex
	say := func(args ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Println(args...)
	}
	for r := range 6 {
		id := fmt.Sprintf("r%d-%d", r, os.Getpid())
		err := j.Create(noContext, journal.Run{ID: id, Lineage: id, State: "s"}, journal.Batch{})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go func() {
			for n := 0; ; n++ {
				events := 1 + n%3
				if r == 0 && n%10 == 9 {
					events = 8000 // more than a transaction holds
				}
				b := journal.Batch{State: fmt.Sprint("s", n)}
				for i := range events {
					data, _ := json.Marshal(map[string]any{"batch": n, "of": events, "i": i, "pad": strings.Repeat("x", (n%5)*600)})
					if events > 3 {
						data = nil
					}
					b.Events = append(b.Events, journal.Event{Attempt: n, Data: data})
				}
				b.Outcomes = []journal.Outcome{
					{Scope: id, Key: "newest", Data: json.RawMessage(fmt.Sprint(n))},
					{Scope: id, Key: fmt.Sprint("old", n)},
				}
				last, err := j.Append(noContext, id, b)
				if err == nil {
					say(id, last, n, 0)
					err = j.Forget(noContext, journal.OutcomeKey{Scope: id, Key: fmt.Sprint("old", n-1)})
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				say(id, last, n, n)
			}
		}()
	}
	select {}
}

func TestAKilledProcessLosesNothingThatWasAcknowledged(t *testing.T) {
	dir := t.TempDir()
	type acknowledged struct {
		last             uint64
		batch, forgotten int
	}
	acks := map[string]acknowledged{}
	for round := range 4 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writerDir+"="+dir)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := 0
		for s := bufio.NewScanner(stdout); s.Scan(); lines++ {
			var id string
			var a acknowledged
			if _, err := fmt.Sscan(s.Text(), &id, &a.last, &a.batch, &a.forgotten); err != nil {
				t.Fatalf("line %q: %v", s.Text(), err)
			}
			a.last, a.batch, a.forgotten = max(a.last, acks[id].last), max(a.batch, acks[id].batch), max(a.forgotten, acks[id].forgotten)
			acks[id] = a
			if lines == 200+round*77 {
				if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || lines < 200 || stderr.Len() > 0 {
			t.Fatalf("the writer ended by itself after %d lines: %v\n%s", lines, err, &stderr)
		}
	}
	j := open(t, dir)
	defer j.Close()
	for id, a := range acks {
		r, err := j.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if r.LastSeq < a.last {
			t.Errorf("%s: the last event is %d, but %d was acknowledged", id, r.LastSeq, a.last)
		}
		seq, batch := uint64(0), -1
		for e, err := range j.Events(t.Context(), id, 1) {
			if err != nil {
				t.Fatal(err)
			}
			if seq++; e.Seq != seq {
				t.Fatalf("%s: event %d follows %d", id, e.Seq, seq-1)
			}
			if e.Attempt != batch && e.Attempt != batch+1 {
				t.Fatalf("%s: batch %d follows %d", id, e.Attempt, batch)
			}
			batch = e.Attempt
		}
		if seq != r.LastSeq {
			t.Errorf("%s: %d events, want %d", id, seq, r.LastSeq)
		}
		// State, events and outcomes of a batch are there together or not at all.
		o, err := j.Outcome(t.Context(), id, "newest")
		if err != nil {
			t.Fatal(err)
		}
		if r.State != fmt.Sprint("s", batch) || string(o.Data) != fmt.Sprint(batch) {
			t.Errorf("%s: events up to batch %d, but state %s and outcome %s", id, batch, r.State, o.Data)
		}
		// What was forgotten stays so, and the newest was not.
		for n := range a.forgotten {
			if _, err := j.Outcome(t.Context(), id, fmt.Sprint("old", n)); !errors.Is(err, journal.ErrNotFound) {
				t.Errorf("%s: outcome %d of %d that were forgotten: %v", id, n, a.forgotten, err)
			}
		}
		if _, err := j.Outcome(t.Context(), id, fmt.Sprint("old", batch)); err != nil {
			t.Error(err)
		}
	}
	if len(acks) != 24 {
		t.Errorf("%d runs, want 24", len(acks))
	}
}

func TestReopeningKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 20 {
		r := journal.Run{ID: fmt.Sprint("r", i), Pipeline: "p", Lineage: "l", State: "queued", Created: now, Frozen: json.RawMessage(`{"seed":7}`)}
		if err := j.Create(t.Context(), r, journal.Batch{Events: []journal.Event{{Time: now, Kind: "created"}}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.Append(t.Context(), "r3", journal.Batch{State: "done", Outcomes: []journal.Outcome{{Scope: "s", Key: "k", Data: json.RawMessage("1")}}}); err != nil {
		t.Fatal(err)
	}
	if err := j.Delete(t.Context(), "r19"); err != nil {
		t.Fatal(err)
	}
	before := dump(t, j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir)
	defer j.Close()
	if after := dump(t, j); after != before {
		t.Errorf("after reopening:\n%s\nbefore:\n%s", after, before)
	}
	if err := j.Create(t.Context(), journal.Run{ID: "next"}, journal.Batch{}); err != nil {
		t.Fatal(err)
	}
	if r, err := j.Run(t.Context(), "next"); err != nil || r.Ordinal != 21 {
		t.Errorf("the next run is %d, %v; want 21", r.Ordinal, err)
	}
	if err := j.Reclaim(); err != nil {
		t.Error(err)
	}
}

// dump prints everything in a journal.
func dump(t *testing.T, j journal.Journal) string {
	t.Helper()
	var s strings.Builder
	for r, err := range j.Runs(t.Context(), journal.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&s, "%+v\n", r)
		for e, err := range j.Events(t.Context(), r.ID, 1) {
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&s, "  %+v\n", e)
		}
	}
	for o, err := range j.Outcomes(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&s, "%+v\n", o)
	}
	return s.String()
}

func TestASecondOpenerIsToldSo(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	defer j.Close()
	_, err := badger.Open(dir)
	if !errors.Is(err, journal.ErrInUse) {
		t.Fatalf("error %v, want ErrInUse", err)
	}
	if want := "the journal is in use: another process has " + dir + " open; stop it, or use another directory"; err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

func TestADatabaseThatIsTooSmallIsRefused(t *testing.T) {
	db, err := badger.OpenDB(badger.Options(t.TempDir()).WithMemTableSize(1 << 20).WithValueThreshold(1 << 10))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := badger.New(db, ""); err == nil {
		t.Error("the journal opened")
	}
}
