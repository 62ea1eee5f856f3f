package depict

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/filmloom/filmloom/providers/film/prose"
)

//go:embed words/*.txt
var files embed.FS

// The kinds of things in the table.
const (
	place   = "place"
	timeDay = "time"
	weather = "weather"
	person  = "person"
	animal  = "animal"
	object  = "object"
	mood    = "mood"
)

var kinds = []string{place, timeDay, weather, person, animal, object, mood}

// A thing is something that can be seen in a picture, or a mood.
type thing struct {
	kind, key, drawn string
}

// A table finds things by the words of one language.
type table struct {
	words    map[string][]*thing
	prefixes map[string][]*thing // words that end in *
	shortest int                 // letters of the shortest prefix
	substr   bool                // the language has no spaces: look anywhere
	longest  int                 // letters of the longest word, where substr
}

// things is the file that defines all things and their English words. The other files give the
// words of a language, a line "key: word word" for each thing.
const things = "things.txt"

// tables are read once. The tests prove that the files parse.
var tables = sync.OnceValues(func() (map[string]*table, error) {
	read := func(name string) (string, error) {
		b, err := files.ReadFile("words/" + name)
		return string(b), err
	}
	text, err := read(things)
	if err != nil {
		return nil, fmt.Errorf("read the table of things: %w", err)
	}
	known, english, err := parseThings(things, text)
	if err != nil {
		return nil, err
	}
	all := map[string]*table{"english": english}
	names, err := fs.Glob(files, "words/*.txt")
	if err != nil {
		return nil, fmt.Errorf("list the tables of words: %w", err)
	}
	for _, name := range names {
		base := path.Base(name)
		if base == things {
			continue
		}
		text, err := read(base)
		if err != nil {
			return nil, fmt.Errorf("read the table %s: %w", base, err)
		}
		language := strings.TrimSuffix(base, ".txt")
		if all[language], err = parseWords(base, text, language, known); err != nil {
			return nil, err
		}
	}
	return all, nil
})

func newTable(language string) *table {
	return &table{
		words: map[string][]*thing{}, prefixes: map[string][]*thing{}, shortest: 1 << 30,
		substr: prose.Separator(language) == "",
	}
}

// parseThings reads the file that defines the things.
func parseThings(name, text string) (map[string]*thing, *table, error) {
	known, english := map[string]*thing{}, newTable("english")
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "|")
		if len(fields) != 4 {
			return nil, nil, fmt.Errorf("%s:%d: want four fields, \"kind | key | how it is drawn | words\", got %d", name, i+1, len(fields))
		}
		t := &thing{kind: strings.TrimSpace(fields[0]), key: strings.TrimSpace(fields[1]), drawn: strings.TrimSpace(fields[2])}
		switch {
		case !slices.Contains(kinds, t.kind):
			return nil, nil, fmt.Errorf("%s:%d: %q is no kind; choose one of %s", name, i+1, t.kind, strings.Join(kinds, ", "))
		case t.key == "" || known[t.key] != nil:
			return nil, nil, fmt.Errorf("%s:%d: the key %q is empty or there twice", name, i+1, t.key)
		case (t.drawn == "") != (t.kind == mood):
			return nil, nil, fmt.Errorf("%s:%d: every thing but a mood says how it is drawn", name, i+1)
		}
		known[t.key] = t
		if err := english.addAll(fields[3], t); err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
	}
	return known, english, nil
}

// parseWords reads the words of a language.
func parseWords(name, text, language string, known map[string]*thing) (*table, error) {
	t := newTable(language)
	seen := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		key, words, ok := strings.Cut(line, ":")
		switch {
		case !ok:
			return nil, fmt.Errorf("%s:%d: want \"key: words\"", name, i+1)
		case known[key] == nil:
			return nil, fmt.Errorf("%s:%d: the key %q is not in %s", name, i+1, key, things)
		case seen[key]:
			return nil, fmt.Errorf("%s:%d: the key %q is there twice", name, i+1, key)
		}
		seen[key] = true
		if err := t.addAll(words, known[key]); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
	}
	return t, nil
}

func (t *table) addAll(words string, to *thing) error {
	fields := strings.Fields(words)
	if len(fields) == 0 {
		return fmt.Errorf("%q has no words", to.key)
	}
	for _, word := range fields {
		if word != strings.ToLower(word) {
			return fmt.Errorf("write %q in lower case", word)
		}
		stem, prefix := strings.CutSuffix(word, "*")
		n := utf8.RuneCountInString(stem)
		if prefix {
			if t.substr || n < 3 {
				return fmt.Errorf("%q is too short to stand for all words that begin so", word)
			}
			t.prefixes[stem] = append(t.prefixes[stem], to)
			t.shortest = min(t.shortest, n)
			continue
		}
		t.words[stem] = append(t.words[stem], to)
		t.longest = max(t.longest, n)
	}
	return nil
}

// find gives the things that a text names, in the order of the text; a thing named twice is there
// twice.
func (t *table) find(text string) []*thing {
	var found []*thing
	if t.substr {
		runes := []rune(strings.ToLower(text))
		for i := 0; i < len(runes); {
			step := 1
			for n := min(t.longest, len(runes)-i); n > 0; n-- {
				if hits := t.words[string(runes[i:i+n])]; hits != nil {
					found = append(found, hits...)
					step = n
					break
				}
			}
			i += step
		}
		return found
	}
	for _, word := range wordsOf(text) {
		found = append(found, t.lookUp(word)...)
	}
	return found
}

func (t *table) lookUp(word string) []*thing {
	if hits := t.words[word]; hits != nil {
		return hits
	}
	var found []*thing
	runes := []rune(word)
	// No stem is longer than twenty letters.
	for n := min(len(runes), 20); n >= t.shortest; n-- {
		found = append(found, t.prefixes[string(runes[:n])]...)
	}
	return found
}

// wordsOf splits a text into lower-case words. Marks belong to words: Hindi vowels are marks.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	})
}
