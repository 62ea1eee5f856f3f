package limits_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/limits"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func TestOneAddressHasItsOwnLimit(t *testing.T) {
	clk := newClock("2026-03-01T12:00:10Z")
	s := limits.NewStrangers(limits.StrangersConfig{Requests: 2, Logins: 1, Now: clk.now})
	for i, step := range []struct {
		from, want string
	}{
		{"192.0.2.1", "true 1/2 until 2026-03-01T12:01:00Z"},
		{"192.0.2.2", "true 1/2 until 2026-03-01T12:01:00Z"},
		{"::ffff:192.0.2.1", "true 0/2 until 2026-03-01T12:01:00Z"}, // the same address
		{"192.0.2.1", "false 0/2 until 2026-03-01T12:01:00Z retry 50"},
		{"192.0.2.2", "true 0/2 until 2026-03-01T12:01:00Z"},
		{"2001:db8:1:2::1", "true 1/2 until 2026-03-01T12:01:00Z"},
		{"2001:db8:1:2:ffff::9", "true 0/2 until 2026-03-01T12:01:00Z"}, // of the same /64
		{"2001:db8:1:2::3%eth0", "false 0/2 until 2026-03-01T12:01:00Z retry 50"},
		{"2001:db8:1:3::1", "true 1/2 until 2026-03-01T12:01:00Z"},
		{"::c000:202", "true 1/2 until 2026-03-01T12:01:00Z"}, // not the IPv4 address with these bits
		{"::", "true 0/2 until 2026-03-01T12:01:00Z"},         // but of its /64
		{"0.0.0.0", "true 1/2 until 2026-03-01T12:01:00Z"},
	} {
		if got := show(s.Request(addr(step.from))); got != step.want {
			t.Errorf("%d: %s gets %s, want %s", i, step.from, got, step.want)
		}
	}
	for i, want := range []bool{true, false} {
		if d := s.Login(addr("192.0.2.1")); d.Allowed != want {
			t.Errorf("login %d: %s", i, show(d))
		}
	}
	if d := s.Request(netip.Addr{}); !d.Allowed || d.Remaining != 1 {
		t.Errorf("no address gets %s", show(d))
	}
	clk.set("2026-03-01T12:01:00Z")
	if got, want := show(s.Request(addr("192.0.2.1"))), "true 1/2 until 2026-03-01T12:02:00Z"; got != want {
		t.Errorf("the next minute: got %s, want %s", got, want)
	}
}

func TestTheZeroConfigIsAsDocumented(t *testing.T) {
	s := limits.NewStrangers(limits.StrangersConfig{Requests: -1})
	if r, l := s.Request(addr("192.0.2.1")), s.Login(addr("192.0.2.1")); r.Limit != 60 || l.Limit != 10 {
		t.Errorf("%d requests and %d logins", r.Limit, l.Limit)
	}
}

// A network of 2^32 parts floods the table. Memory is bounded, another address goes on as before, and one
// that is limited is not freed.
func TestAFloodOfAddressesIsBoundedAndLocksNobodyOut(t *testing.T) {
	const most = 1000
	s := limits.NewStrangers(limits.StrangersConfig{Requests: 5, Addresses: most, Now: newClock("2026-03-01T12:00:00Z").now})
	guilty, other := addr("192.0.2.66"), addr("198.51.100.7")
	for range 100 {
		s.Request(guilty)
	}
	for i := range uint32(20 * most) {
		b := addr("2001:db8::").As16()
		binary.BigEndian.PutUint32(b[4:], i)
		if d := s.Request(netip.AddrFrom16(b)); !d.Allowed {
			t.Fatalf("the address %d is refused", i)
		}
		if n := s.Remembered(); n > most {
			t.Fatalf("%d addresses are remembered", n)
		}
	}
	if d := s.Request(guilty); d.Allowed {
		t.Error("the flood has freed an address that was limited")
	}
	for i := range 5 {
		if d := s.Request(other); !d.Allowed {
			t.Errorf("request %d of another address is refused", i)
		}
	}
}

func TestAStormOfLoginsFromOneAddressLeavesTheOthersAlone(t *testing.T) {
	s := limits.NewStrangers(limits.StrangersConfig{Logins: 10, Now: newClock("2026-03-01T12:00:00Z").now})
	var storm atomic.Int64
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for range 10_000 {
				if s.Login(addr("2001:db8::bad")).Allowed {
					storm.Add(1)
				}
			}
		})
		wg.Go(func() {
			for i := range 10 {
				if d := s.Login(addr(fmt.Sprintf("198.51.100.%d", n))); !d.Allowed || d.Remaining != 9-i {
					t.Errorf("login %d of %d: %s", i, n, show(d))
				}
			}
		})
	}
	wg.Wait()
	if storm.Load() != 10 {
		t.Errorf("%d logins of the storm passed", storm.Load())
	}
}

func TestAClockThatIsSetBackFreesNoAddress(t *testing.T) {
	for _, back := range []time.Duration{time.Millisecond, 30 * time.Second, time.Minute, time.Hour} {
		clk := newClock("2026-03-01T12:00:00.0005Z")
		s := limits.NewStrangers(limits.StrangersConfig{Logins: 1, Now: clk.now})
		s.Login(addr("192.0.2.1"))
		clk.add(-back)
		d := s.Login(addr("192.0.2.1"))
		if d.Allowed || d.Retry > 2*time.Minute {
			t.Errorf("%s back: %s", back, show(d))
		}
		clk.add(d.Retry)
		if d := s.Login(addr("192.0.2.1")); !d.Allowed {
			t.Errorf("%s back: refused after the time it said: %s", back, show(d))
		}
	}
}
