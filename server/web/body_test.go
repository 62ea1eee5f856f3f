package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/filmloom/filmloom/server/web"
)

func TestABodyThatIsAmbiguousOrDamagedIsRefusedByItsPlace(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.echo(open("POST", "/notes"))
	for _, row := range []struct{ body, problem string }{
		{``, "body is missing"},
		{`{`, "body is not valid JSON"},
		{`{} {}`, "body is not valid JSON"},
		{`{"text": "a",}`, "body is not valid JSON"},
		{"\xEF\xBB\xBF{}", "body is not valid JSON"},
		{`[]`, "body expected object"},
		{`null`, "body expected object"},
		{`"text"`, "body expected object"},
		{`{}`, "body.text is missing"},
		{`{"text": null}`, "body.text expected string"},
		{`{"Text": "a"}`, "body.Text unexpected property"},
		{`{"text": "a", "text": "b"}`, "body.text is given more than once"},
		{`{"text": "a", "\u0074ext": "b"}`, "body.text is given more than once"},
		{`{"text": "a", "inner": {"name": "a", "name": "b"}}`, "body.inner.name is given more than once"},
		{`{"text": "a", "more": [1, {"k": 1, "k": 2}]}`, "body.more[1].k is given more than once"},
		{"{\"text\": \"\xff\"}", "body is not valid UTF-8"},
		{`{"text": "a", "count": 1.5}`, "body.count expected integer"},
		{`{"text": "a", "count": 1e400}`, "body is not valid JSON"},
		{strings.Repeat("[", 20000) + strings.Repeat("]", 20000), "body is not valid JSON"},
		{strings.Repeat(`{"inner":`, 500) + "1" + strings.Repeat("}", 500), ""},
	} {
		got := r.do("POST", "/t/notes", row.body, jsonBody)
		if got.status == 200 {
			t.Errorf("%.60q: %q", row.body, got.body)
			continue
		}
		f := got.failure(t)
		if got.status != 400 || f.Code != web.CodeInvalid || len(f.Problems) == 0 || row.problem != "" && !slices.Contains(f.Problems, row.problem) {
			t.Errorf("%.60q: %d %q", row.body, got.status, f.Problems)
		}
	}
	if got := r.do("POST", "/t/notes", `{"text": "a", "inner": {"name": "text"}}`, jsonBody); got.status != 200 {
		t.Errorf("%d %q", got.status, got.body)
	}
}

func TestProblemsAreFewShortAndInOrder(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.echo(open("POST", "/notes"))
	wrong := map[string]int{strings.Repeat("é", 50000): 1}
	for i := range 1000 {
		wrong["x"+strings.Repeat("y", i%7)+string(rune('a'+i%26))+strings.Repeat("z", i/100)] = i
	}
	raw, err := json.Marshal(wrong)
	must(t, err)
	first := r.do("POST", "/t/notes", string(raw), jsonBody)
	f := first.failure(t)
	if len(f.Problems) != 20 || len(first.body) > 20000 || !slices.IsSorted(f.Problems) || !utf8.ValidString(first.body) {
		t.Errorf("%d problems in %d bytes", len(f.Problems), len(first.body))
	}
	if again := r.do("POST", "/t/notes", string(raw), jsonBody); again.body != first.body {
		t.Error("the same mistakes are told in another order")
	}
}

func TestTheMediaTypeOfABodyIsReadAsItIsMeant(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.echo(open("POST", "/notes"))
	for kind, status := range map[string]int{
		"application/json":                  200,
		"application/json; charset=utf-8":   200,
		"application/json;charset=UTF-8":    200,
		"application/json ; charset=utf-8":  200,
		"Application/JSON":                  200,
		"":                                  200,
		"text/plain":                        415,
		"application/x-www-form-urlencoded": 415,
		"application/vnd.api+json":          415,
		"application/json; charset":         415,
		"application/json, text/html":       415,
		"json":                              415,
		";":                                 415,
		"multipart/form-data; boundary=x":   415,
	} {
		got := r.do("POST", "/t/notes", `{"text": "a"}`, "Content-Type: "+kind)
		if got.status != status {
			t.Errorf("%q: %d %q", kind, got.status, got.body)
		}
		if status == 415 && got.failure(t).Text != "The body must be application/json" {
			t.Errorf("%q: %q", kind, got.body)
		}
	}
}

func TestAnswersAreJSONWhateverAClientWouldRatherHave(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.echo(open("POST", "/notes"))
	for _, accept := range []string{"", "*/*", "text/html", "application/x-www-form-urlencoded", "multipart/form-data", "application/cbor", "json", ";;;q=2"} {
		got := r.do("POST", "/t/notes", `{"text": "a"}`, jsonBody, "Accept: "+accept)
		if got.status != 200 || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%q: %d %s", accept, got.status, got.header.Get("Content-Type"))
		}
	}
}

