package motion

import "math"

// The movements of a camera.
const (
	ZoomIn   = "zoom-in"
	ZoomOut  = "zoom-out"
	PanLeft  = "pan-left"
	PanRight = "pan-right"
	PanUp    = "pan-up"
	PanDown  = "pan-down"
	Still    = "still"
)

const (
	zoomPerSecond = 0.018 // growth of a zoom; slower is dull, faster draws the eye to itself
	minZoom       = 1.06  // reached at least, however short the scene
	maxZoom       = 1.17  // passed never, however long the scene
	subjectY      = 0.46  // zooms lean towards this height: subjects stand above the middle
	easing        = 0.6   // share of smoothstep in the movement; the rest is linear
)

// A View is the part of a picture that one frame shows.
type View struct {
	X, Y float64 // the view's centre, as fractions of the picture's width and height
	Zoom float64 // at least 1; at 1 the view is the whole picture
}

// A Camera moves over a picture for a number of frames.
type Camera struct {
	motion string
	frames int
	reach  float64 // the largest zoom
}

// NewCamera makes a camera that performs the movement in so many frames, which last so many seconds.
// A movement that it does not know is [Still].
func NewCamera(motion string, frames int, seconds float64) Camera {
	reach := math.Exp(zoomPerSecond * seconds)
	return Camera{motion: motion, frames: frames, reach: min(max(reach, minZoom), maxZoom)}
}

// Moves tells whether the frames differ from each other.
func (c Camera) Moves() bool {
	switch c.motion {
	case ZoomIn, ZoomOut, PanLeft, PanRight, PanUp, PanDown:
		return c.frames > 1
	}
	return false
}

// View is what frame n shows; n is held within the camera's frames. It always lies in the picture.
func (c Camera) View(n int) View {
	t := 0.0
	if c.frames > 1 {
		t = ease(min(max(float64(n)/float64(c.frames-1), 0), 1))
	}
	switch c.motion {
	case ZoomIn:
		return c.zoomed(t)
	case ZoomOut:
		return c.zoomed(1 - t)
	case PanRight:
		return c.panned(t, 0.5)
	case PanLeft:
		return c.panned(1-t, 0.5)
	case PanDown:
		return c.panned(0.5, t)
	case PanUp:
		return c.panned(0.5, 1-t)
	}
	return View{0.5, 0.5, 1}
}

// zoomed grows by the same factor in equal times, which the eye takes for an even speed.
func (c Camera) zoomed(t float64) View {
	zoom := math.Pow(c.reach, t)
	lean := (subjectY - 0.5) * (1 - 1/zoom)
	return View{0.5, 0.5 + lean, zoom}
}

// panned places the view within the room that the zoom leaves: 0 is left or top, 1 right or bottom.
func (c Camera) panned(x, y float64) View {
	room := 1 - 1/c.reach
	return View{0.5 + (x-0.5)*room, 0.5 + (y-0.5)*room, c.reach}
}

// ease starts and ends a movement gently without ever quite standing still.
func ease(t float64) float64 {
	smooth := t * t * (3 - 2*t)
	return t + easing*(smooth-t)
}
