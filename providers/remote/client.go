package remote

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
)

const (
	dialTimeout      = 10 * time.Second
	handshakeTimeout = 10 * time.Second
	// headerTimeout is generous: a vendor that makes a picture or a text while the client waits sends
	// nothing, not even a status, until it is done.
	headerTimeout = 10 * time.Minute
	idleTimeout   = 90 * time.Second
	maxHeader     = 256 << 10 // bytes
	maxRedirects  = 3
)

// Client makes an HTTP client for one provider, to be kept for the provider's life; CloseIdleConnections
// ends what it keeps open. It has no overall timeout: the request's context bounds a call. A request
// that carries credentials or a body is not redirected to another host, nor from https to http.
func Client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    handshakeTimeout,
			ResponseHeaderTimeout:  headerTimeout,
			ExpectContinueTimeout:  time.Second,
			ForceAttemptHTTP2:      true, // a TLSClientConfig of one's own turns it off otherwise
			MaxIdleConns:           32,
			MaxIdleConnsPerHost:    8, // scenes are made side by side, all by one host
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: checkRedirect,
	}
}

// errRedirect is the cause of the error that a redirect ends in.
var errRedirect = errors.New("redirect not followed")

// checkRedirect follows a few redirects within a host, and to another host only when the request
// carries nothing that the other host could abuse.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	sameHost := req.URL.Scheme == first.URL.Scheme && req.URL.Host == first.URL.Host
	downgrade := first.URL.Scheme == "https" && req.URL.Scheme != "https"
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("%w: more than %d in a row", errRedirect, maxRedirects)
	case sameHost || !downgrade && harmless(first):
		return nil
	}
	return fmt.Errorf("%w: from %s to %s", errRedirect, first.URL.Host, req.URL.Host)
}

// harmlessHeaders say nothing about who asks. Vendors invent names for the header with their key, so
// that any other counts as a credential.
var harmlessHeaders = []string{"Accept", "Accept-Encoding", "Accept-Language", "Range", "User-Agent"}

func harmless(req *http.Request) bool {
	for name := range req.Header {
		if !slices.Contains(harmlessHeaders, name) {
			return false
		}
	}
	return (req.Method == http.MethodGet || req.Method == http.MethodHead) && req.URL.User == nil
}