func TestABodyMayHaveAsManyBytesAsTheBoundAndNoMore(t *testing.T) {
	const bound = 1000
	r := setUp(t, web.SiteConfig{MaxBody: bound}, nil)
	op := open("POST", "/notes")
	r.echo(op)
	small := setUp(t, web.SiteConfig{}, func(c *web.APIConfig) { c.MaxBody = bound })
	small.echo(op)
	_, token := r.user("ann")
	known := op
	known.Path, known.Security, known.OperationID = "/mine", nil, "mine"
	r.echo(known)
	for _, row := range []struct {
		what string
		do   func(body string) answer
	}{
		{"the site's bound", func(body string) answer { return r.do("POST", "/t/notes", body, jsonBody) }},
		{"the API's bound", func(body string) answer { return small.do("POST", "/t/notes", body, jsonBody) }},
		{"with an idempotency key", func(body string) answer {
			return r.do("POST", "/t/mine", body, jsonBody, "Authorization: Bearer "+token, "Idempotency-Key: k")
		}},
	} {
		body := `{"text": "a"}`
		fits := body + strings.Repeat(" ", bound-len(body))
		if got := row.do(fits + " "); got.status != 413 || got.failure(t).Text != "The body is larger than 1000 bytes" {
			t.Errorf("%s: a byte more: %d %q", row.what, got.status, got.body)
		}
		if got := row.do(fits); got.status != 200 {
			t.Errorf("%s: as many: %d %q", row.what, got.status, got.body)
		}
	}
}

func TestABodyThatDoesNotArriveIsTheClientsFault(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	slow := open("POST", "/notes")
	slow.BodyReadTimeout = 50 * time.Millisecond
	r.echo(slow)
	host := strings.TrimPrefix(r.url, "http://")
	head := "POST /t/notes HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"text\":"
	for what, end := range map[string]func(*net.TCPConn){
		"408": func(*net.TCPConn) {}, // it never comes
		"400": func(c *net.TCPConn) { must(t, c.CloseWrite()) },
	} {
		conn, err := net.Dial("tcp", host)
		must(t, err)
		_, err = io.WriteString(conn, head)
		must(t, err)
		end(conn.(*net.TCPConn))
		raw, err := io.ReadAll(conn)
		must(t, err)
		if !strings.HasPrefix(string(raw), "HTTP/1.1 "+what) || !strings.Contains(string(raw), `"code":`) {
			t.Errorf("not %s: %q", what, raw)
		}
		must(t, conn.Close())
	}
	if strings.Contains(r.log.String(), "level=ERROR") {
		t.Errorf("logged as ours: %s", r.log.String())
	}
}

type loginBody struct {
	Body struct {
		Name string `json:"name" minLength:"1"`
		More string `json:"more,omitempty"`
	} `contentType:"application/x-www-form-urlencoded"`
}

func parts(t testing.TB, fields ...string) (kind, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		must(t, w.WriteField(fields[i], fields[i+1]))
	}
	must(t, w.Close())
	return w.FormDataContentType(), b.String()
}

func TestAFormIsTakenInBothOfItsForms(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	handleLogin(r)
	multi, multiBody := parts(t, "name", "Änne & co", "more", "x\r\n--y")
	for _, row := range []struct {
		kind, body string
		status     int
		want       string
	}{
		{"application/x-www-form-urlencoded", "name=%C3%84nne+%26%20co&more=x", 200, "Änne & co"},
		{"application/x-www-form-urlencoded; charset=utf-8", "name=a", 200, "a"},
		{"", "name=a", 200, "a"},
		{multi, multiBody, 200, "Änne & co"},
		{"application/x-www-form-urlencoded", "", 400, "body is missing"},
		{"application/x-www-form-urlencoded", "more=x", 400, "body.name is missing"},
		{"application/x-www-form-urlencoded", "name=", 400, "body.name expected length >= 1"},
		{"application/x-www-form-urlencoded", "name=a&name=b", 400, "body.name is given more than once"},
		{"application/x-www-form-urlencoded", "name=%ff", 400, "body.name is not valid UTF-8"},
		{"application/x-www-form-urlencoded", "name=%zz", 400, "body is not a valid form"},
		{"application/x-www-form-urlencoded", "name=a;b", 400, "body is not a valid form"},
		{"application/x-www-form-urlencoded", "name=a&other=b", 400, "body.other unexpected property"},
		{"application/x-www-form-urlencoded", `{"name": "a"}`, 400, "body is JSON, and a form is needed"},
		{"application/json", `{"name": "a"}`, 415, ""},
		{"multipart/form-data", multiBody, 400, "body is not a valid form"},
		{"multipart/form-data; boundary=other", multiBody, 400, "body is not a valid form"},
		{"multipart/form-data; boundary=" + strings.Repeat("x", 71), multiBody, 400, "body is not a valid form"},
		{multi, multiBody[:len(multiBody)-20], 400, "body is not a valid form"},
	} {
		got := r.do("POST", "/t/login", row.body, "Content-Type: "+row.kind)
		switch {
		case got.status != row.status:
		case row.status == 200:
			var v map[string]any
			must(t, json.Unmarshal([]byte(got.body), &v))
			if v["text"] == row.want {
				continue
			}
		case row.want == "" || slices.Contains(got.failure(t).Problems, row.want):
			continue
		}
		t.Errorf("%s %q: %d %q", row.kind, row.body, got.status, got.body)
	}
}

