package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/openai/openai-go/v3/packages/ssestream"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/remote"
)

// What whoever asked for the film is told.
const (
	userRejected = "The service's content rules refused this; describe it differently."
	userTooLong  = "The text is too long for the model that is to work on it; shorten it, or divide it into several films."
)

// asRefusal finds a refusal in an error, also one that came in the middle of a stream.
func asRefusal(err error) (*refusal, bool) {
	var r *refusal
	if errors.As(err, &r) {
		return r, true
	}
	var in *ssestream.StreamError
	if errors.As(err, &in) {
		return newRefusal(0, http.Header{}, in.Event.Data, time.Now()), true
	}
	return nil, false
}

// fault turns whatever went wrong with a request into what the engine understands.
func (j *job) fault(err error) error {
	if known := (*providers.Error)(nil); errors.As(err, &known) {
		return known
	}
	if r, ok := asRefusal(err); ok {
		return j.judge(r)
	}
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &shape) || errors.Is(err, errNotAPI) {
		return j.failure(providers.KindInternal, "the answer is not what this API gives: "+j.clean(err.Error()), hintAddress)
	}
	e := remote.NetError(j.conf.vendor(), err)
	e.Message = j.clean(e.Message)
	if e.Err != nil && !errors.Is(e.Err, context.Canceled) && !errors.Is(e.Err, context.DeadlineExceeded) {
		e.Err = nil // its text is the vendor's or the network's, and might hold anything
	}
	return e
}

// errNotAPI is an answer that came with a good status, but is something else.
var errNotAPI = errors.New("it is no JSON")

const (
	hintAddress = "check base_url: for most servers it ends in /v1"
	hintAgain   = "try again; if it stays like this, look at the server's log or the vendor's status page"
)

// clean makes a text of the server's fit for an error: no key, one line, not too long.
func (j *job) clean(text string) string {
	return remote.Snippet([]byte(remote.Redact(text, j.conf.APIKey)))
}

// failure is an error that says where it happened.
func (j *job) failure(kind providers.Kind, what, hint string) *providers.Error {
	return &providers.Error{
		Kind: kind, Hint: hint,
		Message: fmt.Sprintf("%s with %s at %s: %s", j.call.Capability, j.model, j.conf.vendor(), what),
	}
}

// judge says what a refusal means.
func (j *job) judge(r *refusal) *providers.Error {
	said := j.clean(r.message)
	if r.code != "" {
		said = j.clean(r.code) + ": " + said
	}
	if r.status != 0 {
		said = fmt.Sprintf("%d %s", r.status, said)
	}
	if r.requestID != "" {
		said += " (request " + j.clean(r.requestID) + ")"
	}
	setting := settings[j.call.Capability]
	fail := func(kind providers.Kind, hint string) *providers.Error { return j.failure(kind, said, hint) }
	switch {
	case r.content():
		e := fail(providers.KindRejected, "change the wording, or let another provider serve it")
		e.User = userRejected
		return e
	case r.tooLong():
		e := fail(providers.KindInvalidInput, "shorten the text, or set "+setting+" to a model with a larger context; for a local server raise its context size")
		e.User = userTooLong
		return e
	case r.quota():
		return fail(providers.KindUnauthorized, "the account has no quota left: add credit or raise its limit in the vendor's billing settings")
	case r.status == http.StatusTooManyRequests || r.says("rate_limit_exceeded"):
		e := fail(providers.KindRateLimited, "lower per_minute or concurrent in the provider's limits block, or ask the vendor for higher limits")
		e.RetryAfter = r.retryAfter
		return e
	case r.status == http.StatusUnauthorized && j.conf.APIKey == "":
		return fail(providers.KindUnauthorized, "this server wants a key: set api_key")
	case r.status == http.StatusUnauthorized:
		return fail(providers.KindUnauthorized, "the key was refused: check api_key, organization and project")
	case r.says("model_not_found", "model not found") || r.status == http.StatusNotFound && r.says("model"):
		// Not the input's fault: a fallback may serve.
		return fail(providers.KindUnauthorized, fmt.Sprintf("the model %q is not there for this key: set %s to one that is; for a local server load it first", j.model, setting))
	case r.status == http.StatusForbidden:
		return fail(providers.KindUnauthorized, "the key may not do this: check its permissions, the project's models, and whether the vendor serves your region")
	case r.status == http.StatusNotFound || r.status == http.StatusMethodNotAllowed || r.html && r.status < 500:
		return fail(providers.KindUnauthorized, fmt.Sprintf("this server has no such function: %s, or turn it off with %s = \"\"", hintAddress, setting))
	case r.status == 0:
		return fail(providers.KindUnavailable, hintAgain)
	case r.status == http.StatusRequestEntityTooLarge:
		e := fail(providers.KindInvalidInput, "shorten the text, or raise the server's limit")
		e.User = userTooLong
		return e
	}
	e := fail(remote.KindOf(r.status), hintAgain)
	e.RetryAfter = r.retryAfter
	if e.Kind == providers.KindInvalidInput {
		e.Hint = "the server does not take the request: check " + setting + " and the provider's other settings"
	}
	return e
}

// rejected is the error for content that the model itself refused, in its own words.
func (j *job) rejected(words string) *providers.Error {
	e := j.failure(providers.KindRejected, "the content was refused: "+j.clean(words), "change the wording, or let another provider serve it")
	e.User = userRejected
	return e
}
