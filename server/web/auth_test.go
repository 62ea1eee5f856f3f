package web_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/web"
)

func known(method, path string) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: method + path}
}

// whoami adds operations that tell who calls.
func (r *rig) whoami() {
	fn := func(ctx context.Context, _ *nothing) (*noteBody, error) {
		return &noteBody{note{Text: web.Caller(ctx).Account.Name}}, nil
	}
	web.Handle(r.api, known("GET", "/me"), fn)
	web.Handle(r.api, known("POST", "/me"), fn)
	web.Handle(r.api, open("GET", "/anybody"), fn)
}

func TestWhoCallsIsFoundByTokenOrKeyInEitherHeader(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	r.whoami()
	ann, token := r.user("ann")
	key := func(scopes identity.Scopes, cidrs ...netip.Prefix) string {
		_, secret, err := r.ids.CreateKey(t.Context(), ann.ID, identity.NewKey{Name: "k", Scopes: scopes, CIDRs: cidrs})
		must(t, err)
		return secret
	}
	all := key(identity.Read | identity.Write)
	read := key(identity.Read)
	far := key(identity.Read, netip.MustParsePrefix("203.0.113.0/24"))
	for _, row := range []struct {
		what, method string
		headers      []string
		status       int
		code         web.Code
	}{
		{"a token", "GET", []string{"Authorization: Bearer " + token}, 200, ""},
		{"a token, written in another way", "GET", []string{"Authorization: bearer  " + token}, 200, ""},
		{"a key", "POST", []string{"Authorization: Bearer " + all}, 200, ""},
		{"a key of its own header", "POST", []string{"X-API-Key: " + all}, 200, ""},
		{"a token in the keys' header", "GET", []string{"X-API-Key: " + token}, 200, ""},
		{"a good token and a bad key", "GET", []string{"Authorization: Bearer " + token, "X-API-Key: x"}, 200, ""},
		{"a bad token and a good key", "GET", []string{"Authorization: Bearer x", "X-API-Key: " + all}, 401, web.CodeBadToken},
		{"another scheme and a key", "GET", []string{"Authorization: Basic eDp5", "X-API-Key: " + all}, 200, ""},
		{"nothing", "GET", nil, 401, web.CodeUnauthenticated},
		{"an empty header", "GET", []string{"Authorization: "}, 401, web.CodeUnauthenticated},
		{"no token", "GET", []string{"Authorization: Bearer"}, 401, web.CodeBadToken},
		{"another scheme", "GET", []string{"Authorization: Basic eDp5"}, 401, web.CodeBadToken},
		{"a damaged token", "GET", []string{"Authorization: Bearer " + token + "x"}, 401, web.CodeBadToken},
		{"a mistyped key", "GET", []string{"Authorization: Bearer " + all + "x"}, 401, web.CodeBadKey},
		{"a key that may read, reading", "GET", []string{"X-API-Key: " + read}, 200, ""},
		{"a key that may read, writing", "POST", []string{"X-API-Key: " + read}, 403, web.CodeForbidden},
		{"a key of another network", "GET", []string{"X-API-Key: " + far}, 403, web.CodeForbidden},
	} {
		got := r.do(row.method, "/t/me", "", row.headers...)
		switch {
		case got.status != row.status:
		case row.status == 200 && got.body == "{\"text\":\"ann\"}\n":
			continue
		case row.status != 200 && got.failure(t).Code == row.code && (row.status == 401) == (got.header.Get("WWW-Authenticate") == "Bearer"):
			continue
		}
		t.Errorf("%s: %d %q %v", row.what, got.status, got.body, got.header)
	}
	if got := r.do("GET", "/t/anybody", "", "Authorization: Bearer "+token); got.body != "{\"text\":\"\"}\n" {
		t.Errorf("an open operation knows its caller: %q", got.body)
	}
}

func TestAdmittingAndStrangersAreAskedOnceEach(t *testing.T) {
	strangers, admitted := 0, 0
	r := setUp(t, web.SiteConfig{}, func(c *web.APIConfig) {
		c.Admit = func(ctx huma.Context, who identity.Principal) *web.Fault {
			if admitted++; admitted > 1 {
				return &web.Fault{Status: 429, Code: web.CodeTooMany, Message: "Too many"}
			}
			ctx.SetHeader("X-Left", "0")
			return nil
		}
		c.Stranger = func(from netip.Addr) *web.Fault {
			if from != netipLocal {
				t.Errorf("from %v", from)
			}
			if strangers++; strangers > 1 {
				return &web.Fault{Status: 429, Code: web.CodeTooMany, Message: "Too many"}
			}
			return nil
		}
	})
	r.whoami()
	_, token := r.user("ann")
	for _, row := range []struct {
		path, header string
		status       int
	}{
		{"/t/anybody", "A: b", 200},
		{"/t/me", "Authorization: Bearer " + token, 200},
		{"/t/me", "Authorization: Bearer " + token, 429},
		{"/t/me", "A: b", 401},
		{"/t/me", "Authorization: Bearer x", 429},
		{"/t/anybody", "A: b", 200},
	} {
		got := r.do("GET", row.path, "", row.header)
		if got.status != row.status || row.status == 200 && (row.path == "/t/me") != (got.header.Get("X-Left") == "0") {
			t.Errorf("%s %.20s: %d %v", row.path, row.header, got.status, got.header)
		}
	}
}

func TestTheAddressIsThatOfTheSite(t *testing.T) {
	r := setUp(t, web.SiteConfig{}, nil)
	web.Handle(r.api, open("GET", "/address"), func(_ context.Context, in *addressInput) (*noteBody, error) {
		return &noteBody{note{Text: in.at.String()}}, nil
	})
	if got := r.do("GET", "/t/address", "", "X-Forwarded-For: 1.2.3.4"); got.body != "{\"text\":\"127.0.0.1\"}\n" {
		t.Errorf("%q", got.body)
	}
}

type addressInput struct{ at netip.Addr }

func (i *addressInput) Resolve(ctx huma.Context) []error {
	i.at = web.Address(ctx)
	return nil
}
