package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxAnswer = 256 << 10 // bytes
	maxToken  = 4 << 10   // characters
	maxTitle  = 200       // characters of a channel's title
	usualLife = time.Hour // of an access token of which nothing is said
	tries     = 3         // of a refresh
)

// tokens are what Google's token endpoint gives.
type tokens struct {
	access  string
	refresh string // or ""
	scopes  []string
	life    time.Duration
}

// errWithdrawn: the code or token is good for nothing any more.
var errWithdrawn = errors.New("invalid_grant")

var visible = regexp.MustCompile(`^[!-~]+$`)

// readTokens reads an answer of the token endpoint.
func readTokens(body []byte) (tokens, error) {
	var said struct {
		Access  string  `json:"access_token"`
		Refresh string  `json:"refresh_token"`
		Type    string  `json:"token_type"`
		Scope   string  `json:"scope"`
		Life    float64 `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return tokens{}, errors.New("it is no JSON")
	}
	switch {
	case !visible.MatchString(said.Access) || len(said.Access) > maxToken:
		return tokens{}, errors.New("it has no access token")
	case said.Refresh != "" && (!visible.MatchString(said.Refresh) || len(said.Refresh) > maxToken):
		return tokens{}, errors.New("its refresh token is none")
	case !strings.EqualFold(said.Type, "Bearer"):
		return tokens{}, errors.New("its token is of another type")
	}
	given := tokens{said.Access, said.Refresh, strings.Fields(said.Scope), usualLife}
	if len(given.scopes) == 0 { // then it is what was asked for (RFC 6749, 5.1)
		given.scopes = []string{scopeUpload, scopeReadonly}
	}
	if said.Life > 0 && said.Life < usualLife.Seconds() {
		given.life = time.Duration(said.Life * float64(time.Second))
	}
	return given, nil
}

// exchange gets tokens for a code.
func (s *Service) exchange(ctx context.Context, code, verifier, redirect string) (tokens, error) {
	given, err := s.tokens(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {redirect},
	})
	if errors.Is(err, errWithdrawn) {
		return tokens{}, ErrState // the code was used, is too old or somebody else's
	}
	return given, err
}

// refresh gets an access token, also when that takes some tries.
func (s *Service) refresh(ctx context.Context, refresh string) (given tokens, err error) {
	for n := range tries {
		if n > 0 {
			if err := s.sleep(ctx, 500*time.Millisecond<<n); err != nil {
				return tokens{}, err
			}
		}
		given, err = s.tokens(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
		if !errors.Is(err, ErrUnavailable) {
			break
		}
	}
	return given, err
}

// tokens asks the token endpoint.
func (s *Service) tokens(ctx context.Context, form url.Values) (tokens, error) {
	form.Set("client_id", s.conf.ClientID)
	form.Set("client_secret", s.conf.ClientSecret)
	status, body, err := s.post(ctx, s.conf.TokenURL, form)
	if err != nil {
		return tokens{}, err
	}
	if status == http.StatusOK {
		given, err := readTokens(body)
		if err != nil {
			return tokens{}, fmt.Errorf("%w (the answer is not understood: %w)", ErrUnavailable, err)
		}
		return given, nil
	}
	switch name := fault(body); {
	case name == "invalid_grant":
		return tokens{}, errWithdrawn
	case name == "invalid_client", name == "unauthorized_client", name == "redirect_uri_mismatch", status == http.StatusUnauthorized:
		return tokens{}, fmt.Errorf("%w (it says %s)", ErrClient, word(name))
	default:
		return tokens{}, fmt.Errorf("%w (it answered %d %s)", ErrUnavailable, status, word(name))
	}
}

// fault is the name that an OAuth error has (RFC 6749, 5.2). Its description might quote what was sent.
func fault(body []byte) string {
	var said struct {
		Error any `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil {
		return ""
	}
	name, _ := said.Error.(string)
	return name
}

var plainWord = regexp.MustCompile(`^[a-z_]{1,40}$`)

// word is the name of an error, unless it is something else.
func word(name string) string {
	if plainWord.MatchString(name) {
		return name
	}
	return "nothing that is understood"
}

// giveBack revokes a token. One that is of no use any more is no error.
func (s *Service) giveBack(ctx context.Context, token string) error {
	status, body, err := s.post(ctx, s.revoke, url.Values{"token": {token}})
	switch {
	case err != nil:
		return err
	case status == http.StatusOK, fault(body) == "invalid_token":
		return nil
	}
	return fmt.Errorf("it answered %d %s", status, word(fault(body)))
}

func (s *Service) post(ctx context.Context, address string, form url.Values) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, errors.New("the request to Google cannot be made")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(req)
}

// do makes a request. An error of the network is ErrUnavailable, that of the context stays what it is.
func (s *Service) do(req *http.Request) (status int, body []byte, err error) {
	req.Header.Set("Accept", "application/json")
	resp, err := s.http.Do(req)
	if err == nil {
		defer resp.Body.Close()
		body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	}
	if err == nil {
		return resp.StatusCode, body, nil
	}
	if cause := req.Context().Err(); cause != nil {
		return 0, nil, cause
	}
	if u := (*url.Error)(nil); errors.As(err, &u) {
		err = u.Err // without the address
	}
	return 0, nil, fmt.Errorf("%w (%v)", ErrUnavailable, err)
}

// channel asks which channel a token is for.
func (s *Service) channel(ctx context.Context, token string) (title, id string, err error) {
	if s.channels == "" {
		return "", "", nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.channels+"?part=snippet&mine=true", http.NoBody)
	if err != nil {
		return "", "", errors.New("the request to YouTube cannot be made")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	status, body, err := s.do(req)
	if err != nil {
		return "", "", err
	}
	if status != http.StatusOK {
		return "", "", fmt.Errorf("YouTube answered %d", status)
	}
	var list struct {
		Items *[]struct {
			ID      string
			Snippet struct{ Title string }
		}
	}
	if json.Unmarshal(body, &list) != nil {
		return "", "", errors.New("what YouTube answered is not understood")
	}
	if list.Items == nil || len(*list.Items) == 0 { // it leaves an empty list out
		return "", "", ErrNoChannel
	}
	first := (*list.Items)[0]
	if len(first.ID) > 100 || !visible.MatchString(first.ID) {
		return "", "", errors.New("what YouTube calls the channel is not understood")
	}
	return shown(first.Snippet.Title), first.ID, nil
}

// shown is a title as it can be shown: on one line, and not endless.
func shown(title string) string {
	title = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, title))
	if utf8.RuneCountInString(title) > maxTitle {
		title = string([]rune(title)[:maxTitle-1]) + "…"
	}
	return title
}
