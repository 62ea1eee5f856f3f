// Package localtts is the provider of speech that needs no network: it serves speech.synthesize with
// flite for English and espeak-ng for the other languages, both loaded as shared libraries into the
// process (no cgo), or with piper for the languages that it is configured for; and speech.align, which
// finds the words of a text in any recording of it.
//
// It promises:
//
//   - every printed word of the text comes back in Words, in order: joined with spaces they are the
//     text's words (in Chinese and Japanese, joined without spaces they are the text);
//   - times never run backwards and lie within the audio;
//   - the same text, language, voice and pace give the same bytes, whatever was spoken before (not with
//     piper, whose voices have noise in them);
//   - silence at both ends is at most 50 ms, and the loudest sample is at -3 dBFS;
//   - letters without a known reading (Chinese within German, a rare ideograph within Japanese) are left
//     out, and a warning names their words; no reading is made up for them;
//   - what is missing of libraries, voices and dictionaries is told by Configure, before a film begins;
//   - a cancelled call returns before the next sentence.
//
// It does not promise that a known ideograph is read as its sentence means it: Chinese is read character
// by character with a small table of words that decide between readings, Japanese word by word as its
// dictionary says.
//
// The audio is 16-bit mono WAV at the engine's own rate, 16 kHz for English and 22.05 kHz for the
// rest: what assembles a film resamples all sound anyway, and a second resampling here would only
// add to the loss. For the same reason a described speaker, whom [film.SpeechInput.Cast] finds, gets a
// higher or lower voice by another rate in the file's header: 0.75 to 1.35 of the engine's.
//
// Without piper it never runs a program and never opens the network. It never passes markup on: the text
// is only ever plain text. espeak-ng is licensed under the GPL: run this provider as a process of its own.
//
// The libraries come from Debian's libflite1, libespeak-ng1 and espeak-ng-data. Without espeak-ng, or with
// a part of its data missing, the provider is not ready; without flite, espeak-ng speaks English too, and
// each call warns of it.
//
//	p := localtts.New()
//	conf, _ := p.Configure(ctx, nil) // conf.Ready; or conf.Problem and conf.Hint
//	res, err := p.Execute(ctx, &providers.Call{
//		Capability: film.SpeechSynthesize.Name,
//		Input:      json.RawMessage(`{"text":"Once upon a time.","language":"english","voice":"alloy","pace":1}`),
//		WorkDir:    dir,
//	})
//
// # Alignment
//
// A recording is WAV or MP3 (package audiofile says which). espeak-ng reads the text, and knows when it
// says each word; its reading is scaled to the recording's length, and then follows what is heard, by
// dynamic time warping between the two spectra (package warp). Against flite's own times, on 12 recordings
// of English by four voices at several paces, words begin 25 ms from the truth on average, and 233 ms when
// times are only scaled. On recordings by other voices of espeak-ng in the other 19 languages it is 7 ms
// against 53; those are easier than a person. The tests hold 40 and 30 ms. Real voices were not
// measured. A recording of another text has times too, and they mean nothing; where the lengths tell, a
// warning does.
//
// # Piper
//
//	provider "localtts" {
//	  piper  = "/opt/piper/piper"           # or piper_url = "http://127.0.0.1:5000"
//	  voices = {
//	    german        = "/opt/voices/de_DE-thorsten-medium.onnx"
//	    "german/onyx" = "/opt/voices/de_DE-thorsten_emotional-medium.onnx#4"
//	  }
//	}
//
// A language without a voice is spoken as before. Of one voice for a language, six are made by pitch and
// length. With piper, the program is started for each call, without a shell and without what the
// environment keeps secret; it ends with the call's context, after a time that grows with the text, and
// with this process. With piper_url, its HTTP server is asked sentence by sentence. Words get their times
// by alignment. A wrong configuration is not ready and says at which attribute; a server that does not
// answer is a warning, and calls fail until it does.
//
// Piper itself was not at hand: its arguments and requests follow the sources of piper 2023.11 and of
// piper1-gpl 1.3 and 1.4, and were tested against a program and a server that check them strictly and
// speak with espeak-ng's voices.
package localtts
