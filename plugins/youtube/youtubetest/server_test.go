package youtubetest_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/filmloom/filmloom/plugins/youtube/youtubetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A witness is a test that fails without failing this one.
type witness struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (w *witness) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, fmt.Sprintf(format, args...))
}

func (w *witness) complained() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.said) > 0
}

// A client makes requests by hand.
type client struct {
	t      *testing.T
	w      *witness
	vendor *youtubetest.Server
	token  string
	http   *http.Client
}

func newClient(t *testing.T) *client {
	c := &client{t: t, w: &witness{TB: t}, http: &http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	c.vendor = youtubetest.New(c.w)
	c.token = c.vendor.Token(youtubetest.ScopeUpload)
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// do makes a request; header is name, value, name, value.
func (c *client) do(method, address, body string, header ...string) *http.Response {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i+1] == "" {
			req.Header.Del(header[i])
		}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(raw))
	return resp
}

const about = `{"snippet":{"title":"t","description":"","categoryId":"1","defaultLanguage":"en","defaultAudioLanguage":"en"},"status":{"privacyStatus":"private","selfDeclaredMadeForKids":false}}`

// begin opens a session of so many bytes; header replaces what is right.
func (c *client) begin(size int, query, body string, header ...string) *http.Response {
	c.t.Helper()
	all := append([]string{
		"Content-Type", "application/json; charset=UTF-8", "X-Upload-Content-Length", fmt.Sprint(size), "X-Upload-Content-Type", "video/mp4",
	}, header...)
	return c.do(http.MethodPost, c.vendor.UploadURL()+query, body, all...)
}

const right = "?uploadType=resumable&part=snippet,status"

func TestABeginningThatIsWrongIsNoticed(t *testing.T) {
	for name, row := range map[string]struct {
		query, body string
		header      []string
		fine        bool
	}{
		"right":              {right, about, nil, true},
		"no query":           {"", about, nil, false},
		"another parameter":  {right + "&key=x", about, nil, false},
		"another part":       {"?uploadType=resumable&part=snippet", about, nil, false},
		"no length":          {right, about, []string{"X-Upload-Content-Length", ""}, false},
		"a strange length":   {right, about, []string{"X-Upload-Content-Length", "007"}, false},
		"no type":            {right, about, []string{"X-Upload-Content-Type", ""}, false},
		"a picture":          {right, about, []string{"X-Upload-Content-Type", "image/png"}, false},
		"no charset":         {right, about, []string{"Content-Type", "application/json"}, false},
		"no body":            {right, "", nil, false},
		"an unknown field":   {right, strings.Replace(about, `"title"`, `"titel"`, 1), nil, false},
		"no title":           {right, strings.Replace(about, `"t"`, `" "`, 1), nil, false},
		"a bracket":          {right, strings.Replace(about, `"t"`, `"<"`, 1), nil, false},
		"no privacy":         {right, strings.Replace(about, `private`, `secret`, 1), nil, false},
		"no word of kids":    {right, strings.Replace(about, `,"selfDeclaredMadeForKids":false`, ``, 1), nil, false},
		"no authorization":   {right, about, []string{"Authorization", ""}, false},
		"another credential": {right, about, []string{"Authorization", "Basic x"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			resp := c.begin(10, row.query, row.body, row.header...)
			if c.w.complained() == row.fine || (resp.StatusCode == 200) != row.fine {
				t.Errorf("answered %d, and said %q", resp.StatusCode, c.w.said)
			}
		})
	}
}

func TestAPieceThatIsWrongIsNoticed(t *testing.T) {
	const grain = 256 << 10
	for name, row := range map[string]struct {
		body   int
		header []string
		fine   bool
	}{
		"right":                 {grain, []string{"Content-Range", "bytes 0-262143/262145"}, true},
		"a query":               {0, []string{"Content-Range", "bytes */262145", "Content-Type", ""}, true},
		"no range":              {grain, nil, false},
		"another size":          {grain, []string{"Content-Range", "bytes 0-262143/262146"}, false},
		"no multiple":           {100, []string{"Content-Range", "bytes 0-99/262145"}, false},
		"not where it is":       {1, []string{"Content-Range", "bytes 262144-262144/262145"}, false},
		"another length":        {grain, []string{"Content-Range", "bytes 0-262142/262145"}, false},
		"beyond the end":        {grain, []string{"Content-Range", "bytes 0-262146/262145"}, false},
		"another type":          {grain, []string{"Content-Range", "bytes 0-262143/262145", "Content-Type", "video/webm"}, false},
		"a query with a body":   {5, []string{"Content-Range", "bytes */262145"}, false},
		"a query of other size": {0, []string{"Content-Range", "bytes */5"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			at := c.begin(grain+1, right, about).Header.Get("Location")
			resp := c.do(http.MethodPut, at, strings.Repeat("x", row.body), append([]string{"Content-Type", "video/mp4"}, row.header...)...)
			if c.w.complained() == row.fine || (resp.StatusCode == 308) != row.fine {
				t.Errorf("answered %d, and said %q", resp.StatusCode, c.w.said)
			}
		})
	}
}

// An expired token, a session that is gone and a revoked grant are the world's faults, and not the client's.
func TestWhatTheWorldDoesIsNoComplaint(t *testing.T) {
	c := newClient(t)
	at := c.begin(10, right, about).Header.Get("Location")
	c.vendor.Forget()
	if resp := c.do(http.MethodPut, at, "", "Content-Range", "bytes */10"); resp.StatusCode != 404 {
		t.Errorf("answered %d", resp.StatusCode)
	}
	c.vendor.Expire()
	if resp := c.begin(10, right, about); resp.StatusCode != 401 {
		t.Errorf("answered %d", resp.StatusCode)
	}
	c.token = c.vendor.Token(youtubetest.ScopeReadonly)
	if resp := c.begin(10, right, about); resp.StatusCode != 403 {
		t.Errorf("answered %d", resp.StatusCode)
	}
	if c.w.complained() {
		t.Errorf("it said %q", c.w.said)
	}
}

// The consent page is a page, too: a browser that opens it comes back with a code.
func TestABrowserIsSentBackWithACode(t *testing.T) {
	c := newClient(t)
	q := url.Values{
		"client_id": {youtubetest.ClientID}, "redirect_uri": {"http://127.0.0.1:1/back"}, "response_type": {"code"},
		"scope": {youtubetest.ScopeUpload}, "access_type": {"offline"}, "prompt": {"consent"}, "state": {strings.Repeat("s", 43)},
		"code_challenge": {"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}, "code_challenge_method": {"S256"},
	}
	resp := c.do(http.MethodGet, c.vendor.AuthURL()+"?"+q.Encode(), "")
	back, err := resp.Location()
	if err != nil || back.Host != "127.0.0.1:1" || back.Query().Get("code") == "" || back.Query().Get("state") != q.Get("state") || c.w.complained() {
		t.Errorf("%v, %v, %q", back, err, c.w.said)
	}
	for _, missing := range []string{"state", "code_challenge", "access_type", "redirect_uri"} {
		c := newClient(t)
		less := url.Values{}
		for name, values := range q {
			if name != missing {
				less[name] = values
			}
		}
		if resp := c.do(http.MethodGet, c.vendor.AuthURL()+"?"+less.Encode(), ""); resp.StatusCode != 400 || !c.w.complained() {
			t.Errorf("without %s: %d", missing, resp.StatusCode)
		}
	}
}
