// Package studioapi is the Studio API, served at /api/v1: projects with a script, the jobs that make their films,
// API keys, webhooks, batches and the account with its credits.
//
//	studioapi.Register(site, studioapi.Config{Desk: desk, Identity: ids, Media: media, …})
//
// # What it promises
//
// A client written from the API's specification alone works, its printed examples included; what goes beyond it
// never changes what such a client sees. Somebody else's project is answered like one that does not exist. What a
// request with an idempotency key does is written together with its answer, and a batch that was interrupted goes on
// at the next start: no crash makes a film twice, or for nothing.
//
// # What it never does
//
// It keeps nothing of a film: projects are productions, jobs are their orders.
package studioapi
