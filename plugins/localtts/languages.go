package localtts

import "context"

// A language is how a text of it is divided, written for its engine, and spoken.
type language struct {
	words        func(text string) []word
	abbreviation func(printed string) bool
	script       func([]word) script
	open         func(v voice, pace float64) (sayer, error)
	shelf        float64 // decibels that its engine's voices want above 3 kHz
}

var languages = map[string]language{
	"english": {words: splitWords, abbreviation: englishAbbreviation, script: englishScript, open: english, shelf: 3},
}

// english opens flite with a voice.
func english(v voice, pace float64) (sayer, error) {
	f, err := openFlite()
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, s script) (recording, int, error) { return f.say(s, v.flite, pace) }, nil
}
