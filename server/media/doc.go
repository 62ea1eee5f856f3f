// Package media gives films, pictures, sound and subtitles away by links that are signed and expire.
//
//	m, err := media.New(media.Config{Store: artifacts, Key: keys.For("media"), Base: publicURL})
//	mux.Handle(media.Prefix, m.Handler())
//	link := m.URL(media.File{SHA256: sum, Name: title, Type: "video/mp4"}, media.Options{})
//	// https://films.example.org/media/1767225600.c2lnbmF0dXJlLXNpZ25hdA/e3b0c4…/The%20Lost%20Key.mp4
//
// A link names a file of the artifact store by its digest, the moment at which the link expires, and the name
// under which the file is given, whose extension is its type. Its signature covers all of these. Whoever has
// the link may read the file until then, without any other credential: none is looked at.
//
// # What it promises
//
// Nothing but files of the artifact store is given, and of these only the ones that a link was made for. A link
// lives for its lifetime and at most [Step] longer: it expires at a full step, so that a file's link stays the
// same for up to 15 minutes and what a browser has of it stays of use. Ranges work as in RFC 9110; up to
// four of them in a request, more are ignored. A file of any size takes the same, small memory. The type
// is from a fixed table; browsers neither guess another one nor run anything in what they are given.
//
// Answers: 200, 206, 304, 412 and 416 as usual; 403 when the link is expired or is not one of ours in every
// character (which of the two is said only where the signature is right); 404 when the link is right and the
// file is gone, such as after its film was deleted; 405 but for GET and HEAD; 500 when the store fails.
// Their bodies are one line of plain text, in no API's form.
//
// # What it never does
//
// It does not know films or accounts, and does not keep what it signed: a link cannot be taken back before it
// expires but by deleting its file or changing the key. It sets no CORS headers and looks at no Origin; since
// no cookie counts here, a wrapper that allows any origin is safe.
package media
