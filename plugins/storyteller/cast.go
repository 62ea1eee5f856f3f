package storyteller

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"github.com/filmloom/filmloom/plugins/storyteller/depict"
	"github.com/filmloom/filmloom/plugins/storyteller/screenplay"
	"github.com/filmloom/filmloom/providers/film"
)

// The looks of somebody about whom a script says nothing but a name are put together from these. A name
// does not tell who is a man and who a woman in 20 languages, so the looks do not either.
var (
	ages  = []string{"a person of about twenty", "a person of about thirty", "a person of about forty", "a person of about fifty", "a person of about sixty"}
	build = []string{"slender", "tall", "short", "broad-shouldered", "of medium build"}
	hair  = []string{"short black hair", "curly brown hair", "short grey hair", "long dark hair", "red hair", "blond hair", "white hair", "a shaved head"}
	cloth = []string{
		"a dark green coat", "a red scarf and a grey jacket", "a blue pullover", "a yellow raincoat", "a brown leather jacket",
		"a white shirt and a dark vest", "a purple cardigan", "a black overcoat", "an orange anorak", "a checked flannel shirt",
	}
)

// cast lists who speaks in a script and who was given: the given ones first, as they are, and then the
// others in the order in which they speak, with looks that depend on the name and the seed alone, as far as
// two do not wear the same.
func cast(s screenplay.Script, in film.ScriptInput) []film.Character {
	characters := append([]film.Character{}, in.Characters...)
	worn := map[string]bool{}
	for _, p := range s.Parts {
		is := func(c film.Character) bool { return c.Name == p.Speaker }
		if p.Speaker == "" || slices.ContainsFunc(characters, is) {
			continue
		}
		characters = append(characters, film.Character{Name: p.Speaker, Looks: invent(p.Speaker, in, worn)})
	}
	for i, c := range characters {
		if strings.TrimSpace(c.Looks) == "" {
			characters[i].Looks = invent(c.Name, in, worn)
		}
	}
	return characters
}

// invent makes the looks of somebody with a name, in clothes that nobody wears yet.
func invent(name string, in film.ScriptInput, worn map[string]bool) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(name))) // never fails
	choice := scatter(h.Sum64() + uint64(in.Seed))
	pick := func(from []string) string {
		p := from[choice%uint64(len(from))]
		choice /= uint64(len(from))
		return p
	}
	who, shape, head := pick(ages), pick(build), pick(hair)
	first := int(choice % uint64(len(cloth)))
	clothes := cloth[first]
	for i := range cloth {
		if c := cloth[(first+i)%len(cloth)]; !worn[c] {
			clothes = c
			break
		}
	}
	worn[clothes] = true
	// A name that says what somebody is, as "Old Man" does, says more than these lists.
	if drawn := depict.Person(strings.TrimFunc(name, unicode.IsPunct), in.Language); drawn != "" {
		return drawn + ", " + shape + ", with " + clothes
	}
	return who + ", " + shape + ", with " + head + " and " + clothes
}
