// Package ffmpeg is the compositor: it makes the film's pictures move and its sounds fit.
//
// It serves film.timeline, subtitle.layout, clip.render, transition.render and film.assemble. The
// camera is this project's own (package motion); ffmpeg encodes, burns in subtitles and mixes sound;
// segments are joined here without encoding them again (package mp4).
//
//	provider := ffmpeg.New()
//	answer, err := provider.Configure(ctx, nil) // looks for ffmpeg and ffprobe on PATH
//	if err == nil && !answer.Ready {
//		fmt.Println(answer.Problem, answer.Hint)
//	}
//
// Promises: lengths are exact to the frame; sound and picture end together; the film has -14 LUFS
// and a true peak of at most -1 dBTP; the same input gives the same bytes with the same ffmpeg;
// memory does not grow with the length of the film; a cancelled call leaves no process behind.
//
// It never puts a user's text on a command line or into a filter graph, never lets ffmpeg open
// anything but local files of the kinds it expects, and never writes outside a call's work directory.
package ffmpeg
