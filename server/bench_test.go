package server_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server"
	"github.com/filmloom/filmloom/server/config"
	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/servertest"
	"github.com/filmloom/filmloom/server/store"
)

// copies makes so many copies of a task in a data directory that no server uses: of each record whose key ends
// with the task's id, whatever it is.
func copies(tb testing.TB, dir, id string, n int) (ids []string) {
	tb.Helper()
	db, err := store.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	}()
	type record struct {
		parts []string
		value json.RawMessage
	}
	var records []record
	err = db.View(func(tx *store.Tx) error {
		for e := range tx.Scan(store.Scan{}) {
			if e.Key.Last() != id {
				continue
			}
			r := record{parts: e.Key.Parts()}
			if err := e.Decode(&r.value); err != nil {
				return err
			}
			r.value = bytes.Clone(r.value)
			records = append(records, r)
		}
		return nil
	})
	if err != nil || len(records) < 3 {
		tb.Fatalf("%d records of %s: %v", len(records), id, err)
	}
	const batch = 500
	for done := 0; done < n; done += batch {
		err := db.Update(tb.Context(), func(tx *store.Tx) error {
			for range min(batch, n-done) {
				made, err := uuid.NewV7()
				if err != nil {
					return err
				}
				ids = append(ids, made.String())
				for _, r := range records {
					parts := slices.Clone(r.parts)
					parts[len(parts)-1] = made.String()
					if err := tx.Put(store.K(parts...), json.RawMessage(bytes.ReplaceAll(r.value, []byte(id), []byte(made.String())))); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return ids
}

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

// median asks so often and gives the time that is in the middle.
func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

const stored = 100_000

// BenchmarkReadsAmongManyTasks compares a server that has 100,000 tasks with one that has a few: reading one that
// was read before, reading ones that were not, and listing.
func BenchmarkReadsAmongManyTasks(b *testing.B) {
	type site struct {
		c    *servertest.Client
		http *http.Client
		warm string
		cold []string // more than are remembered
	}
	set := func(n int) *site {
		s := start(b, 0)
		v := &site{c: s.User("ann"), http: keeping(b)}
		v.warm = order(b, v.c, request())
		settle(b, v.c, v.warm)
		s.Offline(func(dir string) {
			ids := copies(b, dir, v.warm, n)
			for i := range 1000 {
				v.cold = append(v.cold, ids[i*len(ids)/1000])
			}
		})
		return v
	}
	few, many := set(1000), set(stored)
	get := func(v *site, path string) time.Duration {
		r := v.c.Request("GET", path, "", nil)
		began := time.Now()
		ask(b, v.http, r)
		return time.Since(began)
	}
	measure := func(name string, path func(v *site, i int) string) (few1, many1 time.Duration) {
		var a, z []time.Duration
		for i := range 3000 {
			a = append(a, get(few, path(few, i)))
			z = append(z, get(many, path(many, i)))
		}
		few1, many1 = median(a), median(z)
		b.ReportMetric(float64(many1)/float64(few1), name+"-ratio")
		b.ReportMetric(float64(many1.Microseconds()), name+"-µs")
		return few1, many1
	}
	for b.Loop() {
		measure("warm", func(v *site, _ int) string { return "/v1/video/tasks/" + v.warm })
		measure("cold", func(v *site, i int) string { return "/v1/video/tasks/" + v.cold[i*7%1000] })
		measure("list50", func(*site, int) string { return "/v1/video/tasks?limit=50" })
		measure("page50", func(v *site, i int) string { return "/v1/video/tasks?limit=50&after=" + v.cold[500] })
		measure("status50", func(*site, int) string { return "/v1/video/tasks?limit=50&status=completed" })
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

// BenchmarkStartToReady starts a server with the built-in plugins as processes, on a directory that has films,
// until it is ready to make more.
func BenchmarkStartToReady(b *testing.B) {
	conf := config.Default()
	conf.Data, conf.Listen, conf.AdminPassword = filepath.Join(b.TempDir(), "data"), "127.0.0.1:0", config.NewSecret(servertest.AdminPassword)
	conf.Grace = time.Second
	opts := options()
	opts.Providers = builtin.Plugins()
	opts.Hash = identity.Argon2{} // as in earnest: the first password is hashed once
	var times []time.Duration
	for b.Loop() {
		began := time.Now()
		s, err := server.New(conf, opts)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Start(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := s.Ready(b.Context()); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(began))
		b.StopTimer()
		if err := s.Stop(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(median(times).Milliseconds()), "ms-to-ready")
}
