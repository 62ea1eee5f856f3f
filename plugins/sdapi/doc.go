// Package sdapi is a provider of pictures (image.generate) by a server of one's own that speaks the
// /sdapi/v1 protocol: AUTOMATIC1111's and Forge's Stable Diffusion web UI, started with --api, and
// stable-diffusion.cpp's sd-server.
//
//	provider "sdapi" {
//	  base_url = "http://127.0.0.1:7860"
//	  steps    = 25
//	}
//
// The server draws in a size with the aspect ratio asked for, sides a multiple of 64, no larger than
// max_pixels: beyond what a model was taught it draws things twice. The picture then has exactly the size
// asked for.
//
// Promises: one picture is asked for at a time, so that the progress that is shown and the work that a
// cancelled call interrupts are its own, as long as nobody else uses the server. User name and password are
// in no error, log or result.
//
// It never changes the server's settings, the choice of a checkpoint apart, and never tries again by itself
// (the engine does).
package sdapi
