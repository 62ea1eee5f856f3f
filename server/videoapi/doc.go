// Package videoapi is the Video API, served at /v1: log in, order a film of a story, follow it, make single
// pictures of it anew.
//
//	site := web.NewSite(web.SiteConfig{Log: log})
//	videoapi.Register(site, videoapi.Config{Desk: desk, Identity: ids, Media: media, Keys: book, Plans: set, Credits: ledger})
//
// # What it promises
//
// A client written from the API's specification alone works; what goes beyond it never changes what such a
// client sees. Every documented key is present, null as long as its value is not known. Somebody else's task is
// answered like one that does not exist.
//
// # What it never does
//
// It keeps nothing: tasks are productions, pictures are scenes of their films.
package videoapi
