package patience

import (
	"errors"
	"io"
	"math"
	"net"
	"os"
	"sync"
	"time"
)

// Listen makes the connections of a listener wait no longer than this for a client that takes nothing. Those that are
// not of TCP stay as they are.
func Listen(l net.Listener, patience time.Duration) net.Listener { return listener{l, patience} }

type listener struct {
	net.Listener
	patience time.Duration
}

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && err == nil {
		return &conn{TCPConn: tcp, patience: l.patience}, nil
	}
	return c, err
}

// looks is how often, while the patience lasts, it is found out whether the client has taken something, by writing
// again. The kernel says by itself that there is room only when a good part of its buffer is free, which takes minutes
// on a slow line.
const looks = 4

// A conn is a connection whose writes are given up when nothing is taken.
type conn struct {
	*net.TCPConn
	patience time.Duration

	mu   sync.Mutex
	set  bool      // a deadline, by somebody else
	next time.Time // the deadline, if not
}

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error { return c.obey(t, c.TCPConn.SetDeadline) }

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.obey(t, c.TCPConn.SetWriteDeadline) }

// obey sets somebody else's deadline.
func (c *conn) obey(t time.Time, set func(time.Time) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set, c.next = !t.IsZero(), time.Time{}
	return set(t)
}

// look sets the time of the next look at the client, or tells that somebody else has set a deadline. One that is set
// already is good enough for a while: setting it costs more than a small answer is worth.
func (c *conn) look(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set {
		return false
	}
	wait := c.patience / looks
	if c.next.Sub(now) >= wait-wait/4 {
		return true
	}
	c.next = now.Add(wait)
	return c.TCPConn.SetWriteDeadline(c.next) == nil // a connection that is closed says so when it is written to
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (sum int, err error) {
	for w := c.begin(); ; {
		n, err := c.TCPConn.Write(b[sum:])
		sum += n
		if !w.goesOn(n > 0, err) {
			return sum, err
		}
	}
}

// ReadFrom implements io.ReaderFrom. net/http gives it files; the kernel copies them.
func (c *conn) ReadFrom(r io.Reader) (sum int64, err error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		limited = &io.LimitedReader{R: r, N: math.MaxInt64}
	}
	if _, ok := limited.R.(*os.File); !ok {
		return io.Copy(writer{c}, r)
	}
	for w := c.begin(); ; {
		left := limited.N
		n, err := c.TCPConn.ReadFrom(limited)
		sum += n
		// Where the kernel cannot copy, more has been read than was written, and is lost.
		if left-limited.N != n || !w.goesOn(n > 0, err) {
			return sum, err
		}
	}
}

// A writer is a connection that can do nothing but write.
type writer struct{ c *conn }

// Write implements io.Writer.
func (w writer) Write(b []byte) (int, error) { return w.c.Write(b) }

// A wait is what is known of a client while something is written.
type wait struct {
	c     *conn
	since time.Time // nothing was taken
}

// begin begins to write.
func (c *conn) begin() wait {
	now := time.Now()
	c.look(now)
	return wait{c: c, since: now}
}

// goesOn tells whether writing goes on after it was interrupted.
func (w *wait) goesOn(wrote bool, err error) bool {
	if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	now := time.Now()
	if wrote {
		w.since = now
	}
	return now.Sub(w.since) < w.c.patience && w.c.look(now)
}
