// Package prose knows what a text in one of the languages of films is made of: what of it can be seen and
// said, where its lines and sentences end, what stands between two pieces of it, how long it takes to say.
// Providers that tell a user's text ask it, so that all find the same sentences in it.
//
//	text := prose.Flat(prose.Clean(raw), "english")
//	from := 0
//	for _, at := range append(prose.Ends(text, "english"), len(text)) {
//		fmt.Println(text[from:at])
//		from = at
//	}
//
// Languages are the names of film.Languages. One that is not known is written with spaces.
//
// # What it promises
//
// Nothing that can be said is lost and nothing is added: [Clean] keeps every letter and digit, and cleaning
// twice is cleaning once; a text cut at its [Ends] is the text. Where it is in doubt whether a sentence ends
// it takes two sentences for one: one too long can be divided, but "Mr." on its own would be read as one.
//
// # What it never does
//
// It never rewrites, corrects, translates or spells out, and does not decide how long a scene or a subtitle
// is, nor how a mark or an abbreviation is spoken: that is for who makes them.
package prose
