// Package paint is the illustrator's canvas: pixels in linear light, noise, paths and lit bodies.
//
// Lengths are fractions of the picture's height, whatever its size: x runs from 0 to [Canvas.Aspect],
// y from 0 at the top to 1. So one scene fits every size, and a larger picture only has more detail.
//
// Every function is deterministic. Work is spread over the processors by rows, and none of it depends
// on how. After the canvas's context has ended, painting does nothing more: look at the context at
// the end, not after every stroke.
package paint
