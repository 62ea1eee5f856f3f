package credits_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/filmloom/filmloom/server/credits"
	"github.com/filmloom/filmloom/server/plans"
	"github.com/filmloom/filmloom/server/store"
)

// update tries as often as the database says that it is worth it.
func update(db *store.DB, fn func(tx *store.Tx) error) error {
	for {
		err := db.Update(context.Background(), fn)
		if !errors.Is(err, store.ErrBusy) {
			return err
		}
	}
}

func TestOfManyFilmsAtOnceExactlyAsManyAreTakenAsThereAreCredits(t *testing.T) {
	d := newDesk(t, 4)
	var taken, refused, low atomic.Int64
	var wg sync.WaitGroup
	for g := range 20 {
		wg.Go(func() {
			for i := range 2 {
				var got credits.Taken
				err := update(d.db, func(tx *store.Tx) (err error) {
					got, err = d.Reserve(tx, "a", plan("standard"), 3, fmt.Sprintf("job/%d-%d", g, i))
					return err
				})
				var missing *credits.InsufficientError
				switch {
				case err == nil:
					taken.Add(1)
					if got.Low {
						low.Add(1)
					}
				case errors.As(err, &missing) && missing.Available == 0:
					refused.Add(1)
				default:
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if taken.Load() != 10 || refused.Load() != 30 || low.Load() != 1 {
		t.Errorf("%d taken, %d refused, %d times low", taken.Load(), refused.Load(), low.Load())
	}
	d.has("a", "standard", "0+0")
}

func TestOneReferenceAtOnceIsOneReservationAndOneEnd(t *testing.T) {
	d := newDesk(t, 0)
	var fresh atomic.Int64
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			var got credits.Taken
			err := update(d.db, func(tx *store.Tx) (err error) {
				got, err = d.Reserve(tx, "a", plan("free"), 2, "job/1")
				return err
			})
			if err != nil {
				t.Error(err)
			}
			if !got.Again {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	if fresh.Load() != 1 {
		t.Errorf("%d were the first", fresh.Load())
	}
	for n := range 12 {
		wg.Go(func() {
			err := update(d.db, func(tx *store.Tx) error {
				if n%2 == 0 {
					return d.Settle(tx, "job/1")
				}
				return d.Refund(tx, "job/1", "")
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	entries, err := d.Entries(t.Context(), "a", 0, 10)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	if err := d.db.View(func(tx *store.Tx) error { return d.Audit(tx, "a") }); err != nil {
		t.Error(err)
	}
}

// trade does something at random that is allowed, and says what reference it reserved.
func trade(r *rand.Rand, db *store.DB, l *credits.Ledger, accounts []string, name func() string) (string, error) {
	account := accounts[r.IntN(len(accounts))]
	mine := []plans.Plan{plan("free"), plan("standard"), plan("pro"), plan("enterprise")}[min(r.IntN(8), 3)]
	reference, old := name(), ""
	if r.IntN(4) == 0 {
		old = reference[:strings.LastIndexByte(reference, '-')+1] + strconv.Itoa(r.IntN(20))
	}
	what := r.IntN(10)
	err := update(db, func(tx *store.Tx) error {
		if what == 0 {
			_, err := l.PurchaseIn(tx, account, 1+r.IntN(5), "", "admin")
			return err
		}
		if old != "" {
			var err error
			if what%2 == 0 {
				err = l.Settle(tx, old)
			} else {
				err = l.Refund(tx, old, "")
			}
			if errors.Is(err, credits.ErrUnknown) {
				return nil
			}
			return err
		}
		if _, err := l.Reserve(tx, account, mine, 1+what/2, reference); err != nil {
			return err
		}
		if what == 9 {
			return l.Refund(tx, reference, "at once")
		}
		return nil
	})
	if missing := (*credits.InsufficientError)(nil); errors.As(err, &missing) {
		return "", nil
	}
	if what == 0 || old != "" {
		reference = ""
	}
	return reference, err
}

var crowd = []string{"a", "b", "c"}

func TestNoCrowdMakesABalanceNegativeOrTheSumWrong(t *testing.T) {
	d := newDesk(t, 3)
	var wg sync.WaitGroup
	for g := range 12 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(7, uint64(g)))
			n := 0
			name := func() string { n++; return fmt.Sprintf("%d-%d", g/3, n) } // three use the same references
			for range 60 {
				_, err := trade(r, d.db, d.Ledger, crowd[g%3:g%3+1], name)
				if err != nil && !strings.Contains(err.Error(), "already that of another") {
					t.Error(err)
				}
			}
		})
	}
	for range 50 { // and whoever looks meanwhile sees sums that are right
		for _, a := range crowd {
			if err := d.db.View(func(tx *store.Tx) error { return d.Audit(tx, a) }); err != nil {
				t.Error(err)
			}
		}
	}
	wg.Wait()
	consistent(t, d.db, d.Ledger)
	for _, a := range crowd {
		if entries, err := d.Entries(t.Context(), a, 0, 1000); err != nil || len(entries) < 20 {
			t.Errorf("only %d entries, %v", len(entries), err)
		}
	}
}

// consistent checks all accounts of the crowd, and that every reservation is entered once and ended once at most.
func consistent(t *testing.T, db *store.DB, l *credits.Ledger) {
	t.Helper()
	entered := map[string]int{} // by kind and reference
	for _, a := range crowd {
		if err := db.View(func(tx *store.Tx) error { return l.Audit(tx, a) }); err != nil {
			t.Error(err)
		}
		for before := uint64(0); ; {
			page, err := l.Entries(t.Context(), a, before, credits.MostEntries)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			before = page[len(page)-1].Number
			for _, e := range page {
				entered[string(e.Kind)+" "+e.Reference]++
			}
		}
	}
	err := db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{Under: store.K("credits-hold")}) {
			var h struct{ End string }
			if err := e.Decode(&h); err != nil {
				return err
			}
			ref := " " + e.Key.Last()
			reserved, ended := entered["reserve"+ref], entered["settle"+ref]+entered["refund"+ref]
			if reserved != 1 || h.End == "" && ended != 0 || h.End != "" && (ended != 1 || entered[h.End+ref] != 1) {
				t.Errorf("%s is reserved %d times, ended %d times, and says %q", ref, reserved, ended, h.End)
			}
			delete(entered, "reserve"+ref)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for what := range entered {
		if strings.HasPrefix(what, "reserve ") {
			t.Errorf("there is no reservation for the entry %q", what)
		}
	}
}

const victim = "FILMLOOM_TEST_CREDITS_VICTIM" // environment: be the process that is killed

// tradeUntilKilled trades at random from several sides at once, and says which reservations it was told to have.
func tradeUntilKilled(dir string) {
	db, err := store.Open(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	l := credits.New(credits.Config{DB: db})
	var out sync.Mutex
	for g := range 6 {
		go func() {
			r := rand.New(rand.NewPCG(uint64(os.Getpid()), uint64(g)))
			n := 0
			name := func() string { n++; return fmt.Sprintf("%d-%d-%d", os.Getpid(), g, n) }
			for {
				reference, err := trade(r, db, l, crowd, name)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				if reference != "" {
					out.Lock()
					fmt.Println(reference)
					out.Unlock()
				}
			}
		}()
	}
	select {}
}

func TestAKilledProcessLeavesALedgerThatAddsUp(t *testing.T) {
	dir := t.TempDir()
	var told []string
	for round := range 4 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), victim+"="+dir)
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
			told = append(told, s.Text())
			if lines == 20+13*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || lines < 20 || stderr.Len() > 0 {
			t.Fatalf("it ended by itself after %d lines: %v\n%s", lines, err, &stderr)
		}
		db, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		l := credits.New(credits.Config{DB: db})
		consistent(t, db, l)
		err = db.View(func(tx *store.Tx) error {
			for _, reference := range told {
				if has, err := tx.Has(store.K("credits-hold", reference)); err != nil || !has {
					t.Errorf("the reservation %s is lost, %v", reference, err)
				}
			}
			return nil
		})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}
