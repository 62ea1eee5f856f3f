package musician

// A genre says how its pieces are made.
type genre struct {
	tempo        float64 // beats a minute
	beats        int     // in a bar
	mode         mode
	tonics       []int   // MIDI numbers to choose the key from, about the middle of the pads
	progressions [][]int // degrees, one a bar; 0 is the tonic
	cadence      int     // the degree before the last chord
	ring         float64 // seconds that the last chord is given: as long as its instruments sound
	rhythms      [][]float64
	layers       []layer
}

// A layer is one instrument with what it plays.
type layer struct {
	instrument instrument
	pattern    pattern
	steps      string  // for rhythms: a bar's steps, x loud, o soft, . silent; for arpeggios: chord tones
	octave     int     // above the tonic
	from       float64 // how much energy the piece must have for it to play, 0 to 1
	level      float64 // dB
	pan        float64 // -1 left, 1 right
	room       float64 // share that goes to the reverb
}

type pattern int

const (
	chords   pattern = iota // the triad, held for the bar
	root                    // the bass note, on its steps
	arpeggio                // chord tones on steps: 0 the lowest, 3 its octave
	strum                   // the triad on its steps
	melody                  // the motif
	rhythm                  // an instrument without pitch
)

var genres = map[string]genre{
	"epic": {
		tempo: 86, beats: 4, mode: minor, tonics: []int{48, 50, 52},
		progressions: [][]int{{0, 5, 2, 6}, {0, 3, 5, 6}, {0, 6, 5, 6}, {0, 2, 5, 6}}, cadence: 6, ring: 4.5,
		rhythms: [][]float64{{2, 1, 1, 4}, {3, 1, 2, 2}, {1.5, .5, 2, 4}},
		layers: []layer{
			{section, chords, "", 0, 0, -2, -.2, .45},
			{section, chords, "", 1, .6, -9, .3, .5},
			{bass, root, "x.......x.......", -1, .25, -3, 0, .05},
			{pluckedLow, arpeggio, "0120123201201232", 0, .35, -9, -.35, .3},
			{horn, melody, "", 1, .5, -9, .25, .5},
			{drum, rhythm, "x.....o.x...o.oo", 0, .45, -3, 0, .35},
			{cymbal, rhythm, "x...............", 0, .85, -12, .2, .5},
		},
	},
	"calm": {
		tempo: 66, beats: 4, mode: major, tonics: []int{50, 53, 55},
		progressions: [][]int{{0, 3, 4, 3}, {0, 5, 3, 4}, {0, 2, 3, 3}, {0, 4, 5, 3}}, cadence: 4, ring: 5,
		rhythms: [][]float64{{3, 1, 4}, {2, 2, 4}, {4, 2, 2}},
		layers: []layer{
			{pad, chords, "", 0, 0, -5, 0, .5},
			{piano, arpeggio, "0.1.2.3.2.1.2.1.", 0, 0, -3, -.2, .4},
			{bass, root, "x...............", -1, .4, -8, 0, .1},
			{flute, melody, "", 1, .5, -13, .3, .6},
			{bell, arpeggio, "3.......2.......", 1, .7, -19, .4, .7},
		},
	},
	"suspense": {
		tempo: 76, beats: 4, mode: phrygian, tonics: []int{45, 47, 48},
		progressions: [][]int{{0, 0, 1, 0}, {0, 5, 1, 0}, {0, 1, 0, 6}, {0, 3, 1, 1}}, cadence: 1, ring: 5,
		rhythms: [][]float64{{6, 2}, {4, 4}, {8}},
		layers: []layer{
			{section, chords, "", 0, 0, -5, 0, .5},
			{bass, root, "x.....x.x.......", -1, .2, -2, 0, .1},
			{marimba, arpeggio, "0.0.0.0.0.0.0.1.", 1, .3, -11, -.3, .4},
			{heartbeat, rhythm, "x.o.....x.o.....", 0, .15, -2, 0, .15},
			{bell, melody, "", 1, .55, -16, .4, .7},
			{cymbal, rhythm, "............o...", 0, .8, -18, -.3, .6},
		},
	},
	"upbeat": {
		tempo: 116, beats: 4, mode: major, tonics: []int{50, 52, 55},
		progressions: [][]int{{0, 4, 5, 3}, {0, 3, 5, 4}, {5, 3, 0, 4}, {0, 2, 3, 4}}, cadence: 4, ring: 3.5,
		rhythms: [][]float64{{1, .5, .5, 1, 1, 1.5, 2.5}, {.5, .5, 1, 2, 1, 3}, {1.5, 1.5, 1, 4}},
		layers: []layer{
			{pad, chords, "", 0, 0, -11, 0, .4},
			{guitar, strum, "x..x..x.x..x..x.", 0, 0, -4, -.35, .25},
			{bass, root, "x..x....x..x..o.", -1, .2, -6, 0, .05},
			{piano, arpeggio, "0.2.3.2.0.2.3.2.", 0, .5, -9, .35, .3},
			{marimba, melody, "", 1, .6, -12, .2, .4},
			{kick, rhythm, "x.......x.x.....", 0, .3, -4, 0, .03},
			{clap, rhythm, "....x.......x...", 0, .4, -11, .1, .25},
			{hat, rhythm, "..x.o.x...x.o.x.", 0, .3, -17, .3, .1},
		},
	},
	"romantic": {
		tempo: 84, beats: 3, mode: major, tonics: []int{49, 51, 53},
		progressions: [][]int{{0, 5, 3, 4}, {0, 2, 3, 4}, {0, 4, 5, 3}, {0, 5, 1, 4}}, cadence: 4, ring: 4.5,
		rhythms: [][]float64{{2, 1, 3}, {1, 1, 1, 3}, {3, 2, 1}},
		layers: []layer{
			{section, chords, "", 0, .15, -7, 0, .5},
			{piano, arpeggio, "0.2.3.2.3.2.", 0, 0, -3, -.15, .4},
			{bass, root, "x...........", -1, .3, -7, 0, .1},
			{flute, melody, "", 1, .4, -11, .25, .6},
			{section, melody, "", 0, .7, -13, -.3, .5},
		},
	},
	"playful": {
		tempo: 126, beats: 4, mode: lydian, tonics: []int{50, 52, 53},
		progressions: [][]int{{0, 1, 0, 4}, {0, 4, 0, 4}, {0, 1, 4, 0}, {0, 5, 1, 4}}, cadence: 4, ring: 1.9,
		rhythms: [][]float64{{.5, .5, 1, .5, .5, 1, 2, 2}, {1, 1, .5, .5, 1, 1, 3}, {1.5, .5, 1, 1, 4}},
		layers: []layer{
			{pluckedLow, root, "x.......o.......", -1, 0, -2, 0, .1},
			{pizzicato, strum, "....x.......x...", 0, 0, -6, -.3, .3},
			{marimba, melody, "", 1, .25, -8, .25, .35},
			{pizzicato, arpeggio, "..0...1...2...3.", 1, .5, -10, .4, .35},
			{woodblock, rhythm, "..o...o...o..oo.", 0, .4, -16, .35, .25},
			{clap, rhythm, "........x.......", 0, .7, -15, -.2, .3},
		},
	},
	"documentary": {
		tempo: 102, beats: 4, mode: dorian, tonics: []int{48, 50, 53},
		progressions: [][]int{{0, 3, 2, 6}, {0, 3, 0, 6}, {0, 2, 3, 6}, {0, 6, 3, 3}}, cadence: 6, ring: 4.5,
		rhythms: [][]float64{{4, 4}, {3, 1, 4}, {2, 2, 4}},
		layers: []layer{
			{pad, chords, "", 0, 0, -4, 0, .5},
			{piano, arpeggio, "0.2.1.2.0.2.1.2.", 0, .1, -6, -.25, .4},
			{bass, root, "x.......x.......", -1, .35, -6, 0, .08},
			{pizzicato, arpeggio, "0.3.2.3.0.3.2.3.", 1, .3, -11, .35, .4},
			{section, melody, "", 1, .65, -14, .2, .55},
			{heartbeat, rhythm, "x...............", 0, .5, -8, 0, .1},
			{hat, rhythm, "..o...o...o...o.", 0, .55, -24, .3, .2},
		},
	},
}
