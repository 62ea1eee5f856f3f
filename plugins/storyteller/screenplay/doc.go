// Package screenplay reads a script: who says what, and what is only meant for the eye.
//
//	s := screenplay.Read("EXT. HARBOUR - NIGHT\n\nA boat comes in.\n(It is empty.)\nMARA: Who is there?", "english", nil)
//	// s.Parts: the narrator's "A boat comes in." under the heading, and Mara's "Who is there?" with the note
//
// Spoken is everything but: the name in "NAME: …" at the beginning of a line, with an aside in brackets
// before or after the colon; brackets that fill a line, or several; Markdown headings and rules; headings
// of scenes ("INT. KITCHEN - DAY", "Scene 2"); changes of the picture ("CUT TO:"); a line "Title: …". In a
// script that has a scene's heading in capitals, a line in capitals before a speech is a name as well.
//
// It promises that every letter of a script is in a part's text or in something unspoken, in order and
// unchanged, and that nothing is spoken by two. It does not understand a script: a name is what looks like
// one. In capitals anything short does; otherwise every word must begin with a capital, and words such as
// "Note" or "Chapter", in each of the languages, are none. "He said: stop" is the narrator's.
//
// A line without a name is the narrator's, unless the speech before it has not come to the end of a
// sentence, or the name stood alone on its line: then it is spoken by that name up to the next empty line.
package screenplay
