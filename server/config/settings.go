package config

import (
	"log/slog"
	"net/netip"
	"time"
)

// A setting is a row of the table: one thing that can be set, however it is given.
type setting struct {
	name     string // in a file; the flag and the variable follow from it
	fallback string // the default, as it would be written; "" for none
	value           // where it goes in a Config, and what it may be
	help     string // goes on from the name
	none     string // what happens without a value, where that is possible
}

// A section is the settings that belong together.
type section struct {
	title    string
	settings []setting
}

// plansTitle is that of the section whose settings are given by plan: those of the table in plan.go.
const plansTitle = "Plans"

// sections is the table. Flags, variables, files, `filmloom config` and docs/configuration.md follow it.
var sections = []section{
	{"Files", []setting{
		{"data", "filmloom-data", one(func(c *Config) *string { return &c.Data }, needed("DIR")), "the data directory: everything the server keeps is in it", ""},
		{"pipelines", "", one(func(c *Config) *string { return &c.Pipelines }, plain("PATH")), "the pipelines that films are made with, a file or a directory", "./pipelines.hcl, else the built-in ones"},
		{"min_free_disk", "1GiB", one(func(c *Config) *Bytes { return &c.MinFreeDisk }, size(0, 1<<50)), "accept no new film while the data directory's disk has less free", ""},
		{"retention", "24h", one(func(c *Config) *time.Duration { return &c.Retention }, span(0, 3650*day)), "how long the files of a deleted film are kept", ""},
	}},
	{"Network", []setting{
		{"listen", "127.0.0.1:8080", one(func(c *Config) *string { return &c.Listen }, address), "the address to listen at; port 0 takes one that is free", ""},
		{"public_url", "", one(func(c *Config) *string { return &c.PublicURL }, webURL(true)), "the address at which clients reach the server, for the links in its answers", "the listen address"},
		{"trusted_proxy", "", many(func(c *Config) *[]netip.Prefix { return &c.TrustedProxies }, network), "reverse proxies whose X-Forwarded-For is believed", "none"},
		{"cors_origin", "", many(func(c *Config) *[]string { return &c.CORSOrigins }, webOrigin), "web pages of other sites that may use the APIs, with a key or a token, and read films by their links", "none"},
		{"max_body", "16MiB", one(func(c *Config) *Bytes { return &c.MaxBody }, size(256<<10, 1<<30)), "the largest request that is read; the default is enough for a batch of 50 of the longest scripts, and all others have at most 1MiB", ""},
		{"webhook_allow", "", many(func(c *Config) *[]netip.Prefix { return &c.WebhookAllow }, network), "private networks that webhooks may be sent to", "public addresses only"},
	}},
	{"Accounts", []setting{
		{"admin_password", "", one(func(c *Config) *Secret { return &c.AdminPassword }, secretText), "the password that the user admin gets at the first start", "one is made and printed once"},
		{"secret_key", "", one(func(c *Config) *Secret { return &c.SecretKey }, secretKey), "the key that secrets are encrypted with on disk; `openssl rand -base64 32` makes one", "one is made and kept in the data directory"},
		{"registration", "false", one(func(c *Config) *bool { return &c.Registration }, yesNo), "let everybody who reaches the server make an account", ""},
		{"default_plan", "enterprise", one(func(c *Config) *string { return &c.DefaultPlan }, choice(planNames...)), "the plan of new accounts", ""},
		{"token_lifetime", "30m", one(func(c *Config) *time.Duration { return &c.TokenLifetime }, span(time.Minute, 24*time.Hour)), "how long a login's access token works", ""},
	}},
	{plansTitle, planSettings()},
	{"Films", []setting{
		{"max_active", "2", one(func(c *Config) *int { return &c.MaxActive }, whole(1, 64)), "how many films are made at the same time", ""},
		{"max_queue", "1000", one(func(c *Config) *int { return &c.MaxQueue }, whole(0, 100000)), "how many films may wait for their turn; further ones are refused", ""},
		{"cpus", "0", one(func(c *Config) *int { return &c.CPUs }, whole(0, 4096)), "how many processors local work uses; 0 means all", ""},
		{"media_lifetime", "24h", one(func(c *Config) *time.Duration { return &c.MediaLifetime }, span(time.Minute, 30*day)), "how long a link to a film or a picture works", ""},
		{"in_process", "false", one(func(c *Config) *bool { return &c.InProcess }, yesNo), "run the built-in providers inside the server instead of in processes of their own", ""},
		{"mock", "false", one(func(c *Config) *bool { return &c.Mock }, yesNo), "make tiny test films at once, for trying a client; needs no ffmpeg and a data directory of its own", ""},
		{"mock_delay", "0s", one(func(c *Config) *time.Duration { return &c.MockDelay }, span(0, time.Hour)), "how long each step of a test film pretends to work", ""},
	}},
	{"YouTube", []setting{
		{"youtube_client_id", "", one(func(c *Config) *string { return &c.YouTubeClientID }, plain("ID")), "the OAuth client with which accounts connect to YouTube", "no uploads"},
		{"youtube_client_secret", "", one(func(c *Config) *Secret { return &c.YouTubeClientSecret }, secretText), "the secret of that client", "no uploads"},
		{"youtube_auth_url", "https://accounts.google.com/o/oauth2/v2/auth", one(func(c *Config) *string { return &c.YouTubeAuthURL }, webURL(false)), "where a person agrees to the connection", ""},
		{"youtube_token_url", "https://oauth2.googleapis.com/token", one(func(c *Config) *string { return &c.YouTubeTokenURL }, webURL(false)), "where tokens are fetched", ""},
		{"youtube_upload_url", "https://www.googleapis.com/upload/youtube/v3/videos", one(func(c *Config) *string { return &c.YouTubeUploadURL }, webURL(false)), "where films are uploaded", ""},
	}},
	{"Watching and stopping", []setting{
		{"metrics_listen", "", one(func(c *Config) *string { return &c.MetricsListen }, metricsAddress), "an address of its own for /metrics, or off", "beside the API"},
		{"log_format", "text", one(func(c *Config) *string { return &c.LogFormat }, choice("text", "json")), "how the log is written", ""},
		{"log_level", "info", one(func(c *Config) *slog.Level { return &c.LogLevel }, level), "the least important lines that the log has", ""},
		{"grace", "10s", one(func(c *Config) *time.Duration { return &c.Grace }, span(0, time.Hour)), "how long a stop waits for work that is nearly done; the rest goes on at the next start", ""},
	}},
}

var (
	secretText = secret("TEXT", "a text of one line", func(string) bool { return true })
	secretKey  = secret("KEY", "32 bytes as base64", is32Bytes)
)

// settings are the rows of all sections.
var settings = func() (all []setting) {
	for _, s := range sections {
		all = append(all, s.settings...)
	}
	return all
}()

// find gives a row by one of its names.
func find(name string) (setting, bool) {
	for _, s := range settings {
		if s.name == name || older[s.name] == name && name != "" {
			return s, true
		}
	}
	return setting{}, false
}
