package config

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bytes is an amount of memory or of disk.
type Bytes int64

var byteUnits = []struct {
	name string
	size int64
}{
	{"TiB", 1 << 40},
	{"GiB", 1 << 30},
	{"MiB", 1 << 20},
	{"KiB", 1 << 10},
	{"TB", 1e12},
	{"GB", 1e9},
	{"MB", 1e6},
	{"kB", 1e3},
}

// String writes the amount exactly, in the unit that makes it shortest.
func (b Bytes) String() string {
	best := strconv.FormatInt(int64(b), 10)
	for _, u := range slices.Backward(byteUnits) {
		if int64(b)%u.size != 0 || b == 0 {
			continue
		}
		if s := strconv.FormatInt(int64(b)/u.size, 10) + u.name; len(s) <= len(best) {
			best = s
		}
	}
	return best
}

// ParseBytes reads an amount: digits, perhaps with a decimal point, and a unit. The units are kB, MB, GB and
// TB of a thousand, KiB, MiB, GiB and TiB of 1024, and B or none; their case does not matter, and there may
// be spaces before them. A part of a byte is left out. It fails for anything else, and for more than an
// int64 holds.
func ParseBytes(text string) (Bytes, bool) {
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end < 0 {
		end = len(text)
	}
	number, unit := text[:end], strings.ToLower(strings.TrimLeft(text[end:], " "))
	const longest = 40 // digits; far beyond what fits
	if number == "" || len(number) > longest || number[0] == '.' || number[len(number)-1] == '.' {
		return 0, false
	}
	size := int64(0)
	for _, u := range byteUnits {
		if strings.ToLower(u.name) == unit {
			size = u.size
		}
	}
	if unit == "" || unit == "b" {
		size = 1
	}
	amount, ok := new(big.Rat).SetString(number)
	if size == 0 || !ok {
		return 0, false
	}
	amount.Mul(amount, new(big.Rat).SetInt64(size))
	whole := new(big.Int).Quo(amount.Num(), amount.Denom())
	return Bytes(whole.Int64()), whole.IsInt64()
}

const day = 24 * time.Hour

// ParseDuration reads a duration as Go writes it ("90m", "1h30m", "500ms"), and days as well: "90d",
// "1d12h". A plain 0 needs no unit. It fails for anything else, for what is negative, and for more than a
// time.Duration holds.
func ParseDuration(text string) (time.Duration, bool) {
	if text == "" || strings.ContainsAny(text, "+-") {
		return 0, false
	}
	days, rest, ok := strings.Cut(text, "d")
	if !ok {
		d, err := time.ParseDuration(text)
		return d, err == nil && d >= 0
	}
	n, err := strconv.ParseUint(days, 10, 32)
	if err != nil || n > uint64(maxDuration/day) {
		return 0, false
	}
	d := time.Duration(n) * day
	if rest == "" {
		return d, true
	}
	more, err := time.ParseDuration(rest)
	if err != nil || rest == "0" || more < 0 || more > maxDuration-d {
		return 0, false
	}
	return d + more, true
}

const maxDuration = time.Duration(1<<63 - 1)

// FormatDuration writes a duration exactly, so that ParseDuration reads it, and shortly: "90d", "24h",
// "1h30m". It must not be negative.
func FormatDuration(d time.Duration) string {
	if d >= 2*day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
