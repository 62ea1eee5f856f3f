// Package subject holds what the illustrator can show apart from places and people: animals, things,
// vehicles and buildings, each an outline with a size, a colour and a way to stand.
//
// Outlines come from the Game Icons collection (https://game-icons.net), by Lorc, Delapouite and
// contributors, under CC BY 3.0; LICENSE-outlines.txt says so too. They were changed: converted to
// plain curves, filled, coloured and lit.
package subject
