package engine

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

const (
	// cancelGrace is how long a cancelled call may take to return before it is given up.
	cancelGrace = time.Second
	// strayGrace is how long Close waits for calls that were given up and have not returned.
	strayGrace = 5 * time.Second
)

// A keptResult is a result whose files are in the store. They cannot be collected until inUse is called.
type keptResult struct {
	*providers.Result
	value     cty.Value
	artifacts []string
	inUse     func()
}

// execute makes the call and takes its result into the store. This is the seam behind which calls may one
// day run on another machine: a call and its stream of reports in, a result or an error out.
func (c *calls) execute(e *entry, op *operation, raw json.RawMessage, idempotencyKey string) (*keptResult, error) {
	x := c.x
	conf := x.eng.conf
	secrets, err := c.resolveSecrets()
	if err != nil {
		return nil, err
	}
	dir, remove, err := c.workDir(op)
	if err != nil {
		return nil, err
	}
	timeout := c.job.stage().Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	call := &providers.Call{
		Capability: op.Name, Input: raw, WorkDir: dir, IdempotencyKey: idempotencyKey,
		Attempt: c.attempt, Run: x.id, Address: c.address, Secrets: secrets,
	}
	all := slices.Clone(e.secrets)
	for _, secret := range secrets {
		all = append(all, secret)
	}
	clean := newRedactor(all...)
	report := &reporter{c: c, attempt: c.attempt, clean: clean}
	defer report.end()
	call.Report = report
	if e.name == c.resume.provider {
		call.Checkpoint, c.resume = c.resume.checkpoint, handover{}
	}
	s := &shot{call: call, release: func() {
		if err := remove(); err != nil {
			conf.Log.Warn("work directory cannot be removed", "dir", dir, "error", err)
		}
	}}
	res, err := s.fire(x.ctx, x.eng, e, timeout)
	if err != nil {
		return nil, clean.error(err)
	}
	defer s.release()
	res.Warnings = clean.texts(res.Warnings)
	inUse := x.eng.refuse.use()
	value, artifacts, err := keepOutput(x.ctx, conf.Artifacts, dir, res.Output, op)
	if err != nil {
		inUse()
		return nil, providers.Charged(clean.error(err), res.Cost)
	}
	return &keptResult{res, value, artifacts, inUse}, nil
}

// workDir makes the call's work directory, where what the capability gives may have a file in it.
func (c *calls) workDir(op *operation) (dir string, remove func() error, err error) {
	if !op.files {
		return "", func() error { return nil }, nil
	}
	dir, remove, err = c.x.eng.conf.Artifacts.WorkDir(c.x.ctx)
	if err != nil {
		return "", nil, providers.Errorf(providers.KindUnavailable, "no work directory: %w", err)
	}
	return dir, remove, nil
}

// A shot is a call that is being made. Its work directory is the provider's until the call has returned.
type shot struct {
	call    *providers.Call
	release func()
	result  *providers.Result
	err     error
}

// fire makes the call. When the context ends and the provider does not heed that, the call is given up:
// it goes on in a goroutine that Close waits for a little. After a result the caller releases the work
// directory.
func (s *shot) fire(ctx context.Context, eng *Engine, e *entry, timeout time.Duration) (*providers.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	returned := make(chan struct{})
	var mu sync.Mutex
	abandoned := false
	eng.strays.Add(1)
	go func() {
		defer eng.strays.Done()
		defer cancel()
		s.result, s.err = e.provider.Execute(ctx, s.call)
		mu.Lock()
		defer mu.Unlock()
		if abandoned || s.err != nil {
			s.release()
		}
		close(returned)
	}()
	select {
	case <-returned:
	case <-ctx.Done():
		grace := time.NewTimer(cancelGrace)
		defer grace.Stop()
		select {
		case <-returned:
		case <-grace.C:
			mu.Lock()
			select {
			case <-returned: // just now
			default:
				abandoned = true
			}
			mu.Unlock()
			if abandoned {
				eng.conf.Log.Warn("a cancelled call does not return", "provider", e.name, "run", s.call.Run, "address", s.call.Address)
				return nil, s.ended(ctx, e, timeout)
			}
		}
	}
	if s.err != nil && ctx.Err() != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return nil, providers.Charged(s.ended(ctx, e, timeout), providers.AsError(s.err).Cost)
	}
	if s.err == nil && s.result == nil {
		s.release()
		return nil, providers.Errorf(providers.KindInternal, "%s gave neither a result nor an error", e.name)
	}
	return s.result, s.err
}

