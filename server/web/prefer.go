package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// MaxWait is how long a request may wait at most.
const MaxWait = 60 * time.Second

// Preference is the header with which a client asks to wait for a result.
type Preference struct {
	Prefer string `header:"Prefer" doc:"wait=N waits up to N seconds, at most 60, for the work to end (RFC 7240)." example:"wait=30"`
}

// Resolve implements huma.Resolver: a header that is sent several times is one (RFC 7240, 2).
func (p *Preference) Resolve(ctx huma.Context) []error {
	r, _ := humago.Unwrap(ctx)
	if all := r.Header["Prefer"]; len(all) > 1 {
		p.Prefer = strings.Join(all, ",")
	}
	return nil
}

// Applied tells that a preference was heard.
type Applied struct {
	Applied string `header:"Preference-Applied" doc:"The preference that was heard."`
}

// Wait is a context that ends when a client does not want to wait any longer, and what is to be said of it.
// Without a preference for waiting, ok is false.
func (p Preference) Wait(ctx context.Context) (_ context.Context, cancel context.CancelFunc, a Applied, ok bool) {
	wait, ok := p.wait()
	if !ok {
		return ctx, func() {}, Applied{}, false
	}
	patient, stop := Patient(ctx)
	waiting, end := context.WithTimeout(patient, wait)
	return waiting, func() { end(); stop() }, Applied{"wait=" + strconv.Itoa(int(wait/time.Second))}, true
}

// wait reads the wait of a Prefer header: the first one counts. What cannot be read is ignored, as RFC 7240
// wants it.
func (p Preference) wait() (time.Duration, bool) {
	for preference := range splitQuoted(p.Prefer, ',') {
		for own := range splitQuoted(preference, ';') { // what follows are parameters of it
			name, value, _ := strings.Cut(own, "=")
			if strings.EqualFold(strings.TrimSpace(name), "wait") {
				return seconds(strings.TrimSpace(value))
			}
			break
		}
	}
	return 0, false
}

// seconds reads a whole number, quoted or not. One that is too large is the longest wait.
func seconds(text string) (time.Duration, bool) {
	if n := len(text); n > 1 && text[0] == '"' && text[n-1] == '"' {
		text = text[1 : n-1]
	}
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > int(MaxWait/time.Second) { // only the range can be wrong
		return MaxWait, true
	}
	return time.Duration(n) * time.Second, true
}

// splitQuoted yields the parts of a text between separators that are not in quotes.
func splitQuoted(text string, separator byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		from, quoted := 0, false
		for i := 0; i < len(text); i++ {
			switch c := text[i]; {
			case quoted && c == '\\':
				i++
			case c == '"':
				quoted = !quoted
			case c == separator && !quoted:
				if !yield(text[from:i]) {
					return
				}
				from = i + 1
			}
		}
		yield(text[from:])
	}
}
