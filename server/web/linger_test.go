package web_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/web"
)

// dial sends the head of a request.
func dial(t *testing.T, r *rig, head string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	_, err = io.WriteString(conn, head+"\r\n\r\n")
	must(t, err)
	return conn
}

// refused sends the head of a request for something that is not there.
func refused(t *testing.T, r *rig, head string) net.Conn {
	t.Helper()
	return dial(t, r, "POST /t/nothing HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"+head)
}

// missing checks that the answer to it is there.
func missing(t *testing.T, what string, conn net.Conn) *http.Response {
	t.Helper()
	got, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if body, err := io.ReadAll(got.Body); err != nil || got.StatusCode != 404 || !strings.Contains(string(body), `"code":`) {
		t.Errorf("%s: %d %q %v", what, got.StatusCode, body, err)
	}
	return got
}

// Clients that read no answer before all is sent have to learn what was wrong, too.
func TestARefusedRequestMayBeSentToItsEnd(t *testing.T) {
	const size = 16 << 20 // more than fits between two sockets
	r := setUp(t, web.SiteConfig{MaxBody: size}, nil)
	body := make([]byte, size)
	for what, row := range map[string]struct{ head, before, after string }{
		"of a known length": {head: fmt.Sprintf("Content-Length: %d", size)},
		"in chunks":         {"Transfer-Encoding: chunked", fmt.Sprintf("%x\r\n", size), "\r\n0\r\n\r\n"},
	} {
		conn := refused(t, r, row.head)
		for _, part := range []string{row.before, string(body), row.after} {
			if _, err := io.WriteString(conn, part); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		missing(t, what, conn)
	}
}

// So do those that have asked whether to send it, and were told to.
func TestARefusedRequestMayBeSentToItsEndOnceItIsRead(t *testing.T) {
	const size = 16 << 20
	r := setUp(t, web.SiteConfig{MaxBody: size}, nil)
	r.echo(open("POST", "/notes"))
	conn := dial(t, r, fmt.Sprintf("POST /t/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d", size))
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q %v", line, err)
	}
	if _, err := conn.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	_, err := in.ReadString('\n')
	must(t, err)
	if got, err := http.ReadResponse(in, nil); err != nil || got.StatusCode != 413 {
		t.Errorf("%v %v", got, err)
	}
}

func TestARefusedRequestIsNotWaitedForAtLength(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.site.SetLingers(50 * time.Millisecond)
	for what, head := range map[string]string{
		"of a known length":   "Content-Length: 1000000",
		"in chunks":           "Transfer-Encoding: chunked",
		"that waits for a go": "Content-Length: 1000000\r\nExpect: 100-continue",
	} {
		if got := missing(t, what, refused(t, r, head)); !got.Close {
			t.Errorf("%s: the connection is used again", what)
		}
	}
}

// An hour's patience is no reason to read a million megabytes.
func TestARefusedRequestIsReadToABound(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.site.SetLingers(time.Hour)
	conn := refused(t, r, "Content-Length: 1000000000000")
	var err error
	for err == nil {
		_, err = conn.Write(make([]byte, 1<<20))
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}
