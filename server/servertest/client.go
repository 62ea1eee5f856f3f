package servertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/server/identity"
)

// A Client talks to the server as one user, or as nobody.
type Client struct {
	s          *Server
	Credential string      // token or key; "" for nobody
	Header     http.Header // that every request has besides
}

// Nobody is a client without a credential.
func (s *Server) Nobody() *Client { return &Client{s: s, Header: http.Header{}} }

// Admin is the first user.
func (s *Server) Admin() *Client { return s.login(identity.AdminName, AdminPassword) }

// Password is that of a user whom User has made.
func Password(name string) string { return "password of " + name }

// User is a client of a new user.
func (s *Server) User(name string) *Client {
	s.t.Helper()
	if _, err := s.Identity().Add(s.t.Context(), identity.NewAccount{Name: name, Password: Password(name)}); err != nil {
		s.t.Fatal(err)
	}
	return s.login(name, Password(name))
}

func (s *Server) login(name, password string) *Client {
	s.t.Helper()
	c := s.Nobody()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	c.Form("/v1/auth/token", url.Values{"username": {name}, "password": {password}}).Want(http.StatusOK).Decode(&token)
	c.Credential = token.AccessToken
	return c
}

// With is the same client with one more header.
func (c *Client) With(name, value string) *Client {
	other := *c
	other.Header = c.Header.Clone()
	if other.Header == nil {
		other.Header = http.Header{}
	}
	other.Header.Add(name, value)
	return &other
}

// Preferring is the same client with a preference, such as "wait=60".
func (c *Client) Preferring(preference string) *Client { return c.With("Prefer", preference) }

// Key is a client of the same user with a new API key instead of a token.
func (c *Client) Key(scopes identity.Scopes) *Client {
	c.s.t.Helper()
	who, err := c.s.Identity().Authenticate(c.s.t.Context(), c.Credential, netip.Addr{})
	if err != nil {
		c.s.t.Fatal(err)
	}
	_, secret, err := c.s.Identity().CreateKey(c.s.t.Context(), who.Account.ID, identity.NewKey{Name: "test", Scopes: scopes})
	if err != nil {
		c.s.t.Fatal(err)
	}
	return &Client{s: c.s, Credential: secret, Header: c.Header.Clone()}
}

// ID is the account's.
func (c *Client) ID() string {
	c.s.t.Helper()
	who, err := c.s.Identity().Authenticate(c.s.t.Context(), c.Credential, netip.Addr{})
	if err != nil {
		c.s.t.Fatal(err)
	}
	return who.Account.ID
}

// An Answer is what the server has answered.
type Answer struct {
	t      testing.TB
	What   string // was asked
	Status int
	Header http.Header
	Body   []byte
}

// Get asks.
func (c *Client) Get(path string) *Answer { c.s.t.Helper(); return c.Do(http.MethodGet, path, nil) }

// Delete deletes.
func (c *Client) Delete(path string) *Answer {
	c.s.t.Helper()
	return c.Do(http.MethodDelete, path, nil)
}

// Post sends a body as JSON; nil sends none.
func (c *Client) Post(path string, body any) *Answer {
	c.s.t.Helper()
	return c.Do(http.MethodPost, path, body)
}

// Patch sends a body as JSON.
func (c *Client) Patch(path string, body any) *Answer {
	c.s.t.Helper()
	return c.Do(http.MethodPatch, path, body)
}

// Until asks again and again until the answer is as it should be.
func (c *Client) Until(path string, enough func(map[string]any) bool) map[string]any {
	c.s.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if v := c.Get(path).Want(http.StatusOK).JSON(); enough(v) {
			return v
		}
		<-time.After(time.Millisecond) // between two questions
	}
	c.s.t.Fatalf("%s is never as it should be", path)
	return nil
}

// Form sends a form.
func (c *Client) Form(path string, form url.Values) *Answer {
	c.s.t.Helper()
	return c.Send(c.Request(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode())))
}

// Do sends a body as JSON; one of type []byte or string as it is.
func (c *Client) Do(method, path string, body any) *Answer {
	c.s.t.Helper()
	var r io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
		kind = ""
	case []byte:
		r = bytes.NewReader(b)
	case string:
		r = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			c.s.t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	return c.Send(c.Request(method, path, kind, r))
}

// Request makes a request of the client's. A path may also be a whole URL of the server's.
func (c *Client) Request(method, path, kind string, body io.Reader) *http.Request {
	c.s.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = "http://" + c.s.Addr().String() + path
	}
	r, err := http.NewRequestWithContext(c.s.t.Context(), method, path, body)
	if err != nil {
		c.s.t.Fatal(err)
	}
	for name, values := range c.Header {
		r.Header[name] = slices.Clone(values)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.Credential != "" {
		r.Header.Set("Authorization", "Bearer "+c.Credential)
	}
	return r
}

// Send sends a request and reads the answer, which must be one of those that the API's document promises.
func (c *Client) Send(r *http.Request) *Answer {
	c.s.t.Helper()
	resp, err := client.Do(r)
	if err != nil {
		c.s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.s.t.Fatal(err)
	}
	a := &Answer{t: c.s.t, What: r.Method + " " + r.URL.Path, Status: resp.StatusCode, Header: resp.Header, Body: body}
	c.s.promised(a, r)
	return a
}

// client follows no redirect and keeps no connection, so that none is left when a test ends.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Want ends the test unless the answer has a status.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s: %d, not %d: %.2000s", a.What, a.Status, status, a.Body)
	}
	return a
}

// Decode reads the body into what v points at.
func (a *Answer) Decode(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("%s: %v: %.2000s", a.What, err, a.Body)
	}
}

// JSON is the body as an object.
func (a *Answer) JSON() map[string]any {
	a.t.Helper()
	var v map[string]any
	a.Decode(&v)
	return v
}
