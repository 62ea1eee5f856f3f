package plugin

import (
	"os"
	"os/exec"
	"testing"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"

	pb "github.com/filmloom/filmloom/providers/proto"
)

// serveStock serves as go-plugin does by itself.
func serveStock() {
	watchLifeline()
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: handshake(), Logger: hclog.NewNullLogger(), GRPCServer: goplugin.DefaultGRPCServer,
		Plugins: goplugin.PluginSet{serviceName: &grpcPlugin{provider: testling()}},
	})
}

func TestEncryptionIsThatOfGoPluginOnEitherSide(t *testing.T) {
	t.Run("its plugin", func(t *testing.T) {
		h, _ := open(t, spec("stock"), quick())
		if a := mustExecute(t, h, order{Do: "echo", Text: "hello"}); a.Text != "hello" {
			t.Errorf("%+v", a)
		}
	})
	t.Run("its host", func(t *testing.T) {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), spec("plugin").Env...)
		client := goplugin.NewClient(&goplugin.ClientConfig{
			HandshakeConfig: handshake(), Plugins: goplugin.PluginSet{serviceName: &grpcPlugin{}}, Cmd: cmd,
			AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, AutoMTLS: true, Logger: hclog.NewNullLogger(),
		})
		defer client.Kill()
		protocol, err := client.Client()
		if err != nil {
			t.Fatal(err)
		}
		rpc, err := protocol.Dispense(serviceName)
		if err != nil {
			t.Fatal(err)
		}
		d, err := rpc.(pb.ProviderClient).Describe(t.Context(), &pb.DescribeRequest{})
		if err != nil || d.GetDescription().GetName() != "testling" {
			t.Errorf("%v, %v", d, err)
		}
	})
}
