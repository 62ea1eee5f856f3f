package production

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/server/store"
)

// Errors that callers may test for.
var (
	ErrNotFound = errors.New("there is no such production")
	ErrActive   = errors.New("an order of the production is being worked on")
	ErrIdle     = errors.New("nothing of the production is being worked on")
	ErrBusy     = errors.New("the picture is being made already")
	ErrNoScene  = errors.New("the film has no such scene")
	ErrFull     = errors.New("the queue is full")
	ErrClosed   = errors.New("the server is stopping")
)

// Config says how a desk works. Store and Engine must be given.
type Config struct {
	Store  *store.DB
	Engine *engine.Engine
	// Active is how many films are made at the same time; 0 means 2.
	Active int
	// Queue is how many films may wait; 0 means 1000, a negative number none.
	Queue int
	// Retention is how long the files of a deleted production stay; 0 means that they go with the next
	// cleaning.
	Retention time.Duration
	// Listed tells, by API, under which status a production is listed; without one it is that of its summary.
	Listed map[string]func(*Production) string
	// Known tells within a transaction whether an account is there; its error is what comes of a production or an
	// order for one that is not. nil takes every account for one that is.
	Known func(tx *store.Tx, account string) error
	// Hooks are told of each change of an order, within its transaction.
	Hooks []Hook
	Now   func() time.Time // nil means time.Now
	Log   *slog.Logger     // nil discards it
}

// A Hook takes part in the transaction in which an order changes: the order has its new status, and an error
// undoes the change. It may be called several times for one change, of which the last one counts.
type Hook func(tx *store.Tx, p *Production, o *Order) error

// A Desk looks after all productions. Its methods may be called concurrently.
type Desk struct {
	conf Config

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	open   map[string]*live    // by production: those with open orders
	recent recent              // of the others, those that were looked at last
	round  uint64              // goes up whenever what recent has may be out of date
	line   line                // orders that wait
	stands map[string]*waiting // by order: those in the line, and those called whom nobody has looked for yet
	coming int                 // orders for which there is room and which are not in the line yet
	active int                 // films being made
	closed bool
}

// New makes a desk and goes on with the orders that are open. The context bounds New only.
func New(ctx context.Context, conf Config) (*Desk, error) {
	conf = conf.filled()
	d := &Desk{conf: conf, open: map[string]*live{}, recent: newRecent(256), stands: map[string]*waiting{}}
	d.ctx, d.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := d.goOn(ctx); err != nil {
		d.cancel()
		return nil, fmt.Errorf("open orders cannot be read: %w", err)
	}
	return d, nil
}

// filled gives what was left out its usual value.
func (conf Config) filled() Config {
	if conf.Active <= 0 {
		conf.Active = 2
	}
	if conf.Queue == 0 {
		conf.Queue = 1000
	}
	if conf.Known == nil {
		conf.Known = func(*store.Tx, string) error { return nil }
	}
	if conf.Now == nil {
		conf.Now = time.Now
	}
	if conf.Log == nil {
		conf.Log = slog.New(slog.DiscardHandler)
	}
	return conf
}

// Close stops looking after productions; it must be called before the engine is closed or while it is. Runs
// are not stopped by it. Work that goes on is found again by New.
func (d *Desk) Close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.cancel()
	d.wg.Wait()
}

// now is the time that records get: to the microsecond, as an API shows it.
func (d *Desk) now() time.Time { return d.conf.Now().UTC().Truncate(time.Microsecond) }

// A Creation is a new production.
type Creation struct {
	Account string
	API     string
	Title   string
	Request any    // that the API wants to find again with Request; encodes as JSON
	Order   *Order // the first one; nil for a draft
}

