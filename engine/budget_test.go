package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/journal/memory"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// paid is a provider each of whose calls costs ten cents, and says so before.
type paid struct{ calls *workshop }

func (paid) Plugins() []string { return []string{"paid"} }

func (p paid) provider() providers.Provider {
	type in struct {
		Name  string `json:"name"`
		Token bool   `json:"token" default:"false"`
	}
	type out struct {
		Name string `json:"name"`
	}
	return providers.New("paid", "1.0.0",
		providers.Estimator(func(context.Context, providers.EstimateQuery) (providers.Estimate, error) {
			return providers.Estimate{MinCost: providers.USD(0.05), MaxCost: providers.USD(0.1)}, nil
		}),
		providers.Handle(providers.Capability[in, out]{Name: "p.call"}, func(_ context.Context, call *providers.Call, in in) (out, error) {
			p.calls.began(call)
			call.Charge(providers.USD(0.1))
			if in.Name == "unlucky" {
				return out{}, providers.Errorf(providers.KindUnavailable, "paid for, and failed")
			}
			if in.Token {
				return out{fmt.Sprint(len(call.Secrets["token"]))}, nil
			}
			return out{in.Name}, nil
		}))
}

func (p paid) Describe(ctx context.Context, _ string) (providers.Description, error) {
	return p.provider().Describe(ctx)
}

func (p paid) Open(context.Context, string, providers.OpenOptions) (providers.Provider, error) {
	return p.provider(), nil
}

const bought = `
provider "paid" {
  limits { concurrent = 1 }
}
pipeline "joined" {
  input "names" {
    type    = list(string)
    default = ["a", "b", "c", "d"]
  }
  stage "bought" {
    for_each = toset(input.names)
    uses     = "p.call"
    with     = { name = each.key }
  }
  output "n" { value = length(stage.bought) }
}
`

// What a failed attempt has cost is spent.
func TestFailedAttemptsAreCountedAgainstTheBudget(t *testing.T) {
	retried := strings.Replace(bought, "uses     = \"p.call\"", "uses     = \"p.call\"\n    retry {\n      attempts = 3\n      delay    = \"1ms\"\n    }", 1)
	conf := engine.Config{Dir: t.TempDir(), Source: pipeline.Source{"p.hcl": []byte(retried)}, Providers: paid{&workshop{}}}
	eng := open(t, conf)
	costs := map[string]providers.Money{}
	for _, row := range []struct {
		budget, spent float64
		kind          providers.Kind
	}{{0, 0.3, providers.KindUnavailable}, {0.25, 0.2, engine.KindOverBudget}} {
		run := start(t, eng, engine.Inputs{"names": []string{"unlucky"}}, engine.StartOptions{Budget: providers.USD(row.budget)})
		_, err := run.Wait(t.Context())
		var failed *engine.RunError
		if !errors.As(err, &failed) || failed.Kind != row.kind || run.Status().Cost != providers.USD(row.spent) {
			t.Errorf("with a budget of $%.2f: $%.2f, %v", row.budget, run.Status().Cost.USD(), err)
		}
		costs[run.ID] = run.Status().Cost
	}
	if err := eng.Close(); err != nil {
		t.Fatal(err)
	}
	eng = open(t, conf)
	for id, cost := range costs {
		run, err := eng.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got := run.Status().Cost; got != cost {
			t.Errorf("read again it has cost $%.2f, not $%.2f", got.USD(), cost.USD())
		}
	}
}

func TestARunStopsBeforeTheCallThatWouldPassItsBudget(t *testing.T) {
	shop := &workshop{}
	eng := open(t, engine.Config{Dir: t.TempDir(), Source: pipeline.Source{"p.hcl": []byte(bought)}, Providers: paid{shop}})
	run := start(t, eng, nil, engine.StartOptions{Budget: providers.USD(0.25)})
	_, err := run.Wait(t.Context())
	var failed *engine.RunError
	if !errors.As(err, &failed) || failed.Kind != engine.KindOverBudget {
		t.Fatalf("error %v", err)
	}
	if !strings.Contains(err.Error(), "$0.1000; of the budget of $0.2500, $0.2000 is spent") {
		t.Errorf("error %v", err)
	}
	if n, cost := len(shop.made()), run.Status().Cost; n != 2 || cost != providers.USD(0.2) {
		t.Errorf("%d calls for $%.2f", n, cost.USD())
	}
	// With a larger budget it goes on from there.
	second := start(t, eng, nil, engine.StartOptions{From: run.ID, Budget: providers.USD(0.2)})
	wait(t, second)
	if n := len(shop.made()); n != 4 {
		t.Errorf("%d calls in all", n)
	}
}

