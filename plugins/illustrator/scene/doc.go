// Package scene paints a brief: a place under a sky at an hour and in a weather, with its people and
// things, far to near.
//
// What matters stands in the upper two thirds of the picture and away from its edges: subtitles cover
// the lower third, and the camera moves over the rest. Nothing large is painted in front of a subject.
package scene
