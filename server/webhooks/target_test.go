package webhooks_test

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/webhooks"
)

func TestURLsThatLeadNowhereGoodAreRefusedAtRegistration(t *testing.T) {
	r := newRig(t, func(c *webhooks.Config) { c.Allow = nil })
	for _, raw := range []string{
		"", " ", "x", "your-app.com/webhook", "//your-app.com/webhook", "/webhook", "https://", "https:///x", "https:x", "https:/x",
		"ftp://a.example", "file:///etc/passwd", "gopher://a.example", "javascript:alert(1)", "unix:///run/docker.sock", "data:,x", "ws://a.example",
		"http://a.example/", "HTTP://a.example/",
		"https://user@a.example", "https://user:pass@a.example", "https://@a.example", "https://a.example@127.0.0.1/", "https://:@a.example",
		"https://a.example/#x", "https://a.example/#", "https://a.example/?q#",
		"https://a.example\\@127.0.0.1/", "https://a.example/\n", "https://a.example/\x00", "https://a.example/a b", "\thttps://a.example", "https://a.exam\u0000ple", "https://a\u2028b.example", "https://a.example/\xff",
		"https://" + strings.Repeat("a.", 1100) + "example",
		"https://127.0.0.1", "https://127.0.0.1:8443/x", "https://127.1", "https://127.0.1", "https://0", "https://0/", "https://0.0.0.0", "https://2130706433", "https://0x7f000001",
		"https://0x7f.0.0.1", "https://0x7f.1", "https://0X7F.1", "https://0177.0.0.1", "https://017700000001", "https://127.0.0.01", "https://127.0.0.1.", "https://2130706433.", "https://0x", "https://a.0x", "https://1.2.3.4.5",
		"https://256.1.1.1", "https://a.1", "https://10.0.0.1", "https://169.254.169.254/latest/meta-data/", "https://192.168.1.1", "https://100.64.0.1", "https://255.255.255.255", "https://224.0.0.1",
		"https://[::1]", "https://[::]", "https://[::ffff:127.0.0.1]", "https://[::ffff:7f00:1]", "https://[0:0:0:0:0:0:0:1]", "https://[fe80::1%25eth0]", "https://[fe80::1%eth0]", "https://[2606:4700::1%25eth0]", "https://[64:ff9b::7f00:1]", "https://[2002:7f00:1::]", "https://[fd00:ec2::254]", "https://[127.0.0.1]", "https://[a.example]", "https://[", "https://[]", "https://::1",
		"https://localhost", "https://LOCALHOST", "https://localhost.", "https://localhost:8443", "https://a.localhost", "https://localhost.localdomain", "https://localhost6.localdomain6", "https://ip6-localhost", "https://ip6-loopback",
		"https://printer.local", "https://metadata.google.internal", "https://nas.home.arpa", "https://intranet", "https://db", "https://a.corp",
		"https://１２７.０.０.１", "https://①②⑦.⓪.⓪.①", "https://127。0。0。1", "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "https://ｌｏｃａｌｈｏｓｔ", "https://%6c%6f%63%61%6c%68%6f%73%74", "https://127.0.0.1%2f.example", "https://xn--.example.ü", "https://a\u00ad\u200b",
		"https://.a.example", "https://a..example", "https://a.example..", "https://.", "https://a!.example", "https://a_b:c.example", "https://" + strings.Repeat("a", 64) + ".example",
		"https://a.example:", "https://a.example:0", "https://a.example:65536", "https://a.example:-1", "https://a.example:http", "https://a.example:22", "https://a.example:25", "https://a.example:6000", "https://a.example:6667", "https://a.example:0025",
	} {
		_, _, err := r.Create(t.Context(), account, webhooks.Draft{URL: raw, Events: []string{webhooks.JobFailed}})
		var e *webhooks.InvalidError
		if !errors.As(err, &e) || e.Field != "url" || !strings.HasSuffix(e.Message, ".") {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestGoodURLsAreAcceptedAndKeptAsGiven(t *testing.T) {
	r := newRig(t, func(c *webhooks.Config) { c.Allow, c.MaxPerAccount = nil, 100 })
	for raw, plain := range map[string]string{
		"https://your-app.com/webhook":              "https://your-app.com/webhook",
		"https://your-app.com":                      "https://your-app.com",
		"HTTPS://Your-App.COM/Webhook?a=B&c=%20":    "https://your-app.com/Webhook?a=B&c=%20",
		"https://your-app.com./webhook":             "https://your-app.com/webhook",
		"https://your-app.com:443/":                 "https://your-app.com/",
		"https://your-app.com:00443/":               "https://your-app.com/",
		"https://your-app.com:8443/":                "https://your-app.com:8443/",
		"https://your-app.com:1/":                   "",
		"https://bücher.example/h":                  "https://xn--bcher-kva.example/h",
		"https://BÜCHER.example/h":                  "https://xn--bcher-kva.example/h",
		"https://xn--bcher-kva.example/h":           "https://xn--bcher-kva.example/h",
		"https://my_app.example/h":                  "https://my_app.example/h",
		"https://93.184.216.34/h":                   "https://93.184.216.34/h",
		"https://[2606:4700:4700::1111]/h":          "https://[2606:4700:4700::1111]/h",
		"https://[2606:4700:4700:0::1111]:8443/h":   "https://[2606:4700:4700::1111]:8443/h",
		"https://127.0.0.1.nip.example/h":           "https://127.0.0.1.nip.example/h",
		"https://0x7f.example/h":                    "https://0x7f.example/h",
		"https://a.example/p@th:8/x;y?u=http://b/@": "https://a.example/p@th:8/x;y?u=http://b/@",
		"https://a.example/ü":                       "https://a.example/%C3%BC",
	} {
		got, _, err := webhooks.ParseTarget(raw)
		if (err == nil) != (plain != "") || got != plain {
			t.Errorf("%s is %q, %v", raw, got, err)
		}
		if plain == "" {
			continue
		}
		if reg := r.register(raw); reg.URL != raw {
			t.Errorf("%s is kept as %s", raw, reg.URL)
		}
	}
}

func TestPlainHTTPIsForAllowedNetworksOnly(t *testing.T) {
	r := newRig(t, func(c *webhooks.Config) {
		c.Allow, c.Resolver = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}, zone(t, map[string][]string{
			"nas.local": {"127.0.0.9"}, "public.example": {"93.184.216.34"}, "both.example": {"93.184.216.34", "127.0.0.9"},
			"db.internal": {"10.0.0.9"}, "inner.example": {"10.0.0.9", "fe80::1"}, "outer.internal": {"93.184.216.34"},
		}).resolver()
	})
	for raw, ok := range map[string]bool{
		"http://127.0.0.1:8080/h":     true,
		"https://127.0.0.1:8443/h":    true,
		"http://[fd00::1]/h":          true,
		"http://nas.local/h":          true,
		"https://nas.local/h":         true,
		"http://both.example/h":       true,
		"https://both.example/h":      true,
		"https://public.example/h":    true,
		"https://unknown.example/h":   true,
		"https://outer.internal/h":    true,
		"http://public.example/h":     false,
		"http://unknown.example/h":    false,
		"http://93.184.216.34/h":      false,
		"http://10.0.0.1/h":           false,
		"https://10.0.0.1/h":          false,
		"https://db.internal/h":       false,
		"http://db.internal/h":        false,
		"https://inner.example/h":     false,
		"https://unknown.internal/h":  false,
		"http://[::1]/h":              false,
		"https://unknown/h":           false,
		"http://[::ffff:127.0.0.1]/h": true,
	} {
		_, _, err := r.Create(t.Context(), account, webhooks.Draft{URL: raw, Events: []string{webhooks.JobFailed}})
		if (err == nil) != ok {
			t.Errorf("%s: %v", raw, err)
		}
		if err != nil && strings.Contains(err.Error(), "10.0.0.9") {
			t.Errorf("it tells what a name resolves to: %v", err)
		}
	}
}

func FuzzURL(f *testing.F) {
	for _, s := range []string{
		"https://your-app.com/webhook", "http://127.0.0.1:8080", "https://[::1%25eth0]:443/", "https://0x7f.1", "https://ü.example:8443/?q", "https://a@b#c", "HTTPS://１２７.０.０.１",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		plain, addr, err := webhooks.ParseTarget(raw)
		if err != nil {
			var e *webhooks.InvalidError
			if !errors.As(err, &e) || len(raw) > 8 && strings.Contains(err.Error(), raw) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		// The plain form is one: reading it again changes nothing.
		again, sameAddr, err := webhooks.ParseTarget(plain)
		if err != nil && len(plain) <= 2048 || err == nil && (again != plain || sameAddr != addr) {
			t.Fatalf("%q is %q, and that is %q, %v", raw, plain, again, err)
		}
		u, err := url.Parse(plain)
		if err != nil || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
			t.Fatalf("%q is %q, %v", raw, plain, err)
		}
		// A host that netip reads as an address is known to be one.
		if a, err := netip.ParseAddr(u.Hostname()); (err == nil) != addr.IsValid() || err == nil && a != addr {
			t.Fatalf("%q: %v is not %v", raw, a, addr)
		}
		for _, r := range u.Host {
			if r >= 0x80 || r <= ' ' || r >= 'A' && r <= 'Z' {
				t.Fatalf("%q has the host %q", raw, u.Host)
			}
		}
	})
}
