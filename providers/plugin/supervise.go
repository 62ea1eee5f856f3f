package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/filmloom/filmloom/providers"
	pb "github.com/filmloom/filmloom/providers/proto"
)

// pace is the supervisor's timing; tests shorten it.
type pace struct {
	firstDelay, maxDelay time.Duration // between a crash and the next start; doubles
	patience             time.Duration // how long a call waits for a start that is delayed
	steady               time.Duration // a process that lived this long forgives earlier crashes
	healthEvery          time.Duration // between health checks, and the time each may take
	healthMisses         int           // this many in a row end the process
	cutGrace             time.Duration // between the end of the connection and the end of the process
	cancelGrace          time.Duration // how long a cancelled call may take to end
	stopGrace            time.Duration // how long a process may take to shut down
}

var usualPace = pace{
	firstDelay: 100 * time.Millisecond, maxDelay: 30 * time.Second, patience: time.Second, steady: time.Minute,
	healthEvery: 10 * time.Second, healthMisses: 6, cutGrace: time.Second, cancelGrace: 2 * time.Second, stopGrace: 10 * time.Second,
}

// supervisor keeps at most one process of a plugin running, and knows how it must be configured.
type supervisor struct {
	spec Spec
	pace pace
	log  *slog.Logger

	life  context.Context // of starts and watchers; ended by end
	end   context.CancelFunc
	tasks sync.WaitGroup

	mu       sync.Mutex
	current  *instance
	starting *startup
	config   *configuration // the last one, or nil
	inFlight int
	drained  chan struct{} // made by close, closed with the last call
	closed   bool
	failures int // starts and processes in a row that went wrong
	retryAt  time.Time
	idle     *time.Timer

	starts, crashes int    // for Stats
	lastFailure     string // for Stats
}

// startup is one attempt to start, shared by all that wait for it.
type startup struct {
	done chan struct{}
	err  error // set before done is closed
}

type configuration struct {
	raw          json.RawMessage
	ready        bool
	cacheVersion string
}

func newSupervisor(spec Spec, pace pace, log *slog.Logger) *supervisor {
	s := &supervisor{spec: spec, pace: pace, log: log}
	s.life, s.end = context.WithCancel(context.Background())
	return s
}

