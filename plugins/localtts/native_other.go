//go:build !linux

package localtts

import (
	"context"
	"errors"
	"runtime"
)

// What to do about a missing engine.
const (
	hint   = "run Filmloom on Linux, or configure another provider of speech"
	repair = hint
)

// errSystem: the engines' libraries are used on Linux only.
var errSystem = errors.New("speech through flite and espeak-ng works on Linux, not on " + runtime.GOOS)

type (
	flite  struct{}
	espeak struct{}
)

var (
	openFlite  = func() (*flite, error) { return nil, errSystem }
	openEspeak = func() (*espeak, error) { return nil, errSystem }
)

func (*flite) say(script, fliteVoice, float64) (recording, int, error) {
	return recording{}, 0, errSystem
}

func (*espeak) say(context.Context, script, string, espeakVoice, float64) (recording, int, error) {
	return recording{}, 0, errSystem
}

func cacheVersion() string { return version }
