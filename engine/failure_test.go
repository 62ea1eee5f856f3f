package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/providers"
)

func TestAFailedCallIsTriedAgain(t *testing.T) {
	shop := &workshop{}
	shop.onMake = func(_ context.Context, call *providers.Call, in makeIn) error {
		if in.Text == "text 1" && call.Attempt < 3 {
			return providers.Errorf(providers.KindUnavailable, "busy")
		}
		return nil
	}
	eng := open(t, config(t.TempDir(), joined, shop))
	wait(t, start(t, eng, nil))
	if got := strings.Count(strings.Join(shop.made(), " "), `made["item-01"]`); got != 3 {
		t.Errorf("%d attempts, want 3", got)
	}
}

func TestAFinalFailureFailsTheRunAndStartsNothingDownstream(t *testing.T) {
	shop := &workshop{}
	shop.onMake = func(_ context.Context, _ *providers.Call, in makeIn) error {
		if in.Text == "text 1" {
			return &providers.Error{Kind: providers.KindRejected, Message: "not this", Hint: "ask for something else"}
		}
		return nil
	}
	eng := open(t, config(t.TempDir(), joined, shop))
	run := start(t, eng, nil)
	_, err := run.Wait(t.Context())
	var failed *engine.RunError
	if !errors.As(err, &failed) {
		t.Fatalf("error %v, want a *RunError", err)
	}
	if failed.Address != `made["item-01"]` || failed.Kind != providers.KindRejected || failed.Provider != "shop" {
		t.Errorf("failure %+v", failed)
	}
	if want := `made["item-01"] failed at shop: not this (ask for something else)`; err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	if slices.Contains(shop.made(), "joined") {
		t.Error("a stage downstream of the failure was started")
	}
	if s := run.Status(); s.State != engine.Failed {
		t.Errorf("state %s", s.State)
	}
}

func TestARunFromAFailedOneKeepsWhatItDid(t *testing.T) {
	shop := &workshop{vary: true}
	broken := true
	shop.onMake = func(_ context.Context, _ *providers.Call, in makeIn) error {
		if in.Text == "text 1" && broken {
			return providers.Errorf(providers.KindRejected, "not this")
		}
		return nil
	}
	eng := open(t, config(t.TempDir(), joined, shop))
	first := start(t, eng, nil)
	if _, err := first.Wait(t.Context()); err == nil {
		t.Fatal("no error")
	}
	before := shop.made()
	broken = false
	second := start(t, eng, nil, engine.StartOptions{From: first.ID})
	wait(t, second)
	if second.Seed() != first.Seed() {
		t.Error("the seed is not inherited")
	}
	for _, address := range before {
		if n := strings.Count(strings.Join(shop.made(), " "), address); n != 1 && address != `made["item-01"]` {
			t.Errorf("%s was called %d times", address, n)
		}
	}
}

const routed = `
route "t.make" {
  prefer   = ["first"]
  fallback = ["second"]
}

` + joined

