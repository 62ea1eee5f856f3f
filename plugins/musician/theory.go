package musician

// A mode is a scale as semitones above its tonic.
type mode []int

var (
	major    = mode{0, 2, 4, 5, 7, 9, 11}
	minor    = mode{0, 2, 3, 5, 7, 8, 10}
	dorian   = mode{0, 2, 3, 5, 7, 9, 10}
	phrygian = mode{0, 1, 3, 5, 7, 8, 10}
	lydian   = mode{0, 2, 4, 6, 7, 9, 11}
)

// key is the MIDI number of a degree of the scale on a tonic; 0 is the tonic, 7 its octave, and
// negative degrees lie below.
func (m mode) key(tonic, degree int) int {
	octave := degree / len(m)
	step := degree % len(m)
	if step < 0 {
		step += len(m)
		octave--
	}
	return tonic + 12*octave + m[step]
}

// voicing are the degrees of the triad on a degree, in the inversion that lies nearest to the middle:
// so chords follow one another in small steps.
func voicing(degree int) [3]int {
	root := degree % 7
	if root > 3 { // V, VI and VII sound below the tonic
		root -= 7
	}
	return [3]int{root, root + 2, root + 4}
}
