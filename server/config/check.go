package config

import (
	"fmt"
	"net"
	"net/netip"
)

// conflicts says what does not fit together in settings that are valid one by one.
func conflicts(c *Config) (problems []string) {
	of := func(name string) string { return c.describe(name) }
	if (c.YouTubeClientID == "") != !c.YouTubeClientSecret.IsSet() {
		given, missing := "youtube_client_id", "youtube_client_secret"
		if c.YouTubeClientID == "" {
			given, missing = missing, given
		}
		problems = append(problems, fmt.Sprintf("%s is set and %s is not; YouTube needs both, so set that too or neither.", of(given), missing))
	}
	for _, name := range planNames {
		if p := c.plan(name); p.RateLimitDay < p.RateLimitMinute {
			problems = append(problems, fmt.Sprintf("%s is less than %s; a day must allow at least what a minute does.",
				of(planSetting(name, "rate_limit_day")), of(planSetting(name, "rate_limit_minute"))))
		}
	}
	if c.MetricsListen == c.Listen && port(c.Listen) != "0" {
		problems = append(problems, fmt.Sprintf("%s is the same address as %s; leave it out, and metrics are there anyway.", of("metrics_listen"), of("listen")))
	}
	return problems
}

// shortest is what the shortest film of the Video API counts as, in seconds.
const shortest = 60

// doubts says what is allowed and probably not meant.
func doubts(c *Config) (warnings []string) {
	of := func(name string) string { return c.describe(name) }
	if c.MockDelay > 0 && !c.Mock {
		warnings = append(warnings, fmt.Sprintf("%s has no effect without mock.", of("mock_delay")))
	}
	if c.PublicURL == "" && !loopback(c.Listen) {
		warnings = append(warnings, fmt.Sprintf("%s is reachable from other machines, and links in answers are made with the listen address: set public_url to the address that clients use.", of("listen")))
	}
	if c.Registration && c.plan(c.DefaultPlan).Credits == Unlimited {
		warnings = append(warnings, fmt.Sprintf("%s lets everybody make an account, and new accounts are on the %s plan, whose credits are unlimited: set default_plan to a smaller one.", of("registration"), c.DefaultPlan))
	}
	for _, name := range planNames {
		if c.plan(name).Seconds < shortest {
			warnings = append(warnings, fmt.Sprintf("%s is less than %d, which is what every film of the Video API has at least: accounts of the %s plan can make none with it.", of(planSetting(name, "seconds")), shortest, name))
		}
	}
	for _, list := range []struct {
		name     string
		networks []netip.Prefix
		effect   string
	}{
		{"trusted_proxy", c.TrustedProxies, "everybody can claim any address as their own"},
		{"webhook_allow", c.WebhookAllow, "every user can make the server call addresses inside your network"},
	} {
		for _, n := range list.networks {
			if n.Bits() == 0 {
				warnings = append(warnings, fmt.Sprintf("%s has a network that is every address, so that %s.", of(list.name), list.effect))
				break
			}
		}
	}
	return warnings
}

// describe names a setting as it was given: "--listen", or "listen" when it has its default.
func (c *Config) describe(name string) string {
	if o := c.Origin(name); o != (Origin{}) {
		return o.subject()
	}
	return name
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return p
}

// loopback tells whether only this machine can reach an address.
func loopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
