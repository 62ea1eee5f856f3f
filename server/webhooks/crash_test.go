package webhooks_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

// The environment of the child process.
const (
	childDir   = "FILMLOOM_TEST_WEBHOOKS_DIR"
	childURL   = "FILMLOOM_TEST_WEBHOOKS_URL"
	childRound = "FILMLOOM_TEST_WEBHOOKS_ROUND"
)

// child publishes and delivers until it is killed. It writes the id of each event that is on disk.
func child() {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	ctx := context.Background()
	db, err := store.Open(os.Getenv(childDir))
	fail(err)
	s, err := webhooks.New(config(db))
	fail(err)
	if list, err := s.List(ctx, account); err == nil && len(list) == 0 {
		_, _, err = s.Create(ctx, account, webhooks.Draft{URL: os.Getenv(childURL), Events: webhooks.EventTypes()})
		fail(err)
	}
	fail(s.Start(ctx))
	for i := 0; ; i++ {
		id := fmt.Sprintf("e%s_%d", os.Getenv(childRound), i)
		fail(db.Update(ctx, func(tx *store.Tx) error {
			return s.Publish(tx, account, webhooks.Event{ID: id, Type: webhooks.JobCompleted, Time: time.Now()})
		}))
		fmt.Println(id)
	}
}

// Whatever was on disk when the process was killed is delivered by the next ones, also what was under way and what
// had failed once.
func TestNothingIsLostWhenTheProcessIsKilled(t *testing.T) {
	var n atomic.Int32
	var well atomic.Bool
	accepted := make(chan string, 100_000)
	rec := receive(t, func(w http.ResponseWriter, req *http.Request) {
		if n.Add(1)%10 == 0 && !well.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		accepted <- req.Header.Get("webhook-id")
	})
	dir := t.TempDir()
	missing := map[string]bool{}
	for round := range 3 {
		for _, id := range killed(t, dir, rec, round, 40+30*round) {
			missing[id] = true
		}
	}
	published := len(missing)
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	well.Store(true)
	c := config(db)
	c.Now = func() time.Time { return time.Now().Add(time.Minute) } // what failed once is due
	s, err := webhooks.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	calls, all := 0, map[string]bool{}
	for len(missing) > 0 {
		select {
		case id := <-accepted:
			calls++
			delete(missing, id)
			all[id] = true
		case <-time.After(soon):
			t.Fatalf("%d events are lost", len(missing))
		}
	}
	t.Logf("%d events published before a kill; %d of %d requests were repetitions", published, calls-len(all), calls)
}

// killed runs a child and kills it after the receiver has got so many requests. It gives the events that were on
// disk by then.
func killed(t *testing.T, dir string, rec *receiver, round, after int) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childURL+"="+rec.URL, childRound+"="+fmt.Sprint(round))
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	before := len(rec.calls)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if len(ids) > 0 && len(rec.calls) >= before+after {
			break
		}
		ids = append(ids, lines.Text())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if len(ids) == 0 {
		t.Fatalf("the child did nothing: %s", errs.String())
	}
	return ids
}
