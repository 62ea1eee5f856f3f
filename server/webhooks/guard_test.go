package webhooks_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/webhooks"
)

// Each network of the special-purpose registries, with its first and last address, and the neighbours that are
// public again.
func TestEveryAddressThatIsNotPublicIsRefused(t *testing.T) {
	for network, neighbours := range map[string]string{
		"0.0.0.0/8":          "1.0.0.0",
		"10.0.0.0/8":         "9.255.255.255 11.0.0.0",
		"100.64.0.0/10":      "100.63.255.255 100.128.0.0",
		"127.0.0.0/8":        "126.255.255.255 128.0.0.0",
		"169.254.0.0/16":     "169.253.255.255 169.255.0.0",
		"172.16.0.0/12":      "172.15.255.255 172.32.0.0",
		"192.0.0.0/24":       "191.255.255.255 192.0.1.0",
		"192.0.2.0/24":       "192.0.1.255 192.0.3.0",
		"192.31.196.0/24":    "192.31.195.255 192.31.197.0",
		"192.52.193.0/24":    "192.52.192.255 192.52.194.0",
		"192.88.99.0/24":     "192.88.98.255 192.88.100.0",
		"192.168.0.0/16":     "192.167.255.255 192.169.0.0",
		"192.175.48.0/24":    "192.175.47.255 192.175.49.0",
		"198.18.0.0/15":      "198.17.255.255 198.20.0.0",
		"198.51.100.0/24":    "198.51.99.255 198.51.101.0",
		"203.0.113.0/24":     "203.0.112.255 203.0.114.0",
		"224.0.0.0/4":        "223.255.255.255",
		"240.0.0.0/4":        "",
		"255.255.255.255/32": "",
		"168.63.129.16/32":   "168.63.129.15 168.63.129.17",
		"::/128":             "",
		"::1/128":            "",
		"::/96":              "",
		"::ffff:0:0/96":      "",
		"::ffff:0:0:0/96":    "",
		"64:ff9b::/96":       "",
		"64:ff9b:1::/48":     "",
		"100::/64":           "",
		"100:0:0:1::/64":     "",
		"1000::/4":           "2000::",
		"2001::/32":          "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"2001:1::1/128":      "",
		"2001:2::/48":        "",
		"2001:10::/28":       "",
		"2001:20::/28":       "",
		"2001:30::/28":       "",
		"2001::/23":          "2001:200::",
		"2001:db8::/32":      "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::",
		"2002::/16":          "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2003::",
		"2620:4f:8000::/48":  "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff 2620:4f:8001::",
		"3fff::/20":          "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:1000::",
		"4000::/3":           "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"5f00::/16":          "",
		"fc00::/7":           "",
		"fe80::/10":          "",
		"fec0::/10":          "",
		"ff00::/8":           "",
	} {
		p := netip.MustParsePrefix(network)
		for _, a := range []netip.Addr{p.Addr(), last(p)} {
			var e *webhooks.RefusedError
			if err := webhooks.Check(a); !errors.As(err, &e) || e.Kind == "" {
				t.Errorf("%s of %s: %v", a, network, err)
			}
			if err := webhooks.Check(a, webhooks.PlainPrefixes([]netip.Prefix{p})...); err != nil {
				t.Errorf("%s though %s is allowed: %v", a, network, err)
			}
		}
		for _, s := range strings.Fields(neighbours) {
			a := netip.MustParseAddr(s)
			if err := webhooks.Check(a); err != nil {
				t.Errorf("%s beside %s: %v", a, network, err)
			}
		}
	}
}

// last is the last address of a network.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

func TestIPv4AddressesInIPv6ClothesAreRefused(t *testing.T) {
	for _, s := range []string{
		"::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1",
		"64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1", "2002:7f00:1::", "2002:a00:1::1",
		"2001:0:4136:e378:8000:63bf:3fff:fdd2", "2a00::5efe:10.0.0.1", "2a00::200:5efe:192.168.0.1",
		"fe80::1%eth0", "::1%lo", "2a00::1%eth0",
	} {
		if err := webhooks.Check(netip.MustParseAddr(s)); err == nil {
			t.Errorf("%s is called", s)
		}
	}
	if err := webhooks.Check(netip.Addr{}); err == nil {
		t.Error("no address is called")
	}
	for _, s := range []string{"93.184.216.34", "::ffff:93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"} {
		if err := webhooks.Check(netip.MustParseAddr(s)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestAnExceptionHoldsForItsNetworkOnly(t *testing.T) {
	for _, c := range []struct {
		allow, addr string
		ok          bool
	}{
		{"127.0.0.0/8", "127.0.0.1", true},
		{"127.0.0.0/8", "::ffff:127.0.0.1", true},
		{"::ffff:127.0.0.0/104", "127.0.0.1", true},
		{"127.0.0.0/8", "::1", false},
		{"127.0.0.0/8", "10.0.0.1", false},
		{"10.1.0.0/16", "10.1.2.3", true},
		{"10.1.2.3/16", "10.1.9.9", true},
		{"10.1.0.0/16", "10.2.0.1", false},
		{"192.168.1.7/32", "192.168.1.8", false},
		{"fe80::/10", "fe80::1%eth0", false},
		{"fd00::/8", "fd12::1", true},
		{"fd00::/8", "fc12::1", false},
		{"0.0.0.0/0", "169.254.169.254", true},
		{"0.0.0.0/0", "::1", false},
		{"64:ff9b::/96", "64:ff9b::5db8:d822", true},
	} {
		allow := webhooks.PlainPrefixes([]netip.Prefix{netip.MustParsePrefix(c.allow), {}})
		if err := webhooks.Check(netip.MustParseAddr(c.addr), allow...); (err == nil) != c.ok {
			t.Errorf("%s with %s allowed: %v", c.addr, c.allow, err)
		}
	}
}

func TestTheDialersAddressIsCheckedAsItIsWritten(t *testing.T) {
	for _, c := range []struct {
		network, address string
		ok               bool
	}{
		{"tcp4", "93.184.216.34:443", true},
		{"tcp6", "[2606:4700:4700::1111]:443", true},
		{"tcp4", "127.0.0.1:443", false},
		{"tcp6", "[::1]:443", false},
		{"tcp6", "[::ffff:127.0.0.1]:443", false},
		{"tcp6", "[fe80::1%eth0]:443", false},
		{"udp4", "93.184.216.34:443", false},
		{"unix", "/run/docker.sock", false},
		{"tcp4", "localhost:443", false},
		{"tcp4", "", false},
	} {
		if err := webhooks.Control(c.network, c.address); (err == nil) != c.ok {
			t.Errorf("%s %s: %v", c.network, c.address, err)
		}
	}
}

// Whatever the address: if it has a public face, it has no IPv4 address inside that is not public.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2606:4700::1"} {
		a := netip.MustParseAddr(s).As16()
		f.Add(a[:])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, ok := netip.AddrFromSlice(raw)
		if !ok || webhooks.Check(a) != nil {
			return
		}
		plain := a.Unmap()
		if plain.IsPrivate() || plain.IsLoopback() || plain.IsLinkLocalUnicast() || plain.IsMulticast() || plain.IsUnspecified() || !plain.IsGlobalUnicast() {
			t.Errorf("%s is called", a)
		}
		if a.Is4() {
			mapped := netip.AddrFrom16(a.As16())
			if webhooks.Check(mapped) != nil {
				t.Errorf("%s is called, %s is not", a, mapped)
			}
		}
	})
}
