package videoapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/filmloom/filmloom/server/identity"
	"github.com/filmloom/filmloom/server/web"
)

// A Login is the form of a login. What OAuth 2 clients send besides is accepted and not used.
type Login struct {
	Username     string `json:"username" minLength:"1" maxLength:"256" doc:"The user's name." example:"admin"`
	Password     string `json:"password" minLength:"1" maxLength:"1024" format:"password" doc:"The user's password." example:"correct horse battery staple"`
	GrantType    string `json:"grant_type,omitempty" doc:"Not used." example:"password"`
	Scope        string `json:"scope,omitempty" doc:"Not used."`
	ClientID     string `json:"client_id,omitempty" doc:"Not used."`
	ClientSecret string `json:"client_secret,omitempty" format:"password" doc:"Not used."`
}

// A Token is a session's access token.
type Token struct {
	AccessToken string `json:"access_token" doc:"JWT access token." example:"eyJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIwMTkifQ.c2lnbmF0dXJl"`
	TokenType   string `json:"token_type" enum:"bearer" doc:"Type of the token, always \"bearer\"." example:"bearer"`
}

type loginInput struct {
	resolver
	Body Login `contentType:"application/x-www-form-urlencoded"`
}

type tokenOutput struct {
	Body Token
}

// A resolver remembers the request's own context, for what the input does not have.
type resolver struct {
	hctx huma.Context
}

// Resolve implements huma.Resolver.
func (r *resolver) Resolve(ctx huma.Context) []error {
	r.hctx = ctx
	return nil
}

// A refreshInput has no body: whatever is sent is not looked at.
type refreshInput struct{ resolver }

func (a *api) auth() {
	login := operation(http.MethodPost, "/auth/token", "login", "auth", "Log in",
		"Gives an access token for a name and a password. It is valid for half an hour and can be refreshed.", http.StatusUnauthorized)
	login.Security = web.Open()
	web.Handle(a.API, login, a.login)
	refresh := operation(http.MethodPost, "/auth/refresh", "refresh", "auth", "Refresh the token",
		"Gives a new access token for one that is still valid, until seven days after the login.", http.StatusUnauthorized)
	web.OwnSession(&refresh)
	web.Handle(a.API, refresh, a.refresh)
}

func (a *api) login(ctx context.Context, in *loginInput) (*tokenOutput, error) {
	if a.Config.Login != nil {
		if f := a.Config.Login(web.Address(in.hctx)); f != nil {
			a.tell(&identity.ThrottledError{})
			return nil, f
		}
	}
	session, err := a.Identity.Login(ctx, in.Body.Username, in.Body.Password, web.Address(in.hctx))
	a.tell(err)
	var throttled *identity.ThrottledError
	switch {
	case errors.As(err, &throttled):
		seconds := strconv.Itoa(int(throttled.RetryAfter / time.Second))
		return nil, &web.Fault{
			Status: http.StatusTooManyRequests, Code: web.CodeTooMany,
			Message: "Too many failed logins; try again in " + seconds + " seconds",
			Header:  http.Header{"Retry-After": {seconds}},
		}
	case errors.Is(err, identity.ErrIncorrect):
		f := web.Unauthorized(codeLogin)
		f.Message = wrongLogin
		return nil, f
	case err != nil:
		return nil, err
	}
	return token(session), nil
}

// tell tells what became of an attempt to log in.
func (a *api) tell(err error) {
	if a.LoggedIn != nil {
		a.LoggedIn(err)
	}
}

// codeLogin is the code of a refused login.
const codeLogin web.Code = "login"

func (a *api) refresh(ctx context.Context, in *refreshInput) (*tokenOutput, error) {
	session, err := a.Identity.Refresh(ctx, web.Credential(in.hctx.Header))
	if errors.Is(err, identity.ErrCredentials) {
		return nil, web.Unauthorized(web.CodeBadToken)
	}
	if err != nil {
		return nil, err
	}
	return token(session), nil
}

func token(s identity.Session) *tokenOutput {
	return &tokenOutput{Body: Token{AccessToken: s.Token, TokenType: "bearer"}}
}
