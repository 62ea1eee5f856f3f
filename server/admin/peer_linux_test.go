package admin_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/filmloom/filmloom/server/admin"
)

const nobody = 65534

// asNobody runs a function on a thread of another user, and ends the thread.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	done := make(chan unix.Errno)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, nobody)
		if errno == 0 {
			do()
		}
		done <- errno
	}()
	if errno := <-done; errno != 0 {
		t.Fatal(errno)
	}
}

func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else")
	}
}

func TestAnotherUserIsRefused(t *testing.T) {
	asRoot(t)
	dir := shortTemp(t)
	serve(t, dir, operations())
	path := filepath.Join(dir, "admin.sock")
	asNobody(t, func() {
		if err := admin.Call(t.Context(), dir, "greet", nil, nil); err == nil || !strings.Contains(err.Error(), "as another user") {
			t.Errorf("by the mode of the directory: %v", err)
		}
	})
	// Were the modes lost, the system would still tell who calls.
	for name, mode := range map[string]os.FileMode{dir: 0o755, path: 0o666} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t, func() {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "POST /operations/greet HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer res.Body.Close()
		if raw, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusForbidden || !strings.Contains(string(raw), "as another user") {
			t.Errorf("%s: %s", res.Status, raw)
		}
	})
}
