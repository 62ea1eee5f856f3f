package youtube

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
	"github.com/filmloom/filmloom/providers"
)

func TestEveryRefusalBecomesAnErrorTheEngineUnderstands(t *testing.T) {
	for _, row := range []struct {
		name    string
		fault   *youtubetest.Fault
		kind    providers.Kind
		user    string
		message string
		after   time.Duration
	}{
		{"the day's quota", youtubetest.Refuse(403, "quotaExceeded"), providers.KindUnauthorized, "try again tomorrow", "answered 403: quotaExceeded", 0},
		{"the day's quota in other words", youtubetest.Refuse(403, "dailyLimitExceeded"), providers.KindUnauthorized, "try again tomorrow", "", 0},
		{"the channel's limit", youtubetest.Refuse(400, "uploadLimitExceeded"), providers.KindUnauthorized, "try again in a day", "", 0},
		{"the channel's limit as 403", youtubetest.Refuse(403, "uploadLimitExceeded"), providers.KindUnauthorized, "try again in a day", "", 0},
		{"too fast", youtubetest.Refuse(403, "rateLimitExceeded"), providers.KindRateLimited, "", "rateLimitExceeded", time.Minute},
		{"one user too fast", youtubetest.Refuse(403, "userRateLimitExceeded"), providers.KindRateLimited, "", "", time.Minute},
		{"429", &youtubetest.Fault{Status: 429, Header: http.Header{"Retry-After": {"7"}}}, providers.KindRateLimited, "", "answered 429: it says no more", 7 * time.Second},
		{"no channel", youtubetest.Refuse(401, "youtubeSignupRequired"), providers.KindUnauthorized, "has no YouTube channel", "", 0},
		{"a bad token", youtubetest.Refuse(401, "authError"), providers.KindUnauthorized, "connect the channel again", "answered 401", 0},
		{"not that scope", youtubetest.Refuse(403, "insufficientPermissions"), providers.KindUnauthorized, "connect the channel again, and allow it", "", 0},
		{"not that scope in new words", &youtubetest.Fault{Status: 403, Body: `{"error":{"code":403,"message":"No.","status":"PERMISSION_DENIED","details":[{"@type":"x","reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}`}, providers.KindUnauthorized, "connect the channel again", "ACCESS_TOKEN_SCOPE_INSUFFICIENT: No.", 0},
		{"suspended", youtubetest.Refuse(403, "authenticatedUserAccountSuspended"), providers.KindUnauthorized, "suspended", "", 0},
		{"the API is off", youtubetest.Refuse(403, "accessNotConfigured"), providers.KindUnauthorized, "does not let this channel", "", 0},
		{"another 403", youtubetest.Refuse(403, "forbidden"), providers.KindUnauthorized, "does not let this channel", "", 0},
		{"a bad title", youtubetest.Refuse(400, "invalidTitle"), providers.KindInvalidInput, "title", "", 0},
		{"another 400", youtubetest.Refuse(400, "mediaBodyRequired"), providers.KindInvalidInput, "The film itself is ready", "", 0},
		{"a wrong address", &youtubetest.Fault{Status: 404, Body: "<html>not here"}, providers.KindInvalidInput, "The film itself is ready", "not here", 0},
		{"a redirect", &youtubetest.Fault{Status: 302, Header: http.Header{"Location": {"https://evil.example/"}}}, providers.KindInternal, "", "redirect (302), which is not followed", 0},
		{"a text without an end", &youtubetest.Fault{Status: 400, Body: strings.Repeat("long ", 1<<19)}, providers.KindInvalidInput, "", "long long", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, piece)
			r.vendor.Interfere(once(youtubetest.Begin, 1, row.fault))
			e := r.failed(r.publish(t.Context(), attempt{}), row.kind, row.user)
			if !strings.Contains(e.Message, row.message) || e.RetryAfter != row.after || len(e.Message) > 500 {
				t.Errorf("%+v", e)
			}
			r.requests(youtubetest.Begin, 1)
			if len(r.slept) > 0 {
				t.Errorf("slept %v", r.slept)
			}
			// And when it is over, the film is uploaded.
			r.arrived(r.publish(t.Context(), attempt{}))
		})
	}
}

func TestARefusalInTheMiddleKeepsWhatIsThere(t *testing.T) {
	for _, reason := range []string{"quotaExceeded", "rateLimitExceeded"} {
		t.Run(reason, func(t *testing.T) {
			r := newRig(t, 3*piece)
			r.vendor.Interfere(once(youtubetest.Piece, 3, youtubetest.Refuse(403, reason)))
			r.failed(r.publish(t.Context(), attempt{}), verdicts[reason].kind, "")
			r.arrived(r.publish(t.Context(), attempt{}))
			r.requests(youtubetest.Begin, 1)
		})
	}
}

