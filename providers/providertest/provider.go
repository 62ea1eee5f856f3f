package providertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/filmloom/filmloom/providers"
)

const (
	// answerTime bounds an exchange that is no call: a start included.
	answerTime = 40 * time.Second
	// shutdownTime is how long a provider may take to end.
	shutdownTime = 10 * time.Second
	// endsWithin is how long a call may go on after its context ended. What is promised is a second; the rest
	// is for a machine that has other things to do.
	endsWithin = time.Second + 500*time.Millisecond
	// givenUp is when a call that does not end is left alone.
	givenUp = 5 * time.Second
)

// suite is what the checks share. Whatever is needed is made when it is first asked for, so that each check
// can be made alone.
type suite struct {
	subject Subject
	options Options

	described   *providers.Description
	describeErr error

	main       *opened // configured with the settings given
	configured providers.Configured
	mainErr    error // why there is none
	mainTried  bool

	examples []*example

	mu    sync.Mutex
	spent providers.Money
	all   []*opened
	dirs  []string // work directories of calls that did not return; "" among them
}

func newSuite(subject Subject, o Options) *suite {
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	return &suite{subject: subject, options: o}
}

// An opened provider is one that must be shut down.
type opened struct {
	providers.Provider
	log  *logBook
	once sync.Once
	err  error
}

// shutdown ends the provider once; later calls give the same answer.
func (o *opened) shutdown() error {
	o.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		done := make(chan error, 1)
		go func() {
			defer func() {
				if r := recover(); r != nil {
					done <- fmt.Errorf("it panicked: %v", r)
				}
			}()
			done <- o.Shutdown(ctx)
		}()
		patience := time.NewTimer(shutdownTime + givenUp)
		defer patience.Stop()
		select {
		case o.err = <-done:
		case <-patience.C:
			o.err = fmt.Errorf("it does not return from Shutdown")
		}
	})
	return o.err
}

// open makes a new, unconfigured provider, which close ends at the latest.
func (s *suite) open(ctx context.Context) (*opened, error) {
	log := &logBook{}
	p, err := s.subject.open(ctx, log)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, errors.New("there is no provider: the function returned nil")
	}
	o := &opened{Provider: p, log: log}
	s.mu.Lock()
	s.all = append(s.all, o)
	s.mu.Unlock()
	return o, nil
}

// openConfigured makes a new provider with the settings given.
func (s *suite) openConfigured(ctx context.Context) (*opened, error) {
	raw, err := s.config(ctx)
	if err != nil {
		return nil, err
	}
	attrs, err := settings(s.described.Config, s.options.Config)
	if err != nil {
		return nil, err
	}
	if needed := missing(s.described.Config, attrs); len(needed) > 0 {
		return nil, fmt.Errorf("it needs settings that were not given: %s", strings.Join(needed, ", "))
	}
	p, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	c, err := configure(ctx, p, raw)
	switch {
	case err != nil:
		return nil, err
	case !c.Ready:
		return nil, &notReadyError{c}
	}
	s.configured = c
	return p, nil
}

// A notReadyError is the answer of a provider that cannot work here.
type notReadyError struct{ providers.Configured }

func (e *notReadyError) Error() string {
	return strings.TrimSpace("it is not ready: " + e.Problem + " " + e.Hint)
}

// close ends every provider.
func (s *suite) close() {
	s.mu.Lock()
	all := slices.Clone(s.all)
	s.mu.Unlock()
	var ending sync.WaitGroup
	for _, o := range all {
		ending.Go(func() { _ = o.shutdown() }) // the check shutdown looks at the error
	}
	ending.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, dir := range s.dirs {
		_ = os.RemoveAll(dir) // which does nothing for ""
	}
}

func (s *suite) charge(m providers.Money) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent += max(m, 0)
}

func (s *suite) cost() providers.Money {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent
}

// describe gives what the provider says of itself, asked once.
func (s *suite) describe(ctx context.Context) (providers.Description, error) {
	if s.described == nil && s.describeErr == nil {
		d, err := s.ask(ctx)
		if ctx.Err() != nil {
			return d, ctx.Err()
		}
		if s.describeErr = err; err == nil {
			s.described = &d
		}
	}
	if s.describeErr != nil {
		return providers.Description{}, s.describeErr
	}
	return *s.described, nil
}

func (s *suite) ask(ctx context.Context) (providers.Description, error) {
	p, err := s.open(ctx)
	if err != nil {
		return providers.Description{}, err
	}
	defer func() { _ = p.shutdown() }()
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return p.Describe(ctx)
}

// config gives the settings as the engine would: checked, with every attribute.
func (s *suite) config(ctx context.Context) (json.RawMessage, error) {
	d, err := s.describe(ctx)
	if err != nil {
		return nil, err
	}
	attrs, err := settings(d.Config, s.options.Config)
	if err != nil {
		return nil, err
	}
	return encodeConfig(d.Config, attrs)
}

// provider gives the one provider that most calls are made of.
func (s *suite) provider(ctx context.Context) (*opened, error) {
	if !s.mainTried {
		s.main, s.mainErr = s.openConfigured(ctx)
		s.mainTried = ctx.Err() == nil
	}
	return s.main, s.mainErr
}

// ready is provider for a check that cannot be made without it.
func (s *suite) ready(ctx context.Context, v *verdict) *opened {
	p, err := s.provider(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return nil
	}
	return p
}

func configure(ctx context.Context, p providers.Provider, raw json.RawMessage) (providers.Configured, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return p.Configure(ctx, raw)
}

var kinds = []providers.Kind{
	providers.KindInvalidInput, providers.KindRejected, providers.KindRateLimited, providers.KindUnavailable,
	providers.KindUnauthorized, providers.KindCrashed, providers.KindTimeout, providers.KindInternal,
}

// fault says what is wrong with the way in which something failed, or "": a provider may fail, but not
// panic, die, or leave people without words.
func fault(err error) string {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return ""
	}
	var e *providers.Error
	if !errors.As(err, &e) {
		return "" // counts as internal
	}
	switch {
	case e.Kind == providers.KindCrashed:
		return "it died: " + e.Message
	case e.Kind == providers.KindInternal && strings.Contains(e.Message, "panicked"):
		return e.Message
	case !slices.Contains(kinds, e.Kind):
		return fmt.Sprintf("its error is of the unknown kind %q: %s", e.Kind, e.Message)
	case strings.TrimSpace(e.Message) == "":
		return fmt.Sprintf("its error of kind %s has no message", e.Kind)
	}
	return ""
}

// said words an error for a report.
func said(err error) string {
	e := providers.AsError(err)
	text := strings.TrimSpace(e.Message)
	if text == "" {
		text = string(e.Kind)
	}
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// kinded words an error with its kind.
func kinded(err error) string {
	return fmt.Sprintf("%s: %s", providers.AsError(err).Kind, said(err))
}
