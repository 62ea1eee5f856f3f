// Package mp4 reads the tracks of MP4 files and joins them into one file, exactly and without
// encoding anything again.
//
// [Read] parses the sample tables of a file that has its movie box in one piece. [Write] writes a
// film: the video samples of several segments one after the other at an even frame rate, one audio
// track, text tracks and metadata, with the movie box in front of the media ("fast start").
//
//	segment, err := mp4.Open("scene-01.mp4")
//	defer segment.Close()
//	film := mp4.Film{FPS: 30, Segments: []*mp4.File{segment}, Title: "The clockmaker"}
//	err = mp4.Write(ctx, out, film)
//
// Promises: frame n of the film is shown at exactly n/FPS seconds and decoding times strictly
// increase; edit lists hide encoder delay, so picture and sound begin together; memory holds sample
// tables (some 20 bytes for each frame), never samples; offsets are 64 bits wide where a film needs
// it; a file that is malformed gives an error that names the box and never a panic.
//
// The package reads what ffmpeg writes: unencrypted, unfragmented files with one sample description
// in each track.
package mp4