func TestAVideoThatIsRefusedIsNoResult(t *testing.T) {
	r := newRig(t, piece)
	r.vendor.Interfere(once(youtubetest.Piece, 1, &youtubetest.Fault{
		Keep: youtubetest.All, Status: 200, Body: `{"id":"abc","status":{"uploadStatus":"rejected","rejectionReason":"duplicate"}}`,
	}))
	e := r.failed(r.publish(t.Context(), attempt{}), providers.KindRejected, "refused the film")
	if !strings.Contains(e.Message, "duplicate") {
		t.Errorf("%+v", e)
	}
}

func TestAnotherPrivacyThanAskedIsSaid(t *testing.T) {
	r := newRig(t, piece)
	r.input.Privacy = "public"
	r.vendor.Interfere(once(youtubetest.Piece, 1, &youtubetest.Fault{
		Keep: youtubetest.All, Status: 200, Body: `{"id":"abc","status":{"uploadStatus":"uploaded","privacyStatus":"private"}}`,
	}))
	if o := r.publish(t.Context(), attempt{}); o.err != nil || len(o.warnings) != 1 || !strings.Contains(o.warnings[0], "made the film private") {
		t.Errorf("%v, %q", o.err, o.warnings)
	}
}

// A trap is a server at another address that nothing may be sent to.
func trap(t *testing.T) (*httptest.Server, *atomic.Int32) {
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n.Add(1)
		t.Errorf("the trap got %s %s with %q", r.Method, r.URL, r.Header)
	}))
	t.Cleanup(s.Close)
	return s, &n
}

func TestNothingIsSentToAnotherHost(t *testing.T) {
	evil, _ := trap(t)
	host := strings.TrimPrefix(evil.URL, "http://")
	for name, row := range map[string]struct {
		fault func(r *rig) func(youtubetest.Request) *youtubetest.Fault
		move  string
		works bool // the film arrives all the same
	}{
		"the session is elsewhere":         {move: evil.URL},
		"the session is elsewhere, hidden": {move: "http://127.0.0.1:1@" + host},
		"the session has another scheme":   {move: "https://" + host},
		"the session is a file":            {move: "file:///etc"},
		"the session is relative":          {move: "//" + host},
		"the session has a user": {fault: func(r *rig) func(youtubetest.Request) *youtubetest.Fault {
			at := strings.Replace(r.vendor.URL, "http://", "http://user:word@", 1)
			return once(youtubetest.Begin, 1, &youtubetest.Fault{Status: 200, Header: http.Header{"Location": {at + "/x"}}})
		}},
		"the session is too long": {fault: func(r *rig) func(youtubetest.Request) *youtubetest.Fault {
			return once(youtubetest.Begin, 1, &youtubetest.Fault{Status: 200, Header: http.Header{"Location": {r.vendor.URL + "/" + strings.Repeat("x", maxSession)}}})
		}},
		"the session has no address": {fault: func(*rig) func(youtubetest.Request) *youtubetest.Fault {
			return once(youtubetest.Begin, 1, &youtubetest.Fault{Status: 200})
		}},
		"the session moves": {fault: func(*rig) func(youtubetest.Request) *youtubetest.Fault {
			return once(youtubetest.Piece, 1, &youtubetest.Fault{Keep: youtubetest.All, Status: 308, Header: http.Header{"Location": {evil.URL + "/x"}, "Range": {"bytes=0-9"}}})
		}},
		"a piece is redirected for good": {fault: func(*rig) func(youtubetest.Request) *youtubetest.Fault {
			return once(youtubetest.Piece, 1, &youtubetest.Fault{Status: 301, Header: http.Header{"Location": {evil.URL}}})
		}},
		"a piece is redirected": {fault: func(*rig) func(youtubetest.Request) *youtubetest.Fault {
			return once(youtubetest.Piece, 1, &youtubetest.Fault{Status: 307, Header: http.Header{"Location": {evil.URL}}})
		}},
		"a query is redirected": {fault: func(*rig) func(youtubetest.Request) *youtubetest.Fault {
			return func(q youtubetest.Request) *youtubetest.Fault {
				switch {
				case q.Kind == youtubetest.Piece && q.N == 1:
					return &youtubetest.Fault{Cut: true}
				case q.Kind == youtubetest.Query:
					return &youtubetest.Fault{Status: 303, Header: http.Header{"Location": {evil.URL}}}
				}
				return nil
			}
		}},
		"the thumbnail is redirected": {works: true, fault: func(*rig) func(youtubetest.Request) *youtubetest.Fault {
			return once(youtubetest.Thumbnail, 1, &youtubetest.Fault{Status: 307, Header: http.Header{"Location": {evil.URL}}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2*piece)
			picture := fileOf(t, "picture.jpg", "image/jpeg", []byte("a picture"))
			r.input.Thumbnail = &picture
			r.vendor.MoveSessions(row.move)
			if row.fault != nil {
				r.vendor.Interfere(row.fault(r))
			}
			o := r.publish(t.Context(), attempt{})
			if row.works {
				r.arrived(o)
				return
			}
			r.failed(o, providers.KindInternal, "")
		})
	}
}

func TestACheckpointFromElsewhereIsNotFollowed(t *testing.T) {
	evil, _ := trap(t)
	for name, ending := range map[string]bool{"in the middle": false, "at the end": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2*piece)
			u := upload{Format: uploadFormat, Film: r.input.Video.SHA256, Size: 2 * piece, Session: evil.URL + "/x", Offset: piece, Ending: ending}
			o := r.publish(t.Context(), attempt{checkpoint: encoded(t, u)})
			if ending {
				r.failed(o, providers.KindRejected, "look at your channel")
				return
			}
			r.arrived(o)
		})
	}
}

