// Package mock is a provider that serves every capability of films without doing the work: for people
// who test their client against a Filmloom server, and for our own tests. It needs no other program.
//
//	provider "mock" {
//	  delay = "50ms"
//	}
//
// What it gives is small but real. Stories have 6 scenes (short) or 12 (long), or those of the custom
// story; their words are English whatever the language is. A script is kept word for word, and a line
// "NAME: …" (in capitals, or a given character's name) tells who speaks it; "NARRATOR: …" is the narrator's.
// A translation is the text with the language before it, "[german] …". Pictures are PNG files of the size
// asked for, in two colours. Sound is a WAV file of the right length, with word times that fit, and a tone
// that is another one for another speaker, named or described; an alignment shares the recording out by the
// words' length. The plan of a film follows the contract to the frame. Clips, transitions and films are MP4
// files of the right length, at most 12 hours, that show one frame of 108x192 pixels, whatever size was
// asked for; a film has a fifth of a second of sound, and its loudness is claimed, not measured. Everything
// is deterministic, and another input gives another file.
//
// Three small capabilities of its own serve tests of pipelines: mock.echo gives back a text, mock.list
// gives a list to fan out over, mock.file writes a text to a file.
//
// # Configuration
//
//	delay        how long each call takes, "50ms"; default "0s". A cancelled call returns at once
//	retry_after  the wait that a rate-limited call names; default "1s"
//	log_file     a file to which each call appends a line when it starts, and one when it has ended:
//	             capability, address, attempt, idempotency key, and started, done or failed, separated
//	             by tabs. The lines of a killed process stay, so a test can tell which calls had ended
//
// With a wrong configuration it is not ready, and says which attribute is wrong.
//
// # Magic words
//
// A text anywhere in a call's input makes the call fail, or warn, when it contains one of these words:
//
//	[mock:fail]          internal error
//	[mock:invalid]       invalid input
//	[mock:reject]        content rejected
//	[mock:unauthorized]  wrong key
//	[mock:rate]          rate limited, with a wait (retry_after)
//	[mock:flaky]         unavailable, at the first attempt
//	[mock:crash]         the process exits with status 2, and the calls beside it fail too; where the mock
//	                     runs in your own process, it is yours that exits
//	[mock:hang]          the call never returns by itself; it ends when it is cancelled or times out
//	[mock:warn]          the call succeeds, with a warning
//
// A number limits a word to the first attempts: [mock:flaky:3] fails three times, [mock:crash:1] once.
// A capability limits it to calls of that: [mock:reject@image.generate], [mock:flaky:2@speech.synthesize].
// Of several words that apply, the first one counts; the input's attributes are read in alphabetical
// order. A word that is none of these, or is limited to what the mock does not serve, is invalid input, so
// that a slip of the pen is not taken for success.
//
// Words in a custom story or a script don't fail the writing or analysing of it, unless they are limited
// to that: [mock:fail@script.analyze]. They stay in the narration and the image prompt of the scene where
// they stand, so that they fail the calls for this scene alone. The same holds for words with another
// capability in a custom topic; they go to the first scene. Titles, descriptions, word times,
// translations and subtitles are free of them. A word that is limited to attempts counts those of each call
// anew: the scene's picture and its speech both fail once at [mock:flaky].
package mock