func handleLogin(r *rig) {
	web.Handle(r.api, open("POST", "/login"), func(_ context.Context, in *loginBody) (*noteBody, error) {
		return &noteBody{note{Text: in.Body.Name}}, nil
	})
}

func TestAFileIsNoFieldOfAForm(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	handleLogin(r)
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, err := w.CreateFormFile("name", "x.txt")
	must(t, err)
	_, err = f.Write([]byte("ann"))
	must(t, err)
	must(t, w.Close())
	got := r.do("POST", "/t/login", b.String(), "Content-Type: "+w.FormDataContentType())
	if got.status != 400 || !slices.Contains(got.failure(t).Problems, "body.name is a file") {
		t.Errorf("%d %q", got.status, got.body)
	}
	many := make([]string, 0, 300)
	for range 150 {
		many = append(many, "a", "b")
	}
	kind, body := parts(t, many...)
	if got := r.do("POST", "/t/login", body, "Content-Type: "+kind); got.status != 400 {
		t.Errorf("150 parts: %d", got.status)
	}
}

func FuzzForm(f *testing.F) {
	kind, body := parts(f, "name", "a", "more", "b")
	f.Add(kind, []byte(body))
	f.Add("application/x-www-form-urlencoded", []byte("name=a&more=b"))
	f.Add("application/x-www-form-urlencoded", []byte("%=&&=%41;"))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--"))
	api := &web.API{}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		if !strings.Contains(kind, "form") {
			return
		}
		var first any
		if err := api.Unmarshal(kind, data, &first); err != nil {
			return
		}
		// What was read is texts, and read again by the standard library it is the same.
		object, ok := first.(map[string]any)
		if !ok { // it was of another type, which is read as JSON
			return
		}
		for name, v := range object {
			if s, ok := v.(string); ok && (!utf8.ValidString(name) || !utf8.ValidString(s)) {
				t.Errorf("%q is %q", name, v)
			}
		}
		if kind == "application/x-www-form-urlencoded" {
			form, err := url.ParseQuery(string(data))
			must(t, err)
			for name, values := range form {
				if len(values) != 1 || object[name] != values[0] {
					t.Errorf("%q is %v, not %q", name, object[name], values)
				}
			}
		}
	})
}

func FuzzDuplicate(f *testing.F) {
	for _, s := range []string{`{"a":1,"a":2}`, `{"a":{"b":[1,{"c":1,"c":2}]}}`, `[{"a":1},{"a":1}]`, `{"":1,"":2}`, `"x"`, `{"a":[],"b":{},"a":1}`} {
		f.Add([]byte(s))
	}
	f.Add([]byte("[1E700]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		got := web.Duplicate(data)
		// An object without a key twice has as many members as the one that was read has.
		var v any
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber() // 1E700 is valid, and no float64
		must(t, dec.Decode(&v))
		if want := members(data); (got != "") != (want != count(v)) && utf8.Valid(data) {
			t.Errorf("%q: %q; %d members of %d", data, got, want, count(v))
		}
	})
}

// count counts the members of all objects.
func count(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			n += 1 + count(inner)
		}
	case []any:
		for _, inner := range v {
			n += count(inner)
		}
	}
	return n
}

// members counts the members of all objects as they are written: the colons outside of texts.
func members(raw []byte) (n int) {
	quoted := false
	for i := 0; i < len(raw); i++ {
		switch {
		case quoted && raw[i] == '\\':
			i++
		case raw[i] == '"':
			quoted = !quoted
		case raw[i] == ':' && !quoted:
			n++
		}
	}
	return n
}

func FuzzPlaceIsShortAndValid(f *testing.F) {
	f.Add("body.x")
	f.Add(strings.Repeat("é", 200))
	f.Add(strings.Repeat("\xff", 300))
	f.Fuzz(func(t *testing.T, place string) {
		got := web.Shorten(place)
		if len(got) > 210 || !utf8.ValidString(got) {
			t.Errorf("%q", got)
		}
	})
}

func TestAnIntegerMayBeWrittenAsAnyNumber(t *testing.T) {
	for text, want := range map[string]int{`{"n":60}`: 60, `{"n":60.0}`: 60, `{"n":6e1}`: 60} {
		var v struct {
			N int `json:"n"`
		}
		if err := web.ReadInput([]byte(text), &v); err != nil || v.N != want {
			t.Errorf("%s: %d, %v", text, v.N, err)
		}
	}
	if err := web.ReadInput([]byte(`{"n":60.5}`), &struct{ N int }{}); err == nil {
		t.Error("60.5 is taken for an integer")
	}
}
