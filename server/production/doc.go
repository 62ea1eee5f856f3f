// Package production keeps films in the making: who wants which film, the orders that lead to it, and how far
// they are. Both APIs work through it: a task of the Video API and a project of the Studio API are
// productions, and what is rendered for them, at first and again, are orders.
//
//	desk, err := production.New(production.Config{Store: db, Engine: eng})
//	defer desk.Close()
//	p, err := desk.Create(ctx, production.Creation{Account: id, API: "video", Order: &production.Order{…}}, nil)
//	view, err := desk.Wait(ctx, p.ID, production.View.Settled)
//
// # What it promises
//
// An order is on disk, with everything the caller adds in the same transaction, before its run is started; the
// run has the order's id, so that it is started once, also when the process ends between the two. New goes on
// with every order that is open. The journal is the one source of progress: what a view says of a film is read
// from the runs. The summary in a production's record, and the lists made of it, are derived, and Rebuild makes
// them anew.
//
// Whole films are made a few at a time, those of higher priority first and then in the order of their coming; a
// change of one picture or text does not wait for them.
//
// # What it never does
//
// It knows no HTTP, no user and no price. It does not check who asks: callers compare Production.Account.
package production
