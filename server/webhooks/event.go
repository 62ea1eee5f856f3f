package webhooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/filmloom/filmloom/server/store"
)

// The types of events.
const (
	JobQueued      = "job.queued"
	JobStarted     = "job.started"
	JobCompleted   = "job.completed"
	JobFailed      = "job.failed"
	JobCancelled   = "job.cancelled"
	BatchCompleted = "batch.completed"
	CreditsLow     = "credits.low"
)

// Ping is the type of what [Service.Test] sends. Nobody registers for it.
const Ping = "webhook.test"

// EventTypes are the types that one can register for.
func EventTypes() []string {
	return []string{JobQueued, JobStarted, JobCompleted, JobFailed, JobCancelled, BatchCompleted, CreditsLow}
}

// An Event is something that happened to what an account owns.
type Event struct {
	// ID names this very event in the account, for instance job id + "_completed". It is the webhook-id of
	// every delivery, by which receivers know a repetition. 1 to 128 of A–Z a–z 0–9 _ - : (no full stop, which
	// ends the id in what is signed).
	ID   string
	Type string          // one of EventTypes
	Time time.Time       // when it happened; receivers see it to the second
	Data json.RawMessage // at most 64 KiB; nothing means {}
}

const (
	maxData  = 64 << 10
	onceLife = 30 * 24 * time.Hour
)

var eventID = regexp.MustCompile(`^[A-Za-z0-9_:-]{1,128}$`)

func (e Event) check() error {
	switch {
	case !eventID.MatchString(e.ID):
		return errors.New("the id of an event has 1 to 128 letters, digits, hyphens, colons and underscores")
	case !slices.Contains(EventTypes(), e.Type):
		return errors.New("the type of an event must be one of those that webhooks are told of")
	case e.Time.IsZero():
		return errors.New("an event must say when it happened")
	}
	return nil
}

// Publish writes a delivery of an event for every enabled registration of the account that wants its type.
// They are part of the caller's transaction: sent when that commits, and only then. An event of an id that was
// published in the last 30 days does nothing more, unless nobody wanted it then. It scans nothing, so it may be
// called while the transaction is scanned. The error is of the event itself, or the database's.
func (s *Service) Publish(tx *store.Tx, account string, e Event) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("an event cannot be published: %w", err)
	}
	data, err := compact(e.Data)
	if err != nil {
		return fmt.Errorf("an event cannot be published: %w", err)
	}
	ix, err := readIndex(tx, account)
	if err != nil {
		return err
	}
	wanted := slices.DeleteFunc(ix.Webhooks, func(w indexed) bool { return !w.Enabled || !slices.Contains(w.Events, e.Type) })
	if len(wanted) == 0 {
		return nil
	}
	once := store.K(rootOnce, account, e.ID)
	if has, err := tx.Has(once); has || err != nil {
		return err
	}
	// The database forgets by its own clock, whatever ours says.
	if err := tx.PutUntil(once, true, time.Now().Add(onceLife)); err != nil {
		return err
	}
	now := s.now()
	refs := make([]ref, 0, len(wanted))
	for _, w := range wanted {
		r := ref{account, w.ID, uuid.Must(uuid.NewV7()).String()}
		d := stored{Data: data, Time: e.Time.UTC(), Delivery: Delivery{
			ID: r.delivery, WebhookID: w.ID, EventID: e.ID, Type: e.Type,
			State: StatePending, CreatedAt: now, NextAt: now,
		}}
		if err := d.put(tx, r); err != nil {
			return err
		}
		refs = append(refs, r)
	}
	s.inbox.expect(refs)
	return nil
}

// A payload is what is sent: the keys that the API's documentation prints, and those of Standard Webhooks.
type payload struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Event     string          `json:"event"`
	Timestamp string          `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

func writeBody(id, kind string, at time.Time, data json.RawMessage) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // links have an & in them
	err := enc.Encode(payload{id, kind, kind, at.UTC().Format(time.RFC3339), data})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func compactJSON(data []byte) ([]byte, error) {
	var b bytes.Buffer
	err := json.Compact(&b, data)
	return b.Bytes(), err
}
