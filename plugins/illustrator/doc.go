// Package illustrator paints pictures from their descriptions, in plain Go, without a model and
// without a network: layered scenes under a sky of the right hour and weather, with lit people and
// things, finished in one of seven art styles.
//
// It promises that the same input gives the same picture, byte for byte, on the same architecture,
// that the picture has exactly the size asked for, and that every description gives one. What a
// description names that the illustrator does not know is left out; it never invents people.
//
//	brief.Read   "old man with a lantern in a forest, night" → forest, night, one old man, lantern
//	scene.Paint  sky, far to near: mountains, mist, trees, ground, the man, the light of his lantern
//	finish       tone, grade, ink and grain of the style
package illustrator
