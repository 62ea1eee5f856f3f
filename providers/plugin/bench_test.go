package plugin

import (
	"net"
	"path/filepath"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// BenchmarkSmallCall compares a call that does nothing: in this process, over the bare wire to a server
// in this process, and in a plugin's process with all that supervision adds.
func BenchmarkSmallCall(b *testing.B) {
	b.Run("in process", func(b *testing.B) {
		p := testling()
		for b.Loop() {
			mustExecute(b, p, order{Do: "echo"})
		}
	})
	b.Run("bare gRPC", func(b *testing.B) {
		lis, err := net.Listen("unix", filepath.Join(b.TempDir(), "s"))
		if err != nil {
			b.Fatal(err)
		}
		server := grpc.NewServer()
		pb.RegisterProviderServer(server, &service{provider: testling()})
		done := make(chan error)
		go func() { done <- server.Serve(lis) }()
		conn, err := grpc.NewClient("unix:"+lis.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			b.Fatal(err)
		}
		rpc := pb.NewProviderClient(conn)
		for b.Loop() {
			if _, err := rpc.Estimate(b.Context(), &pb.EstimateRequest{}); err != nil {
				b.Fatal(err)
			}
		}
		_ = conn.Close()
		server.Stop()
		<-done
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
}

// BenchmarkStart measures from nothing to the first answer, and the end.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		h, err := launch(b.Context(), spec("plugin"), providers.OpenOptions{}, usualPace)
		if err != nil {
			b.Fatal(err)
		}
		mustExecute(b, h, order{Do: "echo"})
		if err := h.Shutdown(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
