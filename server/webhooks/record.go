package webhooks

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// The records. Everything of an account lies under its id, so that another account's ids find nothing.
//
//	webhook              / account                       what Publish needs of all its registrations
//	webhook-registration / account / webhook             a registration
//	webhook-delivery     / account / webhook / delivery  a delivery; ids are in the order of time
//	webhook-pending      / account / webhook / delivery  when its next try is due; gone when it has ended
//	webhook-once         / account / event               the event has been published; gone after 30 days
const (
	rootIndex        = "webhook"
	rootRegistration = "webhook-registration"
	rootDelivery     = "webhook-delivery"
	rootPending      = "webhook-pending"
	rootOnce         = "webhook-once"
)

// A ref names a delivery.
type ref struct{ account, webhook, delivery string }

func (r ref) key() store.Key     { return store.K(rootDelivery, r.account, r.webhook, r.delivery) }
func (r ref) pending() store.Key { return store.K(rootPending, r.account, r.webhook, r.delivery) }

func registrationKey(account, id string) store.Key { return store.K(rootRegistration, account, id) }

// refOf reads a ref from the key of a delivery or of its pending entry.
func refOf(key store.Key) (ref, bool) {
	p := key.Parts()
	if len(p) != 4 {
		return ref{}, false
	}
	return ref{p[1], p[2], p[3]}, true
}

// An index is what Publish needs of an account's registrations, in one value: an update that reads it
// conflicts with one that registers, so that no event slips between them. Deliveries do not change it.
type index struct {
	Webhooks []indexed `json:"webhooks"`
}

type indexed struct {
	ID      string   `json:"id"`
	Events  []string `json:"events"`
	Enabled bool     `json:"enabled"`
}

func readIndex(tx *store.Tx, account string) (index, error) {
	var ix index
	err := tx.Get(store.K(rootIndex, account), &ix)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return ix, err
}

func (ix index) put(tx *store.Tx, account string) error {
	if len(ix.Webhooks) == 0 {
		return tx.Delete(store.K(rootIndex, account))
	}
	return tx.Put(store.K(rootIndex, account), ix)
}

func (ix index) find(id string) int {
	return slices.IndexFunc(ix.Webhooks, func(w indexed) bool { return w.ID == id })
}

// A record is a registration as it is stored.
type record struct {
	Registration
	Secrets     []sealed  `json:"secrets"`               // the newest first; each signs
	LastFailure time.Time `json:"last_failure,omitzero"` // since when FailingSince would be forgotten
}

// A sealed secret signs until a time; the newest has none.
type sealed struct {
	Bytes []byte    `json:"bytes"`
	Until time.Time `json:"until,omitzero"`
}

func readRecord(tx *store.Tx, account, id string) (record, error) {
	var r record
	err := tx.Get(registrationKey(account, id), &r)
	return r, found(err)
}

// put stores a registration, and in the index what differs there.
func (r record) put(tx *store.Tx, account string) error {
	if err := tx.Put(registrationKey(account, r.ID), r); err != nil {
		return err
	}
	ix, err := readIndex(tx, account)
	if err != nil {
		return err
	}
	entry := indexed{r.ID, r.Events, r.Enabled}
	switch i := ix.find(r.ID); {
	case i < 0:
		ix.Webhooks = append(ix.Webhooks, entry)
	case ix.Webhooks[i].Enabled == entry.Enabled && slices.Equal(ix.Webhooks[i].Events, entry.Events):
		return nil
	default:
		ix.Webhooks[i] = entry
	}
	return ix.put(tx, account)
}

// A stored delivery is one with what only we need to know.
type stored struct {
	Delivery
	Data   string    `json:"data"`            // JSON, before rendering
	Time   time.Time `json:"time"`            // when the event happened
	Step   int       `json:"step"`            // how many tries of the schedule have failed
	Asked  int       `json:"asked,omitempty"` // how often a person has asked for another try
	Body   []byte    `json:"body,omitempty"`
	BodyAt time.Time `json:"body_at,omitzero"` // when Body was rendered
}

// A pending entry says when the next try is due.
type pending struct {
	Due time.Time `json:"due"`
}

func readStored(tx *store.Tx, r ref) (stored, error) {
	var d stored
	err := tx.Get(r.key(), &d)
	return d, found(err)
}

// put stores a delivery, and its pending entry as long as it is pending.
func (d stored) put(tx *store.Tx, r ref) error {
	if err := tx.Put(r.key(), d); err != nil {
		return err
	}
	if d.State != StatePending {
		return tx.Delete(r.pending())
	}
	return tx.Put(r.pending(), pending{d.NextAt})
}

// remove deletes a delivery.
func (r ref) remove(tx *store.Tx) error {
	if err := tx.Delete(r.key()); err != nil {
		return err
	}
	return tx.Delete(r.pending())
}

// compact checks an event's data and takes the spaces out.
func compact(data json.RawMessage) (string, error) {
	if len(data) == 0 {
		return "{}", nil
	}
	raw, err := compactJSON(data)
	if err != nil {
		return "", errors.New("the data of an event are not JSON")
	}
	if len(raw) > maxData {
		return "", errors.New("the data of an event are larger than 64 KiB")
	}
	return string(raw), nil
}
