package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"time"
)

// A Config is the server's settings. Load makes one, and Default one with what is usual; the table in
// settings.go says what each setting means and what it may be.
type Config struct {
	// Data is the data directory.
	Data string
	// Pipelines is a file or a directory of pipelines; "" means ./pipelines.hcl, else the built-in ones.
	Pipelines string

	// Listen is where the server listens, as host:port; port 0 takes any that is free.
	Listen string
	// PublicURL is the address that clients see, without a slash at its end; "" means that of Listen.
	PublicURL      string
	TrustedProxies []netip.Prefix
	CORSOrigins    []string // as browsers send them: lower case, without a usual port
	MaxBody        Bytes

	// AdminPassword is that of the first user; when it is not set, one is made.
	AdminPassword Secret
	// SecretKey is the base64 of 32 bytes; when it is not set, one is made and kept in the data directory.
	SecretKey     Secret
	Registration  bool
	DefaultPlan   string // free, standard, pro or enterprise
	TokenLifetime time.Duration

	// What accounts may have, by their plan. RateLimitMinute and RateLimitDay are those of Enterprise.
	Free, Standard, Pro Plan
	Enterprise

	InProcess     bool
	Mock          bool
	MockDelay     time.Duration
	MaxActive     int
	MaxQueue      int
	CPUs          int // 0 means all
	Retention     time.Duration
	MediaLifetime time.Duration
	MinFreeDisk   Bytes

	WebhookAllow []netip.Prefix

	YouTubeClientID     string
	YouTubeClientSecret Secret
	YouTubeAuthURL      string
	YouTubeTokenURL     string
	YouTubeUploadURL    string

	// MetricsListen is a host:port of its own for metrics; "" means beside the rest, and Off nowhere.
	MetricsListen string
	LogFormat     string // text or json
	LogLevel      slog.Level
	Grace         time.Duration

	// File is the configuration file that was read, or "".
	File string
	// Warnings are sentences about what is allowed and probably not meant.
	Warnings []string

	origins map[string]Origin // by setting; what is missing is a default
}

// Off is the value of MetricsListen for no metrics.
const Off = "off"

// Default is the configuration where nothing is given.
func Default() *Config {
	c := &Config{}
	for _, s := range settings {
		if err := s.set(c, s.usual()); err != nil {
			panic(fmt.Sprintf("config: the default of %s %v", s.name, err))
		}
	}
	return c
}

// An Origin is where a value is from. At most one of Flag, Variable and File is set; the zero Origin is the
// default.
type Origin struct {
	Flag     string // with its dashes
	Variable string
	File     string
	Line     int    // in File, from 1
	name     string // the setting's, as the file has it
}

// Origin tells where the value of a setting is from. The name is that in a file: "public_url", or for a plan
// "plan.free.credits".
func (c *Config) Origin(name string) Origin {
	if s, ok := find(name); ok {
		name = s.name
	}
	return c.origins[name]
}

// String is the origin in short: "--listen", "FILMLOOM_LISTEN", "filmloom.conf.hcl:3" or "default".
func (o Origin) String() string {
	switch {
	case o.Flag != "":
		return o.Flag
	case o.Variable != "":
		return o.Variable
	case o.File != "":
		return fmt.Sprintf("%s:%d", o.File, o.Line)
	}
	return "default"
}

// subject is the origin as the subject of a sentence.
func (o Origin) subject() string {
	if o.File != "" {
		return fmt.Sprintf("%s in %s", o.name, o)
	}
	return o.String()
}
