package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// Errors that callers may test for with errors.Is.
var (
	// ErrNotFound: there is no run, or no pipeline, of that name.
	ErrNotFound = errors.New("not found")
	// ErrClosed: the engine is closed. An unfinished run goes on when it is resumed.
	ErrClosed = errors.New("the engine is closed")
	// ErrCancelled: the run was cancelled.
	ErrCancelled = errors.New("the run was cancelled")
	// ErrPaused: the run is paused. It goes on with Engine.Resume, or Engine.Decide where it waits for an
	// approval.
	ErrPaused = errors.New("the run is paused")
	// ErrSuperseded: a newer run of the lineage goes on instead.
	ErrSuperseded = errors.New("the run was superseded by a newer one")
	// ErrExists: there is a run of that id.
	ErrExists = errors.New("the run exists already")
	// ErrUnfinished: the run has not ended; cancel it first.
	ErrUnfinished = errors.New("the run has not ended")
)

// KindCancelled is the kind of an attempt that ended because its run was cancelled.
const KindCancelled providers.Kind = "cancelled"

// An InvalidError says that pipelines are not valid. Its text is one line; WriteDiagnostics of package
// pipeline prints the findings with their source.
type InvalidError struct {
	Source      pipeline.Source
	Diagnostics hcl.Diagnostics
}

func (e *InvalidError) Error() string {
	errs := e.Diagnostics.Errs()
	if len(errs) == 1 {
		return fmt.Sprintf("the pipelines are not valid: %v", errs[0])
	}
	return fmt.Sprintf("the pipelines are not valid: %v, and %d more", errs[0], len(errs)-1)
}

// An InputError says which inputs of a pipeline are wrong.
type InputError struct {
	Pipeline string
	Problems []providers.Problem
}

func (e *InputError) Error() string {
	return fmt.Sprintf("the inputs of %s are not valid: %s", e.Pipeline, providers.Problems(e.Problems))
}

// A NotReadyError says which capabilities nobody can serve on this machine, before any work started.
type NotReadyError struct {
	Pipeline string
	Missing  []NotReady
}

// NotReady is one provider that cannot work, and what mends it.
type NotReady struct {
	Capability string
	Provider   string
	Problem    string // a sentence
	Hint       string // a command or a setting, or ""
}

func (e *NotReadyError) Error() string {
	var lines []string
	for _, m := range e.Missing {
		line := m.Problem
		if m.Hint != "" {
			line += " (" + m.Hint + ")"
		}
		lines = append(lines, line)
	}
	return fmt.Sprintf("%s cannot start: %s", e.Pipeline, strings.Join(lines, "; "))
}

// A RunError says why a run failed.
type RunError struct {
	Run string
	Failure
	Provider string
	Attempts int
	Err      error // the cause, when the run failed in this process
}

func (e *RunError) Error() string {
	s := e.Address
	if s == "" {
		s = "run " + e.Run
	}
	s += " failed"
	if e.Provider != "" {
		s += " at " + e.Provider
	}
	if e.Attempts > 1 {
		s += fmt.Sprintf(" after %d attempts", e.Attempts)
	}
	s += ": " + e.Message
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

func (e *RunError) Unwrap() error { return e.Err }
