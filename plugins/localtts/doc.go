// Package localtts is the provider of speech that needs no network: it serves speech.synthesize with
// flite for English and espeak-ng for the other languages, both loaded as shared libraries into the
// process (no cgo).
//
// It promises:
//
//   - every printed word of the text comes back in Words, in order: joined with spaces they are the
//     text's words (in Chinese and Japanese, joined without spaces they are the text);
//   - times never run backwards and lie within the audio;
//   - the same text, language, voice and pace give the same bytes, whatever was spoken before;
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
// add to the loss.
//
// It never runs a program, never passes markup on (the text is only ever plain text), and never opens
// the network. espeak-ng is licensed under the GPL: run this provider as a process of its own.
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
package localtts
