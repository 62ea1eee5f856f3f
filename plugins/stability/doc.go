// Package stability is a provider of pictures (image.generate) and music (music.compose) by the API of
// Stability AI, version v2beta (https://platform.stability.ai/docs/api-reference).
//
//	provider "stability" {
//	  api_key = env.STABILITY_API_KEY
//	  model   = "core" # ultra, sd3.5-large, sd3.5-large-turbo, sd3.5-medium
//	}
//
// A picture is drawn in the vendor's aspect ratio that is closest and then has exactly the size asked for.
// Music has exactly the length asked for as WAV, and to within a frame of 26 ms as MP3, up to the 190 s
// that the vendor composes in one piece; where more is asked for the call warns and gives 190 s, which the
// assembler repeats.
//
// Promises: a seed is never the vendor's 0, "choose one", so that a result can be had again as far as the
// vendor allows. A picture that the vendor blurred because of its content is a refusal
// ([providers.KindRejected]), never a result. The key is in no error, log or result. What a call costs is
// estimated before and recorded after, by the price list in price.go.
//
// It never tries again by itself (the engine does), and never calls a paid endpoint to find out whether it
// works. The vendor knows no idempotency keys: an attempt whose answer was lost may be paid for twice.
package stability
