package openai

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/film"
)

// Each answer that the API documents, or that servers are known to give, and what the engine makes of it.
func TestFailuresAreTyped(t *testing.T) {
	began := time.Now()
	at := began.Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for name, c := range map[string]struct {
		answer answer
		kind   providers.Kind
		wait   time.Duration
		says   string // in Message
		hint   string
		user   string
	}{
		"wrong key": {
			apiError(401, "invalid_request_error", "invalid_api_key", "", "Incorrect API key provided: "+testKey+". You can find your API key at https://platform.openai.com."),
			providers.KindUnauthorized, 0, "invalid_api_key: Incorrect API key provided: [redacted]", "check api_key", "",
		},
		"no permission":       {apiError(403, "invalid_request_error", "", "", "You have insufficient permissions for this operation."), providers.KindUnauthorized, 0, "403", "permissions", ""},
		"region":              {apiError(403, "request_forbidden", "unsupported_country_region_territory", "", "Country, region, or territory not supported"), providers.KindUnauthorized, 0, "territory", "region", ""},
		"unknown model":       {apiError(404, "invalid_request_error", "model_not_found", "", "The model `gpt-9` does not exist or you do not have access to it."), providers.KindUnauthorized, 0, "gpt-9", "set story_model to", ""},
		"model not pulled":    {status(404, `{"error":{"message":"model \"llama9\" not found, try pulling it first","type":"api_error","param":null,"code":null}}`), providers.KindUnauthorized, 0, "llama9", "story_model", ""},
		"not this model":      {apiError(403, "invalid_request_error", "model_not_found", "", "Project does not have access to model"), providers.KindUnauthorized, 0, "access", "story_model", ""},
		"wrong address":       {status(404, `{"detail":"Not Found"}`), providers.KindUnauthorized, 0, "404 Not Found", "/v1", ""},
		"a web page":          {status(405, `<!DOCTYPE html><html>no</html>`), providers.KindUnauthorized, 0, "405", "/v1", ""},
		"rate":                {apiError(429, "requests", "rate_limit_exceeded", "", "Rate limit reached for requests", "Retry-After", "20"), providers.KindRateLimited, 20 * time.Second, "Rate limit", "per_minute", ""},
		"rate in ms":          {apiError(429, "tokens", "rate_limit_exceeded", "", "Rate limit", "Retry-After-Ms", "1500", "Retry-After", "2"), providers.KindRateLimited, 1500 * time.Millisecond, "", "", ""},
		"rate, long":          {apiError(429, "tokens", "rate_limit_exceeded", "", "Rate limit", "Retry-After", "9000"), providers.KindRateLimited, time.Hour, "", "", ""},
		"rate, no wait":       {apiError(429, "", "", "", "slow down"), providers.KindRateLimited, 0, "slow down", "", ""},
		"rate by its reset":   {apiError(429, "tokens", "rate_limit_exceeded", "", "Rate limit", "X-Ratelimit-Remaining-Requests", "7", "X-Ratelimit-Reset-Requests", "9m", "X-Ratelimit-Remaining-Tokens", "0", "X-Ratelimit-Reset-Tokens", "6m0s"), providers.KindRateLimited, 6 * time.Minute, "", "", ""},
		"quota":               {apiError(429, "insufficient_quota", "insufficient_quota", "", "You exceeded your current quota, please check your plan and billing details.", "Retry-After", "20"), providers.KindUnauthorized, 0, "quota", "billing", ""},
		"billing":             {apiError(400, "invalid_request_error", "billing_hard_limit_reached", "", "Billing hard limit has been reached"), providers.KindUnauthorized, 0, "Billing", "billing", ""},
		"too long":            {apiError(400, "invalid_request_error", "context_length_exceeded", "messages", "This model's maximum context length is 8192 tokens."), providers.KindInvalidInput, 0, "8192", "larger context", userTooLong},
		"too long, llama.cpp": {status(400, `{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}`), providers.KindInvalidInput, 0, "400", "context", userTooLong},
		"too large":           {status(413, ``), providers.KindInvalidInput, 0, "413", "shorten", userTooLong},
		"moderation":          {apiError(400, "image_generation_user_error", "moderation_blocked", "", "Your request was rejected by the safety system."), providers.KindRejected, 0, "safety", "wording", userRejected},
		"old moderation":      {apiError(400, "invalid_request_error", "content_policy_violation", "", "no"), providers.KindRejected, 0, "", "", userRejected},
		"flagged":             {apiError(400, "invalid_request_error", "invalid_prompt", "", "Your prompt was flagged as potentially violating our usage policy."), providers.KindRejected, 0, "", "", userRejected},
		"a field":             {apiError(400, "invalid_request_error", "unknown_parameter", "messages", "Unknown parameter"), providers.KindInvalidInput, 0, "Unknown parameter", "story_model", ""},
		"500":                 {apiError(500, "server_error", "", "", "The server had an error while processing your request."), providers.KindUnavailable, 0, "500", "status page", ""},
		"502 from a proxy":    {status(502, "<html><h1>Bad Gateway</h1></html>"), providers.KindUnavailable, 0, "Bad Gateway", "", ""},
		"503 with a wait":     {status(503, `{"error":"loading model"}`, "Retry-After", at), providers.KindUnavailable, 90 * time.Second, "loading model", "", ""},
		"408":                 {status(408, ``), providers.KindUnavailable, 0, "408", "", ""},
		"refusal":             {choice("", "I'm sorry, I can't help with that.", "stop"), providers.KindRejected, 0, "I'm sorry", "", userRejected},
		"streamed refusal":    {streamedUntil("", "I can't help with that.", "stop", "done"), providers.KindRejected, 0, "can't help", "", userRejected},
		"content filter":      {streamedUntil("{", "", "content_filter", "done"), providers.KindRejected, 0, "filter", "", userRejected},
		"output too long":     {streamedUntil(draftJSON(9)[:400], "", "length", "done"), providers.KindInternal, 0, "limit", "larger output", ""},
		"empty":               {streamed("  "), providers.KindInternal, 0, "empty", "", ""},
		"cut":                 {streamedUntil(draftJSON(7)[:400], "", "", "cut"), providers.KindUnavailable, 0, "broke the connection off", "try again", ""},
		"ended early":         {streamedUntil(draftJSON(7)[:400], "", "", "short"), providers.KindUnavailable, 0, "broke the connection off", "", ""},
		"error in the stream": {streamedUntil("{", "", "", "error"), providers.KindUnavailable, 0, "The server had an error", "", ""},
		"cut before all":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, providers.KindUnavailable, 0, "broke the connection off", "", ""},
		"endless stream":      {huge("text/event-stream", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\""+strings.Repeat("x", 9000)+"\"}}]}\n\n"), providers.KindUnavailable, 0, "sent more than", "", ""},
		"endless line":        {huge("text/event-stream", "x"), providers.KindUnavailable, 0, "sent more than", "", ""},
		"endless JSON":        {huge("application/json", " "), providers.KindUnavailable, 0, "sent more than", "", ""},
		"endless error": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			huge("text/plain", "x")(w, r)
		}, providers.KindUnavailable, 0, "500 x", "", ""},
		"no JSON":     {status(200, `{"choices": [`), providers.KindInternal, 0, "not what this API gives", "base_url", ""},
		"a page":      {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>Welcome</html>") }, providers.KindInternal, 0, "text/html", "base_url", ""},
		"no choices":  {status(200, `{"choices": []}`), providers.KindInternal, 0, "no choices", "", ""},
		"no event":    {status(200, "data: {\"choices\": 7\n\n", "Content-Type", "text/event-stream"), providers.KindInternal, 0, "not what this API gives", "", ""},
		"redirection": {status(302, ``, "Location", "https://example.com/"), providers.KindUnavailable, 0, "redirect", "base_url", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t, c.answer)
			b := newBench(t, v, nil)
			_, _, err := run(t.Context(), b, film.StoryWrite, bedtime)
			e := fault(t, err)
			if wait := e.RetryAfter - c.wait; e.Kind != c.kind || wait > time.Second || wait < -time.Since(began)-time.Second || c.wait == 0 && e.RetryAfter != 0 ||
				!strings.Contains(e.Message, c.says) || !strings.Contains(e.Hint, c.hint) || e.Hint == "" {
				t.Errorf("%+v", e)
			}
			if c.kind != providers.KindUnavailable && e.User != c.user {
				t.Errorf("user is told %q", e.User)
			}
			if strings.ContainsAny(e.Message, "\n") || len(e.Message) > 800 {
				t.Errorf("%q", e.Message)
			}
		})
	}
}

