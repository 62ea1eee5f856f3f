package plugin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// instance is one process with a connection to it.
type instance struct {
	*process
	rpc    pb.ProviderClient
	conn   *grpc.ClientConn
	client *goplugin.Client
	dir    string          // private, holds the socket
	since  time.Time       // of the connection
	cut    <-chan struct{} // closed when the connection has ended
	gone   chan struct{}   // closed when everything that belongs to it is released
}

// connect starts the spec's executable and shakes hands with it. The context ends the attempt, and
// the process with it, but not an instance that was returned.
func connect(ctx context.Context, spec Spec, log *slog.Logger) (*instance, error) {
	if err := spec.checkDigest(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(socketParent(), "filmloom-")
	if err != nil {
		return nil, startFailure(spec.Name, fmt.Sprintf("has no directory for its socket: %v", err), "", err)
	}
	p := newProcess(spec, log)
	ends := &connectionEnd{cut: make(chan struct{})}
	var encryption *tls.Config
	if !spec.NoTLS {
		var certificate string
		if encryption, certificate, err = hostTLS(); err != nil {
			_ = os.RemoveAll(dir)
			return nil, startFailure(spec.Name, fmt.Sprintf("cannot be met with encryption: %v", err), "", err)
		}
		p.cmd.Env = append(p.cmd.Env, clientCertEnv+"="+certificate)
	}
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  handshake(),
		Plugins:          goplugin.PluginSet{serviceName: &grpcPlugin{}},
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		TLSConfig:        encryption,
		SkipHostEnv:      true,
		StartTimeout:     spec.StartTimeout,
		Logger:           hclog.NewNullLogger(),
		UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: dir},
		SyncStdout:       &lineLog{log: log},
		SyncStderr:       &lineLog{log: log},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithNoProxy(),
			grpc.WithStatsHandler(ends),
			grpc.WithIdleTimeout(0), // an idle connection must not end: its end means that the plugin is lost
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		},
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, _ string) (runner.Runner, error) {
			p.cmd.Env = append(cmd.Env, p.cmd.Env...)
			return p, nil
		},
	})
	began := time.Now()
	stop := context.AfterFunc(ctx, func() { p.kill("") })
	_, err = client.Start()
	stop()
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	inst := &instance{process: p, client: client, dir: dir, since: time.Now(), cut: ends.cut, gone: make(chan struct{})}
	if err == nil {
		err = inst.dispense(spec)
	}
	if err == nil {
		err = inst.greet(ctx, spec)
	}
	if err != nil {
		timedOut := time.Since(began) >= spec.StartTimeout
		if ctx.Err() == nil {
			err = p.startError(spec, err, timedOut)
		}
		p.kill("")
		inst.release()
		return nil, err
	}
	return inst, nil
}

func (i *instance) dispense(spec Spec) error {
	if !spec.NoTLS && certificateOf(i.firstLine()) == "" {
		return startFailure(spec.Name, "did not offer TLS", "Set tls = false in its plugin block if it cannot.", nil)
	}
	protocol, err := i.client.Client()
	if err != nil {
		return err
	}
	rpc, err := protocol.Dispense(serviceName)
	if err != nil {
		return err
	}
	i.rpc = rpc.(pb.ProviderClient)
	i.conn = protocol.(*goplugin.GRPCClient).Conn
	return nil
}

// release frees what belongs to the instance once its process is, or is about to be, dead.
func (i *instance) release() {
	i.client.Kill()
	_ = os.RemoveAll(i.dir)
	close(i.gone)
}

// greet sees to it that there is somebody at the other end of the socket.
func (i *instance) greet(ctx context.Context, spec Spec) error {
	ctx, cancel := context.WithTimeout(ctx, spec.StartTimeout)
	defer cancel()
	if err := i.silence(ctx); err != nil {
		select { // news of its death may be on the way
		case <-i.dead:
			return startFailure(spec.Name, "ended after the handshake: "+i.epitaph(), "", err)
		case <-time.After(200 * time.Millisecond):
		}
		return startFailure(spec.Name, "shook hands and does not answer at its socket: "+status.Convert(err).Message(), "", err)
	}
	return nil
}

