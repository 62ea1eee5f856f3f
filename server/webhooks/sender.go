package webhooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	userAgent = "Filmloom-Webhooks/1"
	// maxRead bounds what is read of an answer and maxKept what is kept of it, in bytes and characters.
	maxRead = 4 << 10
	maxKept = 500
	// readTime bounds the reading: an answer's status is what counts, and its body is a courtesy.
	readTime = 2 * time.Second
)

// A sender makes requests, and connections to nobody that the guard refuses. Those of plain HTTP have a
// transport of their own, which connects to allowed networks only.
type sender struct {
	timeout       time.Duration
	secure, plain *http.Transport
}

// newSender makes a sender whose connections are made as long as life lasts: a transport goes on connecting when
// nobody waits for it any more.
func newSender(life context.Context, g guard, r *net.Resolver, timeout time.Duration) *sender {
	transport := func(g guard) *http.Transport {
		dialer := &net.Dialer{Timeout: timeout, Resolver: r, ControlContext: g.control}
		return &http.Transport{
			Proxy: nil, // one from the environment would connect in our stead, to anything
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				defer context.AfterFunc(life, cancel)()
				return dialer.DialContext(ctx, network, address)
			},
			ForceAttemptHTTP2:      true,
			HTTP2:                  &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 5 * time.Second},
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    timeout,
			MaxIdleConns:           256,
			MaxIdleConnsPerHost:    perHost,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 16 << 10,
			DisableCompression:     true, // what is read must not be larger than what was sent
		}
	}
	return &sender{timeout, transport(g), transport(guard{allow: g.allow, only: true})}
}

func (s *sender) close() {
	s.secure.CloseIdleConnections()
	s.plain.CloseIdleConnections()
}

// An answer is what a receiver said.
type answer struct {
	status     int
	text       string        // its body, shortened and printable
	retryAfter time.Duration // 0 when it named none
}

// post makes one request. A redirect is an answer like any other. The error is a text for the receiver's owner.
func (s *sender) post(ctx context.Context, raw string, header http.Header, body []byte, now time.Time) (answer, error) {
	t, err := parseTarget(raw)
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, errors.New("the URL cannot be called; register another one")
	}
	req.Header = header
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", userAgent)
	header["X-Idempotency-Key"] = []string{} // is not sent, and lets the transport repeat it on a fresh connection
	transport := s.secure
	if t.plain() {
		transport = s.plain
	}
	// Not a Client: it would follow redirects, and put the URL into its errors.
	res, err := transport.RoundTrip(req)
	if err != nil {
		return answer{}, s.explain(err)
	}
	defer res.Body.Close()
	defer time.AfterFunc(readTime, cancel).Stop()
	text, _ := io.ReadAll(io.LimitReader(res.Body, maxRead))
	return answer{res.StatusCode, printable(text), retryAfter(res.Header.Get("Retry-After"), now)}, nil
}

// explain says what went wrong without what the receiver's owner must not learn of our network.
func (s *sender) explain(err error) error {
	var refused *RefusedError
	var dns *net.DNSError
	var wrongHost x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout() && !errors.As(err, &dns):
		return errors.New("there was no answer within " + s.timeout.String())
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &dns):
		return errors.New("the host's name could not be resolved")
	case errors.As(err, &wrongHost):
		return errors.New("the TLS certificate is for another host")
	case errors.As(err, &unknown):
		return errors.New("the TLS certificate is not signed by an authority that is known here")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return errors.New("the TLS certificate has expired, or is not valid yet")
	case errors.As(err, &verify):
		return errors.New("the TLS certificate is not valid")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("the connection was refused")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return errors.New("the host cannot be reached")
	case strings.Contains(err.Error(), "tls:"), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return errors.New("the TLS handshake failed")
	}
	return errors.New("the connection was closed, or the answer was not one of HTTP")
}

// printable makes of an answer's body what can be shown and stored: at most 500 characters, without control
// characters and those that turn the direction of text.
func printable(body []byte) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(strings.TrimSpace(string(body)), "\uFFFD") {
		if n++; n > maxKept {
			b.WriteRune('…')
			break
		}
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsPrint(r):
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}
