package sdapi

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/remote"
)

const maxFault = 1 << 20 // bytes of an answer that says what is wrong

// ask sends a request, with a JSON body unless that is nil, and gives the body of a success. path may have
// a query. Everything else is an error that the engine understands.
func (p *provider) ask(ctx context.Context, method, path string, body any, most int64) ([]byte, error) {
	if p.base == nil {
		return nil, &providers.Error{Kind: providers.KindUnavailable, Message: "the provider sdapi is not configured", Hint: "set its base_url"}
	}
	path, query, _ := strings.Cut(path, "?")
	u := p.base.JoinPath(path)
	u.RawQuery = query
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return nil, providers.Errorf(providers.KindInternal, "the request cannot be made: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), &content)
	if err != nil {
		return nil, providers.Errorf(providers.KindInternal, "the request cannot be made: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.conf.Password != "" {
		req.SetBasicAuth(p.conf.Username, p.conf.Password)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, p.clean(remote.NetError(vendor, err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		said, err := remote.ReadBody(resp.Body, maxFault)
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// A fault whose text is cut off or too long is still that fault.
		return nil, p.clean(p.fault(resp, said))
	}
	answer, err := remote.ReadBody(resp.Body, most)
	if err != nil {
		return nil, p.clean(remote.NetError(vendor, err))
	}
	return answer, nil
}

// fault is what an answer says that is no success. FastAPI, which the web UIs are built on, says "detail",
// as a text or as a list of what is wrong where; a web UI's own faults have "error" and "errors" beside it.
func (p *provider) fault(resp *http.Response, body []byte) *providers.Error {
	var said struct {
		Detail json.RawMessage
		Error  any
		Errors any
	}
	text := ""
	if json.Unmarshal(body, &said) == nil {
		text = strings.Join(nonEmpty(words(said.Error), detail(said.Detail), words(said.Errors)), ": ")
	}
	if text == "" {
		text = string(body)
	}
	text = cmp.Or(remote.Snippet([]byte(p.redact(text))), "it says no more")
	e := providers.Errorf(remote.KindOf(resp.StatusCode), "%s answered %d: %s", vendor, resp.StatusCode, text)
	e.RetryAfter = remote.RetryAfter(resp.Header, time.Now())
	switch {
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		e.Hint = "set username and password to those of --api-auth"
	case resp.StatusCode == http.StatusNotFound && detail(said.Detail) == "Not Found":
		e.Hint = "start the server with --api, and check base_url"
	case strings.Contains(text, "Sampler"):
		e.Hint = "set sampler to one of those at /sdapi/v1/samplers"
	case strings.Contains(strings.ToLower(text), "out of memory") || strings.Contains(text, "OutOfMemory"):
		e.Hint = "lower max_pixels, or start the server with --medvram"
	}
	return e
}

// detail puts FastAPI's detail into words.
func detail(raw json.RawMessage) string {
	var list []struct {
		Loc []any
		Msg string
	}
	if json.Unmarshal(raw, &list) == nil {
		var parts []string
		for _, d := range list {
			place := make([]string, len(d.Loc))
			for i, l := range d.Loc {
				place[i] = fmt.Sprint(l)
			}
			parts = append(parts, strings.Join(nonEmpty(strings.Join(place, "."), d.Msg), " "))
		}
		return strings.Join(nonEmpty(parts...), "; ")
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

func words(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func nonEmpty(parts ...string) []string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return kept
}

func (p *provider) redact(text string) string {
	pair := ""
	if p.conf.Password != "" {
		pair = base64.StdEncoding.EncodeToString([]byte(p.conf.Username + ":" + p.conf.Password))
	}
	return remote.Redact(text, p.conf.Username, p.conf.Password, pair)
}

// clean takes user name and password out of an error, whoever put them there.
func (p *provider) clean(e *providers.Error) *providers.Error {
	c := *e
	c.Message = p.redact(c.Message) // a hint is ours
	return &c
}