// ended is why a call whose context has ended gave nothing.
func (s *shot) ended(ctx context.Context, e *entry, timeout time.Duration) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.DeadlineExceeded) {
		return providers.Errorf(providers.KindTimeout, "%s took longer than the stage's timeout of %s", e.name, timeout)
	}
	return cause
}

// awaitStrays waits for calls that were given up, but not for ever.
func (e *Engine) awaitStrays() {
	ended := make(chan struct{})
	go func() {
		e.strays.Wait()
		close(ended)
	}()
	grace := time.NewTimer(strayGrace)
	defer grace.Stop()
	select {
	case <-ended:
	case <-grace.C:
		e.conf.Log.Error("a provider's call does not return; the engine closes without it")
	}
}

// resolveSecrets turns the stage's references into values, for the provider alone.
func (c *calls) resolveSecrets() (map[string]string, error) {
	if len(c.secrets) == 0 {
		return nil, nil
	}
	resolve := c.x.eng.conf.Secrets
	if resolve == nil {
		return nil, providers.Errorf(providers.KindInvalidInput, "the stage needs secrets, and this engine has nothing that resolves them (engine.Config.Secrets)")
	}
	values := make(map[string]string, len(c.secrets))
	for name, reference := range c.secrets {
		v, err := resolve(c.x.ctx, reference)
		if err != nil {
			failed := providers.Errorf(providers.KindUnauthorized, "the secret %s cannot be had: %w", name, err)
			var said *providers.Error
			if errors.As(err, &said) { // whoever resolves it knows better
				failed.Kind, failed.User, failed.Hint, failed.RetryAfter = said.Kind, said.User, said.Hint, said.RetryAfter
			}
			return nil, failed
		}
		values[name] = v
	}
	return values, nil
}

// reporter takes what a call says while it runs. What comes after its end is dropped.
type reporter struct {
	c       *calls
	attempt int
	clean   redactor

	mu   sync.RWMutex // held while something is taken
	over bool
}

// end waits until what was said in time is taken: nothing of a call is recorded after its end, and nothing of a
// run by an execution that has ended.
func (p *reporter) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
}

func (p *reporter) Progress(done float64, message string) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.over {
		return
	}
	p.c.x.update(func(v *view) {
		a := v.stage(p.c.path).activities[p.c.address]
		if a == nil {
			return
		}
		a.Done = max(a.Done, min(max(done, 0), 1))
		if message != "" {
			a.Message = p.clean.text(message)
		}
		v.ticks++
	})
}

func (p *reporter) Log(level slog.Level, message string, args ...any) {
	x := p.c.x
	x.eng.conf.Log.With("run", x.id, "address", p.c.address).Log(x.ctx, level, p.clean.text(message), p.clean.args(args)...)
}

// Checkpoint takes a checkpoint also while the call is being cancelled: it may be all that is known of
// work that has been paid for.
func (p *reporter) Checkpoint(_ context.Context, state []byte) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.over {
		return providers.Errorf(providers.KindInvalidInput, "the call is over: its checkpoint comes too late")
	}
	ev := p.c.event(AttemptCheckpoint)
	ev.Attempt = p.attempt
	return p.c.x.append(journal.Batch{}, record{Event: ev, Checkpoint: state})
}
