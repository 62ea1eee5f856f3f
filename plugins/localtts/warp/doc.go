// Package warp finds which moment of one recording corresponds to which of another that says the same:
// dynamic time warping between their spectra.
//
//	step := warp.Step                                      // of the recording
//	heard := warp.Listen(recording, 16000, step, 7000)
//	model := warp.Listen(rendering, 22050, step*ratio, 7000) // ratio of their lengths: as many frames
//	at := warp.Path(model, heard)                          // at[i]: where in heard the frame i of model is
//
// It promises that a path never runs backwards and stays within the recording, that the same samples give
// the same path, and that time and memory grow with the length and not with its square: long recordings
// are first compared coarsely. It does not promise to be right: two recordings of different words have
// a path too.
//
// Features are cepstra on the mel scale with their change over time, each normalised over the recording, so
// that speaker, microphone and loudness matter little (Davis and Mermelstein 1980; the coarse-to-fine
// search is that of Salvador and Chan, "FastDTW", 2007).
package warp
