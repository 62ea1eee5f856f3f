package limits

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// hops is how many proxies in a row are believed. Nobody has so many; a longer list is an attempt to make
// work.
const hops = 32

// ClientAddress is the address that a request comes from: the peer of the connection, or, if that is one of
// the trusted proxies, the last address in X-Forwarded-For that is not one. IPv4 in IPv6 is IPv4, and there
// is no zone. The address is not valid when the connection has none (a Unix socket).
//
// X-Forwarded-For is read from right to left, all its lines as one, since only its right end was written by
// those we trust; whatever a client puts into it stays left of the first address that is not trusted and is
// not looked at. An entry may have a port. Where an entry is no address the search ends, and the proxy that
// wrote it counts as the client; so it does when the list has only trusted addresses, with the leftmost of
// them, and after 32 of them.
//
// The header Forwarded (RFC 7239) is not read: a proxy that sets one of the two headers passes the other
// through as the client wrote it.
func ClientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	client, ok := address(r.RemoteAddr)
	if !ok || !anyHas(trusted, client) {
		return client
	}
	seen := 0
	for _, line := range slices.Backward(r.Header.Values("X-Forwarded-For")) {
		for more := true; more; {
			var entry string
			line, entry, more = cutLast(line)
			if entry == "" {
				continue // an empty entry of a list says nothing
			}
			hop, ok := address(entry)
			if seen++; !ok || seen > hops {
				return client
			}
			if client = hop; !anyHas(trusted, client) {
				return client
			}
		}
	}
	return client
}

// cutLast takes the last entry, without space around it, off a list with commas. more tells whether there are
// others.
func cutLast(list string) (rest, entry string, more bool) {
	i := strings.LastIndexByte(list, ',')
	return list[:max(i, 0)], strings.Trim(list[i+1:], " \t"), i >= 0
}

// address reads an address with or without a port; an IPv6 address may be in brackets, and must with a port.
func address(s string) (netip.Addr, bool) {
	if len(s) > 64 {
		return netip.Addr{}, false // no address is so long, but a zone may be
	}
	if at, err := netip.ParseAddrPort(s); err == nil {
		return at.Addr().Unmap().WithZone(""), true
	}
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
	}
	a, err := netip.ParseAddr(s)
	return a.Unmap().WithZone(""), err == nil
}

// anyHas tells whether an address, which is no IPv4 in IPv6, lies in one of the networks.
func anyHas(nets []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(nets, func(p netip.Prefix) bool {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		return p.Contains(a)
	})
}
