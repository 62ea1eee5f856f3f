package youtubetest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The OAuth client that the server knows.
const (
	ClientID     = "1234-filmloom.apps.example.com"
	ClientSecret = "GOCSPX-client-secret-of-the-tests"
)

// The scopes that it knows.
const (
	ScopeUpload   = "https://www.googleapis.com/auth/youtube.upload"
	ScopeReadonly = "https://www.googleapis.com/auth/youtube.readonly"
)

// A grant is what a person has allowed.
type grant struct {
	channel string // its title; "" for somebody without one
	scopes  []string
	refresh map[string]bool // tokens
	access  map[string]bool // tokens; false when one has expired
	revoked bool
}

type code struct {
	grant     *grant
	redirect  string
	challenge string
	used      bool
	made      time.Time
}

// A Decision is what a person does on the consent page.
type Decision struct {
	Deny      bool
	Channel   string   // whose; default "Lighthouse Films"
	NoChannel bool     // the person has none
	Scopes    []string // that are granted; default all that are asked for
}

// Token makes an access token, as if somebody had agreed.
func (s *Server) Token(scopes ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &grant{channel: "Lighthouse Films", scopes: scopes, refresh: map[string]bool{}, access: map[string]bool{}}
	s.grants = append(s.grants, g)
	return g.fresh()
}

// fresh makes another access token. The lock is held.
func (g *grant) fresh() string {
	token := "ya29." + rand.Text() + "-" + rand.Text()
	g.access[token] = true
	return token
}

// Renew makes another access token of the same grant, as a refresh does.
func (s *Server) Renew(token string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		if _, ok := g.access[token]; ok {
			return g.fresh()
		}
	}
	return ""
}

// Expire ends access tokens, as an hour does; all that there are when none is given.
func (s *Server) Expire(tokens ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		for token := range g.access {
			if len(tokens) == 0 || slices.Contains(tokens, token) {
				g.access[token] = false
			}
		}
	}
}

// Withdraw revokes every grant, as a person does in their Google account.
func (s *Server) Withdraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		g.revoked = true
	}
}

// Secrets are all tokens and codes that were ever given away, and the client's secret: what must not be found in
// clear anywhere.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []string{ClientSecret}
	for _, g := range s.grants {
		all = append(all, slices.Collect(maps.Keys(g.access))...)
		all = append(all, slices.Collect(maps.Keys(g.refresh))...)
	}
	return append(all, slices.Collect(maps.Keys(s.codes))...)
}

// Live is how many grants are in force.
func (s *Server) Live() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, g := range s.grants {
		if !g.revoked {
			n++
		}
	}
	return n
}

