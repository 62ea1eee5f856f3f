package patience_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/server/patience"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair gives both ends of a connection. The server's has room for much, the client's for little.
func pair(t *testing.T, wait time.Duration) (server net.Conn, client *net.TCPConn) {
	t.Helper()
	plain, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := patience.Listen(plain, wait)
	defer func() { _ = l.Close() }()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client = c.(*net.TCPConn)
	if err := client.SetReadBuffer(16 << 10); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	if err := server.(interface{ SetWriteBuffer(int) error }).SetWriteBuffer(1 << 20); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = server.Close(), client.Close() })
	return server, client
}

// size is more than the buffers of a connection have room for.
const size = 12 << 20

var content = func() []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i * i >> 7)
	}
	return b
}()

func file(t *testing.T) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// ways are those in which net/http writes.
var ways = []struct {
	name string
	send func(*testing.T, net.Conn) (int64, error)
}{
	{"bytes", func(_ *testing.T, c net.Conn) (int64, error) {
		n, err := c.Write(content)
		return int64(n), err
	}},
	{"a file", func(t *testing.T, c net.Conn) (int64, error) {
		return c.(io.ReaderFrom).ReadFrom(file(t))
	}},
	{"a part of a file", func(t *testing.T, c net.Conn) (int64, error) {
		return c.(io.ReaderFrom).ReadFrom(io.LimitReader(file(t), size))
	}},
	{"what is no file", func(_ *testing.T, c net.Conn) (int64, error) {
		return c.(io.ReaderFrom).ReadFrom(io.LimitReader(bytes.NewReader(content), size))
	}},
}

func TestAClientThatTakesNothingIsLetGo(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			const wait = 200 * time.Millisecond
			server, _ := pair(t, wait)
			began := time.Now()
			n, err := way.send(t, server)
			if !errors.Is(err, os.ErrDeadlineExceeded) || n <= 0 || n >= size {
				t.Errorf("wrote %d: %v", n, err)
			}
			if took := time.Since(began); took < wait {
				t.Errorf("it had %s", took)
			}
		})
	}
}

// The client takes so little that the kernel has no room for more for longer than the patience.
func TestASlowClientThatGoesOnTakingGetsEverything(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			const wait = 3 * time.Second
			server, client := pair(t, wait)
			sent := make(chan error, 1)
			go func() {
				n, err := way.send(t, server)
				if err == nil && n != size {
					err = io.ErrShortWrite
				}
				sent <- errors.Join(err, server.Close())
			}()
			got := sha256.New()
			slow := time.NewTicker(wait / 30)
			defer slow.Stop()
			for end := time.Now().Add(3 * wait); time.Now().Before(end); <-slow.C {
				if _, err := io.CopyN(got, client, 2<<10); err != nil {
					t.Fatal(err)
				}
			}
			if err := client.SetReadBuffer(1 << 20); err != nil { // the rest may be quick
				t.Error(err)
			}
			if _, err := io.Copy(got, client); err != nil {
				t.Error(err)
			}
			if err := <-sent; err != nil {
				t.Error(err)
			}
			if want := sha256.Sum256(content); !bytes.Equal(got.Sum(nil), want[:]) {
				t.Error("it is not what was sent")
			}
		})
	}
}

func TestTheDeadlineOfSomebodyElseCounts(t *testing.T) {
	for name, set := range map[string]func(net.Conn, time.Time) error{
		"for writing": net.Conn.SetWriteDeadline, "for both": net.Conn.SetDeadline,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := pair(t, time.Hour)
			if err := set(server, time.Now().Add(20*time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if _, err := server.Write(content); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("an early one: %v", err)
			}
			const short = 20 * time.Millisecond
			server, client := pair(t, short)
			if err := set(server, time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(10*short, func() { _, _ = io.CopyN(io.Discard, client, size) })
			if _, err := server.Write(content); err != nil {
				t.Errorf("a late one: %v", err)
			}
			if err := set(server, time.Time{}); err != nil {
				t.Fatal(err)
			}
			if _, err := server.Write(content); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("after it was taken back: %v", err)
			}
		})
	}
}

func TestAConnectionThatEndsIsNotWaitedFor(t *testing.T) {
	server, client := pair(t, time.Hour)
	time.AfterFunc(0, func() { _ = client.Close() })
	if _, err := server.Write(content); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the client's end: %v", err)
	}
	server, _ = pair(t, time.Hour)
	time.AfterFunc(0, func() { _ = server.Close() })
	if _, err := server.(io.ReaderFrom).ReadFrom(file(t)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("its own end: %v", err)
	}
}

// Whoever copies by itself needs memory for it.
func TestAFileIsCopiedByTheKernel(t *testing.T) {
	server, client := pair(t, time.Hour)
	f, buf := file(t), make([]byte, size)
	read := make(chan error)
	go func() {
		_, err := io.ReadFull(client, buf)
		read <- err
	}()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, err := server.(io.ReaderFrom).ReadFrom(io.LimitReader(f, size))
	runtime.ReadMemStats(&after)
	if err != nil || n != size {
		t.Fatalf("%d: %v", n, err)
	}
	if err := <-read; err != nil || !bytes.Equal(buf, content) {
		t.Errorf("it is not what was sent: %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<10 {
		t.Errorf("%d bytes were needed to copy", used)
	}
}

func TestWhatIsNotOfTCPStaysAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	plain, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l := patience.Listen(plain, time.Second)
	c, err := new(net.Dialer).DialContext(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if c, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.(*net.UnixConn); !ok {
		t.Errorf("it is a %T", c)
	}
	_, _ = c.Close(), l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}