func TestACancelledCallEndsAtOnce(t *testing.T) {
	silence := func(v *vendor) answer {
		return func(_ http.ResponseWriter, r *http.Request) {
			close(v.hang)
			<-r.Context().Done()
		}
	}
	call := map[string]func(context.Context, *bench) error{
		"before the answer": func(ctx context.Context, b *bench) error {
			_, _, err := run(ctx, b, film.StoryWrite, bedtime)
			return err
		},
		"picture": func(ctx context.Context, b *bench) error {
			_, _, err := run(ctx, b, film.ImageGenerate, lighthouse)
			return err
		},
		"speech": func(ctx context.Context, b *bench) error {
			_, _, err := run(ctx, b, film.SpeechSynthesize, hello)
			return err
		},
	}
	call["in the middle of a stream"] = call["before the answer"]
	for name, f := range call {
		t.Run(name, func(t *testing.T) {
			v := newVendor(t)
			v.answers = []answer{silence(v)}
			if strings.HasPrefix(name, "in") {
				v.answers[0] = v.hanging(draftJSON(3))
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				<-v.hang
				cancel()
			}()
			b := newBench(t, v, nil)
			start := time.Now()
			if err := f(ctx, b); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestAServerThatIsNotThereIsSaidSo(t *testing.T) {
	v := newVendor(t)
	b := newBench(t, v, nil)
	v.Close()
	_, _, err := run(t.Context(), b, film.StoryWrite, bedtime)
	if e := fault(t, err); e.Kind != providers.KindUnavailable || !strings.Contains(e.Message, "refused") || !strings.Contains(e.Hint, "base_url") || e.User == "" {
		t.Errorf("%+v", e)
	}
}

func TestAServerThatWantsAKeyIsToldFromAWrongKey(t *testing.T) {
	v := newVendor(t, apiError(401, "", "", "", "Unauthorized"))
	v.local = true
	_, _, err := run(t.Context(), newBench(t, v, nil), film.StoryWrite, bedtime)
	if e := fault(t, err); e.Kind != providers.KindUnauthorized || !strings.Contains(e.Hint, "set api_key") {
		t.Errorf("%+v", e)
	}
}
