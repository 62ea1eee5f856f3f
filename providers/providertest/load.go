package providertest

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

const (
	sideBySide = 8       // calls at once
	oversized  = 5 << 20 // bytes of a text
)

func checkParallel(ctx context.Context, s *suite, v *verdict) {
	p, _ := s.provider(ctx)
	for _, e := range s.working(ctx, v) {
		n := sideBySide
		if e.costs {
			n = 2
		}
		answers := make([]answer, n)
		var calls sync.WaitGroup
		for i := range answers {
			calls.Go(func() { answers[i] = s.call(ctx, p, e.request()) })
		}
		calls.Wait()
		v.ok()
		for i, a := range answers {
			kind := providers.AsError(a.err)
			switch {
			case kind != nil && (kind.Kind == providers.KindRateLimited || kind.Kind == providers.KindUnavailable):
				v.notef("%s: %d calls at once are too many for it (%s)", e.spec.Name, n, kind.Kind)
			case a.trouble() != "":
				v.failf("%s: call %d of %d at once: %s", e.spec.Name, i+1, n, a.trouble())
			case s.claims(e) && !bytes.Equal(a.content, e.first.content):
				v.failf("%s: call %d of %d at once gives something else than one alone", e.spec.Name, i+1, n)
			default:
				continue
			}
			break
		}
	}
}

// claims tells whether a capability says, as it is configured, that it is deterministic.
func (s *suite) claims(e *example) bool {
	if d, ok := s.configured.Deterministic[e.spec.Name]; ok {
		return d
	}
	return e.spec.Deterministic
}

func checkRepeatable(ctx context.Context, s *suite, v *verdict) {
	var fresh *opened // whatever is drawn once for a process is another one there
	for _, e := range s.working(ctx, v) {
		if !s.claims(e) {
			v.none("it is not claimed by", e.spec.Name)
			continue
		}
		if fresh == nil {
			var err error
			if fresh, err = s.openConfigured(ctx); err != nil {
				v.failf("a second one does not start: %s", said(err))
				return
			}
			defer func() { _ = fresh.shutdown() }()
		}
		v.ok()
		again := s.call(ctx, fresh, e.request())
		switch {
		case again.trouble() != "":
			v.failf("%s, the second time: %s", e.spec.Name, again.trouble())
		case !bytes.Equal(again.content, e.first.content):
			v.failf("%s: the same input gives something else: %s", e.spec.Name, firstDifference(e.first.content, again.content))
		}
	}
}

// firstDifference shows where two results begin to differ.
func firstDifference(a, b []byte) string {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	show := func(c []byte) string {
		from := max(0, at-30)
		return strings.ToValidUTF8(string(c[min(from, len(c)):min(at+30, len(c))]), "?")
	}
	return show(a) + " is now " + show(b)
}

func checkCheckpoint(ctx context.Context, s *suite, v *verdict) {
	p, _ := s.provider(ctx)
	for _, e := range s.working(ctx, v) {
		state := e.first.reports.saved()
		if state == nil {
			v.none("no checkpoint is saved by", e.spec.Name)
			continue
		}
		v.ok()
		r := e.request()
		r.checkpoint = state
		a := s.call(ctx, p, r)
		switch {
		case a.trouble() != "":
			v.failf("%s, from its own checkpoint: %s", e.spec.Name, a.trouble())
		case s.claims(e) && !bytes.Equal(a.content, e.first.content):
			v.failf("%s gives something else from its checkpoint", e.spec.Name)
		}
		r.checkpoint = []byte("\x00no checkpoint of yours")
		if a := s.call(ctx, p, r); a.stuck || fault(a.err) != "" {
			v.failf("%s, from a checkpoint of another version: %s", e.spec.Name, a.trouble())
		}
	}
}

func checkOversized(ctx context.Context, s *suite, v *verdict) {
	p, _ := s.provider(ctx)
	for _, e := range s.working(ctx, v) {
		name := ""
		for _, a := range e.spec.Input.Attributes {
			if a.Type == cty.String && len(a.Allowed) == 0 {
				name = a.Name
				break
			}
		}
		if name == "" {
			v.none("no free text is taken by", e.spec.Name)
			continue
		}
		attrs := e.value.AsValueMap()
		attrs[name] = cty.StringVal(strings.Repeat("A lighthouse. ", oversized/14))
		r := e.request()
		var err error
		if r.input, err = e.encode(attrs); err != nil {
			v.failf("%s: %v", e.spec.Name, err)
			continue
		}
		v.ok()
		patient, cancel := context.WithTimeout(ctx, 20*time.Second)
		a := s.call(patient, p, r)
		cancel()
		switch {
		case a.stuck || a.late > endsWithin:
			v.failf("%s, with %s of 5 MB, does not end when its time is over", e.spec.Name, name)
		case fault(a.err) != "":
			v.failf("%s, with %s of 5 MB: %s", e.spec.Name, name, fault(a.err))
		case a.err == nil && a.problem != "":
			v.failf("%s, with %s of 5 MB: %s", e.spec.Name, name, a.problem)
		}
	}
}

func checkMissingFile(ctx context.Context, s *suite, v *verdict) {
	p, _ := s.provider(ctx)
	for _, e := range s.working(ctx, v) {
		if len(e.files) == 0 {
			v.none("no file is in the input of", e.spec.Name)
			continue
		}
		r := e.request()
		var err error
		r.input, err = providers.EncodeAttributes(e.value.AsValueMap(), func(f providers.File) (string, error) {
			return filepath.Join("/nowhere/filmloom", f.SHA256), nil
		})
		if err != nil {
			v.failf("%s: %v", e.spec.Name, err)
			continue
		}
		v.ok()
		a := s.call(ctx, p, r)
		switch {
		case a.stuck || fault(a.err) != "":
			v.failf("%s: %s", e.spec.Name, a.trouble())
		case a.err == nil:
			v.notef("%s does not open the files of its input", e.spec.Name)
		}
	}
}