// Create records a production and begins with its order. with, when not nil, is called within the
// transaction, before the order is written, and may change it. The error is ErrFull, or with's.
func (d *Desk) Create(ctx context.Context, c Creation, with func(*store.Tx, *Production, *Order) error) (*Production, error) {
	if c.Order != nil {
		if err := d.room(); err != nil {
			return nil, err
		}
		defer d.came()
	}
	id, err := newID()
	if err != nil {
		return nil, err
	}
	at := d.now()
	p := &Production{ID: id, Account: c.Account, API: c.API, Title: c.Title, Created: at, Updated: at, Summary: Summary{Status: Draft}}
	var o *Order
	if c.Order != nil {
		if o, err = d.fill(p, *c.Order); err != nil {
			return nil, err
		}
		p.Summary.Status = Queued
	}
	err = d.conf.Store.Update(ctx, func(tx *store.Tx) error {
		if err := d.conf.Known(tx, c.Account); err != nil {
			return err
		}
		if err := tx.Put(requestKey(id), c.Request); err != nil {
			return err
		}
		if err := d.put(tx, p, ""); err != nil {
			return err
		}
		if with != nil {
			if err := with(tx, p, o); err != nil {
				return err
			}
		}
		if o == nil {
			return nil
		}
		return d.record(tx, p, o)
	})
	if err != nil {
		return nil, err
	}
	if o != nil {
		d.begin(&snapshot{production: p, head: o}, 0, 0)
	}
	return p, nil
}

// fill completes a new order and makes it the production's head.
func (d *Desk) fill(p *Production, o Order) (*Order, error) {
	if o.ID == "" {
		id, err := newID()
		if err != nil {
			return nil, err
		}
		o.ID = id
	}
	o.Production, o.Account, o.API = p.ID, p.Account, p.API
	o.Status, o.Created = Queued, d.now()
	p.Orders = append(p.Orders, o.ID)
	return &o, nil
}

// record writes a new order, for an account that is there.
func (d *Desk) record(tx *store.Tx, p *Production, o *Order) error {
	if err := d.conf.Known(tx, o.Account); err != nil {
		return err
	}
	if err := tx.Put(openKey(o.ID), struct{}{}); err != nil {
		return err
	}
	return d.write(tx, p, o)
}

// write writes an order as it is now, and tells the hooks.
func (d *Desk) write(tx *store.Tx, p *Production, o *Order) error {
	if err := tx.Put(orderKey(o.ID), o); err != nil {
		return err
	}
	for _, hook := range d.conf.Hooks {
		if err := hook(tx, p, o); err != nil {
			return err
		}
	}
	return nil
}

// NewID makes an id for an order or a record beside it: a UUID of version 7, so that ids are in the order of
// creation.
func NewID() (string, error) { return newID() }

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("an id cannot be made: %w", err)
	}
	return id.String(), nil
}

// Request reads what was remembered of a production's request into what v points at.
func (d *Desk) Request(id string, v any) error {
	return d.conf.Store.View(func(tx *store.Tx) error { return RequestIn(tx, id, v) })
}

// RequestIn is Request within a transaction.
func RequestIn(tx *store.Tx, id string, v any) error { return tx.Get(requestKey(id), v) }

// Order finds an order. The error is ErrNotFound.
func (d *Desk) Order(id string) (o *Order, err error) {
	err = d.conf.Store.View(func(tx *store.Tx) error {
		o, err = OrderIn(tx, id)
		return err
	})
	return o, err
}

// OrderIn finds an order within a transaction. The error is ErrNotFound.
func OrderIn(tx *store.Tx, id string) (*Order, error) {
	var o Order
	err := tx.Get(orderKey(id), &o)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotFound
	}
	return &o, err
}

// inputs are the order's, as the engine takes them.
func (o *Order) inputs() (engine.Inputs, error) {
	var in engine.Inputs
	if len(o.Inputs) == 0 {
		return in, nil
	}
	if err := json.Unmarshal(o.Inputs, &in); err != nil {
		return nil, fmt.Errorf("the inputs of order %s are damaged: %w", o.ID, err)
	}
	return in, nil
}