// authorized checks the token of a request, and answers when it will not do.
func (s *Server) authorized(w http.ResponseWriter, r *http.Request, scope string) *grant {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		s.wrong("%s %s: Authorization %q", r.Method, r.URL.Path, r.Header.Get("Authorization"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		if live := g.access[token]; !live || g.revoked {
			continue
		}
		if !slices.Contains(g.scopes, scope) {
			problem(w, http.StatusForbidden, "insufficientPermissions", "Insufficient Permission")
			return nil
		}
		return g
	}
	// The real one does not quote the token; whoever shows what it says must not rely on that.
	w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/", error="invalid_token"`)
	problem(w, http.StatusUnauthorized, "authError", "Invalid Credentials: "+token)
	return nil
}

// consentPage agrees to everything.
func (s *Server) consentPage(w http.ResponseWriter, r *http.Request) {
	back, err := s.decide(r.URL.Query(), Decision{})
	if err != nil {
		s.wrong("consent: %v", err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// Consent is a person who opens the consent page at an address and decides. It gives the address that the
// browser is sent back to.
func (s *Server) Consent(address string, d Decision) *url.URL {
	s.t.Helper()
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(address, s.AuthURL()+"?") {
		s.t.Fatalf("%q is not the consent page", address)
	}
	back, err := s.decide(u.Query(), d)
	if err != nil {
		s.t.Fatalf("the consent page was opened wrongly: %v", err)
	}
	return back
}

// decide checks what the page is asked for, and gives the way back.
func (s *Server) decide(q url.Values, d Decision) (*url.URL, error) {
	redirect, err := url.Parse(q.Get("redirect_uri"))
	challenge, bad := base64.RawURLEncoding.DecodeString(q.Get("code_challenge"))
	asked := fields(q.Get("scope"))
	switch {
	case !exactly(q, map[string]string{
		"client_id": ClientID, "redirect_uri": "", "response_type": "code", "scope": "", "access_type": "offline", "prompt": "consent",
		"state": "", "code_challenge": "", "code_challenge_method": "S256",
	}):
		return nil, fmt.Errorf("the parameters are %q", slices.Sorted(maps.Keys(q)))
	case err != nil || redirect.Host == "" || redirect.Scheme != "http" && redirect.Scheme != "https":
		return nil, fmt.Errorf("redirect_uri_mismatch: %q", q.Get("redirect_uri"))
	case bad != nil || len(challenge) != sha256.Size:
		return nil, fmt.Errorf("the challenge is %q", q.Get("code_challenge"))
	case len(q.Get("state")) < 22:
		return nil, fmt.Errorf("the state %q can be guessed", q.Get("state"))
	case len(asked) == 0 || slices.ContainsFunc(asked, func(s string) bool { return s != ScopeUpload && s != ScopeReadonly }):
		return nil, fmt.Errorf("invalid_scope: %q", asked)
	}
	back := *redirect
	answer := url.Values{"state": {q.Get("state")}}
	if d.Deny {
		answer.Set("error", "access_denied")
		back.RawQuery = answer.Encode()
		return &back, nil
	}
	g := &grant{channel: d.Channel, scopes: d.Scopes, refresh: map[string]bool{}, access: map[string]bool{}}
	if g.channel == "" && !d.NoChannel {
		g.channel = "Lighthouse Films"
	}
	if g.scopes == nil {
		g.scopes = asked
	}
	text := "4/0A" + rand.Text()
	s.mu.Lock()
	s.grants = append(s.grants, g)
	s.codes[text] = &code{grant: g, redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), made: time.Now()}
	s.mu.Unlock()
	answer.Set("code", text)
	answer.Set("scope", strings.Join(g.scopes, " "))
	back.RawQuery = answer.Encode()
	return &back, nil
}

// oauthError is the body of an error of the token endpoint.
func oauthError(w http.ResponseWriter, status int, name, description string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error": %q, "error_description": %q}`, name, description)
}

// token gives tokens for a code, or for a refresh token.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	f := s.count(Request{Kind: Token})
	if f != nil && !f.Done {
		f.fail(w, r)
		return
	}
	out := http.ResponseWriter(w)
	if f != nil {
		out = recorder{http.Header{}}
	}
	s.issue(out, r)
	if f != nil {
		f.fail(w, r)
	}
}

func (s *Server) issue(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		s.wrong("token: %v", err)
		oauthError(w, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	if form.Get("client_id") != ClientID || form.Get("client_secret") != ClientSecret {
		oauthError(w, http.StatusUnauthorized, "invalid_client", "The OAuth client was not found.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var g *grant
	given := map[string]any{"expires_in": 3599, "token_type": "Bearer"}
	switch form.Get("grant_type") {
	case "authorization_code":
		c := s.codes[form.Get("code")]
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if c == nil || c.used || time.Since(c.made) > later || c.redirect != form.Get("redirect_uri") ||
			base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge || len(form.Get("code_verifier")) < 43 {
			oauthError(w, http.StatusBadRequest, "invalid_grant", "Bad Request")
			return
		}
		c.used = true
		g = c.grant
		refresh := "1//0" + rand.Text() + "_" + rand.Text()
		g.refresh[refresh] = true
		given["refresh_token"] = refresh
	case "refresh_token":
		i := slices.IndexFunc(s.grants, func(g *grant) bool { return g.refresh[form.Get("refresh_token")] })
		if i < 0 || s.grants[i].revoked {
			oauthError(w, http.StatusBadRequest, "invalid_grant", "Token has been expired or revoked: "+form.Get("refresh_token"))
			return
		}
		g = s.grants[i]
	default:
		s.wrong("token: the grant type is %q", form.Get("grant_type"))
		oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type")
		return
	}
	given["access_token"], given["scope"] = g.fresh(), strings.Join(g.scopes, " ")
	answer(w, given)
}

// readForm reads a form. Nothing secret may be in the query.
func readForm(r *http.Request) (url.Values, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil || r.URL.RawQuery != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return nil, fmt.Errorf("a form of the type %q with the query %q, %w", r.Header.Get("Content-Type"), r.URL.RawQuery, err)
	}
	return url.ParseQuery(string(raw))
}

// revoke ends what the owner of a token has ever agreed to, as Google does: all grants, not that token alone.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	if f := s.count(Request{Kind: Revoke}); f != nil {
		f.fail(w, r)
		return
	}
	form, err := readForm(r)
	if err != nil {
		s.wrong("revoke: %v", err)
		oauthError(w, http.StatusBadRequest, "invalid_request", "")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		_, access := g.access[form.Get("token")]
		if (access || g.refresh[form.Get("token")]) && !g.revoked {
			for _, other := range s.grants {
				other.revoked = other.revoked || other.channel == g.channel
			}
			answer(w, map[string]any{})
			return
		}
	}
	oauthError(w, http.StatusBadRequest, "invalid_token", "Token expired or revoked")
}

// channels tells of the channel that a token is for.
func (s *Server) channels(w http.ResponseWriter, r *http.Request) {
	if f := s.count(Request{Kind: Channels}); f != nil {
		f.fail(w, r)
		return
	}
	if !exactly(r.URL.Query(), map[string]string{"part": "snippet", "mine": "true"}) {
		s.wrong("channels: %q", r.URL.RawQuery)
	}
	g := s.authorized(w, r, ScopeReadonly)
	if g == nil {
		return
	}
	items := []any{}
	if g.channel != "" {
		sum := sha256.Sum256([]byte(g.channel))
		items = append(items, map[string]any{
			"kind": "youtube#channel", "id": "UC" + base64.RawURLEncoding.EncodeToString(sum[:])[:22],
			"snippet": map[string]any{"title": g.channel},
		})
	}
	answer(w, map[string]any{"kind": "youtube#channelListResponse", "items": items})
}
