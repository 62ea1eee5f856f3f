// Package lenient reads the JSON object that a language model meant to write.
//
// Models that cannot be held to a schema put prose or code fences around their JSON, think aloud before
// it, leave a comma behind the last element, break lines inside strings, write True for true, or answer
// with the list alone that should have been an attribute of the object.
//
//	raw, err := lenient.Object("Sure! ```json\n{\"scenes\": [1, 2,],}\n```", "scenes") // {"scenes":[1,2]}
//
// Promises: what it gives is valid JSON, an object that has the attribute asked for; JSON that was valid
// keeps its meaning; it ends soon on any text and never panics.
//
// It never guesses what is missing: an object that breaks off in the middle is an error, because a story
// without its end is worse than none.
package lenient
