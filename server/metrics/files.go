package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/filmloom/filmloom/engine/artifact"
)

// countEvery is how often files are counted when nobody says.
const countEvery = 5 * time.Minute

// A census is what was found in the artifact store.
type census struct {
	files int
	bytes int64
	at    time.Time
	took  time.Duration
}

// countFiles counts the files of a store at once and then again and again, until stop is called, which waits
// for the end.
func (m *Metrics) countFiles(store artifact.Store, every time.Duration) (stop func()) {
	if every <= 0 {
		every = countEvery
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			begun := time.Now()
			c, err := count(ctx, store)
			took := time.Since(begun)
			if err == nil { // otherwise the count before stays, and its time says how old it is
				c.at, c.took = begun, took
				m.census.Store(&c)
			}
			rest := time.NewTimer(max(every, 10*took))
			select {
			case <-rest.C:
			case <-ctx.Done():
				rest.Stop()
				return
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

func count(ctx context.Context, store artifact.Store) (c census, err error) {
	for file, err := range store.All(ctx) {
		if err != nil {
			return c, err
		}
		c.files++
		c.bytes += file.Size
	}
	return c, nil
}

func (c *census) collect(ch chan<- prometheus.Metric) {
	ch <- gauge(artifacts, float64(c.files))
	ch <- gauge(artifactsBytes, float64(c.bytes))
	ch <- gauge(artifactsAt, float64(c.at.UnixMilli())/1000)
	ch <- gauge(artifactsTook, c.took.Seconds())
}
