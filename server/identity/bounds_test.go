package identity

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheThrottleIsBounded(t *testing.T) {
	th, now := newThrottle(), time.Now()
	for i := range 3 * remembered {
		from := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		th.failed(fmt.Sprint(i), from, now)
	}
	for what, n := range map[string]int{
		"pairs":     len(th.pairs.young) + len(th.pairs.old),
		"addresses": len(th.addresses.young) + len(th.addresses.old),
		"names":     len(th.names.young) + len(th.names.old),
	} {
		if n > 2*remembered || n < remembered {
			t.Errorf("%d %s are held", n, what)
		}
	}
}

func TestFailuresAreForgottenOneAfterAnother(t *testing.T) {
	p := pace{free: 2, forget: time.Minute, first: time.Second, most: 10 * time.Second}
	now := time.Now()
	var got []time.Duration
	var c tally
	for range 8 {
		c = p.fail(c, now)
		got = append(got, c.until.Sub(now))
	}
	if s := fmt.Sprint(got); s != "[0s 0s 1s 2s 4s 8s 10s 10s]" {
		t.Errorf("waits %s", s)
	}
	if n := p.level(c, now.Add(3*time.Minute)); n != 5 {
		t.Errorf("%v after 3 minutes", n)
	}
	if n := p.level(c, now.Add(time.Hour)); n != 0 {
		t.Errorf("%v after an hour", n)
	}
	if n := p.level(c, now.Add(-time.Hour)); n != 8 {
		t.Errorf("%v when the clock was set back", n)
	}
}

func TestARecentMapKeepsWhatIsPutAgain(t *testing.T) {
	r := newRecent[int, string](10)
	for i := range 100 {
		r.put(i, "x")
		r.put(1000, "kept")
		if len(r.young)+len(r.old) > 20 {
			t.Fatalf("%d entries", len(r.young)+len(r.old))
		}
	}
	if v, ok, _ := r.get(1000); !ok || v != "kept" {
		t.Error("lost")
	}
	if _, ok, _ := r.get(0); ok {
		t.Error("0 is still there")
	}
	for i := 91; i < 100; i++ {
		if _, ok, _ := r.get(i); !ok {
			t.Errorf("%d is lost", i)
		}
	}
}

func TestTwoPasswordsAreHashedAtATime(t *testing.T) {
	h := newHasher(Argon2{Memory: 64, Time: 1, Threads: 1})
	for range atOnce {
		if err := h.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := h.hash(ctx, "password"); err != context.DeadlineExceeded || h.hashed.Load() != 0 {
		t.Errorf("a third one: %v", err)
	}
	h.leave()
	if _, err := h.hash(t.Context(), "password"); err != nil {
		t.Error(err)
	}
}

func TestHashesAreReadAsTheyAreWritten(t *testing.T) {
	h := newHasher(Argon2{Memory: 64, Time: 1, Threads: 1})
	text := h.fresh("password")
	if ok, err := h.matches(text, "password"); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if other := h.fresh("password"); other == text {
		t.Error("two hashes are the same: there is no salt")
	}
	if ok, err := h.matches(h.absent, "password"); ok || err != nil {
		t.Errorf("the hash of nobody: %v, %v", ok, err)
	}
	for what, bad := range map[string]string{
		"empty":           "",
		"cut":             text[:len(text)-1],
		"longer":          text + "A",
		"another kind":    strings.Replace(text, "argon2id", "argon2i", 1),
		"another version": strings.Replace(text, "v=19", "v=16", 1),
		"a sign":          strings.Replace(text, "m=64", "m=+64", 1),
		"too much memory": strings.Replace(text, "m=64", "m=4000000", 1),
		"no rounds":       strings.Replace(text, "t=1", "t=0", 1),
		"many threads":    strings.Replace(text, "p=1", "p=255", 1),
		"no base64":       text[:len(text)-1] + "!",
	} {
		before := h.hashed.Load()
		if ok, err := h.matches(bad, "password"); ok || err == nil {
			t.Errorf("%s: %v, %v", what, ok, err)
		}
		if h.hashed.Load() != before {
			t.Errorf("%s: was hashed", what)
		}
	}
}

func TestAPauseEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		if err := pause(t.Context(), time.Second); err != nil || time.Since(begun) != time.Second {
			t.Errorf("paused %v, %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := pause(ctx, time.Minute); err != context.DeadlineExceeded {
			t.Errorf("got %v", err)
		}
	})
}

func TestRandomTextHasEveryCharacterAlike(t *testing.T) {
	const n = 62_000
	counts := map[rune]int{}
	for _, c := range randomText(n) {
		counts[c]++
	}
	for _, c := range base62 {
		if counts[c] < 850 || counts[c] > 1150 { // a thousand, give or take five deviations
			t.Errorf("%c: %d", c, counts[c])
		}
	}
	if p := NewPassword(); len(p) != 23 || p == NewPassword() || checkPassword(p, "admin") != nil {
		t.Errorf("a password of %d", len(p))
	}
}

func TestUsesThatCannotBeWrittenAreDropped(t *testing.T) {
	u := &useLog{notes: make(chan use, 1)} // nobody writes
	u.note("a", time.Now())
	u.note("b", time.Now()) // must not wait
	if n := <-u.notes; n.key != "a" {
		t.Errorf("got %q", n.key)
	}
}

func TestWhatWasWrittenLongAgoIsForgotten(t *testing.T) {
	written, now := map[string]time.Time{}, time.Now()
	for i := range 5000 {
		prune(written, map[string]time.Time{fmt.Sprint(i): now.Add(time.Duration(i) * time.Second)})
	}
	if n := len(written); n > 1001 {
		t.Errorf("%d are held", n)
	}
}

func TestAUseIsWrittenOnceAMinute(t *testing.T) {
	written, now := map[string]time.Time{}, time.Now()
	count := 0
	for i := range 600 { // a use each second, each after the proofs were forgotten
		batch := map[string]time.Time{"k": now.Add(time.Duration(i) * time.Second)}
		tooSoon(written, batch)
		prune(written, batch)
		count += len(batch)
	}
	if count != 10 {
		t.Errorf("%d in 10 minutes", count)
	}
}

func TestAProofOfBeforeAChangeIsNotKept(t *testing.T) {
	v, now := newVerified(), time.Now()
	_, ok, round := v.find(sum{}, now)
	v.forget() // a change, after the proof was made and before it is kept
	v.keep(sum{}, proof{}, round)
	if _, found, _ := v.find(sum{}, now); ok || found {
		t.Error("it is kept")
	}
	_, _, round = v.find(sum{}, now)
	v.keep(sum{}, proof{until: now.Add(time.Minute)}, round)
	if _, found, _ := v.find(sum{}, now); !found {
		t.Error("a proof of now is not kept")
	}
	if _, found, _ := v.find(sum{}, now.Add(time.Minute)); found {
		t.Error("a proof outlives its end")
	}
}
