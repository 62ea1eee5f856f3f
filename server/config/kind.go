package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A kind is a kind of value. An error of parse goes on from the name of what is wrong: "must be …".
type kind[T any] struct {
	word   string // stands for a value in a flag's help
	must   string // what a value must be, if that is not plain from the word
	bare   bool   // written without quotes in a file
	parse  func(text string) (T, error)
	format func(T) string
}

func must(what string) error { return errors.New("must be " + what) }

func same(s string) string { return s }

// plain is any text of one line.
func plain(word string) kind[string] {
	return kind[string]{word: word, format: same, parse: func(text string) (string, error) {
		return text, oneLine(text)
	}}
}

// longestText is how long a text may be, in bytes.
const longestText = 4096

func oneLine(text string) error {
	if len(text) > longestText || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r\n") {
		return must(fmt.Sprintf("one line of UTF-8, of at most %d bytes", longestText))
	}
	return nil
}

// needed is plain that is not empty.
func needed(word string) kind[string] {
	return kind[string]{word: word, format: same, parse: func(text string) (string, error) {
		if text == "" {
			return "", must("a " + word + "; it is empty")
		}
		return text, oneLine(text)
	}}
}

var yesNo = kind[bool]{word: "bool", must: "true or false", bare: true, format: strconv.FormatBool, parse: func(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, must("true or false")
}}

func whole(least, most int) kind[int] {
	bounds := fmt.Sprintf("%d to %d", least, most)
	return kind[int]{word: "N", must: bounds, bare: true, format: strconv.Itoa, parse: func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return 0, must("a whole number from " + bounds)
		}
		return n, nil
	}}
}

func span(least, most time.Duration) kind[time.Duration] {
	bounds := FormatDuration(least) + " to " + FormatDuration(most)
	return kind[time.Duration]{word: "DURATION", must: bounds, format: FormatDuration, parse: func(text string) (time.Duration, error) {
		d, ok := ParseDuration(text)
		if !ok || d < least || d > most {
			return 0, must("a duration from " + bounds + ", written like 90s, 1h30m or 7d")
		}
		return d, nil
	}}
}

func size(least, most Bytes) kind[Bytes] {
	bounds := fmt.Sprintf("%s to %s", least, most)
	return kind[Bytes]{word: "SIZE", must: bounds, format: Bytes.String, parse: func(text string) (Bytes, error) {
		b, ok := ParseBytes(text)
		if !ok || b < least || b > most {
			return 0, must("a size from " + bounds + ", written like 500MB or 1GiB")
		}
		return b, nil
	}}
}

func choice(options ...string) kind[string] {
	list := strings.Join(options[:len(options)-1], ", ") + " or " + options[len(options)-1]
	return kind[string]{word: strings.Join(options, "|"), must: list, format: same, parse: func(text string) (string, error) {
		for _, o := range options {
			if text == o {
				return o, nil
			}
		}
		return "", meant(must(list), text, options)
	}}
}

var level = kind[slog.Level]{
	word: "debug|info|warn|error", must: "debug, info, warn or error",
	format: func(l slog.Level) string { return strings.ToLower(l.String()) },
	parse: func(text string) (l slog.Level, err error) {
		options := []string{"debug", "info", "warn", "error"}
		for i, o := range options {
			if text == o {
				return slog.LevelDebug + slog.Level(4*i), nil
			}
		}
		return l, meant(must("debug, info, warn or error"), text, options)
	},
}

// meant adds what was probably meant.
func meant(err error, text string, options []string) error {
	if near := nearest(text, options); near != "" {
		return fmt.Errorf("%w; did you mean %s?", err, near)
	}
	return err
}

var address = kind[string]{word: "HOST:PORT", must: "a host and a port", format: same, parse: func(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	n, notNumber := strconv.ParseUint(port, 10, 16)
	if err != nil || notNumber != nil || strings.ContainsAny(host, " /@") || oneLine(host) != nil {
		return "", must("a host and a port from 0 to 65535, written like 127.0.0.1:8080, [::1]:8080 or, for every address of this machine, :8080")
	}
	return net.JoinHostPort(host, strconv.FormatUint(n, 10)), nil
}}

var metricsAddress = kind[string]{word: "HOST:PORT", must: `a host and a port, or "off"`, format: same, parse: func(text string) (string, error) {
	switch strings.ToLower(text) {
	case "", Off:
		return strings.ToLower(text), nil
	}
	a, err := address.parse(text)
	if err != nil {
		return "", fmt.Errorf("%w; or off for no metrics", err)
	}
	return a, nil
}}

// webURL is an address of the web that more is added to, or "" where that is allowed.
func webURL(optional bool) kind[string] {
	return kind[string]{word: "URL", must: "an http:// or https:// address", format: same, parse: func(text string) (string, error) {
		if text == "" && optional {
			return "", nil
		}
		u, err := url.Parse(text)
		if err != nil || !isSite(u) || oneLine(text) != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(text, "#") {
			return "", must("an address like https://films.example.org, without user name, query and fragment")
		}
		return strings.TrimRight(text, "/"), nil
	}}
}

// isSite tells whether an address names a site of the web, and nobody who asks.
func isSite(u *url.URL) bool {
	_, err := strconv.ParseUint(u.Port(), 10, 16)
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		(err == nil || u.Port() == "" && !strings.HasSuffix(u.Host, ":"))
}

var network = kind[netip.Prefix]{word: "CIDR", must: "a network such as 10.0.0.0/8", format: netip.Prefix.String, parse: func(text string) (netip.Prefix, error) {
	wrong := must("a network like 10.0.0.0/8 or fd00::/8, or one address")
	p, err := netip.ParsePrefix(text)
	if err != nil {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return p, wrong
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	switch {
	case p.Addr().Is4In6():
		return p, fmt.Errorf("%w; this one is IPv4 within IPv6: write it as IPv4", wrong)
	case p.Masked() != p:
		return p, fmt.Errorf("%w; this one has bits beyond its prefix: %s is the whole network", wrong, p.Masked())
	}
	return p, nil
}}

var webOrigin = kind[string]{word: "ORIGIN", must: "an origin such as https://app.example.org", format: same, parse: func(text string) (string, error) {
	if strings.Contains(text, "*") {
		return "", errors.New("must name each origin, like https://app.example.org; * would let every web page use the API")
	}
	u, err := url.Parse(strings.ToLower(text))
	if err != nil || !isSite(u) || oneLine(text) != nil || u.Path != "" && u.Path != "/" || strings.ContainsAny(text, "?#") {
		return "", must("an origin like https://app.example.org or http://localhost:3000, without a path")
	}
	host := u.Host
	if usual := map[string]string{"http": "80", "https": "443"}[u.Scheme]; u.Port() == usual {
		host = strings.TrimSuffix(host, ":"+usual) // browsers leave it out
	}
	return u.Scheme + "://" + host, nil
}}

func secret(word, what string, ok func(text string) bool) kind[Secret] {
	return kind[Secret]{word: word, must: what, format: Secret.String, parse: func(text string) (Secret, error) {
		if text != "" && (oneLine(text) != nil || !ok(text)) {
			return Secret{}, must(what)
		}
		return NewSecret(text), nil
	}}
}

// is32Bytes tells whether a text is the base64 of 32 bytes.
func is32Bytes(text string) bool {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	return err == nil && len(raw) == 32
}
