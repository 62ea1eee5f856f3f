package remote

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// BaseURL reads the address of a vendor's API as a configuration gives it: http or https, a host, and
// perhaps a path, without a slash at its end. The error is the rest of a sentence that begins with the
// attribute's name; it does not repeat the text, which might hold a password.
func BaseURL(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, errors.New("is no address: write it as https://api.example.com or http://127.0.0.1:8080")
	case u.User != nil:
		return nil, errors.New("holds a user's name or password: they belong in attributes of their own")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return nil, errors.New("holds a ? or a #: leave out what begins there")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// Exposes tells whether what is sent to the address can be read on the way: it is plain HTTP and leaves
// this machine.
func Exposes(u *url.URL) bool {
	if u.Scheme != "http" {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host != "localhost" && !strings.HasSuffix(host, ".localhost") && (ip == nil || !ip.IsLoopback())
}
