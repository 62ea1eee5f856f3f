package credits_test

import (
	"testing"
	"time"
)

func TestTheGrantEndsWithTheMonthAndPurchasesStay(t *testing.T) {
	d := newDesk(t, 0)
	d.reserve("a", "free", 1, "job/1")
	if _, err := d.Purchase(t.Context(), "a", 10, "invoice 7", "admin"); err != nil {
		t.Fatal(err)
	}
	d.reserve("a", "free", 4, "job/2") // 2 of the grant, which ends sooner, and 2 of the purchase
	d.has("a", "free", "0+8")
	d.set("2026-02-01 00:00:00")
	d.has("a", "free", "3+8")
	d.set("2026-02-28 23:59:59")
	d.has("a", "free", "3+8")
	d.set("2026-05-01 00:00:00") // months that nobody asked in grant nothing
	d.has("a", "free", "3+8")
	d.tells("a", "grant +3=3, reserve -1=2, purchase +10=12, reserve -4=8, grant +3=11, reset -3=8, grant +3=11")
}

func TestTheMonthIsThatOfUTC(t *testing.T) {
	d := newDesk(t, 0)
	d.at = time.Date(2026, 1, 31, 23, 0, 0, 0, time.FixedZone("", -2*3600)) // February in UTC
	b, err := d.Balance(t.Context(), "a", plan("free"))
	if want := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC); err != nil || b.NextReset != want {
		t.Errorf("the next reset is %s, %v", b.NextReset, err)
	}
	d.set("2026-12-31 23:59:59")
	b, err = d.Balance(t.Context(), "a", plan("free"))
	if want := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC); err != nil || b.NextReset != want {
		t.Errorf("the next reset is %s, %v", b.NextReset, err)
	}
}

func TestWhatComesBackInALaterMonthIsNotLost(t *testing.T) {
	d := newDesk(t, 0)
	if _, err := d.Purchase(t.Context(), "a", 2, "", "admin"); err != nil {
		t.Fatal(err)
	}
	d.reserve("a", "free", 5, "job/1") // 3 granted, 2 bought
	d.set("2026-02-01 00:00:01")
	d.refund("job/1") // before the account was touched in this month
	d.has("a", "free", "6+2")
	d.set("2026-03-01 00:00:00")
	d.has("a", "free", "3+2")
	d.tells("a", "purchase +2=2, grant +3=5, reserve -5=0, refund +5=5, grant +3=8, reset -6=2, grant +3=5")
}

func TestALargerPlanGrantsTheDifferenceAndASmallerOneTakesNothing(t *testing.T) {
	d := newDesk(t, 0)
	d.reserve("a", "free", 2, "job/1")
	d.has("a", "standard", "28+0")
	d.has("a", "pro", "58+0")
	d.has("a", "free", "58+0")
	d.has("a", "pro", "58+0")
	d.set("2026-02-01 00:00:00")
	d.has("a", "free", "3+0")
	d.tells("a", "grant +3=3, reserve -2=1, grant +27=28, grant +30=58, reset -58=0, grant +3=3")
}

func TestAClockThatIsSetBackGrantsNothing(t *testing.T) {
	d := newDesk(t, 0)
	d.set("2026-02-01 00:00:00")
	d.reserve("a", "free", 2, "job/1")
	for _, at := range []string{"2026-01-31 23:59:59", "2026-02-01 00:00:01", "2026-01-31 00:00:01", "2026-02-01 00:00:02"} {
		d.set(at)
		d.has("a", "free", "1+0")
	}
	d.set("2025-06-15 00:00:00") // the clock was wrong before
	d.has("a", "free", "1+0")
	d.set("2025-07-01 00:00:00") // and the account does not wait for 2026
	d.has("a", "free", "3+0")
}
