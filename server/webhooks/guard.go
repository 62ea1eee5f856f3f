package webhooks

import (
	"context"
	"net/netip"
	"syscall"
)

// special are the networks that are not the public internet: the special-purpose registries of IANA
// (https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry), multicast
// (RFC 5771, RFC 4291), and what once was special. Entries that the registries call globally reachable are
// here too: no receiver lives in them. Of IPv6 only 2000::/3 is assigned to unicast at all, so everything
// outside is refused even where no entry names it: ::/96 (IPv4-compatible) and 5f00::/16, for instance.
var special = []struct {
	prefix netip.Prefix
	kind   string
}{
	{pfx("0.0.0.0/8"), "unspecified (this host)"},           // RFC 791
	{pfx("10.0.0.0/8"), "private"},                          // RFC 1918
	{pfx("100.64.0.0/10"), "shared behind a carrier's NAT"}, // RFC 6598
	{pfx("127.0.0.0/8"), "loopback"},                        // RFC 1122
	{pfx("169.254.0.0/16"), "link-local"},                   // RFC 3927; clouds' metadata services
	{pfx("172.16.0.0/12"), "private"},                       // RFC 1918
	{pfx("192.0.0.0/24"), "of IETF protocols"},              // RFC 6890, DS-Lite, NAT64 discovery
	{pfx("192.0.2.0/24"), "for documentation"},              // RFC 5737
	{pfx("192.31.196.0/24"), "of AS112"},                    // RFC 7535
	{pfx("192.52.193.0/24"), "a multicast tunnel"},          // RFC 7450
	{pfx("192.88.99.0/24"), "a 6to4 relay"},                 // RFC 7526
	{pfx("192.168.0.0/16"), "private"},                      // RFC 1918
	{pfx("192.175.48.0/24"), "of AS112"},                    // RFC 7534
	{pfx("198.18.0.0/15"), "for benchmarks"},                // RFC 2544
	{pfx("198.51.100.0/24"), "for documentation"},           // RFC 5737
	{pfx("203.0.113.0/24"), "for documentation"},            // RFC 5737
	{pfx("224.0.0.0/4"), "multicast"},                       // RFC 5771
	{pfx("255.255.255.255/32"), "broadcast"},                // RFC 919
	{pfx("240.0.0.0/4"), "reserved"},                        // RFC 1112
	{pfx("168.63.129.16/32"), "a cloud's host"},             // Azure's virtual machines reach their host there

	{pfx("::/128"), "unspecified (this host)"},         // RFC 4291
	{pfx("::1/128"), "loopback"},                       // RFC 4291
	{pfx("::/96"), "IPv4 within IPv6"},                 // RFC 4291, IPv4-compatible
	{pfx("::ffff:0:0:0/96"), "IPv4 within IPv6"},       // RFC 2765, IPv4-translated
	{pfx("64:ff9b::/96"), "NAT64"},                     // RFC 6052
	{pfx("64:ff9b:1::/48"), "NAT64"},                   // RFC 8215
	{pfx("100::/64"), "discarded"},                     // RFC 6666
	{pfx("100:0:0:1::/64"), "a dummy"},                 // RFC 9780
	{pfx("2001::/32"), "Teredo"},                       // RFC 4380
	{pfx("2001:2::/48"), "for benchmarks"},             // RFC 5180
	{pfx("2001:10::/28"), "ORCHID"},                    // RFC 4843
	{pfx("2001:20::/28"), "ORCHID"},                    // RFC 7343
	{pfx("2001::/23"), "of IETF protocols"},            // RFC 2928
	{pfx("2001:db8::/32"), "for documentation"},        // RFC 3849
	{pfx("2002::/16"), "6to4"},                         // RFC 3056
	{pfx("2620:4f:8000::/48"), "of AS112"},             // RFC 7534
	{pfx("3fff::/20"), "for documentation"},            // RFC 9637
	{pfx("5f00::/16"), "of segment routing"},           // RFC 9602
	{pfx("fc00::/7"), "private"},                       // RFC 4193, unique local
	{pfx("fe80::/10"), "link-local"},                   // RFC 4291
	{pfx("fec0::/10"), "site-local, which is retired"}, // RFC 3879
	{pfx("ff00::/8"), "multicast"},                     // RFC 4291
}

var unicast6 = pfx("2000::/3")

func pfx(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// kindOf says what is special about an address; "" means that it is a public one.
func kindOf(a netip.Addr) string {
	if !a.IsValid() {
		return "no address"
	}
	if a.Zone() != "" {
		return "bound to a network interface"
	}
	a = a.Unmap()
	for _, s := range special {
		if s.prefix.Contains(a) {
			return s.kind
		}
	}
	if a.Is6() && (!unicast6.Contains(a) || tunnelled(a)) {
		return "not a public one"
	}
	return ""
}

// tunnelled tells whether an IPv6 address has an IPv4 address as ISATAP puts it into any network's last 64
// bits (RFC 5214).
func tunnelled(a netip.Addr) bool {
	b := a.As16()
	return b[8]&^0x03 == 0 && b[9] == 0 && b[10] == 0x5E && b[11] == 0xFE
}

// plainPrefixes writes networks of IPv4 in IPv6 as what they are, and drops what is not valid.
func plainPrefixes(list []netip.Prefix) []netip.Prefix {
	var plain []netip.Prefix
	for _, p := range list {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		if p.IsValid() {
			plain = append(plain, p.Masked())
		}
	}
	return plain
}

// A guard says which addresses may be connected to.
type guard struct {
	allow []netip.Prefix // may be called although they are not public
	only  bool           // nothing but these
}

// A RefusedError is a connection that was not made, for its address is not a public one.
type RefusedError struct {
	Kind string // what is special about it
}

func (e *RefusedError) Error() string {
	if e.Kind == "" {
		return "the host's address is public, and a public receiver is called over https only"
	}
	return "the host's address is " + e.Kind + ", and only public ones are called; the server's operator can allow its network with --webhook-allow"
}

func (g guard) allows(a netip.Addr) bool {
	for _, p := range g.allow {
		if p.Contains(a.Unmap()) { // never with a zone
			return true
		}
	}
	return false
}

func (g guard) check(a netip.Addr) error {
	if g.allows(a) {
		return nil
	}
	if kind := kindOf(a); kind != "" || g.only {
		return &RefusedError{kind}
	}
	return nil
}

// control is called by the dialer with the very address that it is about to connect to, after all names have
// been resolved, for each address that it tries.
func (g guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return &RefusedError{"not one of TCP"}
	}
	return g.check(to.Addr())
}
