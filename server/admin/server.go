package admin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Config is what a server needs.
type Config struct {
	Dir string       // the data directory, which this process has open
	Log *slog.Logger // of what was called, and failed; nil logs nothing
}

// Bounds of what crosses.
const (
	mostIn  = 1 << 20  // bytes, of what an operation is given
	mostOut = 64 << 20 // of an answer that is no stream
	// outcome is the trailer that ends a stream: done, or its error. A stream without it was cut short.
	outcome     = "Filmloom-Outcome"
	outcomeDone = "done"
	operations  = "/operations/"
)

// A Server runs operations for other processes.
type Server struct {
	socket   *socket
	registry *Registry
	log      *slog.Logger
	http     http.Server
	accepts  sync.WaitGroup // the loop that does
	stopping context.Context
	stop     context.CancelFunc
	closing  sync.Once
	problem  error // of closing

	running sync.RWMutex // held by every operation; Close takes it wholly
	closed  bool
}

// Listen begins to serve the operations of a registry for a data directory. Close must be called before the
// directory is closed. The error wraps ErrRunning when another process serves it.
func Listen(conf Config, r *Registry) (*Server, error) {
	socket, err := listen(conf.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{socket: socket, registry: r, log: conf.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.stopping, s.stop = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+operations+"{name}", s.serve)
	s.http = http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, // a ReadTimeout would end long operations
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, caller{}, c) },
	}
	s.accepts.Go(func() {
		if err := s.http.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("commands can no longer reach this server", "error", err)
		}
	})
	return s, nil
}

// Close ends the server and removes its socket. Operations in flight may finish until ctx ends, streams end
// at once; then Close waits for them. It may be called twice.
func (s *Server) Close(ctx context.Context) error {
	s.closing.Do(func() {
		s.stop()
		err := s.http.Shutdown(ctx)
		if err != nil {
			err = s.http.Close() // ends the contexts of operations
		}
		s.accepts.Wait()
		s.running.Lock()
		s.closed = true
		s.running.Unlock()
		s.problem = errors.Join(err, s.socket.Close())
	})
	return s.problem
}

// caller is the key of a request's connection in its context.
type caller struct{}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.running.RLock()
	defer s.running.RUnlock()
	if s.closed {
		panic(http.ErrAbortHandler)
	}
	name := r.PathValue("name")
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("an operation has failed inside", "operation", name, "panic", p)
			panic(http.ErrAbortHandler) // whatever was sent is no success
		}
	}()
	if err := admit(r); err != nil {
		s.fail(w, http.StatusForbidden, name, err)
		return
	}
	in, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostIn))
	if errors.As(err, new(*http.MaxBytesError)) {
		s.fail(w, http.StatusRequestEntityTooLarge, name, fmt.Errorf("what the operation %s is given must have %d bytes or less", name, mostIn))
		return
	}
	if err != nil {
		return // nobody listens any more
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	answer, err := s.registry.do(ctx, name, in)
	if err != nil {
		s.fail(w, http.StatusUnprocessableEntity, name, err)
		return
	}
	if out, ok := streamOf(answer); ok {
		defer context.AfterFunc(s.stopping, cancel)()
		s.stream(ctx, w, name, out, r.Header.Get("Accept") == "application/octet-stream")
		return
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		s.fail(w, http.StatusInternalServerError, name, fmt.Errorf("the answer of %s cannot be written: %w", name, err))
		return
	}
	s.log.Info("an operation was run", "operation", name)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(raw) // who called may be gone
}

// admit refuses whoever is another user than this process's; root could be any user anyway.
func admit(r *http.Request) error {
	c, ok := r.Context().Value(caller{}).(*net.UnixConn)
	if !ok {
		return errors.New("this is no Unix socket")
	}
	uid, err := peer(c)
	if err != nil {
		return fmt.Errorf("the system does not tell who calls: %w", err)
	}
	if uid != os.Geteuid() && uid != 0 {
		return fmt.Errorf("this filmloom runs as another user (%d); run the command as that user", os.Geteuid())
	}
	return nil
}

func (s *Server) fail(w http.ResponseWriter, status int, name string, err error) {
	e := crossing(err)
	if e.Code == Other {
		s.log.Warn("an operation has failed", "operation", name, "error", err)
	} else { // what the caller has got wrong is not for the log
		s.log.Info("an operation was refused", "operation", name, "code", e.Code)
	}
	raw, _ := json.Marshal(e) // two texts
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

// stream sends a stream. An error before its first byte is an answer of its own; a later one is in the
// trailer.
func (s *Server) stream(ctx context.Context, w http.ResponseWriter, name string, out stream, wanted bool) {
	if !wanted {
		s.fail(w, http.StatusNotAcceptable, name, errors.Join(notValue(name), out.refuse()))
		return
	}
	to := &sender{ctx: ctx, w: w}
	err := out.write(to)
	if err == nil {
		err = to.begin() // an empty stream is one as well
	}
	if err != nil && !to.begun {
		s.fail(w, http.StatusUnprocessableEntity, name, err)
		return
	}
	end := outcomeDone
	if err != nil {
		s.log.Warn("an operation has failed", "operation", name, "error", err)
		raw, _ := json.Marshal(crossing(err))
		end = base64.StdEncoding.EncodeToString(raw)
	} else {
		s.log.Info("an operation was run", "operation", name)
	}
	w.Header().Set(outcome, end)
}

// A sender sends each piece as it comes, until its context ends.
type sender struct {
	ctx   context.Context
	w     http.ResponseWriter
	begun bool
}

func (s *sender) begin() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if !s.begun {
		s.begun = true
		s.w.Header().Set("Content-Type", "application/octet-stream")
		s.w.Header().Set("Trailer", outcome)
		s.w.WriteHeader(http.StatusOK)
	}
	return nil
}

func (s *sender) Write(p []byte) (int, error) {
	if err := s.begin(); err != nil {
		return 0, err
	}
	n, err := s.w.Write(p)
	if err == nil {
		err = http.NewResponseController(s.w).Flush()
	}
	return n, err
}
