package openai

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/filmloom/filmloom/plugins/openai/price"
	"github.com/filmloom/filmloom/providers"
	"github.com/filmloom/filmloom/providers/remote"
)

// Bounds of answers, in bytes.
const (
	mostText    = 16 << 20 // a long script's pictures are half a megabyte, with the envelopes of a stream ten times that
	mostPicture = 64 << 20 // 3840x2160 as PNG is 25 MB, in base64 a third more
	mostSound   = 64 << 20 // ten minutes of 48 kHz stereo
	mostRefusal = 64 << 10
)

// server is one configured server: how to ask it, and what it has turned out not to understand.
type server struct {
	conf   config
	models map[string]string
	http   *http.Client
	chat   openai.ChatCompletionService
	images openai.ImageService
	audio  openai.AudioSpeechService

	mu      sync.Mutex
	refused map[string]bool // by model and field
}

func connect(c config) *server {
	s := &server{conf: c, models: c.models(), http: remote.Client(), refused: map[string]bool{}}
	// The services are made one by one: openai.NewClient reads OPENAI_* from the environment, and a
	// key that is meant for OpenAI must not reach a server that the configuration names.
	options := []option.RequestOption{
		option.WithHTTPClient(s.http),
		option.WithBaseURL(c.BaseURL + "/"),
		option.WithMaxRetries(0), // the engine tries again
		option.WithMiddleware(refuse),
	}
	if c.APIKey != "" {
		options = append(options, option.WithAPIKey(c.APIKey))
	}
	if c.Organization != "" {
		options = append(options, option.WithOrganization(c.Organization))
	}
	if c.Project != "" {
		options = append(options, option.WithProject(c.Project))
	}
	s.chat = openai.NewChatCompletionService(options...)
	s.images = openai.NewImageService(options...)
	s.audio = openai.NewAudioSpeechService(options...)
	return s
}

func (s *server) close() { s.http.CloseIdleConnections() }

// refuse makes an error of an answer that is none, before the SDK reads it: the SDK reads without bound,
// and loses the status of an answer that is not JSON.
func refuse(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
	res, err := next(req)
	if err != nil || res.StatusCode < 300 {
		return res, err
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, mostRefusal))
	_ = res.Body.Close()
	return nil, newRefusal(res.StatusCode, res.Header, body, time.Now())
}

// within bounds the answer to a request.
func within(most int64) option.RequestOption {
	return option.WithMiddleware(func(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
		res, err := next(req)
		if err == nil {
			res.Body = &bounded{ReadCloser: res.Body, left: most, most: most}
		}
		return res, err
	})
}

// bounded fails where a body is longer than allowed.
type bounded struct {
	io.ReadCloser
	left, most int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		return int(b.left), &remote.TooLarge{Most: b.most}
	}
	b.left -= int64(n)
	return n, err
}

// job is one call to one capability, which may take several requests.
type job struct {
	*server
	call     *providers.Call
	model    string
	requests int
}

// job begins the work on a call.
func (p *plugin) job(call *providers.Call) (*job, error) {
	s := p.server
	if s == nil {
		return nil, &providers.Error{Kind: providers.KindUnauthorized, Message: "the provider is not configured", Hint: "see filmloom plugin list"}
	}
	model := s.models[call.Capability]
	if model == "" {
		return nil, &providers.Error{
			Kind:    providers.KindUnauthorized, // no retry, and a fallback may serve; a route does not come here
			Message: fmt.Sprintf("%s is turned off for this provider: %s is not set", call.Capability, settings[call.Capability]),
			Hint:    fmt.Sprintf("set %s in the provider block, or route %s to another provider", settings[call.Capability], call.Capability),
		}
	}
	return &job{server: s, call: call, model: model}, nil
}

// options are those of the next request. Each request of a call has an idempotency key of its own, the
// first one the call's: one key for two different requests would be refused, or give the old answer.
func (j *job) options(most int64) []option.RequestOption {
	j.requests++
	options := []option.RequestOption{within(most)}
	if key := j.call.IdempotencyKey; key != "" {
		if j.requests > 1 {
			key += "-" + strconv.Itoa(j.requests)
		}
		options = append(options, option.WithHeader("Idempotency-Key", key))
	}
	return options
}

// takes tells whether the server understands a field, as far as it is known.
func (j *job) takes(field string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.refused[j.model+" "+field]
}

// learn remembers that the server refused one of the fields sent, for this model, if that is what the
// error says. It gives the field.
func (j *job) learn(err error, sent ...string) (string, bool) {
	field := refusedField(err, sent)
	if field == "" {
		return "", false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.refused[j.model+" "+field] = true
	return field, true
}

// charge adds what tokens cost, at OpenAI's prices.
func (j *job) charge(u price.Usage) {
	if j.conf.official() {
		j.call.Charge(price.Of(j.model).Cost(u))
	}
}
