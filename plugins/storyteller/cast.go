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
	worn := map[string]bool{}
	characters := make([]film.Character, len(in.Characters))
	for i, r := range in.Characters {
		characters[i] = film.Character{Name: r.Name, Looks: r.Looks}
	}
	for _, p := range s.Parts {
		is := func(c film.Character) bool { return c.Name == p.Speaker }
		if p.Speaker == "" || slices.ContainsFunc(characters, is) {
			continue
		}
		characters = append(characters, film.Character{Name: p.Speaker, Looks: invent(film.Role{Name: p.Speaker}, in, worn)})
	}
	for i, r := range in.Characters {
		if strings.TrimSpace(r.Looks) == "" {
			characters[i].Looks = invent(r, in, worn)
		}
	}
	return characters
}

// invent makes the looks of somebody with a name, in clothes that nobody wears yet.
func invent(r film.Role, in film.ScriptInput, worn map[string]bool) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(r.Name))) // never fails
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
	if known := r.Person(); known != "" {
		return aged(known, r.Age, who) + ", " + shape + ", with " + hairOf(head, r.Age) + " and " + clothes
	}
	// A name that says what somebody is, as "Old Man" does, says more than these lists.
	if drawn := depict.Person(strings.TrimFunc(r.Name, unicode.IsPunct), in.Language); drawn != "" {
		return drawn + ", " + shape + ", with " + clothes
	}
	return who + ", " + shape + ", with " + head + " and " + clothes
}

// aged adds about how old somebody is: as the age that is known says, or as old as who is.
func aged(person, age, who string) string {
	years := map[string]string{"child": "nine", "young_adult": "twenty", "adult": "thirty-five", "middle_aged": "fifty", "elderly": "seventy-five"}[age]
	if years == "" {
		_, years, _ = strings.Cut(who, " of about ")
	}
	return person + " of about " + years
}

// hairOf gives the hair of somebody of an age.
func hairOf(head, age string) string {
	white := strings.Contains(head, "grey") || strings.Contains(head, "white")
	switch {
	case age == "elderly" && !white && strings.HasSuffix(head, "hair"):
		return "white hair"
	case (age == "child" || age == "young_adult") && (white || !strings.HasSuffix(head, "hair")):
		return "short brown hair"
	}
	return head
}
