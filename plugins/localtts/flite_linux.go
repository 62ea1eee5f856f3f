package localtts

import (
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// The parts of flite's structures that are read here, as its 2.x headers lay them out.
type (
	cstVoice struct {
		_        uintptr // name
		features uintptr
	}
	cstWave struct {
		_          uintptr // type
		sampleRate int32
		numSamples int32
		channels   int32
		samples    *int16
	}
)

// flite is the English engine: libflite, loaded into this process.
type flite struct {
	voices map[string]*cstVoice

	synth        func(text string, voice *cstVoice) uintptr
	relation     func(utterance uintptr, name string) uintptr
	head, next   func(uintptr) uintptr
	itemString   func(item uintptr, feature string) string
	featureFloat func(item uintptr, path string) float32
	parent       func(item uintptr) uintptr
	as           func(item uintptr, relation string) uintptr
	wave         func(utterance uintptr) *cstWave
	delete       func(utterance uintptr)
	setFloat     func(features uintptr, name *byte, v float32)
}

var fliteSpeakers = []string{"slt", "rms", "awb"}

// openFlite loads the libraries once in a process; they stay until it ends.
var openFlite = sync.OnceValues(func() (*flite, error) {
	open := func(name string) (uintptr, error) {
		lib, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_GLOBAL)
		if err != nil {
			return 0, fmt.Errorf("cannot load %w", err) // which names the library
		}
		return lib, nil
	}
	if err := openRandom(); err != nil {
		return nil, err
	}
	lib, err := open("libflite.so.1")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"libflite_usenglish.so.1", "libflite_cmulex.so.1"} {
		if _, err := open(name); err != nil {
			return nil, err
		}
	}
	f := &flite{voices: map[string]*cstVoice{}}
	var initialise func() int32
	if err := bind(lib, map[string]any{
		"flite_init": &initialise, "flite_synth_text": &f.synth, "utt_relation": &f.relation, "relation_head": &f.head,
		"item_next": &f.next, "item_feat_string": &f.itemString, "ffeature_float": &f.featureFloat,
		"item_parent": &f.parent, "item_as": &f.as, "utt_wave": &f.wave, "delete_utterance": &f.delete,
		"feat_set_float": &f.setFloat,
	}); err != nil {
		return nil, err
	}
	initialise()
	for _, speaker := range fliteSpeakers {
		lib, err := open("libflite_cmu_us_" + speaker + ".so.1")
		if err != nil {
			return nil, err
		}
		var register func(dir uintptr) *cstVoice
		if err := bind(lib, map[string]any{"register_cmu_us_" + speaker: &register}); err != nil {
			return nil, err
		}
		v := register(0)
		if v == nil {
			return nil, fmt.Errorf("libflite_cmu_us_%s.so.1 gave no voice", speaker)
		}
		f.voices[speaker] = v
	}
	return f, nil
})

// bind resolves functions; a missing one is an error instead of purego's panic.
func bind(lib uintptr, functions map[string]any) error {
	for name, fn := range functions {
		address, err := purego.Dlsym(lib, name)
		if err != nil {
			return fmt.Errorf("the library has no function %s: %w", name, err)
		}
		purego.RegisterFunc(fn, address)
	}
	return nil
}

// The names of the features that are set. Flite keeps the pointer that it is given, so these stay where
// they are as long as the process lives.
var (
	durationStretch = &[]byte("duration_stretch\x00")[0]
	pitchMean       = &[]byte("int_f0_target_mean\x00")[0]
)

// say speaks a script of plain ASCII. Pace 1 is the voice's own.
func (f *flite) say(s script, v fliteVoice, pace float64) (recording, int, error) {
	text := s.String()
	speaking.Lock()
	defer speaking.Unlock()
	reseed()
	cv := f.voices[v.speaker]
	f.setFloat(cv.features, durationStretch, float32(v.stretch*v.depth/pace))
	if v.pitch > 0 {
		f.setFloat(cv.features, pitchMean, float32(v.pitch))
	}
	u := f.synth(text, cv)
	if u == 0 {
		return recording{}, 0, fmt.Errorf("flite could not speak %d characters", len(text))
	}
	defer f.delete(u)
	w := f.wave(u)
	if w == nil || w.numSamples < 0 || w.channels != 1 || w.sampleRate <= 0 {
		return recording{}, 0, fmt.Errorf("flite gave no sound for %d characters", len(text))
	}
	rate := int(w.sampleRate)
	r := recording{samples: append([]int16(nil), unsafe.Slice(w.samples, w.numSamples)...)}
	if words := f.relation(u, "Word"); words != 0 {
		r.marks = f.marks(f.head(words), s, text, rate)
	}
	if v.depth != 1 {
		r.lengthen(1 / v.depth)
	}
	return r, rate, nil
}

// marks walks the spoken words. The token that each came from is found in the text, where the search
// goes on from the token before.
func (f *flite) marks(item uintptr, s script, text string, rate int) []mark {
	var marks []mark
	var token uintptr
	cursor, owner := 0, noOwner
	for ; item != 0; item = f.next(item) {
		if in := f.as(item, "Token"); in != 0 {
			if p := f.parent(in); p != 0 && p != token {
				token = p
				name := f.itemString(p, "name")
				if at := strings.Index(text[cursor:], name); name != "" && at >= 0 {
					owner = s.ownerAt(cursor + at)
					cursor += at + len(name)
				}
			}
		}
		start := f.featureFloat(item, "R:SylStructure.daughter1.daughter1.R:Segment.p.end")
		end := f.featureFloat(item, "R:SylStructure.daughtern.daughtern.R:Segment.end")
		if end <= start || owner == noOwner {
			continue // a word without a sound, such as a bracket
		}
		marks = append(marks, mark{owner, int(float64(start) * float64(rate)), int(float64(end) * float64(rate))})
	}
	return marks
}