// acquire gives a running, configured instance; the caller must release it.
func (s *supervisor) acquire(ctx context.Context) (*instance, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return nil, s.shutDown()
		}
		if s.current != nil && !s.current.isDead() {
			inst := s.current
			s.inFlight++
			s.mu.Unlock()
			return inst, nil
		}
		if s.starting == nil {
			wait := time.Until(s.retryAt)
			if wait > s.pace.patience {
				s.mu.Unlock()
				return nil, &providers.Error{
					Kind: providers.KindUnavailable, RetryAfter: wait,
					Message: fmt.Sprintf("plugin %s failed %d times in a row and starts again in %v",
						s.spec.Name, s.failures, wait.Round(time.Second)),
				}
			}
			st := &startup{done: make(chan struct{})}
			s.starting = st
			s.tasks.Go(func() { s.start(st, wait) })
		}
		st := s.starting
		s.mu.Unlock()
		select {
		case <-st.done:
			if st.err != nil {
				return nil, st.err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// shutDown is the error of a call that comes too late.
func (s *supervisor) shutDown() error {
	return providers.Errorf(providers.KindUnavailable, "plugin %s is shut down", s.spec.Name)
}

// release ends what acquire began.
func (s *supervisor) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
	if s.inFlight > 0 {
		return
	}
	if s.closed {
		if s.drained != nil {
			close(s.drained)
		}
		return
	}
	s.waitIdle()
}

// waitIdle starts to count the time without calls. The lock is held.
func (s *supervisor) waitIdle() {
	if s.spec.IdleAfter < 0 {
		return
	}
	if s.idle == nil {
		s.idle = time.AfterFunc(s.spec.IdleAfter, s.stopIdle)
		return
	}
	s.idle.Reset(s.spec.IdleAfter)
}

// stopIdle ends the process when no call uses it.
func (s *supervisor) stopIdle() {
	s.mu.Lock()
	if s.closed || s.inFlight > 0 || s.current == nil {
		s.mu.Unlock()
		return
	}
	inst := s.current
	s.current = nil
	s.tasks.Go(func() { s.stop(s.life, inst) })
	s.mu.Unlock()
	s.log.Debug("plugin stopped after idle time", "after", s.spec.IdleAfter)
}

// start performs a startup after a wait.
func (s *supervisor) start(st *startup, wait time.Duration) {
	inst, err := s.startConfigured(wait)
	s.mu.Lock()
	s.starting = nil
	if err != nil && s.life.Err() != nil {
		err = s.shutDown() // and not a cancelled context, which is none of the waiting callers'
	} else if err == nil && s.closed {
		err = s.shutDown()
		s.tasks.Go(func() { s.stop(s.life, inst) })
	} else if err == nil {
		s.current = inst
		s.starts++
		s.waitIdle()
	} else if !s.closed {
		s.lastFailure = err.Error()
		s.failed()
	}
	s.mu.Unlock()
	st.err = err
	close(st.done)
}

// failed puts the next start off. The lock is held.
func (s *supervisor) failed() {
	delay := s.pace.firstDelay << min(s.failures, 20)
	s.failures++
	s.retryAt = time.Now().Add(min(delay, s.pace.maxDelay))
}

func (s *supervisor) startConfigured(wait time.Duration) (*instance, error) {
	if wait > 0 {
		select {
		case <-time.After(wait):
		case <-s.life.Done():
		}
	}
	if s.life.Err() != nil {
		return nil, s.shutDown()
	}
	began := time.Now()
	inst, err := connect(s.life, s.spec, s.log)
	if err != nil {
		return nil, err
	}
	s.log.Debug("plugin started", "pid", inst.ID(), "took", time.Since(began))
	s.tasks.Go(func() { s.watch(inst) })
	s.mu.Lock()
	config := s.config
	s.mu.Unlock()
	if config == nil {
		return inst, nil
	}
	if err := s.reconfigure(inst, config); err != nil {
		s.tasks.Go(func() { s.stop(s.life, inst) })
		return nil, err
	}
	return inst, nil
}

// reconfigure gives a fresh process the configuration that the provider had.
func (s *supervisor) reconfigure(inst *instance, config *configuration) error {
	answer, err := inst.rpc.Configure(s.life, &pb.ConfigureRequest{Config: config.raw})
	if err != nil {
		return s.failure(s.life, inst, "configuring it again", err)
	}
	if answer.GetError() != nil {
		return errorFromWire(answer.GetError())
	}
	c := configuredFromWire(answer.GetConfigured())
	if config.ready && !c.Ready {
		return &providers.Error{
			Kind: providers.KindUnavailable, Hint: c.Hint,
			Message: fmt.Sprintf("plugin %s is not ready any more after a restart: %s", s.spec.Name, c.Problem),
		}
	}
	if c.CacheVersion != config.cacheVersion {
		s.log.Warn("plugin restarted with another cache version", "was", config.cacheVersion, "is", c.CacheVersion)
	}
	return nil
}

// watch stays with an instance to its end: it checks its health, and tidies up after it.
func (s *supervisor) watch(inst *instance) {
	misses := 0
	tick := time.NewTicker(s.pace.healthEvery)
	defer tick.Stop()
	for !inst.isDead() {
		select {
		case <-inst.dead:
		case <-inst.cut:
			// A process that is dying loses its connection first.
			select {
			case <-inst.dead:
			case <-time.After(s.pace.cutGrace):
				inst.kill("it closed its connection")
				<-inst.dead
			}
		case <-tick.C:
			ctx, cancel := context.WithTimeout(context.Background(), s.pace.healthEvery)
			stop := context.AfterFunc(s.life, cancel)
			if inst.silence(ctx) == nil {
				misses = 0
			} else if misses++; misses >= s.pace.healthMisses {
				inst.kill("it stopped answering")
			}
			stop()
			cancel()
		}
	}
	s.mu.Lock()
	if s.current == inst {
		s.current = nil
	}
	unwanted := !inst.wanted()
	if unwanted && !s.closed {
		if time.Since(inst.since) >= s.pace.steady {
			s.failures = 0
		}
		s.crashes++
		s.lastFailure = inst.epitaph()
		s.failed()
	}
	s.mu.Unlock()
	if unwanted {
		s.log.Error("plugin died", "pid", inst.ID(), "how", inst.epitaph())
	}
	inst.release()
}

// worked notes that the plugin did its work, which forgives earlier crashes.
func (s *supervisor) worked() {
	s.mu.Lock()
	s.failures = 0
	s.mu.Unlock()
}

// stop shuts an instance down, by force when the context ends or the grace is over, and waits for its end.
func (s *supervisor) stop(ctx context.Context, inst *instance) {
	ctx, cancel := context.WithTimeout(ctx, s.pace.stopGrace)
	defer cancel()
	inst.expectEnd()
	stop := context.AfterFunc(ctx, func() { inst.kill("") })
	defer stop()
	answer, err := inst.rpc.Shutdown(ctx, &pb.ShutdownRequest{})
	if err == nil && answer.GetError() != nil {
		err = errorFromWire(answer.GetError())
	}
	if err != nil {
		s.log.Warn("plugin did not shut down cleanly", "error", err)
	}
	inst.client.Kill()
	<-inst.gone
}

// close lets the calls in flight finish, then stops the process. When the context ends first it stops
// it by force and returns the context's error.
func (s *supervisor) close(ctx context.Context) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	inst, st := s.current, s.starting
	var drained chan struct{}
	if s.inFlight > 0 {
		drained = make(chan struct{})
		s.drained = drained
	}
	if s.idle != nil {
		s.idle.Stop()
	}
	s.mu.Unlock()

	var err error
	if drained != nil {
		select {
		case <-drained:
		case <-ctx.Done():
			err = fmt.Errorf("plugin %s was stopped with calls in flight: %w", s.spec.Name, ctx.Err())
		}
	}
	if st != nil {
		s.end()
		<-st.done
	}
	if inst != nil {
		s.stop(ctx, inst)
	}
	s.end()
	s.tasks.Wait()
	if drained != nil {
		<-drained
	}
	return err
}
