package studioapi

import (
	"context"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/filmloom/filmloom/server/web"
	"github.com/filmloom/filmloom/server/youtube"
)

// A person who connects a channel goes to Google's page and comes back, with their browser and without a
// credential. That it is the person who began is proven by a cookie which the beginning has set; where the
// beginning was made by another program, that program ends it with its credential.

// A Connection is the YouTube channel of an account.
type Connection struct {
	Connected bool       `json:"connected" doc:"Films can be uploaded." example:"true"`
	Channel   *string    `json:"channel" doc:"Title of the channel, or null." example:"My Channel"`
	Since     *time.Time `json:"connected_at" doc:"When it was connected, or null." example:"2026-01-02T15:04:05Z"`
	Problem   *string    `json:"problem" doc:"Why films cannot be uploaded any more, or null." example:"The permission was withdrawn."`
}

// An Authorization is where a person agrees.
type Authorization struct {
	URL string `json:"authorize_url" doc:"The page to open in the person's browser, within ten minutes." example:"https://accounts.google.com/o/oauth2/v2/auth?client_id=1"`
}

// A YouTubeReturn is what a person comes back with.
type YouTubeReturn struct {
	State string `json:"state" minLength:"1" maxLength:"500" doc:"From the address that the person came back to." example:"q8Zb"`
	Code  string `json:"code,omitempty" maxLength:"2000" doc:"From the address that the person came back to." example:"4/0AX"`
	Error string `json:"error,omitempty" maxLength:"200" doc:"From the address that the person came back to." example:"access_denied"`
}

type connectionOutput struct {
	Body Connection
}

type authorizationOutput struct {
	Cookie string `header:"Set-Cookie" doc:"Knows the browser again when the person comes back."`
	Body   Authorization
}

type returnInput struct {
	Body YouTubeReturn
}

type callbackInput struct {
	State  string `query:"state" doc:"Names the attempt." example:"q8Zb"`
	Code   string `query:"code" doc:"From Google." example:"4/0AX"`
	Error  string `query:"error" doc:"From Google." example:"access_denied"`
	Cookie string `cookie:"filmloom_youtube" doc:"Knows the browser again." example:"aXQgaXMgc2VhbGVk"`
}

const (
	youtubeCookie  = "filmloom_youtube"
	youtubePurpose = "youtube-return"
	youtubeWait    = 10 * time.Minute
)

func (a *api) youtube() {
	web.Handle(a.API, operation(http.MethodGet, "/youtube", "getYouTube", "youtube", "Get the YouTube channel",
		"Tells which channel is connected to your account."), a.getYouTube)
	web.Handle(a.API, operation(http.MethodPost, "/youtube/authorize", "authorizeYouTube", "youtube", "Connect a YouTube channel",
		"Begins to connect a channel: gives the page on which a person allows uploads."), a.authorizeYouTube)
	web.Handle(a.API, operation(http.MethodPost, "/youtube/callback", "finishYouTube", "youtube", "Finish connecting a channel",
		"Ends what authorize began, for programs that have no browser of their own."), a.finishYouTube)
	web.Handle(a.API, with(operation(http.MethodDelete, "/youtube", "disconnectYouTube", "youtube", "Disconnect the YouTube channel",
		"Forgets the channel and gives the permission back.", http.StatusNotFound), http.StatusNoContent), a.disconnectYouTube)
	back := operation(http.MethodGet, "/youtube/callback", "returnFromYouTube", "youtube", "Come back from Google's page",
		"Where a person's browser comes back to. It answers with a page for people.")
	back.Security = web.Open()
	back.SkipValidateParams = true // Google adds what it likes
	back.Responses = map[string]*huma.Response{"200": {Description: "A page", Content: map[string]*huma.MediaType{"text/html": {Schema: &huma.Schema{Type: "string"}}}}}
	web.Handle(a.API, back, a.returnFromYouTube)
}

func (a *api) getYouTube(ctx context.Context, _ *struct{}) (*connectionOutput, error) {
	c, err := a.YouTube.Connection(web.Caller(ctx).Account.ID)
	if err != nil {
		return nil, err
	}
	return &connectionOutput{Body: Connection{
		Connected: c.Connected, Channel: given(c.Channel), Since: moment(instant(c.Since)), Problem: given(c.Broken),
	}}, nil
}

