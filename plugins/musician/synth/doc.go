// Package synth is the musician's synthesiser: instruments that play one note each, a room, and what
// makes a mix fit for broadcast. It knows no harmony.
//
// Sound is mono float64 at [Rate] samples a second, full scale 1. A voice is played by asking for its
// samples until it has ended; nothing here allocates while it plays.
package synth
