// Package wave reads the WAV files that speech servers send, and writes clean ones.
//
// Servers that stream begin to write before they know how long the sound is: the sizes in their headers
// are 0, the largest number there is, or simply wrong. What counts here is what is there.
//
//	s, err := wave.Read(answer)
//	s.Trim(50 * time.Millisecond)
//	os.WriteFile(path, s.Bytes(), 0o644)
//
// Promises: Bytes is a correct WAV file, 16 bits, mono or stereo; its length is [Sound.Seconds], to the
// sample. Any bytes are read without panic and without more memory than a few times their length.
//
// It decodes no compressed sound: MP3, FLAC, Opus and companded WAV are errors that say what came.
package wave
