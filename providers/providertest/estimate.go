package providertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// estimatesWithin is how long an estimate may take: one is asked for before a call is made, and many for a plan.
const estimatesWithin = 5 * time.Second

func (s *suite) estimate(ctx context.Context, p providers.Provider, q providers.EstimateQuery) (providers.Estimate, error) {
	ctx, cancel := context.WithTimeout(ctx, estimatesWithin)
	defer cancel()
	return p.Estimate(ctx, q)
}

func checkEstimate(ctx context.Context, s *suite, v *verdict) {
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
	nothing := 0
	for _, e := range examples {
		for _, ask := range e.questions() {
			estimate, err := s.estimate(ctx, p, ask.query)
			switch {
			case ctx.Err() != nil:
				return
			case errors.Is(err, context.DeadlineExceeded):
				v.failf("%s, %s: it took more than %v", e.spec.Name, ask.what, estimatesWithin)
			case err != nil:
				v.failf("%s, %s: %s; where it cannot tell, the answer is an empty estimate", e.spec.Name, ask.what, kinded(err))
			default:
				v.interval(e.spec.Name+", "+ask.what, estimate)
			}
			if estimate == (providers.Estimate{}) {
				nothing++
			}
		}
	}
	if _, err := s.estimate(ctx, p, providers.EstimateQuery{Capability: "no.such_capability", Input: json.RawMessage("{}")}); fault(err) != "" {
		v.failf("of a capability that it does not serve: %s", fault(err))
	}
	if nothing > 0 && len(v.failures) == 0 {
		v.notef("some estimates are empty, which means that nothing is known")
	}
}

type question struct {
	what  string
	query providers.EstimateQuery
}

// questions asks with none, half and all of the attributes known.
func (e *example) questions() []question {
	names := e.spec.Input.Names()
	ask := func(what string, raw json.RawMessage, unknown []string) question {
		return question{what, providers.EstimateQuery{Capability: e.spec.Name, Input: raw, Unknown: unknown}}
	}
	all := []question{ask("with nothing known", json.RawMessage("{}"), names)}
	if e.raw == nil {
		return all
	}
	half := map[string]cty.Value{}
	var unknown []string
	for i, name := range names {
		if i%2 == 0 {
			half[name] = e.value.GetAttr(name)
		} else {
			unknown = append(unknown, name)
		}
	}
	if raw, err := e.encode(half); err == nil {
		all = append(all, ask("with a part known", raw, unknown))
	}
	return append(all, ask("with everything known", e.raw, nil))
}

// interval looks at whether an estimate is one. A maximum of zero means that it is not known.
func (v *verdict) interval(where string, e providers.Estimate) {
	if e.MinCost < 0 || e.MaxCost < 0 || e.MinTime < 0 || e.MaxTime < 0 {
		v.failf("%s: a negative estimate: %s", where, estimateText(e))
	}
	if e.MaxCost > 0 && e.MinCost > e.MaxCost || e.MaxTime > 0 && e.MinTime > e.MaxTime {
		v.failf("%s: the least is more than the most: %s", where, estimateText(e))
	}
}

func estimateText(e providers.Estimate) string {
	return fmt.Sprintf("$%.4f to $%.4f, %v to %v", e.MinCost.USD(), e.MaxCost.USD(), e.MinTime, e.MaxTime)
}
