package patience_test

import (
	"cmp"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/filmloom/filmloom/server/patience"
)

// BenchmarkDownload compares sending a film with and without patience: one of 64 MiB, and a small answer. Both are
// asked for in turns.
func BenchmarkDownload(b *testing.B) {
	const large = 64 << 20
	path := filepath.Join(b.TempDir(), "film")
	if err := os.WriteFile(path, make([]byte, large), 0o600); err != nil {
		b.Fatal(err)
	}
	small := []byte(`{"status":"ok"}`)
	films := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/small" {
			_, _ = w.Write(small)
			return
		}
		http.ServeFile(w, r, path)
	})
	serve := func(wrap func(net.Listener) net.Listener) string {
		s := httptest.NewUnstartedServer(films)
		s.Listener = wrap(s.Listener)
		s.Start()
		b.Cleanup(s.Close)
		return s.URL
	}
	with := serve(func(l net.Listener) net.Listener { return patience.Listen(l, time.Minute) })
	without := serve(func(l net.Listener) net.Listener { return l })
	transport := &http.Transport{ReadBufferSize: 256 << 10}
	b.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	buf := make([]byte, 1<<20)
	get := func(url string, times int) cost {
		began := spent(b)
		for range times {
			resp, err := client.Get(url)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, resp.Body, buf); err != nil {
				b.Fatal(err)
			}
			_ = resp.Body.Close()
		}
		end := spent(b)
		return cost{end.time - began.time, end.cpu - began.cpu}
	}
	for b.Loop() {
		for _, row := range []struct {
			path          string
			rounds, times int
			work          float64 // MiB or requests in a round
			unit          string
		}{{"/film", 40, 1, large >> 20, "MiB/s"}, {"/small", 40, 200, 200, "requests/s"}} {
			var a, z []cost
			for range row.rounds {
				a, z = append(a, get(with+row.path, row.times)), append(z, get(without+row.path, row.times))
			}
			name := row.path[1:]
			b.ReportMetric(row.work/time.Duration(median(a, cost.took)).Seconds(), row.unit)
			b.ReportMetric(median(z, cost.took)/median(a, cost.took), name+"-ratio")
			b.ReportMetric(median(z, cost.worked)/median(a, cost.worked), name+"-cpu-ratio")
		}
	}
}

// A cost is what something takes, of which the processor's work depends less on what else the machine does.
type cost struct{ time, cpu time.Duration }

func (c cost) took() float64   { return float64(c.time) }
func (c cost) worked() float64 { return float64(c.cpu) }

var began = time.Now()

// spent is what the process has taken so far.
func spent(b *testing.B) cost {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return cost{time.Since(began), time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

func median(all []cost, of func(cost) float64) float64 {
	slices.SortFunc(all, func(x, y cost) int { return cmp.Compare(of(x), of(y)) })
	return of(all[len(all)/2])
}
