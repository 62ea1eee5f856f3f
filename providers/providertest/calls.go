package providertest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// strange is a capability that nobody serves.
const strange = "no.such_capability"

func checkUnknownCapability(ctx context.Context, s *suite, v *verdict) {
	p := s.ready(ctx, v)
	if p == nil {
		return
	}
	v.ok()
	v.invalid(strange, s.call(ctx, p, request{capability: strange, input: json.RawMessage("{}")}))
}

// invalid looks at the answer to a call that can never work.
func (v *verdict) invalid(what string, a answer) {
	switch {
	case a.stuck || a.late > endsWithin:
		v.failf("%s: the call does not return", what)
	case a.err == nil:
		v.failf("%s: the call worked, and must fail with invalid_input", what)
	case fault(a.err) != "":
		v.failf("%s: %s", what, fault(a.err))
	case providers.AsError(a.err).Kind != providers.KindInvalidInput:
		v.failf("%s: must fail with invalid_input, so that nobody tries again: %s", what, kinded(a.err))
	}
}

func checkBrokenInput(ctx context.Context, s *suite, v *verdict) {
	p := s.ready(ctx, v)
	if p == nil {
		return
	}
	examples, err := s.plan(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	v.ok()
	for _, e := range examples {
		for _, raw := range []string{`{"broken": `, ``, `[1]`} {
			v.invalid(fmt.Sprintf("%s with the input %q", e.spec.Name, raw),
				s.call(ctx, p, request{capability: e.spec.Name, input: json.RawMessage(raw)}))
		}
		if e.why != "" {
			continue // what understands a wrong type might do the work, and charge for it
		}
		// The host lets no wrong type through, so what comes of it is left open, but for the end of the process.
		for _, a := range e.spec.Input.Attributes {
			wrong := wrongFor(a.Type)
			if !a.Required || wrong == nil {
				continue
			}
			var object map[string]json.RawMessage
			if json.Unmarshal(e.raw, &object) != nil {
				continue
			}
			object[a.Name] = wrong
			raw, _ := json.Marshal(object) // of what was JSON before
			got := s.call(ctx, p, request{capability: e.spec.Name, input: raw})
			if got.stuck || fault(got.err) != "" {
				v.failf("%s with %s = %s: %s", e.spec.Name, a.Name, wrong, got.trouble())
			}
		}
	}
}

func checkResult(ctx context.Context, s *suite, v *verdict) {
	if s.ready(ctx, v) == nil {
		return
	}
	ignored := &verdict{} // that nothing works is said here in other words
	s.working(ctx, ignored)
	examples, err := s.plan(ctx)
	if err != nil {
		v.skipf("%s", said(err))
		return
	}
	for _, e := range examples {
		switch {
		case e.wrong: // said by the check of the settings
		case e.why != "":
			v.skipf("%s is not called: %s", e.spec.Name, e.why)
		case e.first == nil:
			v.skipf("%s was not called", e.spec.Name)
		case e.first.trouble() == "":
			v.ok()
			v.price(e)
		case !e.given && e.refused():
			v.skipf("%s refuses an input made from its schema; give one (%s)", e.spec.Name, said(e.first.err))
		default:
			v.failf("%s: %s", e.spec.Name, e.first.trouble())
		}
	}
	if len(examples) == 0 {
		v.skipf("it has no capability")
	}
}

// refused tells whether a provider said that an input is not one for it.
func (e *example) refused() bool {
	if e.first.err == nil || fault(e.first.err) != "" {
		return false
	}
	kind := providers.AsError(e.first.err).Kind
	return kind == providers.KindInvalidInput || kind == providers.KindRejected
}

// price says when a call cost something that nobody was told before.
func (v *verdict) price(e *example) {
	if cost := e.first.result.Cost; cost > 0 && !e.costs {
		v.failf("%s: the call cost $%.4f, and its estimate said nothing of that", e.spec.Name, cost.USD())
	}
}

func checkProgress(ctx context.Context, s *suite, v *verdict) {
	for _, e := range s.working(ctx, v) {
		steps := e.first.reports.steps()
		before := 0.0
		for _, done := range steps {
			v.ok()
			if math.IsNaN(done) || done < 0 || done > 1 {
				v.failf("%s reports %v, which is not between 0 and 1", e.spec.Name, done)
				break
			}
			if done < before {
				v.failf("%s goes back from %.3f to %.3f", e.spec.Name, before, done)
				break
			}
			before = done
		}
		if len(steps) == 0 {
			v.none("no progress is reported by", e.spec.Name)
		}
	}
}

// midway is when a call is interrupted that took so long before: somewhere in the middle.
func midway(e *example) time.Duration {
	return min(max(e.first.took/2, time.Millisecond), 2*time.Second)
}

func checkCancel(ctx context.Context, s *suite, v *verdict) {
	p, _ := s.provider(ctx)
	for _, e := range s.working(ctx, v) {
		before := members(p.log.process())
		over, cancel := context.WithCancel(ctx)
		cancel()
		v.ended(e, "cancelled before it began", s.call(over, p, e.request()))

		halfway, cancel := context.WithCancel(ctx)
		timer := time.AfterFunc(midway(e), cancel)
		a := s.call(halfway, p, e.request())
		timer.Stop()
		cancel()
		v.ended(e, "cancelled", a)
		for _, left := range remaining(p.log.process(), before) {
			v.failf("%s: process %d is left after the call was cancelled", e.spec.Name, left)
		}
	}
}

func checkDeadline(ctx context.Context, s *suite, v *verdict) {
	p, _ := s.provider(ctx)
	for _, e := range s.working(ctx, v) {
		short, cancel := context.WithTimeout(ctx, midway(e))
		v.ended(e, "out of time", s.call(short, p, e.request()))
		cancel()
	}
}

// ended looks at a call whose context ended while it ran.
func (v *verdict) ended(e *example, how string, a answer) {
	v.ok()
	switch {
	case a.stuck:
		v.failf("%s, %s, does not return", e.spec.Name, how)
	case a.late > endsWithin:
		v.failf("%s, %s, goes on for %v", e.spec.Name, how, a.late.Round(10*time.Millisecond))
	case fault(a.err) != "":
		v.failf("%s, %s: %s", e.spec.Name, how, fault(a.err))
	}
}
