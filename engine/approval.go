package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/providers"
)

// ApprovalWait is the capability with which a stage waits for a person. The engine serves it itself: when
// nothing else goes on the run is paused, and [Engine.Decide] lets it go on.
const ApprovalWait = "approval.wait"

// approvals describes the capability for the catalog.
var approvals = providers.Description{
	Name: "approval", Version: "1", Summary: "Asks a person before a run goes on.",
	Capabilities: []providers.CapabilitySpec{{
		Name: ApprovalWait, Description: "Waits until a person has approved what the stages before have made.",
		Input: providers.Schema{Attributes: []providers.Attribute{
			{Name: "message", Type: cty.String, Required: true, Description: "What the person is asked."},
			{Name: "show", Type: cty.DynamicPseudoType, Description: "What the decision is about: any value. When it changes in a revision, the person is asked again."},
		}},
		Output: providers.Schema{Attributes: []providers.Attribute{
			{Name: "approved", Type: cty.Bool, Required: true, Description: "Always true: a rejection fails the run."},
			{Name: "comment", Type: cty.String, Required: true, Description: "What the person said, or \"\"."},
			{Name: "by", Type: cty.String, Required: true, Description: "Who decided, or \"\"."},
		}},
	}},
}

// A Decision is what a person says to an approval.
type Decision struct {
	Approved bool
	Comment  string // shown when it is a rejection; "" is fine
	By       string // who decided; "" is fine
}

// asking carries a decision to the instance that waits for it.
type asking struct {
	decision Decision
	recorded chan<- error
}

// An Approval is something that a run waits for a person to decide.
type Approval struct {
	Address string
	Message string
	Show    json.RawMessage // what the decision is about, as JSON; null when there is nothing
}

// errAwaiting stops a run in which nothing goes on without a person.
var errAwaiting = fmt.Errorf("nothing goes on without an approval: %w", ErrPaused)

// Decide answers an approval that a run waits for. It returns when the decision is recorded, and the run
// goes on, unless somebody has paused it. A rejection fails the run. The error is ErrNotFound when there is
// no such run or it does not wait for this.
func (e *Engine) Decide(ctx context.Context, runID, address string, d Decision) (*Run, error) {
	for {
		x := e.executes(runID)
		if x == nil {
			return e.decideLater(ctx, runID, address, d)
		}
		x.mu.Lock()
		_, waiting := x.view.approvals[address]
		decide, changed := x.decisions[address], x.changed
		delete(x.decisions, address)
		x.mu.Unlock()
		if !waiting {
			return nil, x.doesNotAwait(address)
		}
		recorded := make(chan error, 1)
		if decide != nil {
			decide <- asking{d, recorded} // has room for one
			changed = nil
		}
		select {
		case err := <-recorded:
			return x.handle(), err
		case <-changed: // it has not come to the question yet
		case <-x.executed(): // it stopped before it could take the decision
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// decideLater answers an approval of a run that is not being executed, and goes on with it.
func (e *Engine) decideLater(ctx context.Context, runID, address string, d Decision) (*Run, error) {
	done, err := e.turns.take(ctx, runID)
	if err != nil {
		return nil, err
	}
	if e.executes(runID) != nil { // since a moment ago
		done()
		return e.Decide(ctx, runID, address, d)
	}
	defer done()
	x, err := e.load(ctx, runID)
	if err != nil {
		return nil, err
	}
	asked, waiting := x.view.approvals[address]
	if !waiting {
		return nil, x.doesNotAwait(address)
	}
	// That the run goes on is recorded with the decision, so that no crash can leave a run that is paused and
	// waits for nobody.
	var goesOn []record
	if !x.view.byHand {
		goesOn = []record{{Event: Event{Kind: RunResumed, Message: "decided: " + address}}}
	}
	var rejected *instanceError
	if _, err := x.decide(asked.path, address, asked.key, d, goesOn...); err != nil && !errors.As(err, &rejected) {
		return nil, err
	}
	if x.view.byHand {
		return x.handle(), nil
	}
	return e.resume(ctx, runID, true)
}

func (x *execution) doesNotAwait(address string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	names := "none"
	if len(x.view.approvals) > 0 {
		names = strings.Join(slices.Sorted(maps.Keys(x.view.approvals)), ", ")
	}
	return fmt.Errorf("run %s does not wait for an approval of %s (it waits for %s): %w", x.id, address, names, ErrNotFound)
}

// ask waits for a person's decision.
func (c *calls) ask(asks func()) (cty.Value, error) {
	x := c.x
	decided := make(chan asking, 1)
	x.mu.Lock()
	_, known := x.view.approvals[c.address]
	x.decisions[c.address] = decided
	x.mu.Unlock()
	if !known {
		ev := c.event(ApprovalRequested)
		ev.Message = c.input.GetAttr("message").AsString()
		show, err := ctyjson.SimpleJSONValue{Value: c.input.GetAttr("show")}.MarshalJSON()
		if err != nil {
			return cty.NilVal, c.fail("", err)
		}
		if err := x.append(journal.Batch{}, record{Event: ev, Key: c.key, Output: show}); err != nil {
			return cty.NilVal, err
		}
	}
	c.waiting("", "waiting for a person's approval")
	asks()
	select {
	case d := <-decided:
		v, err := x.decide(c.path, c.address, c.key, d.decision)
		var rejected *instanceError
		if errors.As(err, &rejected) {
			d.recorded <- nil
		} else {
			d.recorded <- err
		}
		return v, err
	case <-x.launch.Done():
		c.idle()
		x.mu.Lock()
		delete(x.decisions, c.address)
		x.mu.Unlock()
		return cty.NilVal, context.Cause(x.launch)
	}
}

// decide records a decision, and what goes with it. A rejection is an *instanceError.
func (x *execution) decide(path, address, key string, d Decision, more ...record) (cty.Value, error) {
	state := journal.Batch{}
	if len(more) > 0 {
		state.State = string(Running)
	}
	if !d.Approved {
		text := "it was rejected"
		if d.By != "" {
			text += " by " + d.By
		}
		if d.Comment != "" {
			text += ": " + d.Comment
		}
		err := &providers.Error{Kind: providers.KindRejected, Message: text, User: text, Hint: "revise the run, then approve it"}
		failed := &instanceError{address, approvals.Name, 0, err}
		if err := x.append(state, append([]record{failed.record(path)}, more...)...); err != nil {
			return cty.NilVal, err
		}
		return cty.NilVal, failed
	}
	v := cty.ObjectVal(map[string]cty.Value{
		"approved": cty.True, "comment": cty.StringVal(d.Comment), "by": cty.StringVal(d.By),
	})
	raw, err := providers.EncodeWire(v, nil)
	if err != nil {
		return cty.NilVal, err
	}
	message := "approved"
	if d.By != "" {
		message += " by " + d.By
	}
	rec := record{
		Event: Event{Kind: InstanceDone, Stage: path, Address: address, Provider: approvals.Name, Message: message}, Output: raw, Key: key,
	}
	data, err := json.Marshal(keptOutcome{Provider: approvals.Name, Output: raw})
	if err != nil {
		return cty.NilVal, err
	}
	state.Outcomes = []journal.Outcome{{Scope: journal.LineageScope(x.header.Lineage), Key: key, Data: data}}
	return v, x.append(state, append([]record{rec}, more...)...)
}

// awaits says for people which approvals the run waits for.
func (x *execution) awaits() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return "waiting for the approval of " + strings.Join(slices.Sorted(maps.Keys(x.view.approvals)), ", ")
}
