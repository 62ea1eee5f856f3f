package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"
)

// A Journal records runs. Its methods may be called concurrently.
type Journal interface {
	// Create records a new run with its first batch. The journal sets Ordinal, LastSeq and, where it
	// is zero, Updated; a state in the batch wins over the run's. The error is ErrExists when the id is
	// taken.
	Create(ctx context.Context, run Run, first Batch) error
	// Append adds a batch to a run and gives the number of the run's last event. It returns when the
	// batch is durable. Seq in the events is ignored: they are numbered on from the last one. The
	// context counts until the batch is accepted; from then on Append waits for it, so that an error
	// always means that nothing was recorded, unless it is an ErrBroken. The error is ErrNotFound
	// when there is no such run.
	Append(ctx context.Context, runID string, b Batch) (last uint64, err error)
	// Run finds a run, or gives ErrNotFound.
	Run(ctx context.Context, id string) (Run, error)
	// Runs lists the runs that a query asks for, newest first. A damaged run is yielded with a
	// *CorruptError and what is known of it, and the listing goes on if it is asked to.
	Runs(ctx context.Context, q Query) iter.Seq2[Run, error]
	// Events lists a run's events from a number on, as far as they are durable now. It yields
	// ErrNotFound when there is no such run. It ends with the first error.
	Events(ctx context.Context, runID string, from uint64) iter.Seq2[Event, error]
	// Outcome finds the newest outcome stored under a scope and key, or gives ErrNotFound.
	Outcome(ctx context.Context, scope, key string) (Outcome, error)
	// Outcomes lists all outcomes, by scope and key. A damaged one is yielded with a *CorruptError,
	// and the listing goes on if it is asked to.
	Outcomes(ctx context.Context) iter.Seq2[Outcome, error]
	// Forget removes outcomes; keys that nothing is stored under are passed over. Any number of keys
	// is possible: with an error some may be gone and others not, as after a crash, and the same call
	// again does the rest. When it returns nil, all of them are durably gone.
	Forget(ctx context.Context, keys ...OutcomeKey) error
	// Delete removes a run and its events; and when no other run has its lineage, the outcomes in the
	// scope [LineageScope] of it. The error is ErrNotFound when there is no such run. A damaged run
	// can be deleted; the outcomes of its lineage then stay when the lineage is not known any more.
	Delete(ctx context.Context, runID string) error
	// Close waits for the appends that were accepted. Every later call gives ErrClosed, except that
	// a second Close does nothing.
	Close() error
}

// A Run is a run as the journal knows it.
type Run struct {
	ID       string // unique, not empty; this and every other name is UTF-8 of at most MaxName bytes, without NUL
	Pipeline string
	Lineage  string // the id of the first run of its chain of revisions; "" counts as a lineage too
	Parent   string // the run it is based on, or ""
	State    string
	Created  time.Time
	Updated  time.Time       // the time of the newest event
	Ordinal  uint64          // counts runs in the order of creation, from 1; never used twice
	Frozen   json.RawMessage // everything the caller froze; opaque, at most MaxRecord bytes
	LastSeq  uint64          // the number of the newest event; 0 when there is none
}

// An Event is something that happened to a run.
type Event struct {
	Seq       uint64 // 1, 2, 3, … within the run
	Time      time.Time
	Kind      string
	Address   string
	Attempt   int
	Data      json.RawMessage // opaque, at most MaxRecord bytes
	Artifacts []string        // SHA-256s of the artifacts that this event refers to
}

// An Outcome is a result that can be found again.
type Outcome struct {
	Scope, Key string
	Data       json.RawMessage // opaque, at most MaxRecord bytes
	Artifacts  []string        // SHA-256s of the artifacts that it refers to
}

// An OutcomeKey says where an outcome is stored.
type OutcomeKey struct{ Scope, Key string }

// A Batch is what one append records, wholly or not at all.
type Batch struct {
	Events   []Event   // any number
	State    string    // the run's new state; "" leaves it
	Outcomes []Outcome // at most MaxOutcomes; each replaces one of the same scope and key
}

// A Query says which runs to list. Zero fields do not restrict it.
type Query struct {
	Pipeline, State, Lineage string
	Limit                    int    // at most so many; 0 means all
	Before                   uint64 // only runs with a smaller Ordinal: the next page begins before the last one's last run
}

// Matches tells whether the query asks for a run.
func (q Query) Matches(r Run) bool {
	return (q.Pipeline == "" || q.Pipeline == r.Pipeline) &&
		(q.State == "" || q.State == r.State) &&
		(q.Lineage == "" || q.Lineage == r.Lineage) &&
		(q.Before == 0 || r.Ordinal < q.Before)
}

// LineageScope is the scope of the outcomes that go with the last run of a lineage.
func LineageScope(lineage string) string { return "lineage/" + lineage }

// The bounds that every implementation keeps.
const (
	MaxName      = 512     // bytes of an id, a state, a kind, an address, a scope, a key
	MaxRecord    = 8 << 20 // bytes of the data of one run, event or outcome
	MaxOutcomes  = 256     // outcomes in one batch
	MaxArtifacts = 4096    // artifacts of one event or outcome
)

// What may go wrong. Errors that methods return wrap these.
var (
	ErrExists   = errors.New("the run exists already")
	ErrNotFound = errors.New("not found in the journal")
	ErrClosed   = errors.New("the journal is closed")
	// ErrInvalid: a name or a piece of data is outside its bounds. Nothing was recorded.
	ErrInvalid = errors.New("the journal cannot record this")
	// ErrBroken: the disk failed in the middle of a write. What that write held may be recorded or
	// not; nothing more is accepted until the journal is opened again.
	ErrBroken = errors.New("the journal accepts nothing more until it is opened again")
	// ErrInUse: another process has the journal's directory open.
	ErrInUse = errors.New("the journal is in use")
)

// A CorruptError says that a stored record cannot be read.
type CorruptError struct {
	Run    string // the run it belongs to; "" for an outcome
	Seq    uint64 // the event; 0 when the record is the run itself or an outcome
	Scope  string // the outcome's
	Key    string // the outcome's
	Reason string
}

func (e *CorruptError) Error() string {
	switch {
	case e.Run == "":
		return fmt.Sprintf("journal: outcome %s in %s is damaged: %s", e.Key, e.Scope, e.Reason)
	case e.Seq == 0:
		return fmt.Sprintf("journal: the record of run %s is damaged: %s; restore a backup or delete the run", e.Run, e.Reason)
	}
	return fmt.Sprintf("journal: event %d of run %s is damaged: %s; restore a backup or delete the run", e.Seq, e.Run, e.Reason)
}
