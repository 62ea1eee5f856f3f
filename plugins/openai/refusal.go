package openai

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/filmloom/filmloom/plugins/openai/lenient"
	"github.com/filmloom/filmloom/providers/remote"
)

// A refusal is an answer that says what is wrong, by its status or in the middle of a stream (then
// without a status).
type refusal struct {
	status            int
	code, kind, param string // as the API has them: "insufficient_quota", "invalid_request_error", "stream"
	message           string // not yet free of secrets
	retryAfter        time.Duration
	html              bool // the answer is a web page, so nothing that speaks this API is at the address
	requestID         string
}

func (r *refusal) Error() string { return fmt.Sprintf("refused with status %d", r.status) }

// newRefusal reads the error in whatever shape the server has for it: OpenAI {"error": {…}}, Ollama also
// {"error": "…"}, FastAPI servers {"detail": …}, older vLLM {"message": …}.
func newRefusal(status int, h http.Header, body []byte, now time.Time) *refusal {
	r := &refusal{status: status, retryAfter: retryAfter(h, now), requestID: h.Get("X-Request-Id")}
	type details struct {
		Code, Type, Param, Message, Error lenient.Text
		Detail                            json.RawMessage
	}
	var whole struct {
		details
		Error json.RawMessage
	}
	if json.Unmarshal(body, &whole) != nil {
		r.message = string(body)
		r.html = strings.Contains(strings.ToLower(string(body[:min(len(body), 512)])), "<html")
		return r
	}
	d := whole.details
	for _, inner := range []json.RawMessage{whole.Error, whole.Detail} {
		var text lenient.Text
		var one details
		switch {
		case len(inner) == 0 || string(inner) == "null":
		case json.Unmarshal(inner, &one) == nil: // an object
			d = one
			if d.Message == "" {
				d.Message = d.Error
			}
		case text.UnmarshalJSON(inner) == nil && text != "":
			d.Message = text
		default:
			d.Message = lenient.Text(inner) // FastAPI's list of what does not validate
		}
	}
	r.code, r.kind, r.param, r.message = string(d.Code), string(d.Type), string(d.Param), string(d.Message)
	if r.message == "" {
		r.message = string(body)
	}
	return r
}

// retryAfter is the wait that the answer names: Retry-After-Ms, Retry-After, or else the time after which
// the limit that is used up starts anew ("x-ratelimit-reset-tokens: 6m0s").
func retryAfter(h http.Header, now time.Time) time.Duration {
	const longest = time.Hour
	if ms, err := time.ParseDuration(h.Get("Retry-After-Ms") + "ms"); err == nil && ms > 0 {
		return min(ms, longest)
	}
	if wait := remote.RetryAfter(h, now); wait > 0 {
		return wait
	}
	var wait time.Duration
	for _, what := range []string{"Requests", "Tokens"} {
		left := h.Get("X-Ratelimit-Remaining-" + what)
		reset, err := time.ParseDuration(h.Get("X-Ratelimit-Reset-" + what))
		if err == nil && (left == "" || left == "0") {
			wait = max(wait, reset)
		}
	}
	return min(wait, longest)
}

// says tells whether the code, the kind or the message has one of the words in it.
func (r *refusal) says(words ...string) bool {
	text := strings.ToLower(r.code + "\n" + r.kind + "\n" + r.message)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// content tells whether the content was refused, not the request.
func (r *refusal) content() bool {
	return r.says("content_policy", "content policy", "moderation_blocked", "content_filter", "safety system", "safety_violation", "usage policies", "usage policy") ||
		r.code == "invalid_prompt"
}

// tooLong tells whether the text does not fit into the model's context.
func (r *refusal) tooLong() bool {
	return r.says("context_length", "context length", "context size", "context window", "exceed_context", "string_above_max_length",
		"prompt is too long", "input is too long", "too many tokens", "maximum number of tokens")
}

// quota tells whether nothing is left to be spent.
func (r *refusal) quota() bool {
	return r.says("insufficient_quota", "exceeded your current quota", "billing_hard_limit", "billing hard limit", "billing_not_active", "insufficient credit", "insufficient balance")
}

// fieldNames is how a message names a field that can be left out.
var fieldNames = map[string]*regexp.Regexp{
	"stream_options":  regexp.MustCompile(`(?i)\bstream_options\b`),
	"stream":          regexp.MustCompile(`(?i)["'\x60]stream["'\x60]|\bstreaming\b|\bto stream\b|\bstream (?:is|=|parameter)`),
	"response_format": regexp.MustCompile(`(?i)\bresponse_format\b|\bresponse format\b|\bjson_schema\b|\bjson schema\b|\bstructured outputs?\b|\bgrammar\b`),
	"temperature":     regexp.MustCompile(`(?i)\btemperature\b`),
	"quality":         regexp.MustCompile(`(?i)\bquality\b`),
	"size":            regexp.MustCompile(`(?i)["'\x60]?\bsize\b`),
	"speed":           regexp.MustCompile(`(?i)\bspeed\b`),
	"instructions":    regexp.MustCompile(`(?i)\binstructions\b`),
}

// refusedField is the field of those sent that the server does not understand, or "". The order of sent
// decides where a message could mean two.
func refusedField(err error, sent []string) string {
	r, ok := asRefusal(err)
	if !ok || r.content() || r.tooLong() || r.quota() {
		return ""
	}
	switch r.status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusNotImplemented, http.StatusInternalServerError, http.StatusForbidden:
	default:
		return ""
	}
	for _, field := range sent {
		if r.param == field || strings.HasPrefix(r.param, field+".") {
			return field
		}
	}
	for _, field := range sent {
		if r.param == "" && fieldNames[field].MatchString(r.message) {
			return field
		}
	}
	return ""
}
