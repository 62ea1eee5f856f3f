package openai

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const testKey = "sk-test-5ecre7K3yTha7Mu57N07Leak"

// vendor stands for OpenAI, or for a server that speaks its API. It wants each request to be one that the
// API's reference allows, to the last field, and answers with what the test has ready.
type vendor struct {
	*httptest.Server
	t     *testing.T
	local bool   // wants no key
	key   string // testKey, if it is empty

	mu      sync.Mutex
	answers []answer
	asked   []seen
	hang    chan struct{} // closed by an answer that hangs
}

type answer func(w http.ResponseWriter, r *http.Request)

type seen struct {
	path, key string
	body      map[string]any
}

func newVendor(t *testing.T, answers ...answer) *vendor {
	v := &vendor{t: t, answers: answers, hang: make(chan struct{})}
	v.Server = httptest.NewServer(v)
	t.Cleanup(func() {
		v.Close()
		v.mu.Lock()
		defer v.mu.Unlock()
		if len(v.answers) > 0 && !t.Failed() {
			t.Errorf("%d answers were not asked for", len(v.answers))
		}
	})
	return v
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/files/") {
		for name := range r.Header {
			if !slices.Contains([]string{"Accept", "Accept-Encoding", "User-Agent"}, name) {
				v.t.Errorf("the header %s goes with a picture's address", name)
			}
		}
		v.next(w, r)
		return
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	var body map[string]any
	if err := json.Unmarshal(raw, &body); err != nil {
		v.t.Errorf("the body is no JSON: %v", err)
	}
	v.headers(r)
	check, ok := map[string]map[string]func(any) string{
		"/v1/chat/completions": chatFields, "/v1/images/generations": imageFields, "/v1/audio/speech": speechFields,
	}[r.URL.Path]
	if !ok || r.Method != http.MethodPost || r.URL.RawQuery != "" {
		v.t.Errorf("%s %s is not in the API", r.Method, r.URL)
	}
	for name, value := range body {
		f := check[name]
		if f == nil {
			v.t.Errorf("%s has no field %q", r.URL.Path, name)
			continue
		}
		if wrong := f(value); wrong != "" {
			v.t.Errorf("%s: %s: %s: %v", r.URL.Path, name, wrong, value)
		}
	}
	for name, path := range map[string]string{"model": r.URL.Path, "messages": "/v1/chat/completions", "prompt": "/v1/images/generations", "input": "/v1/audio/speech", "voice": "/v1/audio/speech"} {
		if _, there := body[name]; path == r.URL.Path && !there {
			v.t.Errorf("%s needs %s", path, name)
		}
	}
	v.mu.Lock()
	for _, earlier := range v.asked {
		if earlier.key == r.Header.Get("Idempotency-Key") && fmt.Sprint(earlier.body) != fmt.Sprint(body) {
			v.t.Error("two different requests have the same idempotency key")
		}
	}
	v.asked = append(v.asked, seen{r.URL.Path, r.Header.Get("Idempotency-Key"), body})
	v.mu.Unlock()
	v.next(w, r)
}