func TestAFallbackServesWhenTheFirstHasFinallyFailed(t *testing.T) {
	first, second := &workshop{}, &workshop{}
	first.onMake = func(_ context.Context, _ *providers.Call, in makeIn) error {
		if in.Text == "text 1" {
			return providers.Errorf(providers.KindRejected, "not this")
		}
		return nil
	}
	conf := config(t.TempDir(), routed, nil)
	conf.Providers = source{[]string{"first", "second"}, map[string]*workshop{"first": first, "second": second}}
	out := wait(t, start(t, open(t, conf), nil))
	if got, want := text(t, out, "text"), "text 0 by first|text 1 by second|text 2 by first"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestNobodyReadyIsSaidBeforeAnythingStarts(t *testing.T) {
	shop := &workshop{ready: func() providers.Configured {
		return providers.Configured{Problem: "The tool is missing.", Hint: "apt-get install tool"}
	}}
	eng := open(t, config(t.TempDir(), joined, shop))
	_, err := eng.Start(t.Context(), "joined", nil)
	var not *engine.NotReadyError
	if !errors.As(err, &not) || len(not.Missing) == 0 || not.Missing[0].Hint != "apt-get install tool" {
		t.Fatalf("error %v", err)
	}
	if len(shop.made()) > 0 {
		t.Error("something was called")
	}
}

func TestAWrongAttributeStartsNothingAndAWarningIsShown(t *testing.T) {
	shop := &workshop{ready: func() providers.Configured {
		return providers.Configured{Ready: true, Diagnostics: []providers.ConfigDiagnostic{{Attribute: "delay", Summary: "\"soon\" is no duration"}}}
	}}
	_, err := open(t, config(t.TempDir(), joined, shop)).Start(t.Context(), "joined", nil)
	var not *engine.NotReadyError
	if !errors.As(err, &not) || len(not.Missing) == 0 || !strings.HasSuffix(not.Missing[0].Problem, `is wrong: delay: "soon" is no duration.`) {
		t.Errorf("error %v", err)
	}
	shop.ready = func() providers.Configured {
		return providers.Configured{Ready: true, Diagnostics: []providers.ConfigDiagnostic{{Summary: "One voice is missing.", Warning: true}}}
	}
	all, err := engine.Inspect(t.Context(), config(t.TempDir(), joined, shop))
	if err != nil || len(all) != 1 || !all[0].Ready || !slices.Equal(all[0].Warnings, []string{"One voice is missing."}) {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestCancelReachesTheCallAtOnce(t *testing.T) {
	shop := &workshop{}
	entered := make(chan struct{}, 8)
	shop.onMake = func(ctx context.Context, _ *providers.Call, _ makeIn) error {
		entered <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	eng := open(t, config(t.TempDir(), joined, shop))
	run := start(t, eng, nil)
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := run.Cancel(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); !errors.Is(err, engine.ErrCancelled) {
		t.Errorf("error %v", err)
	}
	if s := run.Status(); s.State != engine.Cancelled || s.Stages[1].State != engine.Cancelled {
		t.Errorf("status %+v", s)
	}
}

func TestATimeoutIsAFailureOfTheAttempt(t *testing.T) {
	shop := &workshop{}
	shop.onMake = func(ctx context.Context, call *providers.Call, in makeIn) error {
		if call.Attempt > 1 || in.Text != "text 0" {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}
	hcl := strings.Replace(joined, "retry {", "timeout = \"20ms\"\n    retry {", 1)
	eng := open(t, config(t.TempDir(), hcl, shop))
	run := start(t, eng, nil)
	wait(t, run)
	var failed *engine.Failure
	for ev := range run.Events(t.Context()) {
		if ev.Kind == engine.AttemptFailed {
			failed = ev.Error
		}
	}
	if failed == nil || failed.Kind != providers.KindTimeout {
		t.Errorf("failure %+v", failed)
	}
}

func TestWrongInputsAreRefused(t *testing.T) {
	eng := open(t, config(t.TempDir(), joined, &workshop{}))
	_, err := eng.Start(t.Context(), "joined", engine.Inputs{"cuont": 3, "count": "many"})
	var input *engine.InputError
	if !errors.As(err, &input) || len(input.Problems) != 2 {
		t.Fatalf("error %v", err)
	}
	if _, err := eng.Start(t.Context(), "jioned", nil); !errors.Is(err, engine.ErrNotFound) || !strings.Contains(err.Error(), `did you mean "joined"?`) {
		t.Errorf("error %v", err)
	}
}

func TestInvalidPipelinesAreRefusedWithTheirPlace(t *testing.T) {
	conf := config(t.TempDir(), strings.Replace(joined, `uses = "t.join"`, `uses = "t.jion"`, 1), &workshop{})
	_, err := engine.Open(t.Context(), conf)
	var invalid *engine.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(err.Error(), `did you mean "t.join"?`) && !strings.Contains(err.Error(), `Did you mean "t.join"?`) {
		t.Fatalf("error %v", err)
	}
}

func TestOutputThatDoesNotFitIsTheProvidersFault(t *testing.T) {
	shop := &workshop{}
	outside := filepath.Join(t.TempDir(), "outside.txt")
	shop.onMake = func(_ context.Context, call *providers.Call, _ makeIn) error {
		return os.Symlink(outside, filepath.Join(call.WorkDir, "made.txt"))
	}
	eng := open(t, config(t.TempDir(), joined, shop))
	_, err := start(t, eng, nil).Wait(t.Context())
	var failed *engine.RunError
	if !errors.As(err, &failed) || failed.Kind != providers.KindInternal {
		t.Errorf("error %v", err)
	}
}

// A provider that fails again and again is left alone: its breaker opens, and a fallback serves at once.
func TestAProviderThatKeepsFailingIsPassedOver(t *testing.T) {
	first, second := &workshop{}, &workshop{}
	first.onMake = func(context.Context, *providers.Call, makeIn) error {
		return providers.Errorf(providers.KindUnavailable, "down")
	}
	conf := config(t.TempDir(), strings.Replace(routed, "pipeline", `provider "first" {
  limits { concurrent = 1 }
}
pipeline`, 1), nil)
	conf.Clock = &stepClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	conf.Providers = source{[]string{"first", "second"}, map[string]*workshop{"first": first, "second": second}}
	eng := open(t, conf)
	wait(t, start(t, eng, engine.Inputs{"count": 30}))
	attempts := strings.Count(strings.Join(first.made(), " "), "made[")
	served := strings.Count(strings.Join(second.made(), " "), "made[")
	if served != 30 {
		t.Errorf("the fallback served %d of 30", served)
	}
	// Every wait between attempts lets the clock run, so that trials come now and then.
	if attempts < 10 || attempts > 45 {
		t.Errorf("%d attempts at the provider that is down", attempts)
	}
}

// The wait that a provider names holds for all calls to it.
func TestAWaitThatAProviderNamesIsKept(t *testing.T) {
	clock := &stepClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	var limitedAt, again time.Time
	shop := &workshop{onMake: func(_ context.Context, call *providers.Call, in makeIn) error {
		if in.Text == "text 0" && call.Attempt == 1 {
			limitedAt = clock.Now()
			return &providers.Error{Kind: providers.KindRateLimited, Message: "slow down", RetryAfter: 40 * time.Second}
		}
		if in.Text == "text 0" {
			again = clock.Now()
		}
		return nil
	}}
	conf := config(t.TempDir(), limited, shop)
	conf.Clock = clock
	eng := open(t, conf)
	run := start(t, eng, nil)
	wait(t, run)
	if waited := again.Sub(limitedAt); waited < 40*time.Second {
		t.Errorf("the call was made again after %s", waited)
	}
}

// A provider that is ready may leave a capability out, and says why.
func TestARouteGoesOnWhereAProviderDoesNotServeACapabilityAsConfigured(t *testing.T) {
	first, second := &workshop{}, &workshop{}
	first.ready = func() providers.Configured {
		return providers.Configured{Ready: true, Off: map[string]string{"t.make": "No model is set for t.make."}}
	}
	conf := config(t.TempDir(), routed, nil)
	conf.Providers = source{[]string{"first", "second"}, map[string]*workshop{"first": first, "second": second}}
	if got, want := text(t, wait(t, start(t, open(t, conf), nil)), "text"), "text 0 by second|text 1 by second|text 2 by second"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	second.ready = first.ready
	conf.Dir = t.TempDir()
	_, err := open(t, conf).Start(t.Context(), "joined", nil)
	var not *engine.NotReadyError
	if !errors.As(err, &not) || !strings.Contains(err.Error(), "No model is set for t.make.") {
		t.Errorf("error %v", err)
	}
}
