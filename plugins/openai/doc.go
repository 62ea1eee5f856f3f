// Package openai is the provider that asks OpenAI, or any server that speaks its API, for stories,
// scripts, translations, pictures and speech.
//
//	provider "openai" {
//	  api_key = env.OPENAI_API_KEY
//	  limits {
//	    concurrent = 8
//	    per_minute = 50
//	  }
//	}
//
//	provider "ollama" {                          # also llama.cpp, vLLM, LM Studio, LocalAI
//	  plugin   = "openai"
//	  base_url = "http://127.0.0.1:11434/v1"
//	  model    = "llama3.2"                      # for all three kinds of text
//	}
//
//	provider "kokoro" {                          # Kokoro-FastAPI: speech alone
//	  plugin       = "openai"
//	  base_url     = "http://127.0.0.1:8880/v1"
//	  speech_model = "kokoro"
//	  voices       = { alloy = "af_heart", onyx = "am_onyx" }
//	}
//
//	provider "local_pictures" {                  # LocalAI, sd-server
//	  plugin      = "openai"
//	  base_url    = "http://127.0.0.1:8080/v1"
//	  image_model = "flux.1-schnell"
//	}
//
// # Configuration
//
//	api_key          needed at OpenAI's own address; elsewhere only if the server wants one
//	base_url         default OpenAI
//	organization     OpenAI only
//	project          OpenAI only
//	model            for the three kinds of text, where they have none of their own
//	story_model      story.write; at OpenAI gpt-6-sol
//	script_model     script.analyze; at OpenAI gpt-6-luna
//	translate_model  text.translate; at OpenAI gpt-6-luna
//	image_model      image.generate; at OpenAI gpt-image-2.5-flare
//	speech_model     speech.synthesize; at OpenAI gpt-4o-mini-tts
//	voices           the server's names for our six voices, where they differ
//	image_quality    default medium for the gpt-image models
//	temperature      default the server's own
//
// A capability whose model is "", or that has none because the server is not OpenAI, is off: a route goes
// on to its next choice, and a call that comes nevertheless fails at once. There is no timeout: the stage
// has one. OpenAI shuts its speech API down on 2027-01-06; from then on speech_model must name another
// server's model, or be "".
//
// # What it promises
//
//   - The user's own text (custom_story, a script) is told word for word: the model sees numbered
//     sentences and answers with numbers and descriptions of pictures, and code cuts the text.
//   - Ids of scenes come from code. Titles, descriptions, cameras, motions and moods keep to the contract,
//     whatever the model wrote; an answer that code cannot mend is sent back once, with what is wrong.
//   - Strict structured output where the server has it. A field that a server does not understand
//     (response_format, stream, temperature, speed, …) is left out from then on, and no other is sent than
//     a call needs.
//   - A described speaker gets the closest of the six voices, and a model that takes instructions is told the
//     description.
//   - Pictures have exactly the size asked for. Speech is WAV with a correct header, and its length that of
//     the sound.
//   - What a call costs is charged from the usage that OpenAI reports, at the prices of package price; other
//     servers, and models that are not in the table, cost nothing.
//   - The key leaves with requests to base_url only: it is in no error, log, progress or result, follows
//     no redirect to another host, and nothing is read from OPENAI_* variables but what the pipeline file
//     names.
//
// # What it never does
//
// It never tries a request again: the engine does. It has no word times: speech.align finds them. It never
// checks whether a story is true, or a translation right.
package openai
