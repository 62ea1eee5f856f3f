package engine_test

import (
	"context"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

func TestTheLastEventOfARunIsTheNewestThatIsRead(t *testing.T) {
	began, hold := make(chan struct{}, 3), make(chan struct{})
	shop := &workshop{onMake: func(context.Context, *providers.Call, makeIn) error {
		began <- struct{}{}
		<-hold
		return nil
	}}
	conf := config(t.TempDir(), limited, shop)
	eng := open(t, conf)
	run := start(t, eng, nil)
	<-began
	if run.Last() == 0 {
		t.Error("a run that has begun has no event")
	}
	for ev := range run.Events(t.Context()) { // no reader is ahead of it
		if n := run.Last(); ev.Seq > n {
			t.Errorf("event %d of %d", ev.Seq, n)
		}
		if ev.Kind == engine.AttemptStarted {
			select {
			case <-hold:
			default:
				close(hold)
			}
		}
	}
	wait(t, run)
	var newest uint64
	for ev := range run.Events(t.Context()) {
		newest = max(newest, ev.Seq)
	}
	if n := run.Last(); n != newest {
		t.Errorf("the last is %d, not %d", n, newest)
	}
	again, err := eng.Run(t.Context(), run.ID) // read from the journal
	if err != nil {
		t.Fatal(err)
	}
	if n := again.Last(); n != newest {
		t.Errorf("read again the last is %d, not %d", n, newest)
	}
}
