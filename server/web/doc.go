// Package web is what both REST APIs stand on: one Huma API for each base path, with errors in that API's own
// shape, who calls, limits, idempotency keys, event streams and waiting.
//
//	site := web.NewSite(web.SiteConfig{Log: log})
//	api := site.API(web.APIConfig{Prefix: "/v1", Title: "Video API", Dialect: dialect, Identity: ids})
//	web.Handle(api, huma.Operation{Method: "GET", Path: "/things/{id}"}, getThing)
//	http.Serve(listener, site)
//
// # What it promises
//
// Whatever goes wrong below a base path is answered in that API's shape, also an unknown path, a wrong method,
// a body that is too large and a panic, and never shows what was submitted or what is inside. Every answer has a
// request id. An operation that has a security requirement is only called for somebody who is known, and nobody else learns
// what is wrong with a request. One that can be read in two ways is refused: keys, options or headers that are given
// twice, a malformed query, an unknown field.
//
// The documents tell of each operation which errors its answers may be, each with an example that its dialect has
// worded, and which headers they have. Headers are sent as they are printed: X-RateLimit-Limit, not X-Ratelimit-Limit.
//
// # What it never does
//
// It knows no film and no task. It does not decide who may see what: handlers compare owners.
package web
