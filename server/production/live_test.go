package production

import "testing"

// An order that comes in the moment between the end of a cancelled one and the end of its follower is not
// cancelled with it. One that comes before that end is a change of what somebody wants to end.
func TestACancelEndsTheOrderThatIsWorkedOn(t *testing.T) {
	closed := func(c <-chan struct{}) bool {
		select {
		case <-c:
			return true
		default:
			return false
		}
	}
	for status, goesOn := range map[Status]bool{Cancelled: true, Completed: true, Processing: false} {
		first := &Order{ID: "1", Status: Processing}
		l := newLive(snapshot{production: &Production{ID: "p", Orders: []string{"1"}}, head: first})
		l.cancel()
		if !closed(l.halt()) {
			t.Fatal("it is not cancelled")
		}
		ended := *first
		ended.Status = status
		l.set(&Production{ID: "p", Orders: []string{"1"}}, &ended)
		l.set(&Production{ID: "p", Orders: []string{"1", "2"}}, &Order{ID: "2", Status: Queued})
		if closed(l.halt()) == goesOn {
			t.Errorf("after one that is %s: cancelled %v", status, !goesOn)
		}
		l.cancel()
		if !closed(l.halt()) {
			t.Errorf("after one that is %s the next cannot be cancelled", status)
		}
	}
}
