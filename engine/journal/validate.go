package journal

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Validate checks a run's bounds. Implementations call it before they record one. The error wraps
// ErrInvalid and quotes no data.
func (r Run) Validate() error {
	if r.ID == "" {
		return fmt.Errorf("%w: a run needs an id", ErrInvalid)
	}
	what := record{run: r.ID}
	return firstError(
		name(what, "id", r.ID),
		name(what, "pipeline", r.Pipeline),
		name(what, "lineage", r.Lineage),
		name(what, "parent", r.Parent),
		name(what, "state", r.State),
		instant(what, r.Created),
		instant(what, r.Updated),
		contents(what, r.Frozen, nil),
	)
}

// Validate checks a batch's bounds. Implementations call it before they record one. The error wraps
// ErrInvalid and quotes no data.
func (b Batch) Validate() error {
	if len(b.Outcomes) > MaxOutcomes {
		return fmt.Errorf("%w: a batch of %d outcomes; at most %d are possible", ErrInvalid, len(b.Outcomes), MaxOutcomes)
	}
	if err := name(record{}, "state", b.State); err != nil {
		return err
	}
	for i, e := range b.Events {
		what := record{event: i + 1}
		err := firstError(
			name(what, "kind", e.Kind),
			name(what, "address", e.Address),
			instant(what, e.Time),
			contents(what, e.Data, e.Artifacts),
		)
		if err != nil {
			return err
		}
	}
	for i, o := range b.Outcomes {
		what := record{outcome: i + 1}
		if err := firstError(name(what, "scope", o.Scope), name(what, "key", o.Key), contents(what, o.Data, o.Artifacts)); err != nil {
			return err
		}
	}
	return nil
}

// Validate checks an outcome's key. No outcome is stored under one that is not valid.
func (k OutcomeKey) Validate() error {
	what := record{outcome: 1}
	return firstError(name(what, "scope", k.Scope), name(what, "key", k.Key))
}

// A record says what an error is about. It becomes text only when there is one.
type record struct {
	run            string
	event, outcome int // in a batch, from 1
}

func (r record) String() string {
	switch {
	case r.run != "":
		return "run " + strings.ToValidUTF8(r.run[:min(len(r.run), 64)], "?")
	case r.event > 0:
		return fmt.Sprintf("event %d of a batch", r.event)
	case r.outcome > 0:
		return fmt.Sprintf("outcome %d of a batch", r.outcome)
	}
	return "a batch"
}

func name(what record, field, s string) error {
	switch {
	case len(s) > MaxName:
		return fmt.Errorf("%w: the %s of %s has %d bytes; at most %d are possible", ErrInvalid, field, what, len(s), MaxName)
	case strings.IndexByte(s, 0) >= 0:
		return fmt.Errorf("%w: the %s of %s contains a NUL", ErrInvalid, field, what)
	case !utf8.ValidString(s):
		return fmt.Errorf("%w: the %s of %s is not UTF-8", ErrInvalid, field, what)
	}
	return nil
}

// instant refuses years that JSON cannot write.
func instant(what record, t time.Time) error {
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return fmt.Errorf("%w: the time of %s lies in the year %d", ErrInvalid, what, y)
	}
	return nil
}

func contents(what record, data []byte, artifacts []string) error {
	if len(data) > MaxRecord {
		return fmt.Errorf("%w: the data of %s has %d bytes; at most %d are possible", ErrInvalid, what, len(data), MaxRecord)
	}
	if len(artifacts) > MaxArtifacts {
		return fmt.Errorf("%w: %s refers to %d artifacts; at most %d are possible", ErrInvalid, what, len(artifacts), MaxArtifacts)
	}
	for _, a := range artifacts {
		if err := name(what, "artifact", a); err != nil {
			return err
		}
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
