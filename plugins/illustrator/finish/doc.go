// Package finish turns a painted canvas into a picture of one of the art styles: it tones, grades,
// inks and grains it, each style in its own way. It adds no bars and no borders: the film's camera
// moves over the picture.
package finish
