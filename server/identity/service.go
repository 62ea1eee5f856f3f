package identity

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/filmloom/filmloom/server/store"
)

// Config is what a service can be told. The zero value of a field means its default.
type Config struct {
	// Issuer and Audience are claims of session tokens; both "filmloom" by default.
	Issuer, Audience string
	// TokenLifetime is how long a token is valid: 30 minutes by default, at least a second.
	TokenLifetime time.Duration
	// SessionLifetime is how long after its login a session can be refreshed: 7 days by default, at
	// least TokenLifetime.
	SessionLifetime time.Duration
	// Plans are the names of the plans there are: free, standard, pro and enterprise by default.
	Plans []string
	// DefaultPlan is that of an account which is added without one: enterprise by default.
	DefaultPlan string
	// Hash says how much work a password's hash takes. Hashes made with other parameters stay valid and
	// are made anew at the next login.
	Hash Argon2
	// Now is the clock: time.Now by default.
	Now func() time.Time
	// Log is told of refused logins and of records that could not be written; nobody by default.
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	or := func(text *string, otherwise string) {
		if *text == "" {
			*text = otherwise
		}
	}
	or(&c.Issuer, "filmloom")
	or(&c.Audience, "filmloom")
	or(&c.DefaultPlan, topPlan)
	if c.TokenLifetime == 0 {
		c.TokenLifetime = 30 * time.Minute
	}
	if c.SessionLifetime == 0 {
		c.SessionLifetime = 7 * 24 * time.Hour
	}
	if len(c.Plans) == 0 {
		c.Plans = []string{"free", "standard", "pro", topPlan}
	}
	if c.Hash == (Argon2{}) {
		c.Hash = Argon2{Memory: 19456, Time: 2, Threads: 1} // OWASP's first choice
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) check() error {
	if c.TokenLifetime < time.Second || c.SessionLifetime < c.TokenLifetime {
		return fmt.Errorf("a session token must live for a second or more, and no longer than its session; these are %v and %v", c.TokenLifetime, c.SessionLifetime)
	}
	if !slices.Contains(c.Plans, c.DefaultPlan) {
		return fmt.Errorf("the default plan %q is none of the plans (%s)", c.DefaultPlan, strings.Join(c.Plans, ", "))
	}
	if !c.Hash.sane() {
		return fmt.Errorf("password hashes can use from %d KiB to %d KiB of memory, 1 to %d rounds and 1 to %d threads", leastMemory, mostMemory, mostTime, mostThreads)
	}
	return nil
}

// Service is the accounts of one database. Its methods may be called concurrently.
type Service struct {
	db       *store.DB
	conf     Config
	parser   *jwt.Parser
	keys     ring     // that tokens are signed with
	hasher   *hasher  // of passwords
	throttle throttle // of logins
	verified verified // credentials that were verified lately
	watches  watches  // of what lasts only while somebody is let in
	uses     *useLog  // of API keys
	removals chan struct{}
	closed   atomic.Bool
	pause    func(context.Context, time.Duration) error
}

// New opens the accounts of a database, which must stay open until Close has returned. Only one service may
// be open on a database at a time. The error says which setting is wrong or which record cannot be read.
func New(ctx context.Context, db *store.DB, conf Config) (*Service, error) {
	conf = conf.withDefaults()
	if err := conf.check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &Service{
		db: db, conf: conf, hasher: newHasher(conf.Hash), throttle: newThrottle(), verified: newVerified(), pause: pause,
		removals: make(chan struct{}, 1), watches: watches{all: map[*watch]struct{}{}},
	}
	s.parser = jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithStrictDecoding(),
		jwt.WithIssuer(conf.Issuer), jwt.WithAudience(conf.Audience),
		jwt.WithExpirationRequired(), jwt.WithNotBeforeRequired(), jwt.WithTimeFunc(conf.Now),
	)
	if err := s.keys.load(db); err != nil {
		return nil, err
	}
	s.uses = newUseLog(db, conf.Log)
	return s, nil
}

// Close writes when keys were used last and ends what the service runs. Nothing may be called afterwards. It
// may be called twice.
func (s *Service) Close() error {
	if s.closed.CompareAndSwap(false, true) {
		s.uses.close()
	}
	return nil
}

// change updates the database, forgets what was verified before and ends what lasts only while somebody is let in.
func (s *Service) change(ctx context.Context, fn func(*store.Tx) error) error {
	err := s.db.Update(ctx, fn)
	s.verified.forget() // after an error too: it may have come after the commit
	s.lookAfter()
	return err
}

// now is the time as records have it.
func (s *Service) now() time.Time { return s.conf.Now().UTC().Truncate(time.Millisecond) }

// key is where a record of this room is.
func key(parts ...string) store.Key { return store.K(append([]string{"identity"}, parts...)...) }

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
