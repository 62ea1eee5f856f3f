package webhooks

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/filmloom/filmloom/server/store"
)

// The states of a delivery.
const (
	StatePending   = "pending"   // tries are to come
	StateDelivered = "delivered" // the receiver answered 2xx
	StateFailed    = "failed"    // no try will follow, unless somebody asks for one
)

// A Delivery is an event on its way to a webhook.
type Delivery struct {
	ID        string    `json:"id"` // a UUIDv7; later deliveries have greater ones
	WebhookID string    `json:"webhook_id"`
	EventID   string    `json:"event_id"` // the webhook-id of every try
	Type      string    `json:"type"`
	State     string    `json:"state"`
	Reason    string    `json:"reason,omitempty"` // a sentence: why it failed although tries were left
	Tries     int       `json:"tries"`
	Attempts  []Attempt `json:"attempts,omitempty"` // the last 20, the oldest first
	NextAt    time.Time `json:"next_at,omitzero"`   // when the next try is due, zero unless pending
	CreatedAt time.Time `json:"created_at"`
}

// An Attempt is one try.
type Attempt struct {
	At     time.Time     `json:"at"`
	Took   time.Duration `json:"took"`
	Status int           `json:"status,omitempty"` // of the answer; 0 when there was none
	// Error says in a sentence without its full stop why the try failed; "" when it succeeded.
	Error string `json:"error,omitempty"`
	// Response is the beginning of the answer's body, at most 500 printable characters.
	Response string `json:"response,omitempty"`
}

// Succeeded tells whether the receiver took it.
func (a Attempt) Succeeded() bool { return a.Error == "" }

const maxAttempts = 20

// A Page says which part of a list is wanted.
type Page struct {
	After string // the id of the last delivery seen; "" begins at the newest
	Limit int    // 1 to 100; 0 means 20
}

// Deliveries lists a webhook's deliveries, the newest first, and tells whether there are more. The error is
// ErrNotFound for the webhook, or the database's.
func (s *Service) Deliveries(_ context.Context, account, webhook string, p Page) (list []Delivery, more bool, err error) {
	if p.Limit <= 0 {
		p.Limit = 20
	}
	p.Limit = min(p.Limit, 100)
	list = []Delivery{}
	scan := store.Scan{Under: store.K(rootDelivery, account, webhook), Reverse: true}
	if p.After != "" {
		scan.After = ref{account, webhook, p.After}.key()
	}
	err = s.c.DB.View(func(tx *store.Tx) error {
		if _, err := readRecord(tx, account, webhook); err != nil {
			return err
		}
		for e := range tx.Scan(scan) {
			if len(list) == p.Limit {
				more = true
				break
			}
			var d stored
			if err := e.Decode(&d); err != nil {
				return err
			}
			list = append(list, d.Delivery)
		}
		return nil
	})
	return list, more, err
}

// Redeliver makes a new try of a delivery at once, whatever its state, with the same webhook-id and a body that
// is rendered anew. One that was pending goes on with its schedule if the try fails; one that had ended is failed
// then. also is as Create's. The error is ErrNotFound, ErrDisabled, also's, or the database's.
func (s *Service) Redeliver(ctx context.Context, account, webhook, delivery string, also ...func(*store.Tx, Delivery) error) (Delivery, error) {
	r := ref{account, webhook, delivery}
	var d stored
	err := s.c.DB.Update(ctx, func(tx *store.Tx) error {
		rec, err := readRecord(tx, account, webhook)
		if err != nil {
			return err
		}
		if !rec.Enabled {
			return ErrDisabled
		}
		if d, err = readStored(tx, r); err != nil {
			return err
		}
		if d.State != StatePending {
			d.State, d.Step, d.Reason = StatePending, len(schedule)-1, ""
		}
		d.Asked++
		d.NextAt, d.Body, d.BodyAt = s.now(), nil, time.Time{}
		if err := d.put(tx, r); err != nil {
			return err
		}
		return within(tx, d.Delivery, also)
	})
	if err != nil {
		return Delivery{}, err
	}
	s.inbox.urge(r)
	return d.Delivery, nil
}

// maxTesting is how many tests of an account are under way at a time, so that they cannot be used to flood anybody.
const maxTesting = 4

// Test sends an event of type Ping at once and gives the outcome. It works while the webhook is disabled, leaves
// no delivery and is not repeated. The error is ErrNotFound, ErrTesting, ErrClosed, the context's or the database's:
// that the receiver did not take it is told by the attempt.
func (s *Service) Test(ctx context.Context, account, webhook string) (Attempt, error) {
	if err := s.beginTest(account); err != nil {
		return Attempt{}, err
	}
	defer s.endTest(account)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	var rec record
	err := s.c.DB.View(func(tx *store.Tx) (err error) {
		rec, err = readRecord(tx, account, webhook)
		return err
	})
	if err != nil {
		return Attempt{}, err
	}
	keys, err := s.keys(account, rec, s.now())
	if err != nil {
		return Attempt{}, err
	}
	id := "test_" + uuid.Must(uuid.NewV7()).String()
	body, err := writeBody(id, Ping, s.now(), []byte(fmt.Sprintf(`{"webhook_id":%q}`, webhook)))
	if err != nil {
		return Attempt{}, fmt.Errorf("a test event cannot be written: %w", err)
	}
	a, _, err := s.attempt(ctx, keys, rec.URL, id, body)
	return a, err
}

func (s *Service) beginTest(account string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if s.testing[account] >= maxTesting {
		return ErrTesting
	}
	s.testing[account]++
	s.calls.Add(1)
	return nil
}

func (s *Service) endTest(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.testing[account]--; s.testing[account] == 0 {
		delete(s.testing, account)
	}
	s.calls.Done()
}
