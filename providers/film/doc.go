// Package film holds the contracts of the film domain's capabilities: what goes in and what comes out.
//
// Every input and output is a Go struct whose tags carry the documentation, units and bounds that
// providers are checked against. A provider serves a contract with [providers.Handle]; a pipeline
// names it in a stage's `uses`. Nothing here does any work; what several providers of a contract must agree
// on beyond its types is here as plain arithmetic: which of the six voices comes closest to a description
// ([SpeechInput.Cast]), how long a text takes to say ([SpokenSeconds], [NeededSeconds]), how far pauses may
// be stretched ([TimelineInput.Stretched]).
//
// Times are seconds from the beginning of the file or scene they speak of, as float64. Frames are
// counted from 0. Sizes are pixels. A capability is marked deterministic where every provider of it
// is; others say so for themselves.
package film

// The enumerations that several contracts share. The values are those of the REST APIs.
const (
	// Styles are the art styles of pictures: the five of the Video API, and two of the Studio API.
	Styles = "photorealistic,cinematic,anime,comic-book,pixar-art,documentary,cartoon"
	// Voices are the names of the six narrators.
	Voices = "alloy,echo,fable,onyx,nova,shimmer"
	// Genders are those of a described voice or role.
	Genders = "male,female,neutral"
	// Ages are those of a described voice or role.
	Ages = "child,young_adult,adult,middle_aged,elderly"
	// Languages are the languages a film can be made in.
	Languages = "english,czech,danish,dutch,french,german,greek,hindi,indonesian,italian,chinese,japanese,norwegian,polish,portuguese,russian,spanish,swedish,turkish,ukrainian"
	// Topics are the story topics; "custom topic" takes the user's own words.
	Topics = "scary,mystery,bedtime,interesting history,urban legends,motivational,fun facts,long form jokes,life pro tips,philosophy,love,custom topic"
	// Genres are the genres of music.
	Genres = "epic,calm,suspense,upbeat,romantic,playful,documentary"
)
