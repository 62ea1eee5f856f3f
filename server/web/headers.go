package web

import (
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/idempotency"
)

// The headers of answers that the documents describe, beside [keyHeader] and the others of requests.
const (
	idHeader        = "X-Request-Id"
	limitHeader     = "X-RateLimit-Limit"
	remainingHeader = "X-RateLimit-Remaining"
	resetHeader     = "X-RateLimit-Reset"
	retryHeader     = "Retry-After"
	provingHeader   = "WWW-Authenticate"
)

// printed are the headers that Go spells in another way than their specifications do. Most clients do not mind; some
// of those of HTTP/1.1 do. HTTP/2 has small letters only.
var printed = map[string]string{
	"X-Ratelimit-Limit": limitHeader, "X-Ratelimit-Remaining": remainingHeader, "X-Ratelimit-Reset": resetHeader,
	"X-Api-Key-Expires-At": expiryHeader, "Www-Authenticate": provingHeader, "Etag": "ETag",
}

// spell gives headers that are about to be sent the names that are printed.
func spell(h http.Header) {
	for name, as := range printed {
		if values, ok := h[name]; ok {
			delete(h, name)
			h[as] = values
		}
	}
}

// describeHeaders describes what operations refer to.
func (a *API) describeHeaders() {
	whole, text := &huma.Schema{Type: "integer"}, &huma.Schema{Type: "string"}
	truth, moment := &huma.Schema{Type: "string", Enum: []any{"true"}}, &huma.Schema{Type: "string", Format: "date-time"}
	parts := a.OpenAPI().Components
	parts.Headers = map[string]*huma.Header{
		idHeader:        {Description: "Names the request in the server's log.", Schema: text, Example: "5f0c7d1e9b3a48f2a6d4c8e07b915a3d"},
		limitHeader:     {Description: "How many requests the account may make in the window of which least is left: the minute or the day.", Schema: whole, Example: 60},
		remainingHeader: {Description: "How many of them are left after this one.", Schema: whole, Example: 59},
		resetHeader:     {Description: "When all of them are there again, in seconds since 1970.", Schema: whole, Example: 1767225660},
		retryHeader:     {Description: "After how many seconds another try makes sense.", Schema: whole, Example: 20},
		provingHeader:   {Description: "How a caller proves who it is.", Schema: text, Example: "Bearer"},
		expiryHeader:    {Description: "When the API key that was used ends; sent in its last 14 days.", Schema: moment, Example: "2026-01-12T15:04:05Z"},
	}
	if a.conf.Keys == nil {
		return
	}
	parts.Headers[idempotency.Replayed] = &huma.Header{
		Description: "This is the first answer to the same Idempotency-Key once more, and nothing was done again.", Schema: truth, Example: "true",
	}
	least, most := 1, idempotency.LongestKey
	parts.Parameters = map[string]*huma.Param{onceHeader: {
		Name: onceHeader, In: "header", Example: "3f1c9a52-create",
		Description: "A name of your own for the request, of 1 to 255 printable ASCII characters. For 24 hours the same request " +
			"with the same key is not carried out again: it gets the first answer once more, with Idempotency-Replayed. Another " +
			"request with the key is refused with 409.",
		Schema: &huma.Schema{Type: "string", MinLength: &least, MaxLength: &most, Pattern: "^[ -~]+$"},
	}}
}

// headers tells of an operation which headers it takes and its answers have, beside what its input and output say.
func (a *API) headers(op *huma.Operation) {
	if a.keyed(op) {
		op.Parameters = append(op.Parameters, &huma.Param{Ref: "#/components/parameters/" + onceHeader})
	}
	for status, r := range op.Responses {
		code, _ := strconv.Atoi(status)
		if r.Headers == nil {
			r.Headers = map[string]*huma.Header{}
		}
		for _, name := range a.sends(op, code) {
			r.Headers[name] = &huma.Header{Ref: "#/components/headers/" + name}
		}
	}
}

// sends are the described headers that an operation's answer of a status may have.
func (a *API) sends(op *huma.Operation, status int) []string {
	names := []string{idHeader}
	known := len(op.Security) > 0
	if known {
		names = append(names, expiryHeader)
	}
	if known || status == http.StatusTooManyRequests { // strangers are counted by their address
		names = append(names, limitHeader, remainingHeader, resetHeader)
	}
	switch {
	case status == http.StatusUnauthorized:
		names = append(names, provingHeader)
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		names = append(names, retryHeader)
	case status < http.StatusBadRequest && a.keyed(op):
		names = append(names, idempotency.Replayed)
	}
	return names
}
