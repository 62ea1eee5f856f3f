package musician

import "github.com/filmloom/filmloom/plugins/musician/synth"

// instrument is who plays a layer.
type instrument int

const (
	section instrument = iota // bowed strings
	pad
	horn
	flute
	piano
	marimba
	bell
	bass
	guitar
	pizzicato
	pluckedLow
	drum
	kick
	heartbeat
	clap
	hat
	woodblock
	cymbal
)

// play makes the voice of a note.
var play = [...]func(synth.Note) synth.Voice{
	section: synth.Strings, pad: synth.Pad, horn: synth.Horn, flute: synth.Flute, piano: synth.Piano,
	marimba: synth.Marimba, bell: synth.Bell, bass: synth.Bass,
	guitar:     func(n synth.Note) synth.Voice { return synth.Plucked(n, .5, 2.2) },
	pizzicato:  func(n synth.Note) synth.Voice { return synth.Plucked(n, .05, .7) },
	pluckedLow: func(n synth.Note) synth.Voice { return synth.Plucked(n, .03, 1.1) },
	drum:       synth.Drum, kick: synth.Kick, heartbeat: synth.Heartbeat, clap: synth.Clap, hat: synth.Hat,
	woodblock: synth.Woodblock, cymbal: synth.Cymbal,
}
