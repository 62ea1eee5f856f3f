package remote

import (
	"net/http"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
)

func TestKindOf(t *testing.T) {
	for kind, statuses := range map[providers.Kind][]int{
		providers.KindInvalidInput: {400, 404, 405, 406, 410, 413, 415, 418, 422},
		providers.KindUnauthorized: {401, 402, 403, 407},
		providers.KindUnavailable:  {408, 409, 425, 500, 501, 502, 503, 504, 520, 529, 599},
		providers.KindRateLimited:  {429},
		providers.KindRejected:     {451},
		providers.KindInternal:     {-1, 0, 100, 200, 204, 301, 302, 600, 1000},
	} {
		for _, s := range statuses {
			if got := KindOf(s); got != kind {
				t.Errorf("%d is %s, want %s", s, got, kind)
			}
		}
	}
}

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func TestRetryAfter(t *testing.T) {
	for _, row := range []struct {
		header string
		want   time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"7", 7 * time.Second},
		{" 7 ", 7 * time.Second},
		{"1.5", 1500 * time.Millisecond},
		{"3600", time.Hour},
		{"3601", time.Hour},
		{"86400", time.Hour},
		{"86401", 0},
		{"1772625600", 0}, // a point in time
		{"99999999999999999999999999", 0},
		{"-5", 0},
		{"+5", 0},
		{"1e3", 0},
		{"0x10", 0},
		{"Inf", 0},
		{"NaN", 0},
		{".", 0},
		{"1.2.3", 0},
		{"soon", 0},
		{"7 s", 0},
		{"Wed, 04 Mar 2026 12:00:30 GMT", 30 * time.Second},
		{"Wednesday, 04-Mar-26 12:00:30 GMT", 30 * time.Second},
		{"Wed Mar  4 12:00:30 2026", 30 * time.Second},
		{"Wed, 04 Mar 2026 11:59:30 GMT", 0},
		{"Wed, 04 Mar 2026 14:00:00 GMT", time.Hour},
		{"Fri, 04 Mar 2056 12:00:00 GMT", 0},
		{"Mon, 01 Jan 0001 00:00:00 GMT", 0},
	} {
		if got := RetryAfter(http.Header{"Retry-After": {row.header}}, noon); got != row.want {
			t.Errorf("%q is %v, want %v", row.header, got, row.want)
		}
	}
	if got := RetryAfter(nil, noon); got != 0 {
		t.Errorf("no header is %v", got)
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "7", "-1", "1.5", "1e309", "Wed, 04 Mar 2026 12:00:30 GMT", "Wed, 04 Mar 9999 12:00:30 GMT"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := RetryAfter(http.Header{"Retry-After": {header}}, noon); got < 0 || got > time.Hour {
			t.Errorf("%q is %v", header, got)
		}
	})
}
