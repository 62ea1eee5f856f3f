package webhooks

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/netip"
	"time"
)

// What the tests look at from inside.
var (
	KindOf        = kindOf
	PlainPrefixes = plainPrefixes
	Printable     = printable
	RetryAfter    = retryAfter
	SigningKey    = signingKey
	Sign          = sign
	WriteBody     = writeBody
	Schedule      = schedule
)

// ParseTarget gives what a URL's text says: the plain URL, and the address if the host is one.
func ParseTarget(raw string) (string, netip.Addr, error) {
	t, err := parseTarget(raw)
	if err != nil {
		return "", t.addr, err
	}
	return t.url.String(), t.addr, nil
}

// Check is what a guard with these exceptions says of an address.
func Check(a netip.Addr, allow ...netip.Prefix) error { return guard{allow: allow}.check(a) }

// Control is what a guard says of an address as the dialer writes it.
func Control(network, address string) error {
	return guard{}.control(context.Background(), network, address, nil)
}

// Trust makes the service accept certificates of the pool.
func (s *Service) Trust(pool *x509.CertPool) { s.sender.secure.TLSClientConfig.RootCAs = pool }

// Post makes one request past everything but the sender.
func (s *Service) Post(ctx context.Context, url string) (int, string, error) {
	a, err := s.sender.post(ctx, url, http.Header{}, []byte("{}"), time.Now())
	return a.status, a.text, err
}

// Try tries a delivery as a worker does.
func (s *Service) Try(ctx context.Context, account, webhook, delivery string) {
	s.try(ctx, ref{account, webhook, delivery})
}

// Deafen makes the service miss what is published, as if each hint were lost.
func (s *Service) Deafen() { s.inbox.shut() }

// ReloadEvery sets how often it looks for what it missed. It must not be started yet.
func (s *Service) ReloadEvery(d time.Duration) { s.reload = d }
