// Package sentence divides a text into sentences, and a script into what is spoken and by whom, without
// changing a word: a model is asked about numbered sentences, and the text itself never passes through
// it.
//
//	for _, s := range sentence.Of(prose.Clean(text), "english") { … }
//	scenes := sentence.Group(sentences, starts) // starts: where a model would begin a new picture
//
// Promises: the sentences, joined ([prose.Join]), are the cleaned text on one line ([prose.Flat]); so are the
// groups. Every sentence has something to say. A group has one speaker.
//
// Where it is in doubt it takes two sentences for one. It never translates, spells out or corrects.
package sentence
