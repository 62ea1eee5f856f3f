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
// reads /proc and waits for nothing, so it may be called for each scrape of metrics. For several providers
// [StatsOfAll] is cheaper.
func StatsOf(p providers.Provider) (Stats, bool) {
	if s := StatsOfAll(p)[0]; s != nil {
		return *s, true
	}
	return Stats{}, false
}

// StatsOfAll is [StatsOf] of several providers, in their order; nil stands for one that [Launch] has not given.
// It looks through the processes of this machine once for all of them, and not at all when none has one.
func StatsOfAll(all ...providers.Provider) []*Stats {
	told := make([]*Stats, len(all))
	groups := map[int]usage{}
	for i, p := range all {
		h, ok := p.(interface{ Stats() Stats })
		if !ok {
			continue
		}
		s := h.Stats()
		told[i] = &s
		if s.PID != 0 {
			groups[s.PID] = usage{}
		}
	}
	if len(groups) == 0 {
		return told
	}
	addUsage(groups)
	for _, s := range told {
		if s != nil && s.PID != 0 {
			s.Memory, s.CPU = groups[s.PID].memory, groups[s.PID].cpu
		}
	}
	return told
}

// usage is what the processes of a group use.
type usage struct {
	memory int64
	cpu    time.Duration
}

// Stats implements what [StatsOf] looks for; Memory and CPU are left to that. A provider that wraps a launched
// one may pass it on.
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
	return out
}
