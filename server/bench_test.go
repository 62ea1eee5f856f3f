package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/servertest"
)

// keeping is a client that keeps its connections.
func keeping(tb testing.TB) *http.Client {
	t := &http.Transport{MaxIdleConnsPerHost: 64}
	tb.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t}
}

func ask(tb testing.TB, c *http.Client, r *http.Request) []byte {
	resp, err := c.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		tb.Fatalf("%s: %d %v", r.URL, resp.StatusCode, err)
	}
	return raw
}

// median is the time that is in the middle.
func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// stored is how many tasks many are.
func stored() int {
	if testing.Short() {
		return 2000
	}
	return 100_000
}

// A site is a server with tasks.
type site struct {
	*servertest.Server
	c    *servertest.Client
	http *http.Client
	warm string   // the task that is read again and again
	cold []string // tasks that are read in turns; more than a server remembers, where there are so many
}

// settled starts a server with a finished task and so many more.
func settled(b *testing.B, more int) *site {
	s := start(b, 0)
	v := &site{Server: s, c: s.User("ann"), http: keeping(b)}
	v.warm = order(b, v.c, request())
	settle(b, v.c, v.warm)
	if more == 0 {
		return v
	}
	s.Offline(func(dir string) {
		ids := copies(b, dir, v.warm, more)
		for i := range min(1000, more) {
			v.cold = append(v.cold, ids[i*more/min(1000, more)])
		}
	})
	return v
}

// get is how long an answer takes.
func (v *site) get(tb testing.TB, path string) time.Duration {
	r := v.c.Request("GET", path, "", nil)
	began := time.Now()
	ask(tb, v.http, r)
	return time.Since(began)
}

// first is how long a task takes that nothing is known of since the start of the server but who asks.
func (v *site) first(tb testing.TB, task string) time.Duration {
	v.http.CloseIdleConnections()
	v.Restart()
	v.get(tb, "/v1/video/tasks?status=failed") // of which there are none
	return v.get(tb, "/v1/video/tasks/"+task)
}

// BenchmarkReadsAmongManyTasks compares a server that has 100,000 tasks, or with -short 2,000, with others:
//
//   - warm, a task that was read before, and first, one that is the first since the start, with a server that has
//     this task alone;
//   - cold, tasks that are not remembered, and lists of 50, with a server that has 500, since it takes so many.
//
// Each pair is asked in turns. A ratio is that of the medians.
func BenchmarkReadsAmongManyTasks(b *testing.B) {
	one, some, many := settled(b, 0), settled(b, 500), settled(b, stored())
	compare := func(name string, rounds int, theirs, ours func(i int) time.Duration) {
		var a, z []time.Duration
		for i := range rounds {
			a, z = append(a, theirs(i)), append(z, ours(i))
		}
		b.ReportMetric(float64(median(z))/float64(median(a)), name+"-ratio")
		b.ReportMetric(float64(median(z).Microseconds()), name+"-µs")
	}
	asking := func(v *site, path func(v *site, i int) string) func(i int) time.Duration {
		return func(i int) time.Duration { return v.get(b, path(v, i)) }
	}
	warm := func(v *site, _ int) string { return "/v1/video/tasks/" + v.warm }
	cold := func(v *site, i int) string { return "/v1/video/tasks/" + v.cold[i*7%len(v.cold)] }
	list := func(*site, int) string { return "/v1/video/tasks?limit=50" }
	page := func(v *site, i int) string { // another one each time, which is full
		least := len(v.cold) / 10
		return "/v1/video/tasks?limit=50&after=" + v.cold[least+i*7%(len(v.cold)-least)]
	}
	complete := func(*site, int) string { return "/v1/video/tasks?limit=50&status=completed" }
	for b.Loop() {
		compare("warm", 3000, asking(one, warm), asking(many, warm))
		compare("cold", 1000, asking(some, cold), asking(many, cold))
		compare("list50", 1000, asking(some, list), asking(many, list))
		compare("page50", 1000, asking(some, page), asking(many, page))
		compare("status50", 1000, asking(some, complete), asking(many, complete))
		compare("first", 15, func(int) time.Duration { return one.first(b, one.warm) },
			func(i int) time.Duration { return many.first(b, many.cold[i*101%len(many.cold)]) })
	}
}

// BenchmarkThroughput compares reading a finished task of six images, as a user who is logged in, with a handler
// that does nothing but write the same bytes. Both are asked in turns, by the same clients.
func BenchmarkThroughput(b *testing.B) {
	s := start(b, 0)
	ann := s.User("ann")
	id := order(b, ann, request())
	settle(b, ann, id)
	c := keeping(b)
	body := ask(b, c, ann.Request("GET", "/v1/video/tasks/"+id, "", nil))
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	b.Cleanup(bare.Close)
	run := func(r *http.Request, d time.Duration) float64 {
		var n atomic.Int64
		end := time.Now().Add(d)
		began := time.Now()
		done := make(chan struct{})
		const clients = 8
		for range clients {
			go func() {
				defer func() { done <- struct{}{} }()
				r := r.Clone(b.Context())
				for time.Now().Before(end) {
					ask(b, c, r)
					n.Add(1)
				}
			}()
		}
		for range clients {
			<-done
		}
		return float64(n.Load()) / time.Since(began).Seconds()
	}
	ours := ann.Request("GET", "/v1/video/tasks/"+id, "", nil)
	theirs := ann.Request("GET", "/v1/video/tasks/"+id, "", nil)
	theirs.URL.Host = bare.Listener.Addr().String()
	for b.Loop() {
		var a, z float64
		const rounds = 20
		for range rounds { // in turns, since other work on the machine comes and goes
			a += run(ours, 200*time.Millisecond)
			z += run(theirs, 200*time.Millisecond)
		}
		b.ReportMetric(a/z, "ratio")
		b.ReportMetric(a/rounds, "requests/s")
		b.ReportMetric(z/rounds, "bare-requests/s")
	}
}

// BenchmarkGetTask is one read, without the network.
func BenchmarkGetTask(b *testing.B) {
	s := start(b, 0)
	ann := s.User("ann")
	id := order(b, ann, request())
	settle(b, ann, id)
	c := keeping(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := ann.Request("GET", "/v1/video/tasks/"+id, "", nil)
		for pb.Next() {
			ask(b, c, r)
		}
	})
}