func (a *api) authorizeYouTube(ctx context.Context, _ *struct{}) (*authorizationOutput, error) {
	account := web.Caller(ctx).Account.ID
	address, err := a.YouTube.Begin(ctx, account)
	if err != nil {
		return nil, refusedChannel(err)
	}
	cookie := http.Cookie{
		Name: youtubeCookie, Path: Prefix + "/youtube", MaxAge: int(youtubeWait / time.Second), HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(a.Base(), "https:"),
		Value: a.sealAccount(account),
	}
	return &authorizationOutput{Cookie: cookie.String(), Body: Authorization{URL: address}}, nil
}

func (a *api) finishYouTube(ctx context.Context, in *returnInput) (*connectionOutput, error) {
	_, err := a.YouTube.Finish(ctx, youtube.Callback{
		Account: web.Caller(ctx).Account.ID, State: in.Body.State, Code: in.Body.Code, Error: in.Body.Error,
	})
	if err != nil {
		return nil, refusedChannel(err)
	}
	return a.getYouTube(ctx, nil)
}

func (a *api) disconnectYouTube(ctx context.Context, _ *struct{}) (*struct{}, error) {
	err := a.YouTube.Disconnect(ctx, web.Caller(ctx).Account.ID)
	if errors.Is(err, youtube.ErrNotConnected) {
		return nil, missing(codeNotFound, "No YouTube channel is connected.")
	}
	return nil, err
}

// sealAccount writes an account into a cookie that nobody else can make, for as long as an attempt holds.
func (a *api) sealAccount(account string) string {
	until := a.Now().Add(youtubeWait).UTC().Format(time.RFC3339)
	return base64.RawURLEncoding.EncodeToString(a.Secrets.Seal(youtubePurpose, []byte(until+" "+account), nil))
}

// openAccount reads what sealAccount has written; false means that it has not, or long ago.
func (a *api) openAccount(cookie string) (account string, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil {
		return "", false
	}
	plain, err := a.Secrets.Open(youtubePurpose, sealed, nil)
	if err != nil {
		return "", false
	}
	until, account, _ := strings.Cut(string(plain), " ")
	end, err := time.Parse(time.RFC3339, until)
	return account, err == nil && a.Now().Before(end)
}

// returnFromYouTube is read by a person.
func (a *api) returnFromYouTube(ctx context.Context, in *callbackInput) (*huma.StreamResponse, error) {
	title, text, done := "The channel is connected", "You can close this page.", true
	account, known := a.openAccount(in.Cookie)
	if !known {
		done = false
		title, text = "Almost done", "This browser is not the one that began. Give the address of this page to the program that did: it ends the connection."
	} else if _, err := a.YouTube.Finish(ctx, youtube.Callback{Account: account, State: in.State, Code: in.Code, Error: in.Error}); err != nil {
		done = false
		title, text = "The channel is not connected", sentence(refusedChannel(err))
	}
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		_, w := humago.Unwrap(hctx)
		if done { // otherwise any page could make the browser forget what was begun, by a link to here
			http.SetCookie(w, &http.Cookie{Name: youtubeCookie, Path: Prefix + "/youtube", MaxAge: -1, HttpOnly: true})
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		hctx.SetStatus(http.StatusOK)
		_ = page.Execute(w, map[string]string{"Title": title, "Text": text}) // the person has gone
	}}, nil
}

var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title></head>
<body><h1>{{.Title}}</h1><p>{{.Text}}</p></body></html>
`))

// sentence is what a person reads of an error.
func sentence(err error) string {
	var f *web.Fault
	if errors.As(err, &f) {
		return f.Message
	}
	return "Something went wrong on our side; try again later."
}

// refusedChannel words why a channel is not connected.
func refusedChannel(err error) error {
	text := err.Error()
	message := strings.ToUpper(text[:1]) + text[1:] + "."
	switch {
	case errors.Is(err, youtube.ErrNotConfigured):
		return &web.Fault{Status: http.StatusBadRequest, Code: codeNotAvailable, Message: "This server cannot upload to YouTube."}
	case errors.Is(err, youtube.ErrUnavailable):
		return web.Unavailable(message, "60")
	case errors.Is(err, youtube.ErrState), errors.Is(err, youtube.ErrDenied), errors.Is(err, youtube.ErrNoChannel):
		return &web.Fault{Status: http.StatusBadRequest, Code: codeInput, Message: message}
	}
	return err
}

// channel refuses an upload for an account without a channel.
func (a *api) channel(account string) error {
	c, err := a.YouTube.Connection(account)
	if err != nil || c.Connected {
		return err
	}
	message := "No YouTube channel is connected."
	if c.Broken != "" {
		message = c.Broken
	}
	return &web.Fault{Status: http.StatusBadRequest, Code: codeYouTube, Message: message}
}
