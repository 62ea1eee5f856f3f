package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/filmloom/filmloom/providers"
)

// KindOverBudget is the kind of the failure of a run that would have cost more than its budget.
const KindOverBudget providers.Kind = "over_budget"

// reckon asks what the call may cost: where there is a budget, and where to repeat the call after a crash
// may cost it twice.
func (t *trying) reckon(raw json.RawMessage) error {
	budget := t.x.frozen.Budget
	if budget == 0 && t.shared != "" {
		return nil
	}
	estimate, err := t.entry.estimate(t.x.launch, t.op, raw, nil)
	switch {
	case err == nil:
		t.calls.estimate = estimate
	case t.x.launch.Err() != nil:
		return context.Cause(t.x.launch)
	case budget > 0:
		return t.failed(nil, providers.Errorf(providers.KindUnavailable, "%s cannot say what the call costs, and the run has a budget: %w", t.entry.name, err))
	}
	return nil
}

// reserve sets aside what the call may cost at most until release, or says that the budget does not allow
// it. Without an estimate a call is made as long as anything is left.
func (c *calls) reserve() (release func(), err error) {
	x := c.x
	budget := x.frozen.Budget
	if budget == 0 {
		return func() {}, nil
	}
	most := max(c.estimate.MaxCost, c.estimate.MinCost)
	x.mu.Lock()
	defer x.mu.Unlock()
	spent := x.view.cost + x.reserved
	if spent+most > budget || spent >= budget && most > 0 {
		return nil, &providers.Error{
			Kind:    KindOverBudget,
			Message: over(budget, spent, most),
			User:    "It would cost more than its budget allows.",
			Hint:    "start it again from this run with a larger budget; what is done is kept",
		}
	}
	x.reserved += most
	return func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.reserved -= most
	}, nil
}

// estimate asks the provider what a call with the input may cost and take; attributes that are not known
// yet are left out and named.
func (e *entry) estimate(ctx context.Context, op *operation, raw json.RawMessage, unknown []string) (providers.Estimate, error) {
	return e.provider.Estimate(ctx, providers.EstimateQuery{Capability: op.Name, Input: raw, Unknown: unknown})
}

func over(budget, spent, next providers.Money) string {
	if next == 0 {
		return fmt.Sprintf("the budget of $%.4f is spent", budget.USD())
	}
	return fmt.Sprintf("the next call may cost $%.4f; of the budget of $%.4f, $%.4f is spent or set aside", next.USD(), budget.USD(), spent.USD())
}
