// Package depict finds pictures for a text: from the words that stand in it, never from what they
// might mean.
//
// A [Painter] goes through a text passage by passage. It looks the words up in small tables of
// visible things, one table for each language, and remembers where the story is: a passage that
// names no place happens where the last one did, at the same time of day and in the same weather.
// Every picture of a text is described differently from every other. The descriptions are in
// English, whatever the language of the text.
//
// A passage that is known to show somebody begins with them ([Painter.PictureOf]), and a scene's heading
// takes the story elsewhere ([Painter.Enter]).
//
//	painter, err := depict.NewPainter("english", seed)
//	painter.Picture("The old man lit a lantern in the forest.").Prompt
//	// "an old man, a glowing lantern, in a forest with tall trees, soft daylight"
//
// The package promises the same answer for the same words and seed. It does not understand a text:
// "no rain" shows rain.
package depict
