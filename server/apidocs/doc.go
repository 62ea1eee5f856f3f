// Package apidocs serves a page on which an OpenAPI document can be read and its operations tried out, with no
// network but this server: Swagger UI, which is a part of the binary.
//
//	docs := apidocs.Handler("/v1", "/v1/openapi.json", "Video API")
//	mux.Handle("/v1/docs", docs)
//	mux.Handle("/v1/docs/", docs)
//
// # What it promises
//
// The page works under the Content-Security-Policy that it is sent with: it loads and asks nothing but this
// server, and runs no script and no style that is written in a page. So the document must name this server by a
// relative URL such as /v1, or by the very origin at which the page is opened. Logging in works on the page for bearer tokens, keys in
// headers and the password flow of OAuth 2. Everything but the page itself may be kept by browsers for a
// year: its path changes when it does. All links are relative, so the page works behind a proxy that serves
// it under another path.
//
// # What it never does
//
// It keeps no token and no password: they are gone with the page. It reads no document and knows no API.
package apidocs
