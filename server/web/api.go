package web

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/filmloom/filmloom/server/idempotency"
	"github.com/filmloom/filmloom/server/identity"
)

// APIConfig says what one API is.
type APIConfig struct {
	Prefix      string // its base path: "/v1"
	Title       string
	Version     string
	Description string
	TokenURL    string // where a session begins with a name and a password
	Tags        []*huma.Tag
	Dialect     Dialect

	Identity *identity.Service
	Keys     *idempotency.Book
	// Admit decides whether a known caller may make one more request, and sets headers that tell about it.
	// nil admits everybody.
	Admit func(ctx huma.Context, who identity.Principal) *Fault
	// Stranger decides whether an address may make one more request without a valid credential; nil admits all.
	Stranger func(netip.Addr) *Fault
	// MaxBody bounds a request's body in bytes; 0 means the site's bound, which is also the highest. Unless its
	// MaxBodyBytes says otherwise, an operation takes no more than UsualBody, and one for strangers StrangersBody.
	MaxBody int64
}

// How many bytes a body may have where an operation does not say it. Nobody makes the server read much who is not
// known.
const (
	UsualBody     = 1 << 20
	StrangersBody = 256 << 10
)

// bodyTime is how long the body of somebody who is known may take to arrive. Huma's own bound, 5 seconds, is for
// strangers: a large body takes longer on many a line.
const bodyTime = time.Minute

// An API is one base path with its operations and its document.
type API struct {
	huma.API
	conf  APIConfig
	site  *Site
	hooks []Hook
}

// The names of the security schemes in the documents.
const (
	schemeBearer = "bearer"
	schemeLogin  = "login"
	schemeKey    = "apiKey"
)

// API adds an API to the site.
func (s *Site) API(conf APIConfig) *API {
	if conf.MaxBody <= 0 || conf.MaxBody > s.conf.MaxBody {
		conf.MaxBody = s.conf.MaxBody
	}
	h := huma.DefaultConfig(conf.Title, conf.Version)
	h.CreateHooks, h.SchemasPath, h.DocsPath, h.OpenAPIPath = nil, "", "", ""
	h.Info.Description = conf.Description
	h.Info.License = &huma.License{Name: "Apache 2.0", URL: "https://www.apache.org/licenses/LICENSE-2.0"} // OpenAPI 3.0 knows no identifier
	h.Tags = conf.Tags
	h.RejectUnknownQueryParameters = true
	h.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		schemeBearer: {Type: "http", Scheme: "bearer", Description: "An API key, or the access token of a session."},
		schemeKey:    {Type: "apiKey", In: "header", Name: keyHeader, Description: "An API key."},
		schemeLogin: {Type: "oauth2", Description: "Log in with a name and a password.", Flows: &huma.OAuthFlows{
			Password: &huma.OAuthFlow{TokenURL: conf.TokenURL, Scopes: map[string]string{}},
		}},
	}
	a := &API{API: humago.NewWithPrefix(s.routes, conf.Prefix, h), conf: conf, site: s}
	s.dialects = append(s.dialects, base{conf.Prefix, conf.Dialect})
	a.describeHeaders()
	a.UseMiddleware(a.authenticate, a.admit, a.mediaType, a.query, a.once)
	a.documents()
	return a
}

// Config gives Huma's configuration, which an API that is wrapped would lose.
func (a *API) Config() huma.Config {
	return a.API.(interface{ Config() huma.Config }).Config()
}

// Open is the security of an operation that needs no caller.
func Open() []map[string][]string { return []map[string][]string{} }

// sessionKey marks, in an operation's metadata, one that is documented to need a session.
const sessionKey = "session"

// OwnSession makes op one that looks at the caller's session itself: anybody may ask, and the document says that it
// takes a session.
func OwnSession(op *huma.Operation) {
	op.Security, op.Metadata = Open(), maps.Clone(op.Metadata)
	if op.Metadata == nil {
		op.Metadata = map[string]any{}
	}
	op.Metadata[sessionKey] = true
}

// Handle adds an operation. Unless its Security is Open it needs a caller. Its Errors are the statuses that are special;
// the API's dialect has the faults that they stand for, and what any operation of its kind may answer is added.
func Handle[I, O any](a *API, op huma.Operation, handler func(context.Context, *I) (*O, error)) {
	op.Metadata = maps.Clone(op.Metadata)
	if op.Metadata == nil {
		op.Metadata = map[string]any{}
	}
	op.Metadata[dialectKey] = a.conf.Dialect
	if op.Security == nil {
		op.Security = []map[string][]string{{schemeBearer: {}}, {schemeLogin: {}}, {schemeKey: {}}}
	}
	a.bound(&op)
	huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err == nil {
			err = shutOut(ctx)
		}
		if err != nil {
			return nil, a.told(ctx, err)
		}
		return out, nil
	})
}

// bound says how large an operation's body may be, and how long it may take.
func (a *API) bound(op *huma.Operation) {
	usual, patience := int64(UsualBody), bodyTime
	if len(op.Security) == 0 {
		usual, patience = StrangersBody, 0
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = usual
	}
	if op.BodyReadTimeout == 0 {
		op.BodyReadTimeout = patience
	}
	op.MaxBodyBytes = min(op.MaxBodyBytes, a.conf.MaxBody) + 1 // Huma refuses a body of exactly this many
}

// told words what a caller is told of an error. Any other is an internal one, which Huma asks for by itself.
func (a *API) told(ctx context.Context, err error) error {
	var f *Fault
	switch {
	case errors.As(err, &f):
		return word(a.conf.Dialect, f)
	case errors.Is(err, identity.ErrCredentials): // no longer let in while the request was carried out
		code := CodeBadToken
		if Caller(ctx).Key != nil {
			code = CodeBadKey
		}
		return word(a.conf.Dialect, Unauthorized(code))
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return word(a.conf.Dialect, Unavailable("The request was given up", "1")) // nobody reads this
	}
	return err
}

// refuse answers with a fault instead of going on.
func (a *API) refuse(ctx huma.Context, f *Fault) {
	for name, values := range f.Header {
		for _, v := range values {
			ctx.AppendHeader(name, v)
		}
	}
	answer := word(a.conf.Dialect, f)
	ctx.SetHeader("Content-Type", jsonType)
	body, err := a.Transform(ctx, "", answer)
	if err != nil { // an error's body is always JSON
		panic(err)
	}
	ctx.SetStatus(answer.status)
	if err := a.Marshal(ctx.BodyWriter(), jsonType, body); err != nil {
		Log(ctx.Context()).Debug("an answer could not be written", "error", err)
	}
}
