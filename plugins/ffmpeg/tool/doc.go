// Package tool runs ffmpeg and ffprobe so that they can do no harm and leave nothing behind.
//
//	out, err := tool.Run(ctx, tool.Command{
//		Path: "/usr/bin/ffmpeg", Dir: workDir, Limit: time.Minute,
//		Args: []string{"-nostdin", "-i", "file:in.wav", "file:out.m4a"},
//	})
//
// Promises: arguments go to the program as they are, never through a shell; the program inherits no
// environment but what loading its libraries needs, so no secret either; it ends when the context
// does, when its time limit is over, and, on Linux, when this process dies; it stays in this
// process's group; after Run returns it is gone. An error carries the last lines the program wrote.
//
// The package never interprets what the program writes, and never keeps more than the last
// megabyte of it.
package tool
