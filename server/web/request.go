package web

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
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
	answer recorder

	// Written before the operation is called.
	caller   identity.Principal
	identity *identity.Service // that let the caller in
	patient  context.Context   // of a request that lasts, or nil

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

// Patient is a context for a request that may last: it ends with the request, when the server stops, and when the
// caller is no longer let in.
func Patient(ctx context.Context) (context.Context, context.CancelFunc) {
	r := requestOf(ctx)
	ctx, cancel := context.WithCancel(ctx)
	if r == nil {
		return ctx, cancel
	}
	stop := context.AfterFunc(r.site.streams, cancel)
	leave := context.CancelFunc(func() {})
	if r.identity != nil {
		ctx, leave = r.identity.While(ctx, r.caller)
		r.patient = ctx
	}
	return ctx, func() {
		stop()
		leave()
		cancel()
	}
}

// shutOut is the error of a request that lasted until its caller was no longer let in, to whom nothing more is told.
func shutOut(ctx context.Context) error {
	if r := requestOf(ctx); r != nil && r.patient != nil && errors.Is(context.Cause(r.patient), identity.ErrCredentials) {
		return identity.ErrCredentials
	}
	return nil
}

// A recorder remembers the status, and sends the headers as they are printed.
type recorder struct {
	http.ResponseWriter
	status int // 0 until it is known
}

// begin notes the status of the answer, whose headers go on their way now.
func (r *recorder) begin(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
		spell(r.Header())
	}
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.begin(status)
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.begin(http.StatusOK)
	return r.ResponseWriter.Write(b)
}

// ReadFrom implements io.ReaderFrom, so that the server can give the copying of a file to the kernel.
func (r *recorder) ReadFrom(from io.Reader) (int64, error) {
	r.begin(http.StatusOK)
	return io.Copy(r.ResponseWriter, from)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
