package localtts

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// What of espeak-ng's interface (speak_lib.h) is used here.
const (
	espeakSynchronous = 2      // AUDIO_OUTPUT_SYNCHRONOUS: Synth returns when all sound was delivered
	espeakDontExit    = 0x8000 // espeakINITIALIZE_DONT_EXIT: missing data is an error, not the process's end
	espeakUTF8        = 1      // espeakCHARS_UTF8, and no flag for markup or phonemes
	espeakCharacters  = 1      // POS_CHARACTER
	espeakRate        = 1
	espeakPitch       = 3
	espeakRange       = 4
	espeakEventEnd    = 0 // espeakEVENT_LIST_TERMINATED
	espeakEventWord   = 1
	espeakEventClause = 5 // espeakEVENT_END
)

type espeakEvent struct {
	kind         int32
	id           uint32
	textPosition int32 // in characters, from 1
	length       int32
	milliseconds int32
	sample       int32 // from the beginning of the sound
	userData     uintptr
	value        [8]byte
}

// espeak is the engine of all languages but English: libespeak-ng, loaded into this process.
type espeak struct {
	rate    int
	capture *capture // what is being spoken now; guarded by speaking

	lib      uintptr
	callback uintptr
	data     string // the folder of its data

	terminate func() int32
	setVoice  func(name string) int32
	setParam  func(param, value, relative int32) int32
	synth     func(text string, size uintptr, position uint32, kind int32, end uint32, flags uint32, id, data uintptr) int32
}

// A capture collects what the library delivers for one script.
type capture struct {
	ctx     context.Context
	samples []int16
	events  []spoken
}

// A spoken word or end of a clause, by position in the text (from 0) and time in samples.
type spoken struct {
	position int
	at       int
	end      bool
}

// openEspeak finds the library once in a process.
var openEspeak = sync.OnceValues(func() (*espeak, error) {
	if err := openRandom(); err != nil {
		return nil, err
	}
	e := &espeak{}
	e.callback = purego.NewCallback(e.receive) // purego can make few, and never frees them
	speaking.Lock()
	defer speaking.Unlock()
	if err := e.load(); err != nil {
		return nil, err
	}
	if err := e.complete(); err != nil {
		return nil, err
	}
	return e, nil
})

// load loads the library afresh. It keeps the phase of a voice's flutter, among other things, from one
// utterance to the next and has no function that goes back to its beginning; loading it again does.
func (e *espeak) load() error {
	if e.lib != 0 {
		e.terminate()
		if err := purego.Dlclose(e.lib); err != nil {
			return fmt.Errorf("cannot unload libespeak-ng.so.1: %w", err)
		}
		e.lib = 0
	}
	lib, err := purego.Dlopen("libespeak-ng.so.1", purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return fmt.Errorf("cannot load %w", err) // which names the library
	}
	if err := e.initialise(lib); err != nil {
		return errors.Join(err, purego.Dlclose(lib))
	}
	e.lib = lib
	return nil
}

// initialise makes a library that was just loaded ready to speak.
func (e *espeak) initialise(lib uintptr) error {
	var initialise func(output, buffer int32, path uintptr, options int32) int32
	var setCallback func(fn uintptr)
	var info func(data **byte) uintptr
	if err := bind(lib, map[string]any{
		"espeak_Initialize": &initialise, "espeak_SetSynthCallback": &setCallback, "espeak_SetVoiceByName": &e.setVoice,
		"espeak_SetParameter": &e.setParam, "espeak_Synth": &e.synth, "espeak_Terminate": &e.terminate, "espeak_Info": &info,
	}); err != nil {
		return err
	}
	const buffer = 100 // milliseconds between callbacks, each a chance to stop
	rate := initialise(espeakSynchronous, buffer, 0, espeakDontExit)
	var data *byte
	info(&data)
	e.data = cString(data)
	if rate <= 0 {
		return &dataError{"espeak-ng cannot read its data in " + e.data}
	}
	e.rate = int(rate)
	setCallback(e.callback)
	return nil
}

// cString copies a C string of the library; nil is "".
func cString(p *byte) string {
	n := 0
	for p != nil && *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}

// receive is what the library calls with each buffer of sound. Its answer 1 stops the speech.
func (e *espeak) receive(wave *int16, count int32, event *espeakEvent) uintptr {
	c := e.capture
	if c == nil {
		return 1
	}
	if wave != nil && count > 0 {
		c.samples = append(c.samples, unsafe.Slice(wave, count)...)
	}
	for ; event != nil && event.kind != espeakEventEnd; event = (*espeakEvent)(unsafe.Add(unsafe.Pointer(event), unsafe.Sizeof(*event))) {
		switch event.kind {
		case espeakEventWord, espeakEventClause:
			c.events = append(c.events, spoken{
				position: int(event.textPosition) - 1, at: int(event.sample), end: event.kind == espeakEventClause,
			})
		}
	}
	if c.ctx.Err() != nil {
		return 1
	}
	return 0
}

// say speaks a script in a language, by the name espeak-ng has for it.
func (e *espeak) say(ctx context.Context, s script, language string, v espeakVoice, pace float64) (recording, int, error) {
	speaking.Lock()
	defer speaking.Unlock()
	if err := e.load(); err != nil {
		return recording{}, 0, err
	}
	return e.speak(ctx, s, language, v, pace)
}

// speak speaks with the library as it is. Call it with speaking held.
func (e *espeak) speak(ctx context.Context, s script, language string, v espeakVoice, pace float64) (recording, int, error) {
	name := language + "+" + v.variant
	if rc := e.setVoice(name); rc != 0 {
		return recording{}, 0, &dataError{fmt.Sprintf("espeak-ng has no voice %s in %s", name, e.data)}
	}
	e.setParam(espeakRate, int32(clamp(int(float64(v.speed)*pace+0.5), 80, 450)), 0)
	e.setParam(espeakPitch, int32(v.pitch), 0)
	e.setParam(espeakRange, 50, 0)
	reseed()
	c := &capture{ctx: ctx}
	e.capture = c
	text := s.String()
	rc := e.synth(text, uintptr(len(text)+1), 0, espeakCharacters, 0, espeakUTF8, 0, 0)
	e.capture = nil
	if err := ctx.Err(); err != nil {
		return recording{}, 0, err
	}
	if rc != 0 {
		return recording{}, 0, fmt.Errorf("espeak-ng could not speak %d characters (code %d)", len(s.runes), rc)
	}
	return recording{samples: c.samples, marks: c.marks(s)}, e.rate, nil
}

// marks turns events into marks: a word lasts until the next one or until its clause ends.
func (c *capture) marks(s script) []mark {
	var marks []mark
	open := false
	for _, ev := range c.events {
		if open {
			marks[len(marks)-1].end = ev.at
			open = false
		}
		if ev.end {
			continue
		}
		owner := s.ownerAt(ev.position)
		if owner == noOwner {
			continue
		}
		marks, open = append(marks, mark{owner, ev.at, len(c.samples)}), true
	}
	return marks
}
