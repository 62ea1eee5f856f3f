package film

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
)

// A Casting is a speaker as a provider can make one: one of the six voices, and how it is changed.
type Casting struct {
	Voice  string  // one of Voices
	Pitch  float64 // factor of the whole sound, as of a smaller speaker (above 1) or a bigger one; 0.75 to 1.35
	Length float64 // factor of the time that words take; 0.9 to 1.15
}

// Described tells whether the speaker is described rather than named.
func (in SpeechInput) Described() bool { return len(in.wanted()) > 0 }

// Cast finds who speaks: the voice that is named, or, where a gender, an age or a description is given, the
// closest of the six. Of several that are about as close the variant chooses. What the closest lacks, such
// as a child's size, is left to pitch and length; a provider that cannot change them uses the voice alone.
func (in SpeechInput) Cast() Casting {
	want := in.wanted()
	if len(want) == 0 {
		return Casting{cmp.Or(in.Voice, "alloy"), 1, 1}
	}
	fit := closest(want)
	variant := max(in.Variant, 0)
	c := Casting{Voice: fit[variant%len(fit)], Pitch: 1, Length: 1 - 0.08*want[speed]}
	if deep, wanted := want[depth]; wanted {
		c.Pitch -= 0.1 * (deep - voiceTraits[c.Voice][depth])
	}
	switch years := want[age]; {
	case years <= childish:
		c.Pitch *= 1.2
	case years >= aged:
		c.Pitch, c.Length = c.Pitch*0.96, c.Length*1.06
	}
	shades := []float64{1, 0.95, 1.05, 0.92, 1.08}
	c.Pitch *= shades[variant/len(fit)%len(shades)]
	c.Pitch, c.Length = min(max(c.Pitch, 0.75), 1.35), min(max(c.Length, 0.9), 1.15)
	return c
}

// A trait is one side of how a voice sounds.
type trait int

const (
	gender   trait = iota // -1 female, 1 male
	depth                 // -1 high, 1 deep
	age                   // -1 child, 0 adult, 1 very old
	softness              // -1 lively or strong, 1 soft
	speed                 // -1 slow, 1 fast; all voices can do both
)

// weights are how much a trait counts in comparing voices.
var weights = map[trait]float64{gender: 3, depth: 1.5, age: 0.7, softness: 0.6}

// voiceTraits are the six voices as providers have them, by traits that are not 0.
var voiceTraits = map[string]map[trait]float64{
	"alloy":   {gender: -0.3},
	"echo":    {gender: 1, depth: 0.1},
	"fable":   {gender: 1, depth: -0.2, age: -0.3, softness: -0.3},
	"onyx":    {gender: 1, depth: 0.9, age: 0.4},
	"nova":    {gender: -1, depth: -0.2, age: -0.3, softness: -0.3},
	"shimmer": {gender: -1, depth: -0.4, age: -0.2, softness: 0.7},
}

var (
	genders = map[string]float64{"male": 1, "female": -1, "neutral": 0}
	ages    = map[string]float64{"child": -1, "young_adult": -0.4, "adult": 0, "middle_aged": 0.4, "elderly": 0.8}
)

// From where on an age is heard as a change of the voice.
const childish, aged = -0.8, 0.8

// vocabulary are the words that descriptions are understood by.
var vocabulary = []struct {
	of    trait
	much  float64
	words string
}{
	{gender, 1, "male man men masculine boy boyish guy gentleman father grandfather grandpa king prince brother son uncle baritone bass tenor"},
	{gender, -1, "female woman women feminine girl girlish lady mother grandmother grandma queen princess sister daughter aunt soprano alto"},
	{gender, 0, "neutral androgynous genderless robot robotic"},
	{depth, 1, "deep deeper low lower bass baritone dark booming rumbling gravelly gruff sonorous resonant husky grave"},
	{depth, -1, "high higher squeaky shrill bright thin tiny light soprano piping crisp"},
	{age, -0.8, "child childlike childish kid boy girl"},
	{age, -0.4, "young youthful youngster teen teenage teenager boyish girlish"},
	{age, 0.8, "old elderly aged ancient wise grandfather grandmother grandpa grandma weathered senior"},
	{softness, 0.8, "soft gentle warm calm soothing tender kind mild whispering whispery breathy quiet velvety smooth friendly sweet"},
	{softness, -0.6, "strong powerful authoritative confident commanding lively cheerful energetic excited dramatic loud firm expressive bright"},
	{speed, 1, "fast quick rapid hurried brisk energetic excited"},
	{speed, -1, "slow slowly calm measured solemn sleepy thoughtful"},
}

// mostDescription is how much of a description is read, in characters.
const mostDescription = 200

// wanted are the traits that the speaker is to have. What is given by name counts more than words.
func (in SpeechInput) wanted() map[trait]float64 {
	want := map[trait]float64{}
	text := []rune(strings.ToLower(in.Description))
	said := strings.FieldsFunc(string(text[:min(len(text), mostDescription)]), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, v := range vocabulary {
		for word := range strings.FieldsSeq(v.words) {
			if _, known := want[v.of]; !known && slices.Contains(said, word) {
				want[v.of] = v.much
			}
		}
	}
	if g, ok := genders[in.Gender]; ok {
		want[gender] = g
	}
	if a, ok := ages[in.Age]; ok {
		want[age] = a
	}
	if a, known := want[age]; known && a <= childish { // no man's voice becomes a boy's
		g, known := want[gender]
		if !known {
			g = -0.6
		}
		want[gender] = min(g, -0.3)
	}
	return want
}

// closest are the voices that come about as close to what is wanted as any, the closest first.
func closest(want map[trait]float64) []string {
	const about = 0.3
	far := func(voice string) float64 {
		sum := 0.0
		for of, much := range want {
			sum += weights[of] * math.Abs(much-voiceTraits[voice][of])
		}
		return math.Round(sum*1e6) / 1e6 // maps have no order, and sums depend on it
	}
	voices := strings.Split(Voices, ",")
	slices.SortStableFunc(voices, func(a, b string) int { return cmp.Compare(far(a), far(b)) })
	n := 1
	for n < len(voices) && far(voices[n]) <= far(voices[0])+about {
		n++
	}
	return voices[:n]
}
