package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/shared"

	"github.com/filmloom/filmloom/plugins/openai/price"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/remote"
)

// A question is what a model is asked, and the shape its answer is to have.
type question struct {
	name         string         // of the answer, for the API: "story"
	schema       map[string]any // JSON schema of the answer
	instructions string
	text         string
	expect       int // characters that the answer may have, for the progress

	// from and to are where the progress stands before and after.
	from, to float64
	doing    string // for the progress: "writing the story"
}

// A turn is an answer that was not good enough, and what the model was told about it.
type turn struct{ answer, complaint string }

// shortestKey is that of a real key, in bytes. Local servers are given words for keys ("ollama", "test"),
// which a story may well have in it.
const shortestKey = 16

// ask asks a model once. What the server does not understand is left out, and not sent again.
func (j *job) ask(ctx context.Context, q question, earlier ...turn) (string, error) {
	for {
		body, sent := j.body(q, earlier)
		var text string
		var err error
		if j.takes("stream") {
			text, err = j.stream(ctx, q, body)
		} else {
			text, err = j.whole(ctx, q, body)
		}
		if err == nil {
			j.call.Progress(q.to, q.doing)
			if len(j.conf.APIKey) >= shortestKey { // a server that repeats the key must not get it into a film
				text = remote.Redact(text, j.conf.APIKey)
			}
			return text, nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		field, again := j.learn(err, sent...)
		if !again {
			return "", j.fault(err)
		}
		j.call.Log(slog.LevelDebug, "the server does not understand a field; it is left out from now on", "field", field, "model", j.model)
	}
}

// body makes the request's body, with no field that is not needed: servers that speak the API in part
// refuse what they do not know. sent are the fields that can be left out.
func (j *job) body(q question, earlier []turn) (body openai.ChatCompletionNewParams, sent []string) {
	instructions := q.instructions
	if j.takes("response_format") {
		body.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{
			JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: q.name, Strict: param.NewOpt(true), Schema: q.schema},
		}
		sent = append(sent, "response_format")
	} else {
		schema, _ := json.Marshal(q.schema)
		instructions += "\n\nAnswer with one JSON object and nothing else, no explanation and no code fence. It conforms to this JSON schema:\n" + string(schema)
	}
	if j.takes("stream") && j.takes("stream_options") {
		body.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: param.NewOpt(true)}
		sent = append(sent, "stream_options")
	}
	if j.takes("stream") {
		sent = append(sent, "stream")
	}
	if t := j.conf.Temperature; t != nil && j.takes("temperature") {
		body.Temperature = param.NewOpt(*t)
		sent = append(sent, "temperature")
	}
	body.Model = j.model
	body.Messages = []openai.ChatCompletionMessageParamUnion{openai.SystemMessage(instructions), openai.UserMessage(q.text)}
	for _, t := range earlier {
		body.Messages = append(body.Messages, openai.AssistantMessage(t.answer), openai.UserMessage(t.complaint))
	}
	return body, sent
}

// whole asks for the answer in one piece.
func (j *job) whole(ctx context.Context, q question, body openai.ChatCompletionNewParams) (string, error) {
	j.call.Progress(q.from, q.doing)
	var res *http.Response
	// The SDK's own error for an answer that is no JSON repeats nothing of use; the type is checked here.
	c, err := j.chat.New(ctx, body, append(j.options(mostText), option.WithResponseInto(&res))...)
	if err != nil {
		if res != nil && !isJSON(res) {
			return "", fmt.Errorf("%w, but %s", errNotAPI, mediaType(res))
		}
		return "", err
	}
	return j.answer(c)
}

// answer takes the text out of an answer in one piece.
func (j *job) answer(c *openai.ChatCompletion) (string, error) {
	j.spend(c.Usage)
	if len(c.Choices) == 0 {
		return "", fmt.Errorf("%w: it has no choices", errNotAPI)
	}
	m := c.Choices[0]
	return j.finished(m.Message.Content, m.Message.Refusal, m.FinishReason)
}

// finished judges a complete answer.
func (j *job) finished(text, refusal, reason string) (string, error) {
	switch {
	case refusal != "":
		return "", j.rejected(refusal)
	case reason == "content_filter":
		return "", j.rejected("the content filter cut the answer off")
	case reason == "length":
		return "", j.failure(providers.KindInternal, "the model reached its limit before the answer was complete",
			"set "+settings[j.call.Capability]+" to a model with a larger output, or raise the local server's context size")
	case strings.TrimSpace(text) == "":
		return "", j.failure(providers.KindInternal, "the answer is empty", hintAgain)
	}
	return text, nil
}

func (j *job) spend(u openai.CompletionUsage) {
	j.charge(price.Usage{TextIn: u.PromptTokens, CachedIn: u.PromptTokensDetails.CachedTokens, TextOut: u.CompletionTokens})
}

// stream asks for the answer in pieces, and tells the progress by the characters received.
func (j *job) stream(ctx context.Context, q question, body openai.ChatCompletionNewParams) (string, error) {
	j.call.Progress(q.from, q.doing)
	var res *http.Response
	s := j.chat.NewStreaming(ctx, body, append(j.options(mostText), option.WithResponseInto(&res))...)
	defer func() { _ = s.Close() }()
	if s.Err() == nil && res != nil && mediaType(res) != "text/event-stream" {
		return j.unstreamed(res)
	}
	var text, refusal strings.Builder
	var used openai.CompletionUsage
	reason := ""
	told := 0
	for s.Next() {
		chunk := s.Current()
		if chunk.Usage.TotalTokens > 0 {
			used = chunk.Usage // the last one counts: some servers send the sum so far with every piece
		}
		for _, c := range chunk.Choices {
			text.WriteString(c.Delta.Content)
			refusal.WriteString(c.Delta.Refusal)
			if c.FinishReason != "" {
				reason = c.FinishReason
			}
		}
		// A message for each hundredth is enough, and a model that talks on never gets to the end.
		if n := text.Len(); n-told > q.expect/100 {
			told = n
			j.call.Progress(q.from+(q.to-q.from)*float64(n)/float64(n+q.expect/2), q.doing)
		}
	}
	if err := s.Err(); err != nil {
		return "", err
	}
	j.spend(used)
	if reason == "" {
		return "", io.ErrUnexpectedEOF // the stream ended without its end
	}
	return j.finished(text.String(), refusal.String(), reason)
}

// unstreamed reads an answer in one piece from a server that did not mind the wish for a stream.
func (j *job) unstreamed(res *http.Response) (string, error) {
	if !isJSON(res) {
		return "", fmt.Errorf("%w, but %s", errNotAPI, mediaType(res))
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	var c openai.ChatCompletion
	if err := json.Unmarshal(raw, &c); err != nil {
		return "", errors.Join(errNotAPI, err)
	}
	return j.answer(&c)
}

func mediaType(res *http.Response) string {
	t, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		return "of no known type"
	}
	return t
}

func isJSON(res *http.Response) bool {
	t := mediaType(res)
	return t == "application/json" || strings.HasSuffix(t, "+json")
}