func TestAThumbnailThatIsNotTakenIsAWarning(t *testing.T) {
	for name, row := range map[string]struct {
		fault   func(youtubetest.Request) *youtubetest.Fault
		picture func(t *testing.T) providers.File
		tries   int
		warning string
	}{
		"an unverified channel": {once(youtubetest.Thumbnail, 1, youtubetest.Refuse(403, "forbidden")), nil, 1, "verified"},
		"a strange picture":     {once(youtubetest.Thumbnail, 1, youtubetest.Refuse(400, "invalidImage")), nil, 1, "one of its own"},
		"busy for a while":      {once(youtubetest.Thumbnail, 1, youtubetest.Refuse(503, "backendError")), nil, 2, ""},
		"not known at once":     {once(youtubetest.Thumbnail, 1, youtubetest.Refuse(404, "videoNotFound")), nil, 2, ""},
		"busy for long": {func(q youtubetest.Request) *youtubetest.Fault {
			if q.Kind == youtubetest.Thumbnail {
				return &youtubetest.Fault{Cut: true}
			}
			return nil
		}, nil, thumbnailTries, "one of its own"},
		"a missing picture": {nil, func(*testing.T) providers.File {
			return providers.File{Path: "/nowhere/x.jpg", MediaType: "image/jpeg"}
		}, 0, "one of its own"},
		"an empty picture": {nil, func(t *testing.T) providers.File { return fileOf(t, "x.jpg", "image/jpeg", nil) }, 0, "one of its own"},
		"of another kind":  {nil, func(t *testing.T) providers.File { return fileOf(t, "x.webp", "image/webp", []byte("x")) }, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, piece)
			picture := fileOf(t, "picture.jpg", "image/jpeg", []byte("a picture"))
			if row.picture != nil {
				picture = row.picture(t)
			}
			r.input.Thumbnail = &picture
			r.vendor.Interfere(row.fault)
			o := r.publish(t.Context(), attempt{})
			v := r.arrived(o)
			r.requests(youtubetest.Thumbnail, row.tries)
			switch {
			case row.warning == "" && (len(o.warnings) > 0 || v.Thumbnail != picture.SHA256):
				t.Errorf("%q, %+v", o.warnings, v)
			case row.warning != "" && (len(o.warnings) != 1 || !strings.Contains(o.warnings[0], row.warning)):
				t.Errorf("warnings %q", o.warnings)
			}
		})
	}
}

// Each reason is known to the reference; a misspelt one would never be met.
func TestSentencesForPeopleAreSentences(t *testing.T) {
	said := []string{userConnect, userNoToken, userRefused, userAway, userQuota, userChannel, userDoubt, userNotSent, warnThumbnail, warnVerify}
	for _, v := range verdicts {
		said = append(said, v.user)
	}
	for _, s := range slices.Compact(slices.Sorted(slices.Values(said))) {
		if s != "" && (!strings.HasSuffix(s, ".") || strings.ToUpper(s[:1]) != s[:1]) {
			t.Errorf("%q", s)
		}
	}
}
