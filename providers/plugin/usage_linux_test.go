package plugin

import (
	"os"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
)

func TestUsageIsReadWhateverTheProgramIsCalled(t *testing.T) {
	const line = "71 (a) R 1 (b) S 1 70 70 0 -1 4194304 100 0 0 0 150 50 30 20 20 0 1 0 12 900000 25 18446744073709551615 1 1 0"
	group, got, ok := parseStat([]byte(line))
	if want := (usage{25 * int64(os.Getpagesize()), 2500 * time.Millisecond}); !ok || group != 70 || got != want {
		t.Errorf("got group %d, %+v, %v, want %+v", group, got, ok, want)
	}
	for _, broken := range []string{"", "71 (a", "71 (a) S 1 70"} {
		if _, _, ok := parseStat([]byte(broken)); ok {
			t.Errorf("%q is read", broken)
		}
	}
}

// To look through all processes of a busy machine takes milliseconds; many plugins must not take many times that.
func TestOneLookAtTheProcessesServesAllPlugins(t *testing.T) {
	var all []providers.Provider
	for range 4 {
		h, _ := open(t, spec("plugin"), quick())
		mustExecute(t, h, order{Do: "echo"})
		all = append(all, h)
	}
	all = append(all, testling())
	told := StatsOfAll(all...)
	pids := map[int]bool{}
	for _, s := range told[:4] {
		if s == nil || s.Memory < 1<<20 || s.Memory > 1<<30 || pids[s.PID] {
			t.Errorf("it uses %+v", s)
			continue
		}
		pids[s.PID] = true
	}
	if told[4] != nil {
		t.Errorf("a provider in this process has a process of its own: %+v", told[4])
	}
	// What is allocated is in proportion to the files that are read; other processes come and go meanwhile.
	one := testing.AllocsPerRun(10, func() { StatsOf(all[0]) })
	four := testing.AllocsPerRun(10, func() { StatsOfAll(all...) })
	if four > 2*one {
		t.Errorf("%v allocations for four plugins, and %v for one", four, one)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("71 (a) S 1 70 70 0 -1 4194304 100 0 0 0 150 50 30 20 20 0 1 0 12 900000 25 1"))
	f.Fuzz(func(_ *testing.T, raw []byte) { parseStat(raw) })
}
