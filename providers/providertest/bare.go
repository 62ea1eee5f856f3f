package providertest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/emptypb"
)

// What provider.proto says of the handshake. It is written out here, so that the suite holds a host's and a
// plugin's code against the text and not against itself.
const (
	cookie    = "FILMLOOM_PLUGIN=filmloom.provider.v1"
	socketDir = "PLUGIN_UNIX_SOCKET_DIR"
	versions  = "PLUGIN_PROTOCOL_VERSIONS=1"
	lifelineN = "FILMLOOM_LIFELINE_FD=3"
	nonceEnv  = "FILMLOOM_LIFELINE_NONCE"
)

// A bare process is a plugin started without package plugin, as the text of the protocol says, without TLS.
type bare struct {
	cmd      *exec.Cmd
	lifeline *os.File      // the host's end
	lines    chan string   // of standard output
	ended    chan struct{} // closed when the process has ended
	dir      string

	mu   sync.Mutex
	said bytes.Buffer // its standard error
}

// Write takes the standard error.
func (b *bare) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.said.Write(p)
}

func (b *bare) words() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.TrimSpace(b.said.String())
}

// startBare starts the command; with the handshake, or as a person would.
func (s *suite) startBare(handshake bool) (*bare, error) {
	spec := s.subject.spec
	path, err := exec.LookPath(spec.Command[0])
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "filmloom-bare-") // a socket's path must be short
	if err != nil {
		return nil, err
	}
	b := &bare{lines: make(chan string, 16), ended: make(chan struct{}), dir: dir}
	b.cmd = exec.Command(path, spec.Command[1:]...)
	b.cmd.Env = bareEnvironment(spec.PassEnv)
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	b.cmd.Stderr = b
	read, write, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	b.lifeline = write
	if handshake {
		nonce := rand.Text()
		_, _ = write.WriteString(nonce) // fits into the pipe
		b.cmd.Env = append(b.cmd.Env, cookie, versions, lifelineN, nonceEnv+"="+nonce, socketDir+"="+dir)
		b.cmd.ExtraFiles = []*os.File{read}
	}
	b.cmd.Env = append(b.cmd.Env, spec.Env...)
	out, err := b.cmd.StdoutPipe()
	if err == nil {
		err = b.cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(err, read.Close(), write.Close(), os.RemoveAll(dir))
	}
	_ = read.Close()
	go b.read(out)
	return b, nil
}

// bareEnvironment is the least that a program needs to run.
func bareEnvironment(pass []string) []string {
	names := append([]string{"PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "GOCOVERDIR", "GORACE"}, pass...)
	var env []string
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); slices.Contains(names, name) {
			env = append(env, kv)
		}
	}
	return env
}

func (b *bare) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		select {
		case b.lines <- lines.Text():
		default: // nobody reads so many
		}
	}
	_, _ = io.Copy(io.Discard, out) // what is too long for a line
	close(b.lines)
	_ = b.cmd.Wait()
	close(b.ended)
}

// end kills what is left.
func (b *bare) end() {
	_ = b.lifeline.Close()
	_ = syscall.Kill(-b.cmd.Process.Pid, syscall.SIGKILL)
	<-b.ended
	_ = os.RemoveAll(b.dir)
}

// within tells whether the process ended in time.
func (b *bare) within(patience time.Duration) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-b.ended:
		return true
	case <-timer.C:
		return false
	}
}

// greeting waits for the first line of standard output.
func (b *bare) greeting(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	select {
	case line, ok := <-b.lines:
		if !ok {
			return "", fmt.Errorf("it ended before the handshake: %s", b.words())
		}
		return line, nil
	case <-ctx.Done():
		return "", errors.New("it wrote no line to its standard output")
	}
}

// greeted starts a bare process and reads its handshake; nil when that fails, which is noted.
func (s *suite) greeted(ctx context.Context, v *verdict) (*bare, []string) {
	if !s.started(ctx, v) {
		return nil, nil
	}
	b, err := s.startBare(true)
	if err != nil {
		v.failf("it cannot be started: %v", err)
		return nil, nil
	}
	line, err := b.greeting(ctx)
	parts := strings.Split(line, "|")
	switch {
	case err != nil:
		v.failf("%v", err)
	case len(parts) < 5 || parts[0] != "1" || parts[1] != "1" || parts[2] != "unix" || parts[4] != "grpc":
		v.failf("the line is %q, and must be 1|1|unix|SOCKET|grpc|CERTIFICATE", line)
	default:
		v.ok()
		return b, parts
	}
	b.end()
	return nil, nil
}

func checkByHand(ctx context.Context, s *suite, v *verdict) {
	if !s.started(ctx, v) {
		return
	}
	b, err := s.startBare(false)
	if err != nil {
		v.failf("it cannot be started: %v", err)
		return
	}
	defer b.end()
	v.ok()
	if !b.within(givenUp) {
		v.failf("without FILMLOOM_PLUGIN in its environment it goes on; it should say how it is used, and exit")
		return
	}
	line, printed := <-b.lines
	if b.words() == "" && (!printed || strings.TrimSpace(line) == "") {
		v.failf("without FILMLOOM_PLUGIN in its environment it ends without a word")
	}
	if strings.HasPrefix(line, "1|1|") {
		v.failf("it shakes hands though FILMLOOM_PLUGIN is not in its environment")
	}
}

func checkHandshake(ctx context.Context, s *suite, v *verdict) {
	b, parts := s.greeted(ctx, v)
	if b == nil {
		return
	}
	defer b.end()
	switch info, err := os.Stat(parts[3]); {
	case err != nil:
		v.failf("there is no socket %s", parts[3])
	case info.Mode()&os.ModeSocket == 0:
		v.failf("%s is no socket", parts[3])
	case !strings.HasPrefix(parts[3], b.dir+"/"):
		v.failf("the socket %s does not lie in the directory PLUGIN_UNIX_SOCKET_DIR", parts[3])
	}
	if len(parts) > 5 && parts[5] != "" {
		v.failf("it gives a certificate though PLUGIN_CLIENT_CERT is not set")
	}
}

func checkHealth(ctx context.Context, s *suite, v *verdict) {
	b, parts := s.greeted(ctx, v)
	if b == nil {
		return
	}
	defer b.end()
	conn, err := grpc.NewClient("unix:"+parts[3], grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
	if err != nil {
		v.failf("%v", err)
		return
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, givenUp)
	defer cancel()
	health, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: goplugin.GRPCServiceName})
	switch {
	case err != nil:
		v.failf("grpc.health.v1.Health for the service %q: %v", goplugin.GRPCServiceName, err)
	case health.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING:
		v.failf("grpc.health.v1.Health for the service %q says %v", goplugin.GRPCServiceName, health.GetStatus())
	}
	// The answer may be cut off by the end that it asks for.
	_ = conn.Invoke(ctx, "/plugin.GRPCController/Shutdown", &emptypb.Empty{}, &emptypb.Empty{})
	if !b.within(givenUp) {
		v.failf("it does not end within %v of plugin.GRPCController.Shutdown", givenUp)
	}
}

func checkLifeline(ctx context.Context, s *suite, v *verdict) {
	b, _ := s.greeted(ctx, v)
	if b == nil {
		return
	}
	defer b.end()
	pid := b.cmd.Process.Pid
	_ = b.lifeline.Close()
	if !b.within(givenUp) {
		v.failf("it goes on after the end of FILMLOOM_LIFELINE_FD, which means that its host is gone")
		return
	}
	for _, left := range remaining(pid, nil) {
		v.failf("process %d of its group goes on", left)
	}
}
