package webhooks

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// badPorts are ports of other protocols, whose servers might take a request for their own: those that browsers
// do not connect to (https://fetch.spec.whatwg.org/#port-blocking), and 0.
var badPorts = []uint16{
	0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
	111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
	540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
	6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
}

// maxURL is how many bytes a URL may have.
const maxURL = 2048

// A target is a URL that can be called, as far as its text tells. url is its plain form: what was checked is
// what is connected to, whatever spelling it came in.
type target struct {
	url  *url.URL
	host string     // lower-case ASCII, without port, brackets and last dot
	addr netip.Addr // of a host that is an address; else not valid
}

func (t target) plain() bool { return t.url.Scheme == "http" }

// key names where the connections go.
func (t target) key() string { return t.url.Host }

func badURL(message string) error { return invalid("url", message) }

// parseTarget reads a URL. The error is an [*InvalidError].
func parseTarget(raw string) (target, error) {
	odd := func(r rune) bool { return r <= ' ' || r == '\\' || unicode.IsControl(r) }
	if raw == "" || len(raw) > maxURL || !utf8.ValidString(raw) || strings.ContainsFunc(raw, odd) {
		return target{}, badURL("A URL has 1 to 2048 bytes, and no spaces, backslashes or control characters.")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return target{}, badURL("This cannot be read as a URL; write it like https://your-app.com/webhook.")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http": // Parse makes them lower-case
		return target{}, badURL("The URL must begin with https://.")
	case u.User != nil:
		return target{}, badURL("The URL must not have a user name or password; a receiver knows us by the signature.")
	case strings.Contains(raw, "#"):
		return target{}, badURL("The URL must not have a fragment (#…); it is never sent.")
	}
	t := target{url: u}
	if t.host, t.addr, err = parseHost(u); err != nil {
		return target{}, err
	}
	port, err := parsePort(u)
	if err != nil {
		return target{}, err
	}
	name := t.host
	if t.addr.Is6() {
		name = "[" + name + "]"
	}
	u.Host = name
	if u.Scheme == "https" && port != 443 || u.Scheme == "http" && port != 80 {
		u.Host = name + ":" + strconv.Itoa(int(port))
	}
	return t, nil
}

func parsePort(u *url.URL) (uint16, error) {
	text := u.Port()
	switch {
	case text == "" && strings.HasSuffix(u.Host, ":"):
		return 0, badURL("The URL has a colon after the host, but no port.")
	case text == "" && u.Scheme == "http":
		return 80, nil
	case text == "":
		return 443, nil
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, badURL("A port is a number from 1 to 65535.")
	}
	if slices.Contains(badPorts, uint16(port)) {
		return 0, badURL("The URL's port belongs to another protocol than HTTP; use another one, such as 443 or 8443.")
	}
	return uint16(port), nil
}

// parseHost finds a URL's host in its plain form, and the address if it is one.
func parseHost(u *url.URL) (string, netip.Addr, error) {
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		a, err := netip.ParseAddr(host)
		switch {
		case err != nil || !a.Is6():
			return "", a, badURL("What stands in brackets must be an IPv6 address.")
		case a.Zone() != "":
			return "", a, badURL("An address with a zone (%…) means something on one machine only; use one without.")
		}
		return a.String(), a, nil
	}
	ascii := host
	if strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		var err error
		if ascii, err = idna.Lookup.ToASCII(host); err != nil {
			return "", netip.Addr{}, badURL("The host's name is not a valid international name.")
		}
	}
	ascii = strings.TrimSuffix(strings.ToLower(ascii), ".")
	labels := strings.Split(ascii, ".")
	if len(ascii) > 253 || slices.ContainsFunc(labels, badLabel) {
		return "", netip.Addr{}, badURL("The URL needs a host's name of letters, digits, hyphens and dots.")
	}
	// As in browsers, a host whose last label is a number is an address, and there is one way to write it:
	// other programs read 2130706433, 0x7f.1 and 0177.0.0.1 as 127.0.0.1.
	if last := labels[len(labels)-1]; numeric(last) {
		a, err := netip.ParseAddr(ascii)
		if err != nil {
			return "", a, badURL("An IPv4 address is four decimal numbers without leading zeros.")
		}
		return ascii, a, nil
	}
	return ascii, netip.Addr{}, nil
}

func badLabel(l string) bool {
	return l == "" || len(l) > 63 || strings.ContainsFunc(l, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
}

func numeric(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

// internal tells whether a name is not one of the public internet: localhost (RFC 6761) and its like, names
// for local networks (RFC 6762, RFC 8375, .internal), and names without a dot.
func internal(host string) bool {
	if !strings.Contains(host, ".") {
		return true
	}
	for _, end := range []string{".localhost", ".localdomain", ".localdomain6", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp", ".home"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return false
}

// lookupTime bounds the look-up at a registration.
const lookupTime = 3 * time.Second

const (
	onlyHTTPS = "The URL must begin with https://; http:// is for hosts in the networks that the server's operator has allowed with --webhook-allow."
	onlyLocal = "The URL's host is a name of a local network; the server's operator can allow the network with --webhook-allow."
)

// checkTarget tells whether a URL can be registered: when one of its host's addresses may be called. A public
// name that cannot be resolved now is accepted: what counts is where it leads when a delivery is made, and that
// is checked then. What only [Config].Allow makes good, plain HTTP and names of local networks, must lead into
// an allowed network now.
func (s *Service) checkTarget(ctx context.Context, raw string) error {
	t, err := parseTarget(raw)
	if err != nil {
		return err
	}
	addrs := []netip.Addr{t.addr}
	if !t.addr.IsValid() {
		ctx, cancel := context.WithTimeout(ctx, lookupTime)
		defer cancel()
		addrs, err = s.c.Resolver.LookupNetIP(ctx, "ip", t.host)
		switch {
		case err == nil && len(addrs) > 0:
		case t.plain():
			return badURL(onlyHTTPS)
		case internal(t.host):
			return badURL(onlyLocal)
		default:
			return nil
		}
	}
	g := guard{allow: s.guard.allow, only: t.plain()}
	var refused error
	for _, a := range addrs {
		if refused = g.check(a); refused == nil {
			return nil
		}
	}
	if e := new(RefusedError); errors.As(refused, &e) && e.Kind == "" {
		return badURL(onlyHTTPS)
	}
	return badURL("The URL cannot be called: " + refused.Error() + ".")
}
