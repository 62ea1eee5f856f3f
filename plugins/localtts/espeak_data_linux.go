package localtts

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// complete looks for all data that the languages and voices here need, and gives a *dataError for the
// first that is missing. The library itself would not tell: without a dictionary it is silent, and
// without a variant all voices sound alike.
func (e *espeak) complete() error {
	for _, name := range slices.Sorted(maps.Keys(voices)) {
		variant := filepath.Join(e.data, "voices", "!v", voices[name].espeak.variant)
		if info, err := os.Stat(variant); err != nil || info.Size() == 0 {
			return &dataError{fmt.Sprintf("espeak-ng's data lacks %s for the voice %s", variant, name)}
		}
	}
	var one script
	one.add(0, "1") // its name is in every dictionary
	for _, name := range slices.Sorted(maps.Keys(languages)) {
		lang := languages[name].espeak
		r, _, err := e.speak(context.Background(), one, lang, voices["alloy"].espeak, 1)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(r.samples, func(v int16) bool { return abs(v) > quiet }) {
			return &dataError{fmt.Sprintf("espeak-ng's dictionary for %s is missing or damaged in %s", name, e.data)}
		}
	}
	return nil
}
