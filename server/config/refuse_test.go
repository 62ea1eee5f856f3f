package config_test

import (
	"slices"
	"strings"
	"testing"
)

func TestAWrongValueIsRefusedInOneSentenceThatDoesNotShowIt(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"data", "", ""}, // an empty variable is none
		{"listen", "127.0.0.7", "must be a host and a port"},
		{"listen", "h:66666", "port from 0 to 65535"},
		{"listen", "h:http", "port"},
		{"listen", "http://h:1", "must be a host and a port"},
		{"public_url", "studio.example.org", "must be an address like https://"},
		{"public_url", "ftp://h", "must be an address"},
		{"public_url", "https://h?x=1", "query"},
		{"public_url", "https://user:pass@h", "user name"},
		{"public_url", "https://h#", "fragment"},
		{"public_url", "https://h:99999", "must be an address"},
		{"mock", "maybe", "must be true or false"},
		{"mock_delay", "-1s", "must be a duration from 0s to 1h"},
		{"mock_delay", "9", "written like 90s"},
		{"token_lifetime", "59s", "from 1m to 24h"},
		{"token_lifetime", "25h", "from 1m to 24h"},
		{"media_lifetime", "31d", "from 1m to 30d"},
		{"retention", "9999999999999d", "must be a duration"},
		{"default_plan", "enterprize", "did you mean enterprise?"},
		{"default_plan", "xyzzy", "must be free, standard, pro or enterprise."},
		{"log_level", "warning", "did you mean warn?"},
		{"max_active", "0", "from 1 to 64"},
		{"max_active", "65", "from 1 to 64"},
		{"max_active", "7.5", "whole number"},
		{"max_queue", "-1", "from 0 to 100000"},
		{"trusted_proxy", "10.0.0.77/8", "10.0.0.0/8 is the whole network"},
		{"trusted_proxy", "10.0.0.0/33", "must be a network"},
		{"trusted_proxy", "::ffff:10.0.0.1", "write it as IPv4"},
		{"trusted_proxy", "fe80::1%eth0", "must be a network"},
		{"cors_origin", "*", "must name each origin"},
		{"cors_origin", "https://*.example.org", "must name each origin"},
		{"cors_origin", "https://a/path", "without a path"},
		{"cors_origin", "null", "must be an origin"},
		{"cors_origin", "https://h:99999", "must be an origin"},
		{"min_free_disk", "1G", "like 500MB or 1GiB"},
		{"min_free_disk", "9999999TB", "must be a size"},
		{"max_body", "1kB", "from 256KiB"},
		{"secret_key", "c2hvcnQ=", "32 bytes as base64"},
		{"secret_key", strings.Repeat("A", 42) + "B=", "32 bytes as base64"}, // bits beyond the last byte
		{"admin_password", "two\nlines", "one line"},
		{"admin_password", "\xff", "a text of one line"},
		{"metrics_listen", "of", "or off for no metrics"},
	} {
		variable := "FILMLOOM_" + strings.ToUpper(c.name)
		if c.text == "" {
			continue
		}
		found := problems(t, nil, []string{variable + "=" + c.text}, nil)
		if len(found) != 1 || !strings.HasPrefix(found[0], variable+" must ") || !strings.Contains(found[0], c.want) {
			t.Errorf("%s %q: got %q, want %q", c.name, c.text, found, c.want)
		}
		if len(c.text) > 3 && !strings.Contains(c.want, c.text) && strings.Contains(found[0], c.text) {
			t.Errorf("%s: %q shows the value", c.name, found[0])
		}
	}
}

