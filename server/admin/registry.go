package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// An Operation does something with what it is given, as JSON, and answers with a value for JSON, a [Stream],
// or an io.Reader, which is closed if it is an io.Closer. It must end soon after its context.
type Operation func(ctx context.Context, in json.RawMessage) (any, error)

// A Stream is an answer that is written piece by piece. It must end soon after the context of its operation.
type Stream func(w io.Writer) error

// A Registry has operations by their names. Its methods may be called concurrently.
type Registry struct {
	mu  sync.RWMutex
	ops map[string]Operation
}

// NewRegistry makes a registry without operations.
func NewRegistry() *Registry { return &Registry{ops: map[string]Operation{}} }

// Register adds an operation. A name that is taken is a mistake of the program, and panics.
func (r *Registry) Register(name string, do Operation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ops[name] != nil {
		panic(fmt.Sprintf("the operation %s is registered twice", name))
	}
	r.ops[name] = do
}

// Handle registers an operation that takes a value of type In. Fields that In does not have are refused.
func Handle[In, Out any](r *Registry, name string, do func(ctx context.Context, in In) (Out, error)) {
	r.Register(name, func(ctx context.Context, raw json.RawMessage) (any, error) {
		var in In
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&in); err != nil {
			return nil, &Error{Code: Invalid, Message: "the operation " + name + " was asked for what it does not know; are both filmlooms of the same version?"}
		}
		return do(ctx, in)
	})
}

// Call runs an operation in this process. in becomes JSON, and the answer is decoded into what out points
// at, unless that is nil; so it is the same as [Call] of the package.
func (r *Registry) Call(ctx context.Context, name string, in, out any) error {
	answer, err := r.run(ctx, name, in)
	if err != nil {
		return err
	}
	if s, ok := streamOf(answer); ok {
		return errors.Join(s.refuse(), notValue(name))
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("the answer of %s cannot be written: %w", name, err)
	}
	return decodeAnswer(name, raw, out)
}

// CallStream runs an operation in this process that answers with a stream, and writes that.
func (r *Registry) CallStream(ctx context.Context, name string, in any, w io.Writer) error {
	answer, err := r.run(ctx, name, in)
	if err != nil {
		return err
	}
	s, ok := streamOf(answer)
	if !ok {
		return notStream(name)
	}
	return s.write(w)
}

func (r *Registry) run(ctx context.Context, name string, in any) (any, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("what %s is given cannot be written: %w", name, err)
	}
	return r.do(ctx, name, raw)
}

func (r *Registry) do(ctx context.Context, name string, in json.RawMessage) (any, error) {
	r.mu.RLock()
	do := r.ops[name]
	r.mu.RUnlock()
	if do == nil {
		return nil, &Error{Code: Unknown, Message: "this filmloom does not know the operation " + name + "; are both of the same version?"}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return do(ctx, in)
}

func decodeAnswer(name string, raw []byte, out any) error {
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("the answer of %s cannot be read; are both filmlooms of the same version?", name)
	}
	return nil
}

func notValue(name string) error { return fmt.Errorf("the operation %s answers with a stream", name) }

func notStream(name string) error { return fmt.Errorf("the operation %s answers with no stream", name) }

// stream is an answer that is not JSON.
type stream struct {
	from  io.Reader
	write Stream
}

func streamOf(answer any) (stream, bool) {
	switch a := answer.(type) {
	case Stream:
		return stream{write: a}, true
	case func(io.Writer) error:
		return stream{write: a}, true
	case io.Reader:
		s := stream{from: a}
		s.write = func(w io.Writer) error {
			_, err := io.Copy(w, a)
			return errors.Join(err, s.refuse())
		}
		return s, true
	}
	return stream{}, false
}

// refuse closes what is not read.
func (s stream) refuse() error {
	if c, ok := s.from.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