func TestAPlanTellsCallsAndCostBeforeAnythingIsMade(t *testing.T) {
	shop := &workshop{}
	eng := open(t, engine.Config{Dir: t.TempDir(), Source: pipeline.Source{"p.hcl": []byte(bought)}, Providers: paid{shop}})
	plan, err := eng.Plan(t.Context(), "joined", nil)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Calls != (engine.CountRange{Min: 4, Max: 4}) || plan.Cost.Min != providers.USD(0.2) || plan.Cost.Max != providers.USD(0.4) {
		t.Errorf("calls %v, cost %v", plan.Calls, plan.Cost)
	}
	if len(shop.made()) > 0 {
		t.Error("the plan made calls")
	}
	run := start(t, eng, nil)
	wait(t, run)
	plan, err = eng.PlanRevision(t.Context(), run.ID, engine.Revision{
		Inputs: engine.Inputs{"names": []string{"a", "b", "e"}}, Takes: map[string]int{`bought["a"]`: 0},
	})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Calls != (engine.CountRange{Min: 2, Max: 2}) {
		t.Errorf("calls %v of the revision, want 2", plan.Calls)
	}
	for _, one := range plan.Stages[0].Instances {
		if one.Cached != (one.Address == `bought["b"]`) {
			t.Errorf("plan of %+v", one)
		}
	}
}

func TestAPlanOfAnUnknownFanOutIsAnInterval(t *testing.T) {
	eng := open(t, config(t.TempDir(), nested, &workshop{}))
	plan, err := eng.Plan(t.Context(), "both", nil)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Calls.Max != -1 || !plan.Cost.Unknown || !plan.Time.Unknown {
		t.Errorf("calls %v, cost %v, time %v", plan.Calls, plan.Cost, plan.Time)
	}
	known := map[string]bool{}
	for _, s := range plan.Stages {
		known[s.Stage] = s.Known
	}
	if !known["each"] || !known[`each["a"].items`] || known[`each["a"].made`] || known["one.made"] {
		t.Errorf("known %v", known)
	}
	wait(t, startNested(t, eng, nil, engine.StartOptions{Seed: 3, HasSeed: true}))
	plan, err = eng.Plan(t.Context(), "both", nil, engine.StartOptions{Seed: 3, HasSeed: true})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Calls != (engine.CountRange{}) {
		t.Errorf("calls %v when everything is there, want none", plan.Calls)
	}
	if plan.Time.Unknown {
		t.Error("the time of nothing is not known")
	}
}

func TestSecretsReachTheProviderAlone(t *testing.T) {
	const secretive = `
pipeline "joined" {
  stage "call" {
    uses    = "p.call"
    with    = { name = "x", token = true }
    secrets = { token = "account/7" }
  }
  output "length" { value = stage.call.name }
}
`
	const value = "sesame-open-up"
	shop := &workshop{}
	var log strings.Builder
	j := memory.New()
	conf := engine.Config{Dir: t.TempDir(), Source: pipeline.Source{"p.hcl": []byte(secretive)}, Providers: paid{shop}, Log: logTo(&log), Journal: j}
	conf.Secrets = func(_ context.Context, reference string) (string, error) {
		if reference != "account/7" {
			return "", fmt.Errorf("no account %s", reference)
		}
		return value, nil
	}
	eng := open(t, conf)
	run := start(t, eng, nil)
	if got := text(t, wait(t, run), "length"); got != fmt.Sprint(len(value)) {
		t.Errorf("the provider saw a secret of length %s", got)
	}
	for ev, err := range j.Events(t.Context(), run.ID, 1) {
		if err != nil || strings.Contains(string(ev.Data), value) {
			t.Errorf("event %d holds the secret (%v)", ev.Seq, err)
		}
	}
	if strings.Contains(log.String(), value) {
		t.Error("the log holds the secret")
	}
}