func TestAllProblemsAreToldAtOnceWithTheirPlaces(t *testing.T) {
	got := problems(t,
		[]string{"--config=x.hcl", "--listen=nowhere", "--mock=maybe", "--secret-key-file=gone"},
		[]string{"FILMLOOM_MAX_ACTIVE=many", "FILMLOOM_ADMIN_PASSWORD=a", "FILMLOOM_ADMIN_PASSWORD_FILE=b"},
		files{"x.hcl": "lisen = \"a:1\"\nlog_format = \"yaml\"\ngrace = soon()\nmax_active = 3\n", "b": "b"})
	want := []string{
		"FILMLOOM_ADMIN_PASSWORD and FILMLOOM_ADMIN_PASSWORD_FILE are both set; unset one of them.",
		"x.hcl:1: There is no setting lisen; did you mean listen?",
		"grace in x.hcl:3 must be a text in quotes.",
		"--listen must be a host and a port from 0 to 65535, written like 127.0.0.1:8080, [::1]:8080 or, for every address of this machine, :8080.",
		"The file that --secret-key-file names does not exist.",
		"FILMLOOM_MAX_ACTIVE must be a whole number from 1 to 64.",
		"--mock must be true or false.",
		"log_format in x.hcl:2 must be text or json.",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestSettingsThatDoNotFitTogetherAreRefused(t *testing.T) {
	for environ, want := range map[string]string{
		"FILMLOOM_YOUTUBE_CLIENT_ID=x":                                "FILMLOOM_YOUTUBE_CLIENT_ID is set and youtube_client_secret is not",
		"FILMLOOM_YOUTUBE_CLIENT_SECRET=x":                            "FILMLOOM_YOUTUBE_CLIENT_SECRET is set and youtube_client_id is not",
		"FILMLOOM_RATE_LIMIT_DAY=5":                                   "FILMLOOM_RATE_LIMIT_DAY is less than plan.enterprise.rate_limit_minute",
		"FILMLOOM_METRICS_LISTEN=127.0.0.1:8080":                      "FILMLOOM_METRICS_LISTEN is the same address as listen",
		"FILMLOOM_RATE_LIMIT_DAY=5 FILMLOOM_METRICS_LISTEN=[::1]:x80": "FILMLOOM_METRICS_LISTEN must be",
	} {
		if got := problems(t, nil, strings.Fields(environ), nil); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: got %q", environ, got)
		}
	}
	if _, err := load(t, nil, []string{"FILMLOOM_METRICS_LISTEN=:0", "FILMLOOM_LISTEN=:0"}, nil); err != nil {
		t.Errorf("two free ports are not one: %v", err)
	}
}

func TestWhatIsProbablyNotMeantIsAWarning(t *testing.T) {
	for environ, want := range map[string]string{
		"FILMLOOM_MOCK_DELAY=1s":           "FILMLOOM_MOCK_DELAY has no effect without mock.",
		"FILMLOOM_LISTEN=:8080":            "FILMLOOM_LISTEN is reachable from other machines",
		"FILMLOOM_REGISTRATION=1":          "FILMLOOM_REGISTRATION lets everybody make an account",
		"FILMLOOM_TRUSTED_PROXY=::/0":      "FILMLOOM_TRUSTED_PROXY has a network that is every address",
		"FILMLOOM_WEBHOOK_ALLOW=0.0.0.0/0": "FILMLOOM_WEBHOOK_ALLOW has a network that is every address",
		"FILMLOOM_LISTN=x":                 "The environment variable FILMLOOM_LISTN is not used: there is no such setting; did you mean FILMLOOM_LISTEN?",
		"FILMLOOM_LISTEN_FILE=x":           "The environment variable FILMLOOM_LISTEN_FILE is not used",
		"FILMLOOM_ADMIN_PASWORD_FILE=x":    "The environment variable FILMLOOM_ADMIN_PASWORD_FILE is not used: there is no such setting; did you mean FILMLOOM_ADMIN_PASSWORD_FILE?",
		"FILMLOOM_PORT=8080":               "The environment variable FILMLOOM_PORT is not used",
		"FILMLOOM_CONFIG=public.hcl":       "public.hcl holds a secret (admin_password) and everybody on this machine can read it",
	} {
		c, err := load(t, nil, []string{environ}, files{"public.hcl": `admin_password = "x"`})
		if err != nil {
			t.Errorf("%s: %v", environ, err)
			continue
		}
		if len(c.Warnings) != 1 || !strings.HasPrefix(c.Warnings[0], want) {
			t.Errorf("%s: got %q", environ, c.Warnings)
		}
	}
}

func TestWhatIsForOthersIsNoWarning(t *testing.T) {
	c, err := load(t, []string{"--public-url=https://h", "--config=public.hcl"}, []string{
		"FILMLOOM_PLUGIN=x", "FILMLOOM_LIFELINE_FD=3", "FILMLOOM_TEST_ROLE=x", "FILMLOOM_LISTEN=:1", "PATH=/bin", "FILMLOOM_STRAY=",
		"FILMLOOM_SERVICE_HOST=10.0.0.1", "FILMLOOM_SERVICE_PORT_HTTP=80", "FILMLOOM_PORT=tcp://10.0.0.1:80", "FILMLOOM_PORT_80_TCP=tcp://10.0.0.1:80",
		"FILMLOOM_ADMIN_PASSWORD_FILE=public-secret", // as Docker mounts them
	}, files{"public.hcl": `secret_key_file = "public-secret-key"`, "public-secret": "x", "public-secret-key": strings.Repeat("A", 43) + "="})
	if err != nil || len(c.Warnings) > 0 {
		t.Errorf("got %v, %q", err, c.Warnings)
	}
}

func TestAFileHasLiteralsOnly(t *testing.T) {
	for text, want := range map[string]string{
		`listen = "${1}:1"`:                           "listen in x.hcl:1 must be a literal text",
		`max_active = 1 + 1`:                          "max_active in x.hcl:1 must be 1 to 64",
		`max_active = 1.5`:                            "max_active in x.hcl:1 must be a whole number",
		`max_active = 1e1000000000`:                   "max_active in x.hcl:1 must be a whole number",
		`max_active = -1`:                             "max_active in x.hcl:1 must be 1 to 64",
		`max_active = null`:                           "max_active in x.hcl:1 must not be null; leave the line out for the default.",
		`mock = "yes"`:                                "mock in x.hcl:1 must be true or false.",
		`mock = yes`:                                  "mock in x.hcl:1 must be true or false.",
		`public_url = upper("x")`:                     "public_url in x.hcl:1 must be a text in quotes.",
		`public_url = 5`:                              "public_url in x.hcl:1 must be a text in quotes.",
		`public_url = true`:                           "public_url in x.hcl:1 must be a text in quotes.",
		`public_url = {}`:                             "public_url in x.hcl:1 must be a text in quotes.",
		`public_url = ["https://a"]`:                  "public_url in x.hcl:1 must be one value, not a list.",
		`cors_origin = [["https://a"]]`:               "cors_origin in x.hcl:1 must be a text in quotes.",
		`cors_origin = ["https://a,https://b"]`:       "cors_origin in x.hcl:1 must be an origin",
		`listen { }`:                                  "x.hcl:1: Settings are lines like name = value; here is something else, or a block in braces.",
		`public-url = "https://a"`:                    "x.hcl:1: There is no setting public-url; did you mean public_url?",
		`config = "y.hcl"`:                            "x.hcl:1: There is no setting config",
		"mock = true\nmock = false":                   "x.hcl:2: Attribute redefined",
		"secret_key = \"a\"\nsecret_key_file = \"b\"": "x.hcl:2: secret_key and secret_key_file are both set; leave one of them out.",
		`data = ""`:                                   "data in x.hcl:1 must be a DIR; it is empty.",
		"\n\n= = =":                                   "x.hcl:3: ",
		strings.Repeat("\n", 6) + "x = " + strings.Repeat("[", 200_000): "x.hcl:7: Brackets are nested too deeply",
	} {
		got := problems(t, []string{"--config=x.hcl"}, nil, files{"x.hcl": text, "b": "b"})
		if !slices.ContainsFunc(got, func(p string) bool { return strings.HasPrefix(p, want) }) {
			t.Errorf("%.80s: got %.300q", text, got)
		}
	}
}
