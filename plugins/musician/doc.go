// Package musician composes instrumental background music and plays it on its own synthesiser, in
// plain Go, without samples and without a network.
//
// A genre gives the key's mode, the tempo, harmonies and who plays; a seed gives the piece: the key,
// the progression, the motif and its variations. Sections build up and fall off, and the piece ends on
// its tonic and in silence at exactly the length asked for, to the sample.
//
// It promises that the same input gives the same bytes on the same architecture, about -20 LUFS and
// no sample above -3.5 dBFS, 48 kHz stereo, and memory that doesn't grow with the length. It is made
// to lie under a narrator: no instrument plays busily between 1 and 4 kHz, where speech is understood.
package musician
