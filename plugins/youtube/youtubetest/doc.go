// Package youtubetest is a local server that does what YouTube and Google's OAuth endpoints do, as far as
// Filmloom uses them, and holds every request against their documentation: methods, headers, ranges, fields,
// scopes, PKCE. It is for tests.
//
//	vendor := youtubetest.New(t)
//	token := vendor.Token(youtubetest.ScopeUpload)
//	// … upload to vendor.UploadURL() …
//	vendor.Interfere(func(r youtubetest.Request) *youtubetest.Fault {
//		if r.Kind == youtubetest.Piece && r.N == 3 {
//			return &youtubetest.Fault{Keep: 256 << 10, Cut: true}
//		}
//		return nil
//	})
//	videos := vendor.Videos()
//
// # What it promises
//
// A request that the documentation does not allow fails the test, and is answered as the vendor would. A byte of
// a film is taken once: a piece that does not begin where the upload is counts as such a request.
//
// # What it never does
//
// It keeps no film, only how large it is and its SHA-256. It asks no person for consent: whoever opens the
// consent page is sent back with a code at once, or as [Server.Consent] says.
package youtubetest
