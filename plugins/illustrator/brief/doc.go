// Package brief reads a picture's description and says what to paint: the place, the hour, the
// weather, the people and the things, in the words of the illustrator's scenes.
//
// It matches whole words, in lower case, without grammar: "a cat on a wall" and "wall, cat" are the
// same brief. A colour or an age belongs to the next thing that is named. A description without any
// known word still gives a brief; chance, seeded by the caller, fills what it leaves open. It never
// fails.
package brief
