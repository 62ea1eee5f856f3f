package webhooks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/store"
	"github.com/filmloom/filmloom/server/webhooks"
)

var benchData = json.RawMessage(`{"job_id":"660e9511-f39c-52e5-b827-557766551111","project_id":"550e8400-e29b-41d4-a716-446655440000","status":"completed","output_url":"media:abc"}`)

// BenchmarkPublish is a transaction that writes one record and publishes an event, with so many webhooks that want
// it. None is the account without webhooks; the transaction itself is most of the cost.
func BenchmarkPublish(b *testing.B) {
	for _, hooks := range []int{0, 1, 20} {
		b.Run(fmt.Sprint(hooks), func(b *testing.B) {
			r := newRig(b, nil)
			for range hooks {
				r.register("https://a.example")
			}
			for i := 0; b.Loop(); i++ {
				err := r.db.Update(b.Context(), func(tx *store.Tx) error {
					if err := tx.Put(store.K("job"), i); err != nil {
						return err
					}
					return r.Publish(tx, account, webhooks.Event{ID: fmt.Sprint("e", i), Type: webhooks.JobCompleted, Time: time.Now(), Data: benchData})
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDeliver10000 delivers 10,000 events to a fast receiver of this machine while another one, to which all of
// them go too, never answers.
func BenchmarkDeliver10000(b *testing.B) {
	const events = 10_000
	for b.Loop() {
		b.StopTimer()
		r := newRig(b, nil)
		quick := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
		dead := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			_, _ = io.Copy(io.Discard, req.Body) // without it the server does not notice that the client goes away
			<-req.Context().Done()
		}))
		r.register(quick.URL)
		r.register(dead.URL)
		for i := 0; i < events; i += 500 {
			err := r.db.Update(b.Context(), func(tx *store.Tx) error {
				for n := range 500 {
					e := webhooks.Event{ID: fmt.Sprint("e", i+n), Type: webhooks.JobCompleted, Time: time.Now(), Data: benchData}
					if err := r.Publish(tx, account, e); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		r.start()
		r.delivered(events)
		b.StopTimer()
		ended, cancel := context.WithCancel(b.Context())
		cancel()
		_ = r.Close(ended)
		quick.Close()
		dead.Close()
		b.StartTimer()
	}
	b.ReportMetric(events*float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}
