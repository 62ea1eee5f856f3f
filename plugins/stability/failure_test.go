package stability

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// fails answers with a status, a body and headers given as name, value, name, value.
func fails(status int, body string, header ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func said(name, text string) string {
	return `{"id":"ff54b236a3acdde1522cb1ba641c43ed","name":"` + name + `","errors":["` + text + `"]}`
}

func TestEveryAnswerBecomesAnErrorTheEngineUnderstands(t *testing.T) {
	whole := pngOf(90, 160)
	inAMinute := func() string { return time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat) }
	for _, row := range []struct {
		name       string
		answer     func(http.ResponseWriter, *http.Request)
		kind       providers.Kind
		message    string
		hint, user string
		min, max   time.Duration // of RetryAfter
	}{
		{"400", fails(400, said("bad_request", "some-field: is required")), providers.KindInvalidInput, "Stability AI answered 400: bad_request: some-field: is required (id ff54b236a3acdde1522cb1ba641c43ed)", "", "", 0, 0},
		{"401", fails(401, said("unauthorized", "invalid api key")), providers.KindUnauthorized, "answered 401", "check api_key", "", 0, 0},
		{"402", fails(402, said("payment_required", "lack of credits")), providers.KindUnauthorized, "answered 402", "buy credits", "", 0, 0},
		{"403 moderation", fails(403, said("content_moderation", "Your request was flagged")), providers.KindRejected, "refused the request: content_moderation: Your request was flagged", "fallback", "describe it in other words", 0, 0},
		{"400 moderation", fails(400, said("content_moderation", "flagged")), providers.KindRejected, "refused", "", "describe it in other words", 0, 0},
		{"403 other", fails(403, said("forbidden", "model not allowed")), providers.KindUnauthorized, "answered 403", "account of api_key", "", 0, 0},
		{"404", fails(404, said("not_found", "no such endpoint")), providers.KindInvalidInput, "answered 404", "check base_url", "", 0, 0},
		{"413", fails(413, said("payload_too_large", "10 MiB")), providers.KindInvalidInput, "answered 413", "", "", 0, 0},
		{"422", fails(422, said("invalid_language", "English only")), providers.KindInvalidInput, "answered 422", "", "", 0, 0},
		{"429", fails(429, said("rate_limit_exceeded", "slow down")), providers.KindRateLimited, "answered 429", "fewer calls", "", time.Minute, time.Minute},
		{"429 with seconds", fails(429, said("rate_limit_exceeded", "slow down"), "Retry-After", "17"), providers.KindRateLimited, "answered 429", "fewer calls", "", 17 * time.Second, 17 * time.Second},
		{"429 with a date", func(w http.ResponseWriter, r *http.Request) {
			fails(429, "{}", "Retry-After", inAMinute())(w, r)
		}, providers.KindRateLimited, "answered 429", "fewer calls", "", 80 * time.Second, 90 * time.Second},
		{"429 with nonsense", fails(429, "", "Retry-After", "-3"), providers.KindRateLimited, "answered 429", "", "", time.Minute, time.Minute},
		{"500", fails(500, said("internal_error", "oops")), providers.KindUnavailable, "answered 500: internal_error: oops", "", "", 0, 0},
		{"503 with a wait", fails(503, "<html>busy</html>", "Retry-After", "5"), providers.KindUnavailable, "answered 503: <html>busy</html>", "", "", 5 * time.Second, 5 * time.Second},
		{"invalid JSON", fails(500, `{"id":`), providers.KindUnavailable, `answered 500: {"id":`, "", "", 0, 0},
		{"JSON of another shape", fails(400, `{"errors":{"a":1},"name":"bad_request"}`), providers.KindInvalidInput, "answered 400", "", "", 0, 0},
		{"a huge fault", fails(502, strings.Repeat("bad gateway ", 1<<20)), providers.KindUnavailable, "answered 502", "", "", 0, 0},
		{"no content", fails(204, ""), providers.KindInternal, "answered 204", "", "", 0, 0},
		{"redirect to another host", fails(307, "", "Location", "http://other.invalid/"), providers.KindUnavailable, "redirect not followed", "base_url", "", 0, 0},
		{"the key in its answer", fails(400, said("bad_request", "key "+key+" "+url.QueryEscape(key)+" "+base64.StdEncoding.EncodeToString([]byte("api:"+key)))), providers.KindInvalidInput, "[redacted]", "", "", 0, 0},
		{"the key in its name and id", fails(400, strings.Replace(said(key, ""), "ff54", key, 1)), providers.KindInvalidInput, "[redacted]", "", "", 0, 0},
		{"the key in a broken answer", fails(400, "your key "+key+" is {"), providers.KindInvalidInput, "[redacted]", "", "", 0, 0},
		{"the key in a content type", fails(200, "x", "Content-Type", "text/"+key), providers.KindUnavailable, "[redacted]", "", "", 0, 0},
		{"the key in a redirect", fails(307, "", "Location", "http://"+strings.ToLower(key)+".invalid/?"+key), providers.KindUnavailable, "redirect", "", "", 0, 0},
		{"filtered", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			w.Header().Set("finish-reason", "CONTENT_FILTERED")
			_, _ = w.Write(whole)
		}, providers.KindRejected, "blurred the result", "fallback", "describe it in other words", 0, 0},
		{"wrong content type", fails(200, "<html>hello</html>", "Content-Type", "text/html"), providers.KindUnavailable, `"text/html" where image is due: <html>hello`, "", "", 0, 0},
		{"no picture", fails(200, "hello", "Content-Type", "image/png"), providers.KindUnavailable, "no picture that can be read", "", "", 0, 0},
		{"no body", fails(200, "", "Content-Type", "image/png"), providers.KindUnavailable, "no picture that can be read", "", "", 0, 0},
		{"half a picture", fails(200, string(whole[:len(whole)/2]), "Content-Type", "image/png"), providers.KindUnavailable, "damaged", "", "", 0, 0},
		{"cut in the middle of the body", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			w.Header().Set("Content-Length", "99999")
			_, _ = w.Write(whole)
			panic(http.ErrAbortHandler)
		}, providers.KindUnavailable, "broke the connection off", "try again", "cannot be reached", 0, 0},
		{"cut before an answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, providers.KindUnavailable, "broke the connection off", "", "", 0, 0},
		{"cut in the middle of a fault", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99999")
			w.WriteHeader(429)
			_, _ = io.WriteString(w, said("rate", "limit"))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, providers.KindRateLimited, "answered 429", "", "", time.Minute, time.Minute},
		{"a body without end", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			for chunk := make([]byte, 1<<20); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, providers.KindUnavailable, "sent more than the 67108864 bytes", "base_url", "", 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := standIn(t, row.answer)
			r, _, err := run(t, configured(t, v.URL, nil), film.ImageGenerate.Name, shot(nil))
			if err == nil {
				t.Fatalf("it gave %s", r.Output)
			}
			e := providers.AsError(err)
			if e.Kind != row.kind || !strings.Contains(e.Message, row.message) || !strings.Contains(e.Hint, row.hint) || !strings.Contains(e.User, row.user) {
				t.Errorf("%s: %q\nhint %q\nuser %q", e.Kind, e.Message, e.Hint, e.User)
			}
			if e.RetryAfter < row.min || e.RetryAfter > row.max {
				t.Errorf("to be tried again after %v", e.RetryAfter)
			}
			if len(e.Message) > 2000 {
				t.Errorf("the message has %d bytes", len(e.Message))
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	v := standIn(t, nil)
	address := v.URL
	v.Close()
	_, _, err := run(t, configured(t, address, nil), film.ImageGenerate.Name, shot(nil))
	if e := providers.AsError(err); e == nil || e.Kind != providers.KindUnavailable || !strings.Contains(e.Message, "was refused") {
		t.Errorf("%v", err)
	}
}

func TestACancelledCallEndsAtOnce(t *testing.T) {
	for name, begin := range map[string]func(http.ResponseWriter){
		"before the answer": func(http.ResponseWriter) {},
		"in the middle of the answer": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(pngOf(8, 8)[:20])
			w.(http.Flusher).Flush()
		},
		"in the middle of a fault": func(w http.ResponseWriter) {
			w.WriteHeader(500)
			w.(http.Flusher).Flush()
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			v := standIn(t, func(w http.ResponseWriter, r *http.Request) {
				begin(w)
				cancel()
				<-r.Context().Done()
			})
			begun := time.Now()
			_, _, err := runUnder(t, ctx, configured(t, v.URL, nil), film.ImageGenerate.Name, shot(nil))
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestConfigure(t *testing.T) {
	for _, row := range []struct {
		name, conf     string
		ready          bool
		says           string // the problem, or the first diagnostic
		attribute, tip string
	}{
		{"nothing", `{}`, false, "needs a key", "", "STABILITY_API_KEY"},
		{"null", `{"api_key":null}`, false, "needs a key", "", "STABILITY_API_KEY"},
		{"blank", `{"api_key":" \n"}`, false, "needs a key", "", "STABILITY_API_KEY"},
		{"a key", `{"api_key":"` + key + `"}`, true, "", "", ""},
		{"a key with a newline", `{"api_key":"` + key + `\n"}`, true, "", "", ""},
		{"half a key", `{"api_key":"sk-swordfish"}`, false, `cannot use its api_key: it does not look like a key`, "api_key", "correct api_key"},
		{"a key of somebody else", `{"api_key":"pk-swordfishswordfishswordfish"}`, false, "cannot use its api_key", "api_key", "correct api_key"},
		{"a gateway's key", `{"api_key":"swordfish","base_url":"https://gateway.example/stability"}`, true, "", "", ""},
		{"a key with a break", `{"api_key":"sword\nfish","base_url":"https://gateway.example"}`, false, "cannot use its api_key", "api_key", ""},
		{"no address", `{"api_key":"` + key + `","base_url":"api.stability.ai"}`, false, "cannot use its base_url: it is no address", "base_url", "correct base_url"},
		{"plain HTTP", `{"api_key":"` + key + `","base_url":"http://gateway.example"}`, true, "unencrypted", "base_url", ""},
		{"idle setting", `{"api_key":"` + key + `","cfg_scale":5}`, true, "no such setting", "cfg_scale", ""},
		{"a client's name", `{"api_key":"` + key + `","client_id":"fílm"}`, false, "cannot use its client_id", "client_id", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := New()
			got, err := p.Configure(t.Context(), []byte(row.conf))
			if err != nil || got.Ready != row.ready || !strings.Contains(got.Hint, row.tip) {
				t.Fatalf("%+v, %v", got, err)
			}
			says, attribute := got.Problem, ""
			if len(got.Diagnostics) > 0 {
				attribute = got.Diagnostics[0].Attribute
				if got.Ready {
					says = got.Diagnostics[0].Summary
				}
			}
			if !strings.Contains(says, row.says) || (row.says == "") != (says == "") || attribute != row.attribute {
				t.Errorf("%q about %q", says, attribute)
			}
			if all := got.Problem + got.Hint + says; strings.Contains(all, "swordfish") || strings.Contains(all, key[3:]) {
				t.Errorf("%q shows the key", all)
			}
			if !row.ready {
				_, _, err := run(t, p, film.ImageGenerate.Name, shot(nil))
				if e := providers.AsError(err); e == nil || e.Kind != providers.KindUnauthorized {
					t.Errorf("a call gave %v", err)
				}
			}
		})
	}
}

func TestTheKeyIsASecretInTheSchemaAndTheChoicesAreListed(t *testing.T) {
	d, err := New().Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := d.Config.Attribute("api_key"); !a.Sensitive || !a.Required {
		t.Errorf("%+v", a)
	}
	for attribute, prices := range map[string]map[string]providers.Money{"model": imagePrices, "music_model": musicPrices} {
		a, _ := d.Config.Attribute(attribute)
		if len(a.Allowed) != len(prices) {
			t.Errorf("%s: %q", attribute, a.Allowed)
		}
		for _, name := range a.Allowed {
			if prices[name] == 0 {
				t.Errorf("the model %s has no price", name)
			}
		}
	}
	for _, c := range d.Capabilities {
		if c.Deterministic || c.CPU {
			t.Errorf("%s: %+v", c.Name, c)
		}
	}
	for _, name := range strings.Split(film.Styles, ",") {
		if styles[name].preset == "" {
			t.Errorf("the style %s has no preset", name)
		}
	}
	for _, name := range strings.Split(film.Genres, ",") {
		if genres[name] == "" {
			t.Errorf("the genre %s has no words", name)
		}
	}
}

func TestTheEstimateIsWhatTheCallCosts(t *testing.T) {
	p := configured(t, "http://127.0.0.1:9", map[string]any{"model": "sd3.5-large"})
	for capability, want := range map[string]providers.Money{film.ImageGenerate.Name: 65_000, film.MusicCompose.Name: 200_000, "other": 0} {
		got, err := p.Estimate(t.Context(), providers.EstimateQuery{Capability: capability, Input: []byte("{}")})
		if err != nil || got.MinCost != want || got.MaxCost != want || got.MinTime > got.MaxTime {
			t.Errorf("%s: %+v, %v", capability, got, err)
		}
	}
}
