// Package youtube connects accounts to YouTube channels, by OAuth 2 with PKCE, and gives out the access tokens
// that uploads need.
//
//	yt, err := youtube.New(youtube.Config{
//		DB: db, Keys: keys, ClientID: id, ClientSecret: secret,
//		RedirectURL: func() string { return public() + "/api/v1/youtube/callback" },
//	})
//
//	address, err := yt.Begin(ctx, account)      // a person opens it, and comes back to RedirectURL
//	account, err = yt.Finish(ctx, youtube.Callback{Account: account, State: state, Code: code})
//	token, err := yt.Secret(ctx, youtube.Reference(account)) // for engine.Config.Secrets
//
// What lasts, the refresh token, stays here: it is sealed with the server's secret key before it is stored, and
// nobody else gets it, nor the client's secret. A pipeline's stage names a reference; when its call is made,
// Secret gives an access token that is good for about an hour and made a moment ago. A longer upload asks again
// with its next attempt. So one place refreshes, sees at once that a permission was withdrawn, and can say so.
//
// # What it promises
//
// A connection attempt holds for ten minutes, once, and for the account that began it alone: whoever comes back
// with it must be logged in as that account ([Callback.Account]). Otherwise a stranger could send somebody a
// link, and have that person's channel connected to the stranger's account.
//
// However many calls ask at the same time, one refresh is made for them. A permission that was withdrawn or has
// expired is recorded as [Connection.Broken], and everything asks for a new connection from then on. What an old
// connection's answers bring changes nothing of a newer one.
//
// Tokens, codes, states and the client's secret are in no log, no error and, in clear, in no record. They travel
// in bodies and headers, to the configured addresses alone: no redirect is followed.
//
// # What it never does
//
// It serves no HTTP, uploads nothing and knows no film. It starts nothing that outlives a call.
package youtube
