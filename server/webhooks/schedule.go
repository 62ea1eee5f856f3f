package webhooks

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// schedule is how long after the try before each try is made.
var schedule = []time.Duration{
	0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

const (
	// maxRetryAfter bounds what a receiver may ask for: no longer than our own longest pause.
	maxRetryAfter = 24 * time.Hour
	// patience is how long a webhook may fail before it is disabled.
	patience = 5 * 24 * time.Hour
	// forgetting is after how long without a failure the next one begins anew: longer than the longest pause,
	// so that two bad moments with nothing to deliver between them are not one long failure.
	forgetting = 48 * time.Hour
	// bodyLife is for how long a rendered body is sent.
	bodyLife = 5 * 24 * time.Hour
)

// pause is how long to wait before the try that follows so many failed ones. Up to a tenth is added by chance, so
// that what failed together is not tried together.
func pause(step int, retryAfter time.Duration) time.Duration {
	d := schedule[step]
	if d > 0 {
		d += rand.N(d / 10)
	}
	return max(d, retryAfter)
}

// retryAfter reads the header (RFC 9110, section 10.2.3): seconds, or a date. 0 when it says nothing sensible.
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	if strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds > int64(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
