package web

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"sync"

	"github.com/filmloom/filmloom/server/identity"
)

// A request is the context of a request, with what the site knows of it. It is one value instead of several,
// since everybody who calls pays for them.
type request struct {
	context.Context
	site   *Site
	id     string
	from   netip.Addr
	caller identity.Principal // written before the operation is called
	answer recorder

	once sync.Once
	log  *slog.Logger
}

type requestKey struct{}

// Value implements context.Context.
func (r *request) Value(key any) any {
	if _, ok := key.(requestKey); ok {
		return r
	}
	return r.Context.Value(key)
}

// requestOf is the request that a context belongs to, or nil.
func requestOf(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

// logger is the log of the request; most requests write nothing.
func (r *request) logger() *slog.Logger {
	r.once.Do(func() { r.log = r.site.conf.Log.With("request", r.id) })
	return r.log
}

// newID makes a request's id: 128 random bits. Nothing is secret about it.
func newID() string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], rand.Uint64())
	binary.BigEndian.PutUint64(raw[8:], rand.Uint64())
	return hex.EncodeToString(raw[:])
}

// Log is the log of the request that a context belongs to: what it writes has the request's id.
func Log(ctx context.Context) *slog.Logger {
	if r := requestOf(ctx); r != nil {
		return r.logger()
	}
	return discard
}

// Patient is a context for a request that may last: it ends with the request, and when the server stops.
func Patient(ctx context.Context) (context.Context, context.CancelFunc) {
	r := requestOf(ctx)
	ctx, cancel := context.WithCancel(ctx)
	if r == nil {
		return ctx, cancel
	}
	stop := context.AfterFunc(r.site.streams, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// A recorder remembers the status.
type recorder struct {
	http.ResponseWriter
	status int // 0 until it is known
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// ReadFrom implements io.ReaderFrom, so that the server can give the copying of a file to the kernel.
func (r *recorder) ReadFrom(from io.Reader) (int64, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return io.Copy(r.ResponseWriter, from)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
