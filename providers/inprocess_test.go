package providers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/providers"
)

func named(name, version string) func() providers.Provider {
	return func() providers.Provider { return providers.New(name, version) }
}

func TestSourcesInThisProcessGoByTheirOwnNames(t *testing.T) {
	s := providers.Join(
		providers.InProcess(named("acme", "1.0.0"), named("other", "1.0.0")),
		providers.InProcess(named("acme", "2.0.0"), named("third", "1.0.0")),
	)
	if got, want := s.Plugins(), []string{"acme", "other", "third"}; !slices.Equal(got, want) {
		t.Errorf("plugins %v, want %v", got, want)
	}
	d, err := s.Describe(t.Context(), "acme")
	if err != nil || d.Version != "1.0.0" {
		t.Errorf("described as %+v, %v; the first one counts", d, err)
	}
	p, err := s.Open(t.Context(), "third", providers.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if d, err := p.Describe(t.Context()); err != nil || d.Name != "third" {
		t.Errorf("opened %+v, %v", d, err)
	}
	for _, err := range []error{
		func() error { _, err := s.Describe(t.Context(), "acne"); return err }(),
		func() error { _, err := s.Open(t.Context(), "acne", providers.OpenOptions{}); return err }(),
	} {
		if err == nil || !strings.Contains(err.Error(), `did you mean "acme"?`) {
			t.Errorf("error %v", err)
		}
	}
}

func TestAProviderWithoutANameIsSaid(t *testing.T) {
	s := providers.InProcess(named("acme", "1.0.0"), named("", ""))
	if _, err := s.Describe(t.Context(), "acme"); err == nil {
		t.Error("no error")
	}
}
