package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

// A Kind says what an event tells.
type Kind string

// The kinds of events. All but Progress are journalled, numbered from 1 in each run without a gap,
// and can be read again at any time.
const (
	RunCreated    Kind = "run.created"
	RunStarted    Kind = "run.started"
	RunResumed    Kind = "run.resumed"    // after a pause, or the process had ended; Message says more
	RunPaused     Kind = "run.paused"     // by a person, or because nothing goes on without an approval; Message says which
	RunCompleted  Kind = "run.completed"  // the last event
	RunFailed     Kind = "run.failed"     // the last event; Error says why
	RunCancelled  Kind = "run.cancelled"  // the last event
	RunSuperseded Kind = "run.superseded" // the last event: a newer run of the lineage goes on instead

	StageExpanded Kind = "stage.expanded" // Instances is known
	StageSkipped  Kind = "stage.skipped"

	AttemptStarted    Kind = "attempt.started"
	AttemptCheckpoint Kind = "attempt.checkpoint"
	AttemptFailed     Kind = "attempt.failed" // another attempt follows, here or at a fallback

	ApprovalRequested Kind = "approval.requested" // a person has to decide; Message is what they are asked

	InstanceDone   Kind = "instance.done"
	InstanceReused Kind = "instance.reused" // done without a call: an earlier result had the same key
	InstanceEdited Kind = "instance.edited" // done without a call: a person had changed the result
	InstanceFailed Kind = "instance.failed"

	// Progress tells that something moved: a call's progress, or what it waits for. It has no number
	// and is not kept; a slow reader sees the newest only.
	Progress Kind = "progress"
)

// An Event is one thing that happened in a run.
type Event struct {
	Seq       uint64          `json:"seq,omitempty"` // 0 for Progress
	Time      time.Time       `json:"time"`
	Kind      Kind            `json:"kind"`
	Stage     string          `json:"stage,omitempty"`     // its address: stage, or stage["key"].inner within a pipeline that a stage uses
	Address   string          `json:"address,omitempty"`   // of the instance: stage, stage["key"] or stage[0]
	Attempt   int             `json:"attempt,omitempty"`   // from 1
	Take      int             `json:"take,omitempty"`      // which try at the result, from 2; 0 for the first
	Provider  string          `json:"provider,omitempty"`  // that serves or served the call
	Instances int             `json:"instances,omitempty"` // with StageExpanded: how many
	Message   string          `json:"message,omitempty"`   // for people
	Warnings  []string        `json:"warnings,omitempty"`  // with InstanceDone and InstanceReused: from the provider, for people
	Took      time.Duration   `json:"took,omitempty"`      // with InstanceDone: of the successful attempt, in nanoseconds
	Cost      providers.Money `json:"cost,omitempty"`      // of the attempt, in millionths of a US dollar
	Error     *Failure        `json:"error,omitempty"`
	Done      float64         `json:"done,omitempty"` // with Progress: of the whole run, 0 to 1
}

// A Failure is why an attempt, an instance or a run failed, as it is recorded.
type Failure struct {
	Kind    providers.Kind `json:"kind"`
	Message string         `json:"message"`        // for the operator
	User    string         `json:"user,omitempty"` // safe to show to whoever asked
	Hint    string         `json:"hint,omitempty"` // how to mend it
	Address string         `json:"address,omitempty"`
}

func failure(err error, address string) *Failure {
	e := providers.AsError(err)
	return &Failure{Kind: e.Kind, Message: e.Message, User: e.User, Hint: e.Hint, Address: address}
}

// asError is the failure as the error that it was.
func (f *Failure) asError() *providers.Error {
	return &providers.Error{Kind: f.Kind, Message: f.Message, User: f.User, Hint: f.Hint}
}

// record is an event as it is journalled, with what only the engine needs.
type record struct {
	Event
	Output         json.RawMessage // with InstanceDone, InstanceReused, InstanceEdited
	Key            string          // the call's cache key
	IdempotencyKey string
	Checkpoint     []byte
	Estimate       providers.Money // with AttemptStarted: what the call may cost at most, as far as is known
	Unsafe         bool            // with AttemptStarted: to make the call again may pay for it again

	artifacts []string
}

// recordFormat is the format that stored has. A newer program may read older formats, never the other way.
const recordFormat = 1

// stored is what the journal keeps of a record beside an event's own columns.
type stored struct {
	Format         int             `json:"v"`
	Stage          string          `json:"stage,omitempty"`
	Take           int             `json:"take,omitempty"`
	Provider       string          `json:"provider,omitempty"`
	Instances      int             `json:"instances,omitempty"`
	Message        string          `json:"message,omitempty"`
	Warnings       []string        `json:"warnings,omitempty"`
	Took           time.Duration   `json:"took,omitempty"`
	Cost           providers.Money `json:"cost,omitempty"`
	Error          *Failure        `json:"error,omitempty"`
	Output         json.RawMessage `json:"output,omitempty"`
	Key            string          `json:"key,omitempty"`
	IdempotencyKey string          `json:"idempotency_key,omitempty"`
	Checkpoint     []byte          `json:"checkpoint,omitempty"`
	Estimate       providers.Money `json:"estimate,omitempty"`
	Unsafe         bool            `json:"unsafe,omitempty"`
}

// journalled encodes a record for the journal.
func (r record) journalled() (journal.Event, error) {
	data, err := json.Marshal(stored{
		Format: recordFormat, Stage: r.Stage, Take: r.Take, Provider: r.Provider, Instances: r.Instances,
		Message: r.Message, Warnings: r.Warnings, Took: r.Took, Cost: r.Cost, Error: r.Error,
		Output: r.Output, Key: r.Key, IdempotencyKey: r.IdempotencyKey, Checkpoint: r.Checkpoint,
		Estimate: r.Estimate, Unsafe: r.Unsafe,
	})
	return journal.Event{
		Time: r.Time, Kind: string(r.Kind), Address: r.Address, Attempt: r.Attempt,
		Data: data, Artifacts: r.artifacts,
	}, err
}

// readRecord decodes what journalled has encoded. Its error says what is wrong with the event.
func readRecord(e journal.Event) (record, error) {
	var s stored
	if err := json.Unmarshal(e.Data, &s); err != nil {
		return record{}, fmt.Errorf("it does not decode: %w", err)
	}
	if s.Format > recordFormat {
		return record{}, fmt.Errorf("it has format %d and this program knows format %d: it was written by a newer version", s.Format, recordFormat)
	}
	return record{
		Event: Event{
			Seq: e.Seq, Time: e.Time, Kind: Kind(e.Kind), Address: e.Address, Attempt: e.Attempt,
			Stage: s.Stage, Take: s.Take, Provider: s.Provider, Instances: s.Instances, Message: s.Message,
			Warnings: s.Warnings, Took: s.Took, Cost: s.Cost, Error: s.Error,
		},
		Output: s.Output, Key: s.Key, IdempotencyKey: s.IdempotencyKey, Checkpoint: s.Checkpoint,
		Estimate: s.Estimate, Unsafe: s.Unsafe, artifacts: e.Artifacts,
	}, nil
}
