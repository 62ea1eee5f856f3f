package plugin

import (
	"os"
	"testing"
	"time"
)

func TestUsageIsReadWhateverTheProgramIsCalled(t *testing.T) {
	const line = "71 (a) R 1 (b) S 1 70 70 0 -1 4194304 100 0 0 0 150 50 30 20 20 0 1 0 12 900000 25 18446744073709551615 1 1 0"
	got, ok := parseStat([]byte(line))
	if want := (usage{group: 70, memory: 25 * int64(os.Getpagesize()), cpu: 2500 * time.Millisecond}); !ok || got != want {
		t.Errorf("got %+v, %v, want %+v", got, ok, want)
	}
	for _, broken := range []string{"", "71 (a", "71 (a) S 1 70"} {
		if _, ok := parseStat([]byte(broken)); ok {
			t.Errorf("%q is read", broken)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("71 (a) S 1 70 70 0 -1 4194304 100 0 0 0 150 50 30 20 20 0 1 0 12 900000 25 1"))
	f.Fuzz(func(_ *testing.T, raw []byte) { parseStat(raw) })
}
