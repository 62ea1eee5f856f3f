// Package bank holds the stories that were written for this project, and the reader of the files
// they stand in.
//
// There is one file for each topic in the folder stories. A file is plain text, made to be written
// and proofread by people:
//
//	topic scary
//
//	story crow-point
//	title The Lamp at Crow Point
//	mood suspense
//	about A lighthouse empty for eleven years starts to shine again. #scary
//	name KEEPER Mara | Edith | Nora
//	looks KEEPER a woman of thirty with short black hair and a yellow raincoat
//
//	wide | old lighthouse on a cliff, {KEEPER} below, night
//	  {KEEPER} stood before a lighthouse. Its lamp was burning.
//	long close | an old iron door, rust, moonlight
//	  The door was open.
//
// A scene is a line with its framing and its picture, and an indented line with its narration. A
// scene marked long is told only in the long variant. {KEEPER} stands for one of the names in a
// narration and for the looks in a picture, so that somebody looks the same from scene to scene.
// Lines that begin with # are comments.
//
// The package promises that every story it returns has passed [Parse], which reports the first
// mistake with file and line. It never invents: a story is told as written, or not at all.
package bank
