// Package film is the contract between the server and its owner's pipelines: what a film pipeline must
// take and give, which of its stages makes the pictures, and how a run of it is read as a film.
//
//	err := film.Check(eng.Pipelines())           // an edit that breaks the contract is a diagnostic
//	run, err := eng.Start(ctx, film.StoryVideo, film.Story{Topic: "mystery"}.Inputs())
//	var reading film.Reading
//	for ev := range run.Events(ctx) {
//		reading.Take(run, ev)
//	}
//	made, err := reading.Film()
//
// # What it promises
//
// Everything the server knows of the names in pipelines.hcl is here: inputs, outputs, stages. A Reading only
// depends on the journal: read again from the first event it says the same.
//
// # What it never does
//
// It starts nothing and stores nothing.
package film
