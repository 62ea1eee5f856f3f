package idempotency_test

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/idempotency"
)

// Clients that try again and again until they have an answer.
func TestOfConcurrentRequestsExactlyOneGoesOn(t *testing.T) {
	d := setUp(t)
	for round := range 20 {
		var effects atomic.Int32
		var wg sync.WaitGroup
		r := request("k"+string(rune('a'+round)), "body")
		gate := make(chan struct{})
		for range 16 {
			wg.Go(func() {
				<-gate
				for {
					c, answer, err := d.Begin(t.Context(), r)
					switch {
					case c != nil:
						n := effects.Add(1)
						if round%3 == 0 && n == 1 { // fails first
							c.Abandon()
							continue
						}
						if err := c.Finish(t.Context(), idempotency.Answer{Status: 200, Body: []byte("done")}); err != nil {
							t.Error(err)
						}
					case answer != nil:
						if string(answer.Body) != "done" {
							t.Errorf("got %q", answer.Body)
						}
						return
					case !errors.Is(err, idempotency.ErrInFlight):
						t.Error(err)
						return
					}
				}
			})
		}
		close(gate)
		wg.Wait()
		want := int32(1)
		if round%3 == 0 {
			want = 2
		}
		if n := effects.Load(); n != want {
			t.Fatalf("carried out %d times", n)
		}
	}
}

// The first is answered after the second has looked for an answer and before it has looked who is in flight.
func TestARequestThatIsAnsweredMeanwhileIsNotCarriedOutAgain(t *testing.T) {
	d := setUp(t)
	var meanwhile func()
	config := d.config
	config.Now = func() time.Time {
		if do := meanwhile; do != nil {
			meanwhile = nil
			do()
		}
		return d.now
	}
	var err error
	if d.Book, err = idempotency.New(config); err != nil {
		t.Fatal(err)
	}
	c := d.first(t, request("k", "a"))
	meanwhile = func() { finish(t, c, 200, "first") } // the clock is asked after the database was
	d.again(t, request("k", "a"), "first", nil)
	if meanwhile != nil {
		t.Error("nothing happened meanwhile")
	}
	d.again(t, request("k", "b"), "", idempotency.ErrOtherBody)
	d.first(t, request("k2", "a")).Abandon() // the key that was not needed is free
}

func BenchmarkFirstRequest(b *testing.B) {
	d := setUp(b)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		c, _, err := d.Begin(b.Context(), idempotency.Request{Account: "ann", Route: "POST /", Key: strconv.Itoa(n)})
		if err != nil {
			b.Fatal(err)
		}
		c.Abandon()
	}
}