func (v *vendor) next(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	if len(v.answers) == 0 {
		v.mu.Unlock()
		v.t.Errorf("%s is one request too many", r.URL.Path)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	next := v.answers[0]
	v.answers = v.answers[1:]
	v.mu.Unlock()
	next(w, r)
}

func (v *vendor) headers(r *http.Request) {
	want := map[string]string{
		"Authorization": "Bearer " + cmp.Or(v.key, testKey), "Content-Type": "application/json",
		"Openai-Organization": "org-filmloom", "Openai-Project": "proj-filmloom",
	}
	if v.local {
		want["Authorization"], want["Openai-Organization"], want["Openai-Project"] = "", "", ""
	}
	for name, value := range want {
		if got := r.Header.Get(name); got != value {
			v.t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if key := r.Header.Get("Idempotency-Key"); !strings.HasPrefix(key, "call-") {
		v.t.Errorf("Idempotency-Key: %q", key)
	}
}

// body is that of request i, from 0.
func (v *vendor) body(i int) map[string]any {
	v.mu.Lock()
	defer v.mu.Unlock()
	if i >= len(v.asked) {
		v.t.Fatalf("there were %d requests", len(v.asked))
	}
	return v.asked[i].body
}

func (v *vendor) requests() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.asked)
}

func isText(v any) string {
	if s, ok := v.(string); !ok || s == "" {
		return "no text"
	}
	return ""
}

func among(allowed ...any) func(any) string {
	return func(v any) string {
		if !slices.Contains(allowed, v) {
			return "not allowed"
		}
		return ""
	}
}

func between(low, high float64) func(any) string {
	return func(v any) string {
		if f, ok := v.(float64); !ok || f < low || f > high {
			return "out of bounds"
		}
		return ""
	}
}

var chatFields = map[string]func(any) string{
	"model":       isText,
	"stream":      among(true),
	"temperature": between(0, 2),
	"stream_options": func(v any) string {
		if fmt.Sprint(v) != "map[include_usage:true]" {
			return "wrong"
		}
		return ""
	},
	"messages": func(v any) string {
		list, _ := v.([]any)
		for i, m := range list {
			o, _ := m.(map[string]any)
			role := []any{"system", "user"}
			if i > 1 {
				role = []any{[]any{"assistant", "user"}[i%2]}
			} else {
				role = role[i : i+1]
			}
			if len(o) != 2 || isText(o["content"]) != "" || among(role...)(o["role"]) != "" {
				return fmt.Sprintf("message %d is wrong", i)
			}
		}
		if len(list) < 2 || len(list)%2 != 0 {
			return "does not end with the user"
		}
		return ""
	},
	"response_format": func(v any) string {
		o, _ := v.(map[string]any)
		s, _ := o["json_schema"].(map[string]any)
		name, _ := s["name"].(string)
		if len(o) != 2 || o["type"] != "json_schema" || len(s) != 3 || s["strict"] != true || !regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`).MatchString(name) {
			return "not as the reference has it"
		}
		return strict(s["schema"])
	},
}

// strict checks a schema against what strict mode allows.
func strict(v any) string {
	o, ok := v.(map[string]any)
	if !ok {
		return "no schema"
	}
	for name := range o {
		if !slices.Contains([]string{"type", "description", "enum", "items", "properties", "required", "additionalProperties"}, name) {
			return "strict mode has no " + name
		}
	}
	switch o["type"] {
	case "object":
		properties, _ := o["properties"].(map[string]any)
		required, _ := o["required"].([]any)
		if o["additionalProperties"] != false || len(required) != len(properties) {
			return "strict mode wants all attributes required and no others"
		}
		for name, p := range properties {
			if !slices.Contains(required, any(name)) {
				return name + " is not required"
			}
			if wrong := strict(p); wrong != "" {
				return name + ": " + wrong
			}
		}
	case "array":
		return strict(o["items"])
	case "string", "integer":
	default:
		return fmt.Sprint("type ", o["type"])
	}
	return ""
}

var imageFields = map[string]func(any) string{
	"model":           isText,
	"response_format": among("b64_json"),
	"quality":         among("auto", "low", "medium", "high", "xhigh", "max"),
	"prompt": func(v any) string {
		if s, _ := v.(string); s == "" || len(s) > 32000 {
			return "empty or too long"
		}
		return ""
	},
	"size": func(v any) string {
		var w, h int
		if n, _ := fmt.Sscanf(fmt.Sprint(v), "%dx%d", &w, &h); n != 2 || w%16 != 0 || h%16 != 0 || w*h < 65536 || w > 3*h || h > 3*w {
			return "no size"
		}
		return ""
	},
}

var speechFields = map[string]func(any) string{
	"model": isText, "voice": isText, "instructions": isText, "input": isText,
	"response_format": among("wav"),
	"speed":           between(0.25, 4),
}

// The answers.

func status(code int, body string, header ...string) answer {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func apiError(code int, kind, errorCode, param, message string, header ...string) answer {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"message": message, "type": kind, "param": orNull(param), "code": orNull(errorCode)}})
	return status(code, string(body), header...)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

const usageJSON = `{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":200,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":100}}`

// whole answers in one piece.
func whole(text string) answer { return choice(text, "", "stop") }

func choice(text, refusal, reason string) answer {
	message, _ := json.Marshal(map[string]any{"role": "assistant", "content": text, "refusal": orNull(refusal), "annotations": []any{}})
	return status(200, fmt.Sprintf(`{"id":"chatcmpl-1","object":"chat.completion","created":1764080000,"model":"m","choices":[{"index":0,"message":%s,"logprobs":null,"finish_reason":%q}],"usage":%s,"service_tier":"default"}`,
		message, reason, usageJSON))
}

func event(w io.Writer, delta map[string]any, reason string) {
	raw, _ := json.Marshal(map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1764080000, "model": "m", "service_tier": "default",
		"choices": []any{map[string]any{"index": 0, "delta": delta, "logprobs": nil, "finish_reason": orNull(reason)}}, "usage": nil,
	})
	_, _ = fmt.Fprintf(w, "data: %s\n\n", raw)
}

// streamed answers in pieces of a few characters, with a chunk of usage at the end.
func streamed(text string) answer { return streamedUntil(text, "", "stop", "done") }

// hanging sends the beginning of a stream and then nothing.
func (v *vendor) hanging(text string) answer {
	return func(w http.ResponseWriter, r *http.Request) {
		streamedUntil(text, "", "stop", "flush")(w, r)
		close(v.hang)
		<-r.Context().Done()
	}
}

// streamedUntil ends in one of several ways: done, flush (nothing yet), cut (the connection breaks), short
// (no end), error.
func streamedUntil(text, refusal, reason, how string) answer {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		_, _ = io.WriteString(w, ": ping\n\n")
		event(w, map[string]any{"role": "assistant", "content": "", "refusal": nil}, "")
		runes := []rune(text)
		for len(runes) > 0 {
			n := min(len(runes), 37)
			event(w, map[string]any{"content": string(runes[:n])}, "")
			runes = runes[n:]
		}
		if refusal != "" {
			event(w, map[string]any{"refusal": refusal}, "")
		}
		switch how {
		case "flush":
			w.(http.Flusher).Flush()
			return
		case "cut":
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "short":
			return
		case "error":
			_, _ = io.WriteString(w, "data: {\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n")
			return
		}
		event(w, map[string]any{}, reason)
		_, _ = fmt.Fprintf(w, "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],\"usage\":%s}\n\n", usageJSON)
		_, _ = io.WriteString(w, "data: [DONE]\n\n")
	}
}

// huge answers with more than anybody should read, as fast as it is read.
func huge(contentType, line string) answer {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		block := strings.Repeat(line, 1+(1<<20)/len(line))
		for start := time.Now(); time.Since(start) < time.Minute && r.Context().Err() == nil; {
			if _, err := io.WriteString(w, block); err != nil {
				return
			}
		}
	}
}
