package plugin

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// BenchmarkSmallCall compares a call that does nothing: in this process, over the bare wire to a server in
// this process and in another, which is what the wire itself costs, and in a plugin's process with all that
// supervision adds. A file of 100 MB is a small call too: only its path crosses.
func BenchmarkSmallCall(b *testing.B) {
	b.Run("in process", func(b *testing.B) {
		p := testling()
		for b.Loop() {
			mustExecute(b, p, order{Do: "echo"})
		}
	})
	b.Run("bare gRPC in process", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "s")
		server, done := serveBare(path)
		askBare(b, path)
		server.Stop()
		<-done
	})
	b.Run("bare gRPC", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "s")
		exe, _ := os.Executable()
		cmd := exec.CommandContext(b.Context(), exe)
		cmd.Env = append(os.Environ(), roleEnv+"=bare", bareEnv+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			b.Fatal(err)
		}
		askBare(b, path)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	b.Run("one question to the plugin", func(b *testing.B) {
		h, _ := open(b, spec("plugin"), usualPace)
		for b.Loop() {
			if _, err := h.Estimate(b.Context(), providers.EstimateQuery{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, noTLS := range map[string]bool{"plugin": false, "plugin without TLS": true} {
		b.Run(name, func(b *testing.B) {
			s := spec("plugin")
			s.NoTLS = noTLS
			h, _ := open(b, s, usualPace)
			mustExecute(b, h, order{Do: "echo"})
			for b.Loop() {
				mustExecute(b, h, order{Do: "echo"})
			}
		})
	}
	b.Run("plugin that writes 100 MB", func(b *testing.B) {
		h, _ := open(b, spec("plugin"), usualPace)
		c := call(order{Do: "film", Size: 100 << 20}, nil)
		c.WorkDir = b.TempDir()
		for b.Loop() {
			if _, err := h.Execute(b.Context(), c); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// bareEnv is the socket of a server without anything of ours but the messages.
const bareEnv = "FILMLOOM_TEST_BARE"

func serveBare(path string) (*grpc.Server, chan error) {
	lis, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	server, done := grpc.NewServer(), make(chan error, 1)
	pb.RegisterProviderServer(server, &service{provider: testling()})
	go func() { done <- server.Serve(lis) }()
	return server, done
}

func askBare(b *testing.B, path string) {
	conn, err := grpc.NewClient("unix:"+path, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	rpc := pb.NewProviderClient(conn)
	for b.Loop() {
		if _, err := rpc.Estimate(b.Context(), &pb.EstimateRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart measures from nothing to the first answer, and what the plugin's process then holds.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		h, err := launch(b.Context(), spec("plugin"), providers.OpenOptions{}, usualPace)
		if err != nil {
			b.Fatal(err)
		}
		mustExecute(b, h, order{Do: "echo"})
		b.StopTimer() // its end does not count
		if s, _ := StatsOf(h); s.Memory > 0 {
			b.ReportMetric(float64(s.Memory)/(1<<20), "MiB/plugin")
		}
		if err := h.Shutdown(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkStats is what a scrape of metrics costs for one plugin, and for eight.
func BenchmarkStats(b *testing.B) {
	var all []providers.Provider
	for range 8 {
		h, _ := open(b, spec("plugin"), usualPace)
		mustExecute(b, h, order{Do: "echo"})
		all = append(all, h)
	}
	for name, some := range map[string][]providers.Provider{"one": all[:1], "eight": all} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				StatsOfAll(some...)
			}
		})
	}
}
