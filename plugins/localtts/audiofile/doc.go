// Package audiofile reads recordings to be listened to by a program: one channel, at a rate that speech
// needs.
//
//	rec, err := audiofile.Read(ctx, path)
//	var wrong *audiofile.FormatError
//	if errors.As(err, &wrong) { … } // wrong.Error() is a sentence's part for whoever made the file
//
// It reads WAV (PCM of 8 to 32 bits and IEEE floats of 32 and 64, any number of channels, also with the
// extensible header or a length that its writer never knew) and MP3, told by their content and not by
// their names. Channels are averaged; what is recorded at 32 kHz or more is thinned to 16 kHz and a bit,
// without folding high tones down. Memory grows with the length, which is bounded by [Longest]. Nothing a
// file contains makes it panic or read more than the file.
//
// MP3 is decoded by github.com/hajimehoshi/go-mp3: plain Go, no further dependency, used for years by a
// game engine, fuzzed by its authors. It gives the frame of the encoder's own notes as sound, and the
// encoder's and decoder's delay; Read takes both away, as players do, so that times are those that are
// heard: without, they would be 50 to 70 ms late.
package audiofile
