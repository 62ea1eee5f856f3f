package stability

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/remote"
)

const (
	maxImage = 64 << 20  // bytes; a PNG of the largest picture the vendor draws has 3 million
	maxMusic = 128 << 20 // bytes; a WAV of 190 s has 34 million, with 32-bit samples 67 million
	maxFault = 1 << 20   // bytes of an answer that says what is wrong
	// rateWait is how long the vendor refuses whoever sent more than 150 requests in 10 s
	// (https://platform.stability.ai/docs/api-reference, "Rate limiting").
	rateWait = time.Minute
)

// field is one of a request's form.
type field struct{ name, value string }

// post sends a form and gives the answer's header and body when it is a success with a body of the kind,
// "image" or "audio". Everything else is an error that the engine understands.
func (p *provider) post(ctx context.Context, path, kind string, most int64, fields []field) (http.Header, []byte, error) {
	if p.base == nil {
		return nil, nil, &providers.Error{Kind: providers.KindUnauthorized, Message: "the provider stability is not configured", Hint: "set its api_key"}
	}
	req, err := p.request(ctx, path, kind, fields)
	if err != nil {
		return nil, nil, providers.Errorf(providers.KindInternal, "the request cannot be made: %w", p.clean(err))
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, nil, p.clean(remote.NetError(vendor, err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, err := remote.ReadBody(resp.Body, maxFault)
		if err != nil && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		// A fault whose text is cut off or too long is still that fault.
		return nil, nil, p.clean(p.fault(resp, body))
	}
	body, err := remote.ReadBody(resp.Body, most)
	if err != nil {
		return nil, nil, p.clean(remote.NetError(vendor, err))
	}
	if got, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); !strings.HasPrefix(got, kind+"/") {
		return nil, nil, p.clean(providers.Errorf(providers.KindUnavailable, "%s answered with %q where %s is due: %s",
			vendor, resp.Header.Get("Content-Type"), kind, p.snippet(body)))
	}
	if resp.Header.Get("finish-reason") == "CONTENT_FILTERED" {
		return nil, nil, refused(vendor + " blurred the result because of its content (finish-reason CONTENT_FILTERED)")
	}
	return resp.Header, body, nil
}

// request makes one; all of v2beta takes multipart forms, also where there is no file in them.
func (p *provider) request(ctx context.Context, path, kind string, fields []field) (*http.Request, error) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, f := range fields {
		if err := w.WriteField(f.name, f.value); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base.JoinPath(path).String(), &form)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.conf.APIKey)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Accept", kind+"/*")
	for name, value := range map[string]string{"stability-client-id": p.conf.ClientID, "stability-client-version": p.conf.ClientVersion} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	return req, nil
}

// fault is what an answer says that is no success: {"id", "name", "errors"}, or whatever a gateway says.
func (p *provider) fault(resp *http.Response, body []byte) *providers.Error {
	var said struct {
		ID, Name string
		Errors   []string
	}
	text := ""
	if json.Unmarshal(body, &said) == nil && (said.Name != "" || len(said.Errors) > 0) {
		text = remote.Snippet([]byte(p.redact(said.Name + ": " + strings.Join(said.Errors, "; "))))
		if said.ID != "" {
			text += " (id " + remote.Snippet([]byte(p.redact(said.ID))) + ")" // its support asks for it
		}
	} else {
		text = p.snippet(body)
	}
	if said.Name == "content_moderation" {
		return refused(vendor + " refused the request: " + text)
	}
	e := providers.Errorf(remote.KindOf(resp.StatusCode), "%s answered %d: %s", vendor, resp.StatusCode, text)
	e.RetryAfter = remote.RetryAfter(resp.Header, p.now())
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		e.Hint = "check api_key; keys are at https://platform.stability.ai/account/keys"
	case http.StatusPaymentRequired:
		e.Hint = "buy credits at https://platform.stability.ai/account/credits"
	case http.StatusForbidden:
		e.Hint = "check that the account of api_key may use the model"
	case http.StatusNotFound:
		e.Hint = "check base_url"
	case http.StatusTooManyRequests:
		if e.RetryAfter == 0 {
			e.RetryAfter = rateWait
		}
		e.Hint = "make fewer calls at the same time: 150 requests in 10 s are allowed"
	}
	return e
}

// refused is the error for content that the vendor will not have.
func refused(message string) *providers.Error {
	return &providers.Error{
		Kind: providers.KindRejected, Message: message,
		User: "The service that makes pictures and music refused this content: describe it in other words.",
		Hint: "change the prompt, or route the capability to another provider as a fallback",
	}
}

func (p *provider) redact(text string) string { return remote.Redact(text, p.conf.APIKey) }

func (p *provider) snippet(body []byte) string {
	return remote.Snippet([]byte(p.redact(string(body[:min(len(body), maxFault)]))))
}

// clean takes the key out of an error, whoever put it there.
func (p *provider) clean(err error) *providers.Error {
	e := *providers.AsError(err)
	e.Message = p.redact(e.Message) // a hint is ours
	return &e
}
