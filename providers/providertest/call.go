package providertest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// An answer is what came of one call.
type answer struct {
	result  *providers.Result
	err     error
	problem string // what is wrong with the result, or ""
	content []byte // the output, files by the digest of their bytes
	took    time.Duration
	late    time.Duration // how long after the end of its context it returned; 0 when it was in time
	stuck   bool          // it did not return at all
	reports *reports
}

// trouble says what is wrong with a call that should have worked, or "".
func (a answer) trouble() string {
	switch {
	case a.stuck:
		return "the call does not return"
	case a.err != nil:
		return kinded(a.err)
	}
	return a.problem
}

// A request is a call to be made.
type request struct {
	capability string
	input      json.RawMessage
	checkpoint []byte
	secrets    map[string]string
	inputs     []string // digests of the files in the input, which a result may pass on
	began      chan<- struct{}
}

// call makes a call as the engine would, and looks at what comes back. It returns at the latest some seconds
// after its context ended, or the time of a call was over.
func (s *suite) call(ctx context.Context, p providers.Provider, r request) answer {
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	spec, _ := s.described.Capability(r.capability) // an unknown one gives no files
	hasFiles := providers.HasFiles(spec.Output.Type())
	dir := ""
	if hasFiles {
		var err error
		if dir, err = os.MkdirTemp("", "filmloom-work-"); err != nil {
			return answer{err: fmt.Errorf("no work directory: %w", err)}
		}
	}
	a := answer{reports: &reports{}}
	call := &providers.Call{
		Capability: r.capability, Input: r.input, WorkDir: dir, IdempotencyKey: rand.Text(), Attempt: 1,
		Checkpoint: r.checkpoint, Secrets: r.secrets, Run: "providertest", Address: r.capability, Report: a.reports,
	}
	if r.checkpoint != nil {
		call.Attempt = 2
	}
	type outcome struct {
		result *providers.Result
		err    error
	}
	returned := make(chan outcome, 1)
	began := time.Now()
	go func() {
		var o outcome
		defer func() {
			if r := recover(); r != nil {
				o = outcome{err: providers.Errorf(providers.KindInternal, "it panicked: %v", r)}
			}
			returned <- o
		}()
		o.result, o.err = p.Execute(ctx, call)
	}()
	if r.began != nil {
		close(r.began)
	}
	var o outcome
	select {
	case o = <-returned:
	case <-ctx.Done():
		ended := time.Now()
		patience := time.NewTimer(givenUp)
		defer patience.Stop()
		select {
		case o = <-returned:
			a.late = time.Since(ended)
		case <-patience.C:
			a.stuck = true // and the directory stays its own until the end
			s.mu.Lock()
			s.dirs = append(s.dirs, dir)
			s.mu.Unlock()
			return a
		}
	}
	a.took, a.result, a.err = time.Since(began), o.result, o.err
	if a.err == nil {
		a.content, a.problem = examine(a.result, spec, dir, r.inputs)
		if a.result != nil {
			s.charge(a.result.Cost)
		}
	}
	if dir != "" {
		_ = os.RemoveAll(dir)
	}
	return a
}

// reports is a [providers.Reporter] that keeps what it gets. Checkpoints are durable at once.
type reports struct {
	mu         sync.Mutex
	progress   []float64
	logs       []string
	checkpoint []byte
}

// Progress implements [providers.Reporter].
func (r *reports) Progress(done float64, message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress = append(r.progress, done)
	r.logs = append(r.logs, message)
}

// Log implements [providers.Reporter].
func (r *reports) Log(level slog.Level, message string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs = append(r.logs, fmt.Sprint(level, " ", message, " ", args))
}

// Checkpoint implements [providers.Reporter].
func (r *reports) Checkpoint(_ context.Context, state []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checkpoint = state
	return nil
}

func (r *reports) saved() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.checkpoint
}

func (r *reports) steps() []float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]float64(nil), r.progress...)
}

func (r *reports) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.logs, "\n")
}

var _ providers.Reporter = (*reports)(nil)
