package server_test

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/builtin"
	"github.com/filmloom/filmloom/server/servertest"
)

// program builds the program.
func program(b *testing.B) string {
	b.Helper()
	exe := filepath.Join(b.TempDir(), "filmloom")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", exe, "../cmd/filmloom").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return exe
}

// serveUntilReady executes `filmloom serve`, and tells after how long it listens and is ready, and how long the processors
// have worked for it and its plugins, the stop included.
func serveUntilReady(b *testing.B, exe, dir string) (listens, ready, worked time.Duration) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), exe, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	cmd.Dir = b.TempDir() // where there is no pipelines.hcl but the one that is built in
	cmd.Env = []string{"HOME=" + cmd.Dir, "PATH=" + os.Getenv("PATH")}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	url := ""
	for lines := bufio.NewScanner(out); url == "" && lines.Scan(); {
		_, url, _ = strings.Cut(lines.Text(), " serves ")
	}
	listens = time.Since(began)
	if url == "" {
		b.Fatalf("it does not serve: %s", stderr.String())
	}
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	for isReady := false; !isReady; {
		r, err := http.NewRequestWithContext(ctx, "GET", url+"/readyz", nil)
		if err != nil {
			b.Fatal(err)
		}
		resp, err := plain.Do(r)
		if err != nil {
			b.Fatalf("it is never ready: %v\n%s", err, stderr.String())
		}
		_ = resp.Body.Close()
		if isReady = resp.StatusCode == http.StatusOK; !isReady {
			<-time.After(2 * time.Millisecond)
		}
	}
	ready = time.Since(began)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%v\n%s", err, stderr.String())
	}
	return listens, ready, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// BenchmarkExecToReady executes the program until GET /readyz is answered with 200, with the built-in plugins as
// processes: on a new directory, where the first user's password is hashed, and on one that has 10,000 films.
func BenchmarkExecToReady(b *testing.B) {
	exe := program(b)
	measure := func(b *testing.B, dir func() string) {
		var listens, ready, works []time.Duration
		for b.Loop() {
			l, r, w := serveUntilReady(b, exe, dir())
			listens, ready, works = append(listens, l), append(ready, r), append(works, w)
		}
		b.ReportMetric(float64(median(listens).Milliseconds()), "ms-to-listen")
		b.ReportMetric(float64(median(ready).Milliseconds()), "ms-to-ready")
		b.ReportMetric(float64(median(works).Milliseconds()), "ms-of-cpu")
	}
	b.Run("new", func(b *testing.B) {
		measure(b, func() string { return filepath.Join(b.TempDir(), "data") })
	})
	b.Run("films", func(b *testing.B) {
		s := servertest.Start(b, servertest.Options{Providers: builtin.Mock(0), Pipelines: pipelines})
		ann := s.User("ann")
		id := order(b, ann, request())
		settle(b, ann, id)
		s.Offline(func(dir string) {
			copies(b, dir, id, 10_000)
			measure(b, func() string { return dir })
		})
	})
}
