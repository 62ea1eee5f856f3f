//go:build race

package localtts

// raced: the race detector is on. Tests that measure then take fewer rows: what they measure does not depend
// on it, and it makes arithmetic ten times slower.
const raced = true
