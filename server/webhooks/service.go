package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/filmloom/filmloom/server/store"
)

// Service keeps registrations and delivers events to them. Its methods may be called concurrently.
type Service struct {
	c      Config
	guard  guard
	sender *sender
	inbox  inbox
	reload time.Duration // how often everything is loaded, in case a hint was lost

	life context.Context    // of requests and connections
	cut  context.CancelFunc // ends it

	mu      sync.Mutex
	started bool
	closed  bool
	stop    context.CancelFunc // begin nothing more
	work    sync.WaitGroup     // what Start began
	calls   sync.WaitGroup     // Tests under way
	testing map[string]int     // how many of each account
}

// New makes a service. Registrations can be used and events published at once; nothing is sent until Start.
func New(c Config) (*Service, error) {
	if c.DB == nil || c.Seal == nil || c.Unseal == nil {
		return nil, errors.New("webhooks need a database, and functions that seal and unseal secrets")
	}
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	if c.Timeout == 0 {
		c.Timeout = 15 * time.Second
	}
	if c.MaxPerAccount == 0 {
		c.MaxPerAccount = 20
	}
	if c.Workers == 0 {
		c.Workers = 64
	}
	if c.Timeout < 0 || c.MaxPerAccount < 0 || c.Workers < 0 {
		return nil, errors.New("the timeout, the workers and the webhooks per account cannot be negative")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Known == nil {
		c.Known = func(*store.Tx, string) error { return nil }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observe == nil {
		c.Observe = func(string) {}
	}
	g := guard{allow: plainPrefixes(c.Allow)}
	life, cut := context.WithCancel(context.Background())
	return &Service{
		c: c, guard: g, sender: newSender(life, g, c.Resolver, c.Timeout),
		inbox: inbox{signal: make(chan struct{}, 1)}, testing: map[string]int{}, reload: time.Minute,
		life: life, cut: cut, stop: func() {},
	}, nil
}

// Start begins to deliver, with what an earlier process left. The context is for the start alone.
func (s *Service) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.started:
		return errors.New("the webhooks are started already")
	case ctx.Err() != nil:
		return ctx.Err()
	}
	running, stop := context.WithCancel(context.Background())
	d := newDispatcher(s)
	s.inbox.open()
	if err := d.load(); err != nil {
		stop()
		s.inbox.shut()
		return fmt.Errorf("the deliveries that are due cannot be read: %w", err)
	}
	s.started, s.stop = true, stop
	s.work.Go(func() { d.run(running) })
	s.work.Go(func() { s.tidy(running) })
	return nil
}

// Close stops delivering. It waits for tries under way until the context ends, and then cuts them off: they
// are made again after the next start. When it returns no goroutine is left. The error is always nil.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.inbox.shut()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.calls.Wait()
		s.work.Wait()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	s.cut()
	<-ended
	s.sender.close()
	return nil
}

// Wake makes the workers look at once for what is due. It is worth calling after a transaction in which
// something was published, and needed after the clock of [Config.Now] has jumped; without it they find out
// within a moment.
func (s *Service) Wake() { s.inbox.wake() }

// tidy prunes now and every hour.
func (s *Service) tidy(ctx context.Context) {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		if _, err := s.Prune(ctx); err != nil && ctx.Err() == nil {
			s.c.Log.Error("old webhook deliveries cannot be removed; the next try is in an hour", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
		}
	}
}

func (s *Service) now() time.Time { return s.c.Now().UTC() }

// found makes ErrNotFound of the store's.
func found(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrNotFound
	}
	return err
}
