package limits_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/limits"
)

var proxies = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("fd00::/8"),
	netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("::ffff:172.16.0.0/108"),
}

func request(remote string, forwarded ...string) *http.Request {
	r := &http.Request{RemoteAddr: remote, Header: http.Header{}}
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	return r
}

func TestTheClientIsTheFirstHopThatIsNotTrusted(t *testing.T) {
	for name, c := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"no proxy":                               {"192.0.2.1:4", nil, "192.0.2.1"},
		"a header from somebody":                 {"192.0.2.1:4", []string{"198.51.100.9"}, "192.0.2.1"},
		"a proxy without a header":               {"10.0.0.1:4", nil, "10.0.0.1"},
		"a proxy":                                {"10.0.0.1:4", []string{"198.51.100.9"}, "198.51.100.9"},
		"two proxies":                            {"10.0.0.1:4", []string{"198.51.100.9, 10.1.1.1"}, "198.51.100.9"},
		"what a client wrote":                    {"10.0.0.1:4", []string{"127.0.0.1, 10.9.9.9, 198.51.100.9"}, "198.51.100.9"},
		"garbage that a client wrote":            {"10.0.0.1:4", []string{"<script>, ;;,198.51.100.9"}, "198.51.100.9"},
		"lines are one list":                     {"10.0.0.1:4", []string{"1.1.1.1", "198.51.100.9", "10.2.2.2"}, "198.51.100.9"},
		"an address that a proxy did not know":   {"10.0.0.1:4", []string{"198.51.100.9, unknown"}, "10.0.0.1"},
		"one that the second proxy did not know": {"10.0.0.1:4", []string{"198.51.100.9, unknown, 10.3.3.3"}, "10.3.3.3"},
		"only trusted ones":                      {"10.0.0.1:4", []string{"10.5.5.5, 10.4.4.4"}, "10.5.5.5"},
		"empty entries":                          {"10.0.0.1:4", []string{" , ,198.51.100.9, ,", "", ","}, "198.51.100.9"},
		"tabs":                                   {"10.0.0.1:4", []string{"\t198.51.100.9\t"}, "198.51.100.9"},
		"ports":                                  {"10.0.0.1:4", []string{"198.51.100.9:55, [fd00::1]:443"}, "198.51.100.9"},
		"IPv6":                                   {"[fd00::1]:4", []string{"2001:db8::9"}, "2001:db8::9"},
		"IPv6 in brackets":                       {"[fd00::1]:4", []string{"[2001:db8::9]"}, "2001:db8::9"},
		"IPv6 with a port":                       {"[fd00::1]:4", []string{"[2001:db8::9]:1"}, "2001:db8::9"},
		"IPv4 in IPv6 is IPv4":                   {"[::ffff:10.0.0.1]:4", []string{"::ffff:198.51.100.9"}, "198.51.100.9"},
		"a network of IPv4 in IPv6":              {"172.16.5.5:4", []string{"198.51.100.9"}, "198.51.100.9"},
		"a zone":                                 {"[fe80::1%eth0]:4", []string{"fe81::1%wlan0, fe80::2%eth0"}, "fe81::1"},
		"no port":                                {"10.0.0.1", []string{"198.51.100.9"}, "198.51.100.9"},
		"a Unix socket":                          {"@", []string{"198.51.100.9"}, "invalid IP"},
		"an endless zone":                        {"10.0.0.1:4", []string{"fe80::1%" + strings.Repeat("z", 1000)}, "10.0.0.1"},
		"as many proxies as are believed":        {"10.0.0.1:4", []string{"198.51.100.9" + strings.Repeat(",10.0.0.2", 31)}, "198.51.100.9"},
		"more":                                   {"10.0.0.1:4", []string{"198.51.100.9" + strings.Repeat(",10.0.0.2", 32)}, "10.0.0.2"},
	} {
		if got := limits.ClientAddress(request(c.remote, c.forwarded...), proxies); got.String() != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestForwardedIsNotRead(t *testing.T) {
	r := request("10.0.0.1:4")
	r.Header.Set("Forwarded", "for=198.51.100.9")
	if got := limits.ClientAddress(r, proxies); got != addr("10.0.0.1") {
		t.Errorf("got %s", got)
	}
}

func FuzzClientAddress(f *testing.F) {
	for _, s := range []string{
		"", ",", "198.51.100.9", "10.0.0.1, 10.0.0.2", "[::1]:80, ::ffff:10.0.0.1%x", "unknown", "_hidden",
		"[", "]", "[]", "1.2.3.4:", ":80", "%", "fe80::1%\x00", "for=192.0.2.60;proto=http", strings.Repeat("10.0.0.1,", 100),
	} {
		f.Add("10.0.0.1:80", s)
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, remote, header string) {
		got := limits.ClientAddress(request(remote, header), proxies)
		if got.Zone() != "" || got.Is4In6() {
			t.Errorf("%s is not plain", got)
		}
		// Whatever stands left of what a trusted proxy saw changes nothing.
		seen := addr("198.51.100.9")
		if got := limits.ClientAddress(request("10.0.0.1:1", header+",198.51.100.9"), proxies); got != seen {
			t.Errorf("in one line: got %s", got)
		}
		if got := limits.ClientAddress(request("10.0.0.1:1", header, "198.51.100.9, 10.0.0.7"), proxies); got != seen {
			t.Errorf("in two lines: got %s", got)
		}
		// Whoever is not trusted is who they are.
		if got := limits.ClientAddress(request("192.0.2.1:1", header), proxies); got != addr("192.0.2.1") {
			t.Errorf("somebody became %s", got)
		}
		if got := limits.ClientAddress(request(remote, header), nil); got != limits.ClientAddress(request(remote), nil) {
			t.Errorf("without proxies somebody became %s", got)
		}
	})
}
