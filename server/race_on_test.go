//go:build race

package server_test

// raced: the race detector is on, which makes arithmetic ten times slower.
const raced = true
