package studioapi_test

import (
	"net"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/servertest"
)

// listen gives a listener on this machine and the URL of a receiver there.
func listen(t *testing.T) (l net.Listener, url string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l, "http://" + l.Addr().String() + "/hook"
}

// mute starts a receiver that takes connections and never says a word. called has one value for each of them.
func mute(t *testing.T) (url string, called <-chan struct{}) {
	t.Helper()
	l, url := listen(t)
	calls, ended := make(chan struct{}, 10_000), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			calls <- struct{}{}
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	return url, calls
}

// absent is a receiver that nobody is at.
func absent(t *testing.T) (url string) {
	t.Helper()
	l, url := listen(t)
	_ = l.Close()
	return url
}

// tried counts a webhook's deliveries, and the tries of them that have ended. It tells why the last one failed.
func tried(t *testing.T, c *servertest.Client, hook string) (deliveries, tries int, why string) {
	t.Helper()
	for _, one := range c.Get("/api/v1/webhooks/" + hook + "/deliveries?limit=100").Want(200).JSON()["deliveries"].([]any) {
		deliveries++
		for _, a := range one.(object)["attempts"].([]any) {
			tries++
			why, _ = a.(object)["error"].(string)
		}
	}
	return deliveries, tries, why
}

// Jobs come to their ends, whichever, while every one of an account's webhooks leads to a receiver that never answers
// or that nobody is at.
func TestADeadReceiverSlowsNoJob(t *testing.T) {
	ann := start(t, local(t)).User("ann")
	deaf, called := mute(t)
	nobody := absent(t)
	var dead, refused []string
	for range 10 {
		for url, hooks := range map[string]*[]string{deaf: &dead, nobody: &refused} {
			*hooks = append(*hooks, ann.Post("/api/v1/webhooks", object{"url": url, "events": allEvents}).Want(201).JSON()["webhook_id"].(string))
		}
	}
	all := func(hooks []string) (deliveries, tries int) {
		for _, id := range hooks {
			d, n, _ := tried(t, ann, id)
			deliveries, tries = deliveries+d, tries+n
		}
		return deliveries, tries
	}
	// The first job's deliveries hang before the others begin.
	film(t, ann, draft(nil))
	select {
	case <-called:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing is sent")
	}
	jobs := 1
	for rounds := 3; ; rounds-- {
		_, before := all(dead)
		for _, row := range []struct{ script, ends string }{
			{"One that is made. It has a second sentence.", "completed"}, {failing, "failed"}, {hang, "cancelled"}, {"One more.", "completed"},
		} {
			j := generate(t, ann, create(t, ann, telling(row.script)), nil)
			if row.ends == "cancelled" {
				until(t, ann, j, func(j object) bool { return j["started_at"] != nil })
				ann.Post("/api/v1/jobs/"+j+"/cancel", nil).Want(200)
			}
			if got := settle(t, ann, j); got["status"] != row.ends {
				t.Errorf("it does not end %s: %v", row.ends, got)
			}
			jobs++
		}
		// A try ends when 15 seconds are over. Had a job waited for one, there would be a try that has ended in each round.
		if _, after := all(dead); after == before {
			break
		}
		if rounds == 1 {
			t.Fatal("no round of jobs comes to its end before a delivery of theirs does")
		}
	}
	if n, _ := all(dead); n != 10*3*jobs { // each is queued, started and ended
		t.Errorf("%d deliveries wait for the receiver that does not answer, of %d jobs", n, jobs)
	}
	for end := time.Now().Add(30 * time.Second); ; <-time.After(time.Millisecond) {
		if _, n, why := tried(t, ann, refused[0]); n > 0 && why != "" {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the receiver that nobody is at is never tried")
		}
	}
}
