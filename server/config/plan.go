package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Plan is what the accounts on a plan may have. The table of allowances says what each field may be.
type Plan struct {
	RateLimitMinute int // requests
	RateLimitDay    int // requests
	Credits         Credits
	Seconds         int    // of the longest film
	Quality         string // 720p or 1080p
	Watermark       bool
	Characters      int // the most of one film
	Priority        int // the films of the highest go first
}

// Enterprise is a Plan. It has this name to be a part of a Config, so that the fields that its two older settings
// are called after, RateLimitMinute and RateLimitDay, are those of the plan.
type Enterprise = Plan

// Credits are what a plan grants each month, from 0, or Unlimited.
type Credits int

// Unlimited refuses no film for want of credits.
const Unlimited Credits = -1

// planNames are the plans, from the smallest to the largest.
var planNames = []string{"free", "standard", "pro", "enterprise"}

// plan finds a plan by its name; there must be one.
func (c *Config) plan(name string) *Plan {
	switch name {
	case "free":
		return &c.Free
	case "standard":
		return &c.Standard
	case "pro":
		return &c.Pro
	case "enterprise":
		return &c.Enterprise
	}
	panic("config: there is no plan " + name)
}

// An allowance is a row of the table of plans: one thing that can be set for each of them.
type allowance struct {
	name  string    // in the block of a plan
	usual [4]string // the default of each plan, in the order of planNames
	in    func(plan func(*Config) *Plan) value
	help  string
}

// allowances is the table. Its bounds are those of package plans.
var allowances = []allowance{
	{"rate_limit_minute", [...]string{"10", "60", "120", "6000"}, within(func(p *Plan) *int { return &p.RateLimitMinute }, whole(1, 1e9)), "requests that an account may make in a minute"},
	{"rate_limit_day", [...]string{"100", "5000", "20000", "1000000"}, within(func(p *Plan) *int { return &p.RateLimitDay }, whole(1, 1e9)), "requests that an account may make in a day"},
	{"credits", [...]string{"3", "30", "60", unlimited}, within(func(p *Plan) *Credits { return &p.Credits }, monthly(1e9)), "credits that an account gets each month"},
	{"seconds", [...]string{"60", "120", "180", "600"}, within(func(p *Plan) *int { return &p.Seconds }, whole(5, 600)), "the longest film, in seconds as asked for"},
	{"quality", [...]string{"720p", "1080p", "1080p", "1080p"}, within(func(p *Plan) *string { return &p.Quality }, choice("720p", "1080p")), "the shorter side of the picture"},
	{"watermark", [...]string{"true", "false", "false", "false"}, within(func(p *Plan) *bool { return &p.Watermark }, yesNo), "whether films are marked"},
	{"characters", [...]string{"2", "5", "10", "10"}, within(func(p *Plan) *int { return &p.Characters }, whole(0, 10)), "the most characters of one film"},
	{"priority", [...]string{"0", "1", "2", "3"}, within(func(p *Plan) *int { return &p.Priority }, whole(0, 3)), "whose films go first when several wait: the highest"},
}

// within is a place for one value in a plan that is named later.
func within[T any](at func(*Plan) *T, k kind[T]) func(func(*Config) *Plan) value {
	return func(plan func(*Config) *Plan) value {
		return one(func(c *Config) *T { return at(plan(c)) }, k)
	}
}

// unlimited is how Unlimited is written.
const unlimited = "unlimited"

func monthly(most int) kind[Credits] {
	bounds := fmt.Sprintf("0 to %d, or %q", most, unlimited)
	return kind[Credits]{
		word: "N", must: bounds, bare: true,
		format: func(c Credits) string {
			if c == Unlimited {
				return unlimited
			}
			return strconv.Itoa(int(c))
		},
		parse: func(text string) (Credits, error) {
			if text == unlimited {
				return Unlimited, nil
			}
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 || n > most {
				return 0, must("a whole number from " + bounds)
			}
			return Credits(n), nil
		},
	}
}

// planWord begins the block of a plan in a file, and the names of its settings; it is their flag, too.
const planWord = "plan"

func planSetting(plan, allowance string) string { return planWord + "." + plan + "." + allowance }

// planSettings are the settings of all plans.
func planSettings() (all []setting) {
	for i, name := range planNames {
		for _, a := range allowances {
			at := a.in(func(c *Config) *Plan { return c.plan(name) })
			all = append(all, setting{planSetting(name, a.name), a.usual[i], at, a.help, ""})
		}
	}
	return all
}

// inPlan takes the name of a plan's setting apart.
func (s setting) inPlan() (plan, allowance string, ok bool) {
	rest, ok := strings.CutPrefix(s.name, planWord+".")
	plan, allowance, _ = strings.Cut(rest, ".")
	return plan, allowance, ok
}

// older are names that settings have beside their own, by those.
var older = map[string]string{
	planSetting("enterprise", "rate_limit_minute"): "rate_limit_minute",
	planSetting("enterprise", "rate_limit_day"):    "rate_limit_day",
}

// spellings are the setting under each of its names.
func (s setting) spellings() []setting {
	all := []setting{s}
	if name, ok := older[s.name]; ok {
		s.name, s.help = name, s.help+" on the enterprise plan"
		all = append(all, s)
	}
	return all
}

// unknownPlan is the error of a plan's name, or nil. It goes on from what names the plan.
func unknownPlan(name string) error {
	if slices.Contains(planNames, name) {
		return nil
	}
	return meant(errors.New("names no plan; there are "+series(planNames)), name, planNames)
}

// unknownAllowance is the error of a name within a plan, or nil. It goes on from what has the name.
func unknownAllowance(name string) error {
	var all []string
	for _, a := range allowances {
		if a.name == name {
			return nil
		}
		all = append(all, a.name)
	}
	return meant(errors.New("names nothing that a plan has; there are "+series(all)), name, all)
}

func series(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// planFlag reads one use of the flag for plans: "free.credits=10".
func planFlag(text string) (name, value string, err error) {
	what, value, is := strings.Cut(text, "=")
	plan, allowance, dotted := strings.Cut(strings.TrimSpace(what), ".")
	if !is || !dotted {
		return "", "", must("written like free.credits=10: a plan, a point, what it has, and the value")
	}
	if err := unknownPlan(plan); err != nil {
		return "", "", err
	}
	return planSetting(plan, allowance), value, unknownAllowance(allowance)
}
