package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/filmloom/filmloom/providers"
)

const (
	hintAddress = "check that the server runs and that base_url is right"
	hintNetwork = "check the network, the proxy and base_url"
	hintAgain   = "try again; if it stays like this, look at the vendor's status page or the server's log"
)

// NetError is the error of a request that got no answer, or not all of it. vendor is the name that
// people know the service by. An error that is or wraps a *providers.Error is given back as that; that a
// context ended stays visible to errors.Is. It is nil for nil.
//
// All but a context's end are [providers.KindUnavailable]: the engine tries again, then falls back.
func NetError(vendor string, err error) *providers.Error {
	var known *providers.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case isItself(err, context.Canceled):
		return &providers.Error{Kind: providers.KindUnavailable, Message: "the call to " + vendor + " was cancelled", Err: context.Canceled}
	case isItself(err, context.DeadlineExceeded):
		return &providers.Error{
			Kind: providers.KindTimeout, Message: vendor + " did not answer within the time that the call may take",
			Hint: "give the stage a longer timeout", Err: context.DeadlineExceeded,
		}
	}
	// Its address may hold a secret in its query.
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err
	}
	what, hint := describe(err)
	return &providers.Error{
		Kind: providers.KindUnavailable, Message: vendor + " " + what, Hint: hint, Err: err,
		User: "A service that makes a part of the film cannot be reached at the moment.",
	}
}

// describe says what happened, as the rest of a sentence that begins with the vendor's name.
func describe(err error) (what, hint string) {
	var (
		dns      *net.DNSError
		op       *net.OpError
		verify   *tls.CertificateVerificationError
		host     x509.HostnameError
		record   tls.RecordHeaderError
		tooLarge *TooLarge
		timeout  interface{ Timeout() bool }
	)
	switch {
	case errors.As(err, &tooLarge):
		return fmt.Sprintf("sent more than the %d bytes that its answer may have", tooLarge.Most), "check that base_url is that of the API"
	case errors.Is(err, errRedirect):
		return fmt.Sprintf("answered with a %v", err), "set base_url to the address that the service itself is at"
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("cannot be reached: the host %q is not known", dns.Name), hintNetwork
	case errors.As(err, &dns):
		return fmt.Sprintf("cannot be reached: the name server has no answer for %q", dns.Name), hintNetwork
	case errors.As(err, &host), errors.As(err, &verify):
		return fmt.Sprintf("shows a certificate that cannot be trusted: %v", err), "check base_url; for an authority of your own set SSL_CERT_FILE"
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return "speaks plain HTTP where https was asked for", "write base_url with http:// instead of https://"
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"): // so package tls names its alerts
		return fmt.Sprintf("ended the TLS handshake: %v", err), hintNetwork
	case errors.Is(err, syscall.ECONNREFUSED):
		return "cannot be reached: the connection" + address(err) + " was refused", hintAddress
	case errors.As(err, &timeout) && timeout.Timeout():
		return "did not answer in time" + address(err), hintAddress
	case errors.As(err, &op) && op.Op == "dial":
		return fmt.Sprintf("cannot be reached: %v", err), hintNetwork
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return "broke the connection off in the middle of the answer", hintAgain
	}
	return fmt.Sprintf("could not be asked: %v", err), hintAgain
}

// address says to which address, where the error knows it.
func address(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Addr != nil {
		return " to " + strings.TrimSpace(op.Addr.String())
	}
	return ""
}

// isItself tells whether the very error is in the chain. errors.Is says that any timeout of package net
// is a context's, also that of a dialler.
func isItself(err, target error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err == target {
			return true
		}
	}
	return false
}
