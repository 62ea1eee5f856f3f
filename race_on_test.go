//go:build race

package filmloom_test

// raced: the race detector is on, which makes arithmetic ten times slower. Films then have the mock's pictures
// and music: painting and composing have tests of their own.
const raced = true
