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
	what := "run " + strings.ToValidUTF8(r.ID[:min(len(r.ID), 64)], "?")
	return firstError(
		name(what, "id", r.ID),
		name(what, "pipeline", r.Pipeline),
		name(what, "lineage", r.Lineage),
		name(what, "parent", r.Parent),
		name(what, "state", r.State),
		instant(what, r.Created),
		instant(what, r.Updated),
		record(what, r.Frozen, nil),
	)
}

// Validate checks a batch's bounds. Implementations call it before they record one. The error wraps
// ErrInvalid and quotes no data.
func (b Batch) Validate() error {
	if len(b.Outcomes) > MaxOutcomes {
		return fmt.Errorf("%w: a batch of %d outcomes; at most %d are possible", ErrInvalid, len(b.Outcomes), MaxOutcomes)
	}
	if err := name("a batch", "state", b.State); err != nil {
		return err
	}
	for i, e := range b.Events {
		what := fmt.Sprintf("event %d of a batch", i+1)
		err := firstError(
			name(what, "kind", e.Kind),
			name(what, "address", e.Address),
			instant(what, e.Time),
			record(what, e.Data, e.Artifacts),
		)
		if err != nil {
			return err
		}
	}
	for i, o := range b.Outcomes {
		what := fmt.Sprintf("outcome %d of a batch", i+1)
		if err := firstError(name(what, "scope", o.Scope), name(what, "key", o.Key), record(what, o.Data, o.Artifacts)); err != nil {
			return err
		}
	}
	return nil
}

func name(what, field, s string) error {
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
func instant(what string, t time.Time) error {
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		return fmt.Errorf("%w: the time of %s lies in the year %d", ErrInvalid, what, y)
	}
	return nil
}

func record(what string, data []byte, artifacts []string) error {
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
