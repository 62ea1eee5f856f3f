package motion

import "encoding/binary"

// FrameSize is the number of bytes of a frame: planar 4:2:0, the three planes one after the other.
func FrameSize(width, height int) int { return width * height * 3 / 2 }

// A tap says where an output sample lies between two input samples: after the sample at offset, by
// weight's low half of 256 parts; the high half holds the rest of the 256.
type tap struct{ offset, weight uint32 }

// A Painter paints views of one picture. It may be used by one goroutine at a time; several painters
// may share a picture.
type Painter struct {
	pic           *Picture
	width, height int
	taps          []tap
	rows          [2][]byte     // rows already filtered across, by the parity of their number
	held          [2]int        // which ones they are
	line          [rowSize]byte // the row that is to be filtered across
}

// NewPainter makes a painter of frames of the size, which must be the one the picture was made for.
func NewPainter(pic *Picture, width, height int) *Painter {
	p := &Painter{pic: pic, width: width, height: height, taps: make([]tap, width)}
	for i := range p.rows {
		p.rows[i] = make([]byte, width)
	}
	return p
}

// Paint fills a frame of [FrameSize] bytes with a view.
func (p *Painter) Paint(frame []byte, v View) {
	y := &p.pic.y
	pw, ph := float64(y.width), float64(y.height)
	zoom := max(v.Zoom, 1)
	step := min(pw/float64(p.width), ph/float64(p.height)) / zoom
	// The view's upper left corner, held inside the picture.
	x0 := min(max(v.X*pw-step*float64(p.width)/2, 0), pw-step*float64(p.width))
	y0 := min(max(v.Y*ph-step*float64(p.height)/2, 0), ph-step*float64(p.height))
	// The first output sample's centre among the input samples' centres.
	cx, cy := x0+step/2-0.5, y0+step/2-0.5
	w, h := p.width, p.height
	p.paintPlane(frame[:w*h], y, w, h, cx, cy, step)
	// Chroma samples lie on the even columns and half-way between two rows, in picture and frame.
	ux, uy := cx/2, (y0+step)/2-0.5
	u, vv := frame[w*h:w*h*5/4], frame[w*h*5/4:w*h*3/2]
	p.paintPlane(u, &p.pic.u, w/2, h/2, ux, uy, step)
	p.paintPlane(vv, &p.pic.v, w/2, h/2, ux, uy, step)
}

// paintPlane filters in the order that costs less: a step up to 1 uses each input row for several
// output rows, so rows are filtered across once and kept; a larger step skips rows.
func (p *Painter) paintPlane(dst []byte, src *plane, w, h int, x, y, step float64) {
	taps := p.taps[:w]
	fillTaps(taps, x, step, src.width)
	p.held = [2]int{-1, -1}
	for j := range h {
		row, weight := position(y+float64(j)*step, src.height)
		out := dst[j*w : (j+1)*w]
		next := min(row+1, src.height-1)
		if step > 1 {
			from := int(taps[0].offset) &^ 7
			to := min((int(taps[w-1].offset)+2+7)&^7, src.stride)
			blend(p.line[from:to], src.row(row)[from:to], src.row(next)[from:to], weight)
			across(out, &p.line, taps)
			continue
		}
		a := p.filtered(src, row, taps)
		if weight == 0 {
			copy(out, a)
			continue
		}
		blend(out, a, p.filtered(src, next, taps), weight)
	}
}

// filtered gives an input row filtered across. Two rows with numbers of different parity are kept.
func (p *Painter) filtered(src *plane, row int, taps []tap) []byte {
	i := row & 1
	out := p.rows[i][:len(taps)]
	if p.held[i] != row {
		copy(p.line[:], src.row(row))
		across(out, &p.line, taps)
		p.held[i] = row
	}
	return out
}

// position splits a sample position, held inside the plane, into a sample and 256ths after it.
func position(at float64, size int) (sample int, weight uint32) {
	at = min(max(at, 0), float64(size-1))
	q := uint32(at*256 + 0.5)
	return int(q >> 8), q & 255
}

func fillTaps(taps []tap, x, step float64, size int) {
	for i := range taps {
		sample, f := position(x+float64(i)*step, size)
		taps[i] = tap{uint32(sample), (256-f)<<16 | f}
	}
}

// rowSize is more samples than any row has. Rows to be filtered across lie in arrays of this size, so
// that an offset needs no check, only a mask.
const rowSize = 1 << 13

// across filters a row with two taps for each output sample. Both products come from one
// multiplication: the samples lie in a word's halves, and the word's upper half collects
// a·(256-f) + b·f.
func across(dst []byte, src *[rowSize]byte, taps []tap) {
	dst = dst[:len(taps)]
	for i, t := range taps {
		pair := uint32(src[t.offset%rowSize]) | uint32(src[(t.offset+1)%rowSize])<<16
		dst[i] = byte((pair*t.weight + 1<<23) >> 24)
	}
}

const (
	evenBytes = 0x00ff00ff00ff00ff
	halves    = 0x0080008000800080
)

// blend mixes two rows: a by 256-weight parts, b by weight, of 256, rounded. Eight samples at a time
// are multiplied in the 16-bit lanes of two words.
func blend(dst, a, b []byte, weight uint32) {
	a, b = a[:len(dst)], b[:len(dst)]
	wa, wb := uint64(256-weight), uint64(weight)
	for len(dst) >= 8 {
		x, y := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)
		even := ((x&evenBytes)*wa + (y&evenBytes)*wb + halves) >> 8 & evenBytes
		odd := ((x>>8&evenBytes)*wa + (y>>8&evenBytes)*wb + halves) &^ evenBytes
		binary.LittleEndian.PutUint64(dst, even|odd)
		dst, a, b = dst[8:], a[8:], b[8:]
	}
	for i := range dst {
		dst[i] = byte((uint64(a[i])*wa + uint64(b[i])*wb + 128) >> 8)
	}
}
