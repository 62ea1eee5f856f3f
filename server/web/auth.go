package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/identity"
)

// keyHeader may have an API key; expiryHeader tells when the key that was used ends, in its last 14 days.
const (
	keyHeader    = "X-API-Key"
	expiryHeader = "X-API-Key-Expires-At"
)

// Caller is who makes the request. In an operation that is open to everybody it is the zero value.
func Caller(ctx context.Context) identity.Principal {
	if r := requestOf(ctx); r != nil {
		return r.caller
	}
	return identity.Principal{}
}

// Credential finds what a request proves its caller with; "" means nothing. An Authorization header counts
// more than the header of API keys.
func Credential(header func(string) string) string {
	scheme, credential, _ := strings.Cut(header("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(credential)
	}
	return strings.TrimSpace(header(keyHeader))
}

// authenticate finds out who calls.
func (a *API) authenticate(ctx huma.Context, next func(huma.Context)) {
	if len(ctx.Operation().Security) == 0 {
		next(ctx)
		return
	}
	credential := Credential(ctx.Header)
	if credential == "" {
		code := CodeUnauthenticated
		if ctx.Header("Authorization") != "" {
			code = CodeBadToken
		}
		a.refuseStranger(ctx, Unauthorized(code))
		return
	}
	q := requestOf(ctx.Context())
	who, err := a.conf.Identity.Authenticate(ctx.Context(), credential, q.from)
	if err != nil {
		a.refuseStranger(ctx, unauthenticated(credential, err))
		return
	}
	if scope := scopeOf(ctx.Method()); !who.Scopes.Has(scope) {
		a.refuse(ctx, outOfScope(scope))
		return
	}
	q.caller, q.identity = who, a.conf.Identity
	if who.Key != nil && who.Key.ExpiresSoon(time.Now()) {
		ctx.SetHeader(expiryHeader, who.Expires.UTC().Format(time.RFC3339))
	}
	next(ctx)
}

// scopeOf is the scope that a method needs.
func scopeOf(method string) identity.Scopes {
	if method == http.MethodGet || method == http.MethodHead {
		return identity.Read
	}
	return identity.Write
}

// outOfScope says that a key is not good for this.
func outOfScope(scope identity.Scopes) *Fault {
	return &Fault{
		Status: http.StatusForbidden, Code: CodeForbidden,
		Message: "This API key has no scope " + scope.String(),
		Details: map[string]any{"scope": scope.String()},
	}
}

// refuseStranger refuses who is not known, and whoever tries too often in another way.
func (a *API) refuseStranger(ctx huma.Context, f *Fault) {
	if a.conf.Stranger != nil {
		if tooMany := a.conf.Stranger(Address(ctx)); tooMany != nil {
			f = tooMany
		}
	}
	a.refuse(ctx, f)
}

// Unauthorized says that a caller is not known.
func Unauthorized(code Code) *Fault {
	return &Fault{Status: http.StatusUnauthorized, Code: code, Message: "Not authenticated", Header: http.Header{"Www-Authenticate": {"Bearer"}}}
}

// unauthenticated says why a credential does not do.
func unauthenticated(credential string, err error) *Fault {
	switch {
	case errors.Is(err, identity.ErrForbiddenAddress):
		return &Fault{Status: http.StatusForbidden, Code: CodeForbidden, Message: "This API key cannot be used from this address"}
	case !errors.Is(err, identity.ErrCredentials):
		return anonymous()
	case strings.HasPrefix(credential, "flm_"):
		return Unauthorized(CodeBadKey)
	}
	return Unauthorized(CodeBadToken)
}

// anonymous says that a credential could not be looked at.
func anonymous() *Fault { return Unavailable("Who calls could not be found out; try again", "5") }

// Address is where a request comes from.
func Address(ctx huma.Context) netip.Addr {
	if r := requestOf(ctx.Context()); r != nil {
		return r.from
	}
	return netip.Addr{}
}

// admit asks whether the caller may make one more request.
func (a *API) admit(ctx huma.Context, next func(huma.Context)) {
	if a.conf.Admit != nil && len(ctx.Operation().Security) > 0 {
		if f := a.conf.Admit(ctx, Caller(ctx.Context())); f != nil {
			a.refuse(ctx, f)
			return
		}
	}
	next(ctx)
}
