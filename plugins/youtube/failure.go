package youtube

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/remote"
)

// What people read. A film is made already when its upload fails, and they should know.
const (
	userConnect = "Filmloom may not upload to the YouTube channel any more: connect the channel again."
	userNoToken = "No YouTube channel is connected."
	userRefused = "YouTube does not let this channel upload the film."
	userAway    = "YouTube cannot be reached at the moment. The film itself is ready."
	userQuota   = "This server has uploaded as much to YouTube today as it may: try again tomorrow. The film itself is ready."
	userChannel = "The YouTube channel has uploaded as many videos as it may for now: try again in a day. The film itself is ready."
	userNotSent = "YouTube did not take the upload. The film itself is ready."
	userDoubt   = "It is not known whether the film has arrived at YouTube: look at your channel, and try again if it is not there."
)

// A verdict is what a reason that the API names means to us.
type verdict struct {
	kind       providers.Kind
	user, hint string
}

// verdicts are the reasons that videos.insert and the API as a whole document
// (https://developers.google.com/youtube/v3/docs/errors).
var verdicts = map[string]verdict{
	"quotaExceeded":           {providers.KindUnauthorized, userQuota, hintQuota},
	"dailyLimitExceeded":      {providers.KindUnauthorized, userQuota, hintQuota},
	"uploadLimitExceeded":     {providers.KindUnauthorized, userChannel, "the channel's own limit; a verified channel may upload more"},
	"rateLimitExceeded":       {providers.KindRateLimited, "", ""},
	"userRateLimitExceeded":   {providers.KindRateLimited, "", ""},
	"uploadRateLimitExceeded": {providers.KindRateLimited, "", ""},

	"youtubeSignupRequired":             {providers.KindUnauthorized, "The connected Google account has no YouTube channel: create one at youtube.com, and try again.", ""},
	"channelSuspended":                  {providers.KindUnauthorized, userSuspended, ""},
	"channelClosed":                     {providers.KindUnauthorized, userSuspended, ""},
	"authenticatedUserAccountSuspended": {providers.KindUnauthorized, userSuspended, ""},
	"authenticatedUserAccountClosed":    {providers.KindUnauthorized, userSuspended, ""},
	"insufficientPermissions":           {providers.KindUnauthorized, userScope, ""},
	"ACCESS_TOKEN_SCOPE_INSUFFICIENT":   {providers.KindUnauthorized, userScope, ""},
	"accessNotConfigured":               {providers.KindUnauthorized, "", hintEnable},
	"SERVICE_DISABLED":                  {providers.KindUnauthorized, "", hintEnable},

	"invalidTitle":            {providers.KindInvalidInput, "YouTube does not take the film's title: change it, and try again.", ""},
	"invalidDescription":      {providers.KindInvalidInput, "YouTube does not take the film's description: change it, and try again.", ""},
	"invalidTags":             {providers.KindInvalidInput, "YouTube does not take the film's tags: change them, and try again.", ""},
	"invalidCategoryId":       {providers.KindInvalidInput, "", "set category in the block of the provider youtube to a category of the channel's region"},
	"forbiddenPrivacySetting": {providers.KindInvalidInput, "YouTube does not let this channel publish with that privacy.", ""},
}

const (
	userSuspended = "The YouTube channel is suspended or closed."
	userScope     = "Filmloom was not allowed to upload to the YouTube channel: connect the channel again, and allow it."
	hintQuota     = "the daily quota of the Google Cloud project is used up until midnight Pacific Time; ask Google for more"
	hintEnable    = "enable the YouTube Data API v3 in the Google Cloud project of the OAuth client"
)

// A fault is an answer that is no success.
type fault struct {
	status  int
	reasons []string
	text    string // for the operator
	after   time.Duration
}

// readFault reads what an answer says is wrong:
//
//	{"error": {"code", "message", "errors": [{"domain", "reason", "message"}], "status", "details": [{"reason"}]}}
func (t *transfer) readFault(resp *http.Response) fault {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxFault)) // one that is cut off is still that fault
	f := fault{status: resp.StatusCode, after: remote.RetryAfter(resp.Header, t.p.now())}
	var said struct {
		Error struct {
			Message string
			Errors  []struct{ Reason string }
			Details []struct{ Reason string }
		}
	}
	text := string(body)
	if json.Unmarshal(body, &said) == nil && said.Error.Message != "" {
		for _, e := range append(said.Error.Errors, said.Error.Details...) {
			if e.Reason != "" {
				f.reasons = append(f.reasons, e.Reason)
			}
		}
		text = strings.Join(append(f.reasons[:len(f.reasons):len(f.reasons)], said.Error.Message), ": ")
	}
	f.text = cmp.Or(remote.Snippet([]byte(t.redact(text))), "it says no more")
	return f
}

// verdict is what the first reason means that is known; nothing where none is.
func (f fault) verdict() verdict {
	for _, reason := range f.reasons {
		if v, ok := verdicts[reason]; ok {
			return v
		}
	}
	return verdict{}
}

// error is the fault as the engine understands it.
func (f fault) error() *providers.Error {
	e := providers.Errorf(remote.KindOf(f.status), "%s answered %d: %s", vendor, f.status, f.text)
	e.RetryAfter = f.after
	if v := f.verdict(); v != (verdict{}) {
		e.Kind, e.User, e.Hint = v.kind, v.user, v.hint
	}
	switch {
	case e.Kind == providers.KindRateLimited:
		e.RetryAfter = cmp.Or(e.RetryAfter, rateWait)
	case e.Kind == providers.KindUnavailable:
		e.User = userAway
	case e.Kind == providers.KindUnauthorized:
		e.User = cmp.Or(e.User, userRefused)
	default:
		e.User = cmp.Or(e.User, userNotSent)
	}
	if f.status == http.StatusNotFound {
		e.Hint = "check upload_url"
	}
	return e
}

// rateWait is how long nothing is sent to a vendor that finds there was too much, and names no time itself.
const rateWait = time.Minute

// unauthorized is the error for a token that is not taken. One that was taken a moment ago has expired: with
// the next attempt comes another.
func (t *transfer) unauthorized(f fault) *providers.Error {
	e := f.error()
	if e.User != userRefused { // another reason than the token
		return e
	}
	if t.worked {
		return &providers.Error{
			Kind: providers.KindUnavailable, RetryAfter: time.Second, User: userAway,
			Message: "the access token has expired during the upload; the next attempt goes on with another one",
		}
	}
	e.User, e.Hint = userConnect, "connect the channel again; what resolves the stage's secret must give a fresh access token"
	return e
}

// again is a failure after which the same attempt goes on.
type again struct{ err *providers.Error }

func (a *again) Error() string { return a.err.Error() }

// passing is a failure of the network.
func (t *transfer) passing(err error) error {
	e := *remote.NetError(vendor, err)
	e.Message, e.User = t.redact(e.Message), userAway
	e.Hint = strings.ReplaceAll(e.Hint, "base_url", "upload_url")
	e.Err = nil
	if e.Kind != providers.KindUnavailable {
		return &e
	}
	return &again{&e}
}

// errGone: the vendor does not know the upload any more.
var errGone = errors.New("the upload session is gone")

// doubt is the error when nobody can tell whether the film has arrived.
func doubt(what string) *providers.Error {
	return &providers.Error{
		Kind: providers.KindRejected, User: userDoubt,
		Message: what + ": whether the film has arrived is not known, and it is not sent a second time unasked",
		Hint:    "look at the channel; another run uploads the film again",
	}
}
