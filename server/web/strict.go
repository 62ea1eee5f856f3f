package web

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// mediaType refuses bodies in a form that the operation does not take.
func (a *API) mediaType(ctx huma.Context, next func(huma.Context)) {
	body := ctx.Operation().RequestBody
	if body == nil {
		next(ctx)
		return
	}
	if coding := ctx.Header("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		a.refuse(ctx, &Fault{
			Status: http.StatusUnsupportedMediaType, Code: CodeMediaType, Message: "The body must not be compressed",
			Header: http.Header{"Accept-Encoding": {"identity"}},
		})
		return
	}
	given := ctx.Header("Content-Type")
	if _, ok := body.Content[given]; ok { // as nearly always
		next(ctx)
		return
	}
	kind, params, err := mime.ParseMediaType(given)
	_, takes := body.Content[kind]
	switch {
	case given == "" && body.Content[formURLEncoded] != nil:
		kind, takes = formURLEncoded, true // a form has two names, and Huma would take any
	case given == "":
		next(ctx)
		return
	case err != nil:
		takes = false
	}
	if !takes {
		a.refuse(ctx, otherType(body))
		return
	}
	r, _ := humago.Unwrap(ctx)
	r.Header.Set("Content-Type", mime.FormatMediaType(kind, params))
	next(ctx)
}

// otherType says which media types a body may have.
func otherType(body *huma.RequestBody) *Fault {
	return &Fault{
		Status: http.StatusUnsupportedMediaType, Code: CodeMediaType,
		Message: "The body must be " + strings.Join(slices.Sorted(maps.Keys(body.Content)), " or "),
	}
}

// malformed says that a query is none.
func malformed() *Fault { return Invalid(Problem{Location: "query", Message: "is malformed"}) }

// query refuses a query that others would read in another way: one that is malformed, which Go reads in part, or has
// a parameter twice.
func (a *API) query(ctx huma.Context, next func(huma.Context)) {
	u := ctx.URL()
	if u.RawQuery == "" {
		next(ctx)
		return
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		a.refuse(ctx, malformed())
		return
	}
	if ctx.Operation().SkipValidateParams {
		next(ctx)
		return
	}
	var problems []Problem
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if len(values[name]) > 1 {
			problems = append(problems, Problem{Location: short("query." + name), Message: "is given more than once"})
		}
	}
	if problems != nil {
		f := Invalid(problems...)
		f.tell()
		a.refuse(ctx, f)
		return
	}
	next(ctx)
}
