package motion

import "math"

// The kinds of transition.
const (
	Crossfade = "crossfade"
	FadeBlack = "fade-black"
	WipeLeft  = "wipe-left"
	SlideLeft = "slide-left"
)

// Transitions lists the kinds that a [Mixer] knows.
var Transitions = []string{Crossfade, FadeBlack, WipeLeft, SlideLeft}

// softEdge is the width of a wipe's edge, as a part of the frame's width.
const softEdge = 0.08

// A Mixer makes the frames of a transition from the frames of its two sides.
type Mixer struct {
	kind          string
	width, height int
	black         []byte
	columns       []byte // weight of the coming picture in each column of a wipe
}

// NewMixer makes a mixer of a kind for frames of the size. A kind that it does not know is [Crossfade].
func NewMixer(kind string, width, height int) *Mixer {
	m := &Mixer{kind: kind, width: width, height: height}
	switch kind {
	case FadeBlack:
		m.black = make([]byte, FrameSize(width, height))
		for i := range m.black {
			m.black[i] = 16
			if i >= width*height {
				m.black[i] = 128
			}
		}
	case WipeLeft:
		m.columns = make([]byte, width)
	}
	return m
}

// Mix fills a frame: at 0 it shows the picture that goes, at 1 the one that comes.
func (m *Mixer) Mix(frame, going, coming []byte, at float64) {
	at = min(max(at, 0), 1)
	switch m.kind {
	case FadeBlack:
		if at < 0.5 {
			blend(frame, going, m.black, weightOf(2*at))
		} else {
			blend(frame, coming, m.black, weightOf(2-2*at))
		}
	case WipeLeft:
		m.wipe(frame, going, coming, at)
	case SlideLeft:
		m.slide(frame, going, coming, at)
	default:
		blend(frame, going, coming, weightOf(at))
	}
}

func weightOf(share float64) uint32 { return uint32(math.Round(share * 256)) }

// wipe draws a soft edge from the right to the left.
func (m *Mixer) wipe(frame, going, coming []byte, at float64) {
	// Where the coming picture is complete, in columns; it begins outside the frame, so that the
	// whole edge crosses it.
	soft := softEdge * float64(m.width)
	edge := float64(m.width)*(1-at) + soft*(1-at)
	for x := range m.columns {
		share := min(max((float64(x)-edge+soft)/soft, 0), 1)
		m.columns[x] = byte(math.Round(255 * share * share * (3 - 2*share)))
	}
	m.eachPlane(func(from, w, h, scale int) {
		for y := range h {
			o := from + y*w
			dst, a, b := frame[o:o+w], going[o:o+w], coming[o:o+w]
			for x := range dst {
				t := uint32(m.columns[x*scale])
				dst[x] = byte((uint32(a[x])*(255-t) + uint32(b[x])*t + 127) / 255)
			}
		}
	})
}

// slide pushes the picture that goes out to the left. Chroma has half the columns, so the movement is
// in steps of two pixels, which at the speed of a slide nobody can see.
func (m *Mixer) slide(frame, going, coming []byte, at float64) {
	eased := at * at * (3 - 2*at)
	shift := int(math.Round(eased*float64(m.width)/2)) * 2
	m.eachPlane(func(from, w, h, scale int) {
		d := shift / scale
		for y := range h {
			o := from + y*w
			copy(frame[o:o+w-d], going[o+d:o+w])
			copy(frame[o+w-d:o+w], coming[o:o+d])
		}
	})
}

// eachPlane calls f with each plane's first byte, size, and how many of the frame's columns one of its
// columns covers.
func (m *Mixer) eachPlane(f func(from, w, h, scale int)) {
	w, h := m.width, m.height
	f(0, w, h, 1)
	f(w*h, w/2, h/2, 2)
	f(w*h*5/4, w/2, h/2, 2)
}
