package remote

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
)

// KindOf is the kind of failure that an HTTP status says. A status that is no failure, or a redirect
// that was not followed, is KindInternal: nobody should have asked.
func KindOf(status int) providers.Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusProxyAuthRequired:
		return providers.KindUnauthorized
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly:
		return providers.KindUnavailable
	case http.StatusTooManyRequests:
		return providers.KindRateLimited
	case http.StatusUnavailableForLegalReasons:
		return providers.KindRejected
	}
	switch {
	case status >= 500 && status < 600:
		return providers.KindUnavailable
	case status >= 400 && status < 500:
		return providers.KindInvalidInput
	}
	return providers.KindInternal
}

const (
	longestWait = time.Hour
	// absurdWait is more than anybody means: most often a point in time that was sent as a number of
	// seconds.
	absurdWait = 24 * time.Hour
)

// RetryAfter is the wait that an answer names in its Retry-After header, as seconds or as an HTTP date
// (RFC 9110, 10.2.3). It is 0 when there is none, or one that is past, negative, more than a day or no
// wait at all, and never more than an hour.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	var wait time.Duration
	// Some vendors send fractions of a second. What ParseFloat takes beyond decimal numbers (hex,
	// underscores, words) no vendor means.
	if text != "" && strings.Trim(text, "0123456789.") == "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || seconds > absurdWait.Seconds() {
			return 0
		}
		wait = time.Duration(math.Round(seconds * float64(time.Second)))
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	}
	if wait < 0 || wait > absurdWait {
		return 0
	}
	return min(wait, longestWait)
}
