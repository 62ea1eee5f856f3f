package webhooks_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/webhooks"
)

// snippet is the first block of a language on the page for receivers.
func snippet(t *testing.T, language string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "```"+language+"\n")
	code, _, closed := strings.Cut(rest, "\n```\n")
	if !ok || !closed {
		t.Fatalf("the page has no block of %s", language)
	}
	return code + "\n"
}

// A sample is a request, and whether it is good.
type sample struct {
	Name    string            `json:"name"`
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Good    bool              `json:"-"`
}

func samples(t *testing.T) []sample {
	t.Helper()
	const raw, standard = "your_webhook_secret-ü", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	body := `{"id":"e1","data":{"title":"Ü & <b>"}}`
	signed := func(at time.Time, secrets ...string) map[string]string {
		var keys [][]byte
		for _, s := range secrets {
			key, err := webhooks.SigningKey(s)
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, key)
		}
		small := map[string]string{}
		for name, values := range webhooks.Sign(keys, "e1", at, []byte(body)) {
			small[strings.ToLower(name)] = values[0]
		}
		return small
	}
	now := time.Now()
	forged := signed(now, raw)
	forged["webhook-signature"] = "v1,ü v2,x"
	return []sample{
		{"a secret of one's own", raw, signed(now, raw), body, true},
		{"one of the standard", standard, signed(now, standard), body, true},
		{"during a rotation, the new one", standard, signed(now, standard, raw), body, true},
		{"during a rotation, the old one", raw, signed(now, standard, raw), body, true},
		{"another secret", raw, signed(now, standard), body, false},
		{"another body", raw, signed(now, raw), body + " ", false},
		{"a recording", raw, signed(now.Add(-6*time.Minute), raw), body, false},
		{"from the future", raw, signed(now.Add(6*time.Minute), raw), body, false},
		{"forged", raw, forged, body, false},
	}
}

// check runs a program that reads samples and writes for each whether it is good.
func check(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	list := samples(t)
	in, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = strings.NewReader(string(in))
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	var good []bool
	if err := json.Unmarshal(out, &good); err != nil || len(good) != len(list) {
		t.Fatalf("got %s, %v", out, err)
	}
	for i, s := range list {
		if good[i] != s.Good {
			t.Errorf("%s: %v", s.Name, good[i])
		}
	}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("FILMLOOM_E2E") != "" {
			t.Fatal(err)
		}
		t.Skipf("there is no %s", name)
	}
	return path
}

func TestThePagesPythonVerifies(t *testing.T) {
	python := program(t, "python3")
	file := write(t, t.TempDir(), "verify.py", snippet(t, "python")+`
import sys
def good(s):
    try:
        verify(s["secret"], s["headers"], s["body"].encode())
        return True
    except ValueError:
        return False
print(json.dumps([good(s) for s in json.load(sys.stdin)]))
`)
	check(t, exec.CommandContext(t.Context(), python, file))
}

func TestThePagesJavaScriptVerifies(t *testing.T) {
	node := program(t, "node")
	file := write(t, t.TempDir(), "verify.js", snippet(t, "javascript")+`
const list = JSON.parse(require("node:fs").readFileSync(0));
console.log(JSON.stringify(list.map((s) => {
  try { verify(s.secret, s.headers, Buffer.from(s.body)); return true; } catch (e) {
    if (!/too old|not ours/.test(e.message)) throw e;
    return false;
  }
})));
`)
	check(t, exec.CommandContext(t.Context(), node, file))
}

func TestThePagesGoVerifies(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "verify.go", snippet(t, "go"))
	write(t, dir, "main.go", `package main

import (
	"encoding/json"
	"net/http"
	"os"
)

func main() {
	var list []struct {
		Secret, Body string
		Headers      map[string]string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&list); err != nil {
		panic(err)
	}
	var good []bool
	for _, s := range list {
		h := http.Header{}
		for k, v := range s.Headers {
			h.Set(k, v)
		}
		good = append(good, verify(s.Secret, h, []byte(s.Body)) == nil)
	}
	_ = json.NewEncoder(os.Stdout).Encode(good)
}
`)
	write(t, dir, "go.mod", "module receiver\n\ngo 1.26\n")
	cmd := exec.CommandContext(t.Context(), program(t, "go"), "run", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	check(t, cmd)
}

// What the page shows of a request is what is sent.
func TestThePageShowsWhatArrives(t *testing.T) {
	rec := receive(t, nil)
	r := started(t, nil)
	r.register(rec.URL)
	block := snippet(t, "http\nPOST /webhook HTTP/1.1")
	head, body, ok := strings.Cut(block, "\n\n")
	if !ok {
		t.Fatal("the example has no body")
	}
	var shown struct {
		ID, Type, Event string
		Timestamp       time.Time
		Data            json.RawMessage
	}
	if err := json.Unmarshal([]byte(body), &shown); err != nil {
		t.Fatal(err)
	}
	r.publishEvent(webhooks.Event{ID: shown.ID, Type: shown.Type, Time: shown.Timestamp, Data: shown.Data})
	got := rec.get(t)
	if !sameJSON(t, []byte(body), got.body) {
		t.Errorf("got %s", got.body)
	}
	for _, line := range strings.Split(head, "\n") {
		name, _, _ := strings.Cut(line, ":")
		if got.header.Get(name) == "" {
			t.Errorf("%s is not sent", name)
		}
	}
	for name := range got.header {
		if name != "Content-Length" && name != "Accept-Encoding" && !strings.Contains(strings.ToLower(head), strings.ToLower(name)+":") {
			t.Errorf("%s is not shown", name)
		}
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	one, _ := json.Marshal(x)
	two, _ := json.Marshal(y)
	return string(one) == string(two)
}
