package config_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/config"
)

func TestAmountsAreReadInTheirUnits(t *testing.T) {
	for text, want := range map[string]config.Bytes{
		"0": 0, "7": 7, "7B": 7, "1kB": 1000, "1KB": 1000, "1KiB": 1024, "2 MB": 2e6, "1.5GiB": 3 << 29,
		"0.1KiB": 102, "9223372036854775807": math.MaxInt64, "8TB": 8e12, "0.000000000001TB": 1, "007": 7,
	} {
		if got, ok := config.ParseBytes(text); !ok || got != want {
			t.Errorf("%q: got %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", " ", "B", "GiB", "-1", "+1", "1G", "1K", "1e9", "1/2", "0x10", "1_000", "1,5GB", ".5GB", "5.GB", "1..2GB", "1.2.3", "1 GB ", "٣GB",
		"9223372036854775808", "8388608TiB", strings.Repeat("9", 41), "1GBs", "1 G B",
	} {
		if got, ok := config.ParseBytes(text); ok {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}

func TestDurationsMayHaveDays(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "0d": 0, "24h": 24 * time.Hour, "90d": 90 * 24 * time.Hour, "1d12h": 36 * time.Hour, "1h30m": 90 * time.Minute,
		"1d0s": 24 * time.Hour, "500ms": time.Second / 2, "1.5h": 90 * time.Minute, "106751d": 106751 * 24 * time.Hour,
	} {
		if got, ok := config.ParseDuration(text); !ok || got != want {
			t.Errorf("%q: got %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "5", "d", "-1s", "-1d", "+1d", "+1s", "1.5d", "1d-1h", "1d1", "1d0", "1d 2h", "1d2d", "1w", "99999999999d", "106752d",
		"106751d24h", "2562048h", "1 h", "1D", "1_0d",
	} {
		if got, ok := config.ParseDuration(text); ok {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestQuantitiesAreWrittenShortly(t *testing.T) {
	for b, want := range map[config.Bytes]string{0: "0", 1: "1", 1000: "1kB", 1024: "1KiB", 1e9: "1GB", 1 << 30: "1GiB", 1e12: "1TB", 1536 << 20: "1536MiB", 1001: "1001"} {
		if got := b.String(); got != want {
			t.Errorf("%d is %q, want %q", b, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0s", 24 * time.Hour: "24h", 48 * time.Hour: "2d", 90 * time.Minute: "1h30m", time.Minute: "1m", 36 * time.Hour: "36h",
		time.Hour + time.Second: "1h0m1s", 10 * time.Second: "10s", 30 * time.Millisecond: "30ms",
	} {
		if got := config.FormatDuration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func FuzzBytes(f *testing.F) {
	for _, s := range []string{"", "1GiB", "1.5 MB", "99999999999999999999", "0.0000001TB", "-1", "1e5"} {
		f.Add(s, int64(len(s))<<33)
	}
	f.Fuzz(func(t *testing.T, text string, n int64) {
		if b, ok := config.ParseBytes(text); ok {
			if b < 0 {
				t.Errorf("%q is %d", text, b)
			}
			n = int64(b)
		}
		if n < 0 {
			return
		}
		if again, ok := config.ParseBytes(config.Bytes(n).String()); !ok || int64(again) != n {
			t.Errorf("%d is written %s and read %d, %v", n, config.Bytes(n), again, ok)
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"", "1d", "1d2h3m4s5ms", "106751d23h47m16.854775807s", "9223372036854775807ns", "1d1d", "-1h"} {
		f.Add(s, int64(len(s))<<40)
	}
	f.Fuzz(func(t *testing.T, text string, n int64) {
		if d, ok := config.ParseDuration(text); ok {
			if d < 0 {
				t.Errorf("%q is %v", text, d)
			}
			n = int64(d)
		}
		if n < 0 {
			return
		}
		if again, ok := config.ParseDuration(config.FormatDuration(time.Duration(n))); !ok || int64(again) != n {
			t.Errorf("%d is written %s and read %d, %v", n, config.FormatDuration(time.Duration(n)), again, ok)
		}
	})
}
