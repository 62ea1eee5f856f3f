package plans

import (
	"fmt"
	"slices"
	"strings"
)

// The names of the plans, from the smallest to the largest.
const (
	NameFree       = "free"
	NameStandard   = "standard"
	NamePro        = "pro"
	NameEnterprise = "enterprise"
)

// A Set is the plans of a server. The zero value has none.
type Set struct{ all []Plan }

// Defaults are the plans as they are documented: free, standard, pro, and enterprise. The server makes its own with
// New, by its configuration; where that says nothing they are these.
func Defaults() Set {
	return Set{[]Plan{
		{Name: NameFree, Rate: Rate{10, 100}, Credits: 3, Seconds: 60, Quality: HD, Watermark: true, Characters: 2},
		{Name: NameStandard, Rate: Rate{60, 5000}, Credits: 30, Seconds: 120, Quality: FullHD, Characters: 5, Priority: 1},
		{Name: NamePro, Rate: Rate{120, 20_000}, Credits: 60, Seconds: 180, Quality: FullHD, Characters: 10, Priority: 2},
		{Name: NameEnterprise, Rate: Rate{6000, 1_000_000}, Unlimited: true, Seconds: MostSeconds, Quality: FullHD, Characters: 10, Priority: 3},
	}}
}

// New makes a set of other plans, from the smallest to the largest. The error names the plan and the number
// that is not possible.
func New(all ...Plan) (Set, error) {
	for i, p := range all {
		if err := p.valid(); err != nil {
			return Set{}, err
		}
		if slices.ContainsFunc(all[:i], func(q Plan) bool { return q.Name == p.Name }) {
			return Set{}, fmt.Errorf("there are two plans with the name %s: rename one", p.Name)
		}
	}
	return Set{slices.Clone(all)}, nil
}

// most bounds what a plan counts. It is far beyond use, and sums of it stay exact in JSON.
const most = 1_000_000_000

func (p Plan) valid() error {
	if p.Name == "" {
		return fmt.Errorf("a plan has no name: give it one")
	}
	for _, n := range []struct {
		what          string
		is, low, high int
	}{
		{"requests a minute", p.Rate.Minute, 1, most},
		{"requests a day", p.Rate.Day, 1, most},
		{"credits a month", p.Credits, 0, most},
		{"seconds of a film", p.Seconds, 5, MostSeconds},
		{"characters", p.Characters, 0, 10},
		{"priority", p.Priority, 0, 3},
	} {
		if n.is < n.low || n.is > n.high {
			return fmt.Errorf("the %s plan: the number of %s must be from %d to %d", p.Name, n.what, n.low, n.high)
		}
	}
	if p.Quality.ShortSide() == 0 {
		return fmt.Errorf("the %s plan: the quality must be %s or %s", p.Name, HD, FullHD)
	}
	return nil
}

// All are the plans, from the smallest to the largest. The caller may change the slice.
func (s Set) All() []Plan { return slices.Clone(s.all) }

// Plan finds a plan by its name. The error lists the names there are.
func (s Set) Plan(name string) (Plan, error) {
	names := make([]string, len(s.all))
	for i, p := range s.all {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	return Plan{}, fmt.Errorf("there is no such plan: use one of %s", strings.Join(names, ", "))
}
