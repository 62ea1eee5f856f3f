package plugin

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestAHostCanAskWhatAPluginUses(t *testing.T) {
	h, book := open(t, spec("plugin"), quick())
	if s, ok := StatsOf(h); !ok || s != (Stats{Plugin: "testling"}) {
		t.Errorf("before the first use: %+v, %v", s, ok)
	}
	before := time.Now()
	first := mustExecute(t, h, order{Do: "child"})
	s, _ := StatsOf(h)
	if s.PID != first.Pid || s.Starts != 1 || s.Crashes != 0 || s.InFlight != 0 || s.Started.Before(before) || s.LastFailure != "" {
		t.Errorf("after a call: %+v", s)
	}
	if runtime.GOOS == "linux" {
		own := map[int]usage{first.Child: {}} // it leads no group
		addUsage(own)
		if own[first.Child] != (usage{}) || s.Memory < 1<<20 || s.Memory > 1<<30 || s.CPU < 0 || s.CPU > time.Minute {
			t.Errorf("uses %+v", s)
		}
	}

	r := newRecorder()
	ended := make(chan error, 1)
	go func() { _, err := h.Execute(t.Context(), call(order{Do: "wait"}, r)); ended <- err }()
	<-r.began
	if s, _ := StatsOf(h); s.InFlight != 1 {
		t.Errorf("during a call: %+v", s)
	}
	_, _ = execute(t.Context(), h, order{Do: "exit"})
	<-ended
	book.await(t, "plugin died")
	if s, _ := StatsOf(h); s.PID != 0 || !s.Started.IsZero() || s.Crashes != 1 || s.InFlight != 0 || !strings.HasPrefix(s.LastFailure, "exit status 7") {
		t.Errorf("after a crash: %+v", s)
	}
	mustExecute(t, h, order{Do: "echo"})
	if s, _ := StatsOf(h); s.Starts != 2 || s.PID == first.Pid {
		t.Errorf("after a restart: %+v", s)
	}
	if _, ok := StatsOf(testling()); ok {
		t.Error("a provider in this process has a process of its own")
	}
}
