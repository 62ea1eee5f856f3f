// Package storyteller is the offline provider of story.write and script.analyze: it needs no key, no
// model and no network.
//
// On a fixed topic it tells a story from package bank, written for this project, in English. On a
// custom topic it tells the user's own text word for word, in any language: package passage divides
// it into scenes, and package depict finds pictures for them in the text's own words. A bare theme
// is framed with questions.
//
// A script is read by package screenplay, which tells who says what, and divided into scenes with one
// speaker each. Names, headings and directions are not spoken, but headings and directions show in the
// pictures. Who speaks and was not given with looks gets some, which depend on the name and the seed:
// neither man nor woman, since no name tells it in 20 languages, unless the role says so. How long scenes are depends on how long
// the film is meant to be: the more of a minute, the longer. A script that changes its speaker more than
// 600 times is refused.
//
// The provider promises:
//
//   - The same input gives the same story; another seed another one, as far as there are others.
//   - The scenes' narrations, joined, are the whole text: of a user's text, and of what is spoken of a
//     script, no word is lost or added.
//   - It invents no facts. History, facts and tips were checked when they were written.
//   - Two scenes of one story, or of up to 70 in a script, never have the same picture's description.
//
// It never translates, and it ignores the style: a picture's description says what is seen, and the
// provider of pictures knows how to draw it.
//
//	p := storyteller.New()
//	call := &providers.Call{Capability: "story.write", Input: []byte(`{"topic": "bedtime", "language": "english", "length": "short", "seed": 1}`)}
//	result, err := p.Execute(ctx, call)
package storyteller
