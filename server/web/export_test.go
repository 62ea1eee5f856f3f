package web

import "time"

// For tests of what hostile clients send.
var (
	Duplicate = duplicate
	Shorten   = short
	ReadInput = readInput
	Crowded   = crowded
)

// WaitOf reads a Prefer header.
func WaitOf(header string) (time.Duration, bool) { return Preference{Prefer: header}.wait() }

// SetSlow says how long a client may take to read a part of a stream.
func (s *Site) SetSlow(d time.Duration) { s.slow = d }

// SetLingers says how long the rest of a refused request is waited for.
func (s *Site) SetLingers(d time.Duration) { s.lingers = d }
