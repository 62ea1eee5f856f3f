package engine

import (
	"encoding/json"
	"time"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

// A Kind says what an event tells.
type Kind string

// The kinds of events. All but Progress are journalled, numbered from 1 in each run without a gap,
// and can be read again at any time.
const (
	RunCreated   Kind = "run.created"
	RunStarted   Kind = "run.started"
	RunResumed   Kind = "run.resumed"   // the process had ended; Message names calls that were interrupted
	RunCompleted Kind = "run.completed" // the last event
	RunFailed    Kind = "run.failed"    // the last event; Error says why
	RunCancelled Kind = "run.cancelled" // the last event

	StageExpanded Kind = "stage.expanded" // Instances is known
	StageSkipped  Kind = "stage.skipped"

	AttemptStarted    Kind = "attempt.started"
	AttemptCheckpoint Kind = "attempt.checkpoint"
	AttemptFailed     Kind = "attempt.failed" // another attempt follows, here or at a fallback

	InstanceDone   Kind = "instance.done"
	InstanceReused Kind = "instance.reused" // done without a call: an earlier result had the same key
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
	Stage     string          `json:"stage,omitempty"`
	Address   string          `json:"address,omitempty"`   // of the instance: stage, stage["key"] or stage[0]
	Attempt   int             `json:"attempt,omitempty"`   // from 1
	Provider  string          `json:"provider,omitempty"`  // that serves or served the call
	Instances int             `json:"instances,omitempty"` // with StageExpanded: how many
	Message   string          `json:"message,omitempty"`   // for people
	Warnings  []string        `json:"warnings,omitempty"`  // with InstanceDone: from the provider, for people
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

// record is an event as it is journalled, with what only the engine needs.
type record struct {
	Event
	Output         json.RawMessage `json:"output,omitempty"` // with InstanceDone, InstanceReused
	Key            string          `json:"key,omitempty"`    // the call's cache key
	IdempotencyKey string          `json:"idempotency_key,omitempty"`
	Checkpoint     []byte          `json:"checkpoint,omitempty"`

	artifacts []string
}

// journalled encodes a record for the journal.
func (r record) journalled() (journal.Event, error) {
	data, err := json.Marshal(r)
	return journal.Event{
		Time: r.Time, Kind: string(r.Kind), Address: r.Address, Attempt: r.Attempt,
		Data: data, Artifacts: r.artifacts,
	}, err
}

// readRecord decodes what journalled has encoded.
func readRecord(e journal.Event) (record, error) {
	var r record
	err := json.Unmarshal(e.Data, &r)
	r.Seq = e.Seq
	return r, err
}