// silence asks the plugin for its health, and is an error when no answer comes, whatever the answer is.
func (i *instance) silence(ctx context.Context) error {
	_, err := grpc_health_v1.NewHealthClient(i.conn).Check(ctx,
		&grpc_health_v1.HealthCheckRequest{Service: goplugin.GRPCServiceName})
	switch status.Code(err) {
	case codes.DeadlineExceeded, codes.Canceled, codes.Unavailable:
		return err
	}
	return nil
}

// socketParent is where the private directory goes. A socket's whole path is limited to about 100
// bytes, which a long TMPDIR would use up.
func socketParent() string {
	if dir := os.TempDir(); len(dir) <= 32 {
		return dir
	}
	return "/tmp"
}

// startError says in one sentence why a start failed.
func (p *process) startError(spec Spec, err error, timedOut bool) error {
	const isIt = "Is this program a Filmloom plugin?"
	var known *providers.Error
	var exec *os.PathError
	line := p.firstLine()
	core, version := handshakeVersions(line)
	switch {
	case errors.As(err, &known):
		return known
	case p.ID() == "" && errors.As(err, &exec):
		return startFailure(spec.Name, "cannot be started: "+whyNotRunnable(spec.Command[0], exec.Err),
			"Check that the program was built for this machine and that the file may be executed.", err)
	case line != "" && !isHandshake(line):
		return startFailure(spec.Name, fmt.Sprintf("wrote %q to its standard output before the handshake", brief(line)),
			isIt+" A plugin must not print there; its log goes to standard error.", err)
	case line != "" && core != goplugin.CoreProtocolVersion:
		return startFailure(spec.Name,
			fmt.Sprintf("shakes hands by version %d of go-plugin's protocol, and this host by version %d", core, goplugin.CoreProtocolVersion),
			"Build the plugin with the go-plugin that this host has, or as docs/plugins.md says.", err)
	case line != "" && version != protocolVersion:
		older := "the plugin"
		if version > protocolVersion {
			older = "this host"
		}
		return startFailure(spec.Name,
			fmt.Sprintf("speaks version %d of the provider protocol, and this host version %d", version, protocolVersion),
			"Update "+older+", which is the older one.", err)
	case line == "" && timedOut:
		return startFailure(spec.Name, fmt.Sprintf("did not shake hands within %v of its start", spec.StartTimeout), isIt, err)
	case line == "" && p.ID() != "":
		p.kill("") // unless it has ended
		<-p.dead
		return startFailure(spec.Name, "ended before the handshake: "+p.epitaph(), isIt, err)
	}
	return startFailure(spec.Name, "could not be connected: "+strings.Join(strings.Fields(err.Error()), " "), "", err)
}

// handshakeVersions reads the versions of go-plugin's protocol and of ours out of a handshake.
func handshakeVersions(line string) (core, version int) {
	parts := strings.Split(line, "|")
	if len(parts) < 2 {
		return 0, 0
	}
	core, _ = strconv.Atoi(parts[0])
	version, _ = strconv.Atoi(parts[1])
	return core, version
}

func certificateOf(line string) string {
	parts := strings.Split(strings.TrimSpace(line), "|")
	if len(parts) < 6 {
		return ""
	}
	return parts[5]
}

func brief(line string) string {
	if len(line) > 80 {
		return strings.ToValidUTF8(line[:80], "") + "…"
	}
	return line
}

// connectionEnd tells when the connection to a plugin ends. gRPC would connect again without a word,
// which hides that the calls of the plugin are lost.
type connectionEnd struct {
	once sync.Once
	cut  chan struct{}
}

// HandleConn implements [stats.Handler].
func (c *connectionEnd) HandleConn(_ context.Context, s stats.ConnStats) {
	if _, ok := s.(*stats.ConnEnd); ok {
		c.once.Do(func() { close(c.cut) })
	}
}

// HandleRPC does nothing.
func (c *connectionEnd) HandleRPC(context.Context, stats.RPCStats) {}

// TagConn leaves the context as it is.
func (c *connectionEnd) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return ctx
}

// TagRPC leaves the context as it is.
func (c *connectionEnd) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// lineLog logs what a Go plugin prints while it serves, which go-plugin sends over the connection.
type lineLog struct {
	log *slog.Logger
}

func (l *lineLog) Write(b []byte) (int, error) {
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" {
			level, message, args := parseLogLine(line)
			l.log.Log(context.Background(), level, message, args...)
		}
	}
	return len(b), nil
}
