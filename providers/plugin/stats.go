package plugin

import (
	"time"

	"github.com/filmloom/filmloom/providers"
)

// Stats is what a plugin's processes have done and what the current one uses.
type Stats struct {
	Plugin      string    // its name
	PID         int       // of the process, which leads a process group; 0 when none runs
	Started     time.Time // when that process was ready; zero when none runs
	Starts      int       // processes that have become ready
	Crashes     int       // of these, how many ended though nobody had asked for it
	InFlight    int       // calls and questions that it is answering
	LastFailure string    // how the newest crash, or start that failed, went; "" when there was none

	// What the process uses with everything in its group, such as the tools that it has started. Both
	// are 0 when none runs, and on systems other than Linux.
	Memory int64         // resident bytes; what processes share counts in each
	CPU    time.Duration // since the process began, finished children included
}

// StatsOf asks a provider that [Launch] has given; false means that it is some other provider. It
// reads /proc and waits for nothing, so it may be called for each scrape of metrics.
func StatsOf(p providers.Provider) (Stats, bool) {
	h, ok := p.(interface{ Stats() Stats })
	if !ok {
		return Stats{}, false
	}
	return h.Stats(), true
}

// Stats implements what [StatsOf] looks for. A provider that wraps a launched one may pass it on.
func (s *supervisor) Stats() Stats {
	s.mu.Lock()
	out := Stats{
		Plugin: s.spec.Name, Starts: s.starts, Crashes: s.crashes, InFlight: s.inFlight, LastFailure: s.lastFailure,
	}
	inst := s.current
	s.mu.Unlock()
	if inst == nil || inst.isDead() {
		return out
	}
	out.PID, out.Started = inst.number(), inst.since
	out.Memory, out.CPU = groupUsage(out.PID)
	return out
}
