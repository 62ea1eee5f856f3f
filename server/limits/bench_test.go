package limits_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/limits"
	"github.com/filmloom/filmloom/server/plans"
)

var endless = plans.Rate{Minute: 1 << 30, Day: 1 << 30}

// Budget: 1 µs and no allocation.
func BenchmarkTake(b *testing.B) {
	l := open(b, limits.Config{DB: openDB(b, b.TempDir()), Every: 2 * time.Second})
	for i := range 10_000 {
		take(b, l, fmt.Sprint("0198c0de-0000-7000-8000-", i), endless)
	}
	b.ReportAllocs()
	for b.Loop() {
		if d, err := l.Take("0198c0de-0000-7000-8000-77", endless); err != nil || !d.Allowed {
			b.Fatal(err)
		}
	}
}

func BenchmarkTakeOfOneAccountAtOnce(b *testing.B) {
	l := open(b, limits.Config{DB: openDB(b, b.TempDir()), Every: 2 * time.Second})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if d, err := l.Take("a", endless); err != nil || !d.Allowed {
				b.Error(err)
			}
		}
	})
}

// An account that is not in memory is read from the database.
func BenchmarkTakeOfAnIdleAccount(b *testing.B) {
	l := open(b, limits.Config{DB: openDB(b, b.TempDir())})
	n := 0
	for b.Loop() {
		n++
		if d, err := l.Take(fmt.Sprint(n), endless); err != nil || !d.Allowed {
			b.Fatal(err)
		}
	}
}

func BenchmarkSaveOf1000Accounts(b *testing.B) {
	l := open(b, limits.Config{DB: openDB(b, b.TempDir())})
	for b.Loop() {
		b.StopTimer()
		for i := range 1000 {
			take(b, l, fmt.Sprint(i), endless)
		}
		b.StartTimer()
		if err := l.Save(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAStranger(b *testing.B) {
	s := limits.NewStrangers(limits.StrangersConfig{Requests: 1 << 40})
	from := addr("192.0.2.1")
	b.ReportAllocs()
	for b.Loop() {
		s.Request(from)
	}
}

// Every request is from an address that was not seen before, and the table is full.
func BenchmarkAFloodOfStrangers(b *testing.B) {
	s := limits.NewStrangers(limits.StrangersConfig{})
	ip := addr("2001:db8::").As16()
	n := uint32(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		binary.BigEndian.PutUint32(ip[4:], n)
		s.Request(netip.AddrFrom16(ip))
	}
}

func BenchmarkClientAddress(b *testing.B) {
	r := request("10.0.0.1:4", "127.0.0.1, 198.51.100.9, 10.3.3.3")
	b.ReportAllocs()
	for b.Loop() {
		limits.ClientAddress(r, proxies)
	}
}
