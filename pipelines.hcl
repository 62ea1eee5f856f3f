# The pipelines of this Filmloom. This file is yours: read it, change it, and check the change with
#
#   filmloom validate pipelines.hcl
#
# A pipeline is a set of stages. A stage `uses` a capability ("image.generate") that some provider
# serves, and gets its input `with` what other stages gave. The order follows from those references;
# stages that do not need each other run at the same time.


# ── Who serves what ─────────────────────────────────────────────────────────────────────────────────
#
# The providers that come with Filmloom need no key and no network. Export a key, or the address of a
# server of your own, and better ones take their place with nothing else changed:
#
#   OPENAI_API_KEY       stories, scripts, translations, pictures and speech by OpenAI
#   STABILITY_API_KEY    pictures and music by Stability AI
#   SDAPI_URL            pictures by your own Stable Diffusion server (AUTOMATIC1111, Forge, sd-server)
#
# A provider without what it needs is left out. The same plugin can be configured twice under two names:
#
#   provider "ollama" {
#     plugin   = "openai"
#     base_url = "http://127.0.0.1:11434/v1"
#     model    = "qwen3"
#   }

provider "openai" {
  api_key  = env.OPENAI_API_KEY
  base_url = env.OPENAI_BASE_URL
  limits {
    concurrent = 8
  }
}

provider "stability" {
  api_key = env.STABILITY_API_KEY
  limits {
    concurrent = 4
    per_minute = 150
  }
}

provider "sdapi" {
  base_url = env.SDAPI_URL
  limits {
    concurrent = 1 # such a server draws one picture after another
  }
}

# A route names who serves a capability: the first one that can work on this machine; and who stands in
# when that one has finally failed.

route "story.write" {
  prefer = ["openai", "storyteller"]
}

route "image.generate" {
  prefer   = ["stability", "openai", "sdapi", "illustrator"]
  fallback = ["illustrator"]
}

route "speech.synthesize" {
  prefer   = ["openai", "localtts"]
  fallback = ["localtts"]
}

route "speech.align" {
  prefer = ["localtts"]
}

route "music.compose" {
  prefer   = ["stability", "musician"]
  fallback = ["musician"]
}

route "film.timeline" {
  prefer = ["ffmpeg"]
}

route "subtitle.layout" {
  prefer = ["ffmpeg"]
}

route "clip.render" {
  prefer = ["ffmpeg"]
}

route "transition.render" {
  prefer = ["ffmpeg"]
}

route "film.assemble" {
  prefer = ["ffmpeg"]
}


# ── A film from a topic ─────────────────────────────────────────────────────────────────────────────

pipeline "story_video" {
  description = "A narrated, illustrated, subtitled film of a short story on a topic."

  # What a request may choose. Every input has a default, so that `filmloom render` works as it is.

  input "story_topic" {
    type        = string
    description = "What the story is about; with \"custom topic\" give custom_topic or custom_story as well."
    default     = "mystery"
    allowed = [
      "scary", "mystery", "bedtime", "interesting history", "urban legends", "motivational", "fun facts",
      "long form jokes", "life pro tips", "philosophy", "love", "custom topic",
    ]
  }

  input "art_style" {
    type        = string
    description = "The style of the pictures."
    default     = "cinematic"
    allowed     = ["photorealistic", "cinematic", "anime", "comic-book", "pixar-art"]
  }

  input "duration" {
    type        = string
    description = "short: 45 to 60 seconds of narration; long: 90 to 120 seconds."
    default     = "short"
    allowed     = ["short", "long"]
  }

  input "language" {
    type        = string
    description = "The language of the narration."
    default     = "english"
    allowed = [
      "english", "czech", "danish", "dutch", "french", "german", "greek", "hindi", "indonesian", "italian",
      "chinese", "japanese", "norwegian", "polish", "portuguese", "russian", "spanish", "swedish", "turkish",
      "ukrainian",
    ]
  }

  input "voice_name" {
    type        = string
    description = "Who narrates."
    default     = "alloy"
    allowed     = ["alloy", "echo", "fable", "onyx", "nova", "shimmer"]
  }

  # Beyond the five fields of the Video API:

  input "custom_topic" {
    type        = string
    description = "With story_topic \"custom topic\": the theme, in your own words."
    default     = ""
  }

  input "custom_story" {
    type        = string
    description = "With story_topic \"custom topic\": the text to narrate, word for word."
    default     = ""
  }

  input "aspect_ratio" {
    type        = string
    description = "The shape of the film."
    default     = "9:16"
    allowed     = ["9:16", "16:9", "1:1"]
  }

  input "music_genre" {
    type        = string
    description = "The background music; auto chooses what suits the story, none leaves it out."
    default     = "auto"
    allowed     = ["auto", "none", "epic", "calm", "suspense", "upbeat", "romantic", "playful", "documentary"]
  }

  input "quality" {
    type        = string
    description = "draft renders fastest, high looks best."
    default     = "standard"
    allowed     = ["draft", "standard", "high"]
  }

  locals {
    size = {
      "9:16" = { width = 1080, height = 1920 }
      "16:9" = { width = 1920, height = 1080 }
      "1:1"  = { width = 1080, height = 1080 }
    }[input.aspect_ratio]

    fps = 30

    # What all segments of the film have in common, so that they can be joined without encoding again.
    encoding = {
      width   = local.size.width
      height  = local.size.height
      fps     = local.fps
      quality = input.quality
    }

    story  = stage.script_analysis
    scenes = { for s in stage.script_analysis.scenes : s.id => s }
    plan   = { for s in stage.timeline.scenes : s.id => s }
  }

  # The story, divided into scenes. Everything after this fans out over them.
  stage "script_analysis" {
    uses = "story.write"
    with = {
      topic        = input.story_topic
      custom_topic = input.custom_topic
      custom_story = input.custom_story
      language     = input.language
      length       = input.duration
      style        = input.art_style
    }
  }

  # One picture for each scene. The scene's id is the key, so a picture stays when others change.
  stage "image_generation" {
    for_each = local.scenes
    uses     = "image.generate"
    with = {
      prompt     = each.value.image_prompt
      camera     = each.value.camera
      style      = input.art_style
      width      = local.size.width
      height     = local.size.height
      characters = local.story.characters
    }
    timeout = "3m"
    weight  = 8
    retry {
      attempts  = 4
      delay     = "1s"
      max_delay = "30s"
    }
  }

  # Each scene is spoken on its own; the provider says when each word is heard.
  stage "voice_synthesis" {
    for_each = local.scenes
    uses     = "speech.synthesize"
    with = {
      text     = each.value.narration
      language = input.language
      voice    = input.voice_name
    }
    timeout = "2m"
    weight  = 3
  }

  # Where the voice does not say when each word is heard, the words are found in the recording.
  stage "word_timing" {
    step     = "subtitle_generation"
    for_each = { for id, v in stage.voice_synthesis : id => v if length(v.words) == 0 }
    uses     = "speech.align"
    with = {
      audio    = each.value.audio
      text     = local.scenes[each.key].narration
      language = input.language
    }
  }

  # The narration's length decides how long each scene is seen.
  stage "timeline" {
    step = "subtitle_generation"
    uses = "film.timeline"
    with = {
      fps    = local.fps
      scenes = [for s in local.story.scenes : { id = s.id, speech_seconds = stage.voice_synthesis[s.id].seconds }]
    }
  }

  stage "music_generation" {
    when = input.music_genre != "none"
    uses = "music.compose"
    with = {
      genre   = input.music_genre == "auto" ? local.story.mood : input.music_genre
      seconds = stage.timeline.seconds
    }
    weight = 2
  }

  stage "subtitle_generation" {
    for_each = local.scenes
    uses     = "subtitle.layout"
    with = {
      text         = each.value.narration
      words        = try(stage.word_timing[each.key].words, stage.voice_synthesis[each.key].words)
      seconds      = stage.voice_synthesis[each.key].seconds
      speech_start = local.plan[each.key].speech_start
      language     = input.language
      style        = input.art_style
      width        = local.size.width
      height       = local.size.height
    }
  }

  # Each scene becomes a segment of video: the camera moves over the picture, the subtitles are burned in.
  stage "clips" {
    step     = "video_composition"
    for_each = local.scenes
    uses     = "clip.render"
    with = {
      image       = stage.image_generation[each.key].image
      motion      = each.value.motion
      frames      = local.plan[each.key].frames
      head_frames = local.plan[each.key].head_frames
      tail_frames = local.plan[each.key].tail_frames
      subtitles   = stage.subtitle_generation[each.key].ass
      encoding    = local.encoding
    }
    weight = 20
  }

  # Where one scene gives way to the next, the two pictures overlap: a segment of its own.
  stage "transitions" {
    step = "video_composition"
    for_each = {
      for i, s in stage.timeline.scenes : s.id => { from = stage.timeline.scenes[i - 1], to = s } if s.head_frames > 0
    }
    uses = "transition.render"
    with = {
      kind = "crossfade"
      from = {
        image       = stage.image_generation[each.value.from.id].image
        motion      = local.scenes[each.value.from.id].motion
        frames      = each.value.from.frames
        head_frames = each.value.from.head_frames
        tail_frames = each.value.from.tail_frames
      }
      to = {
        image       = stage.image_generation[each.key].image
        motion      = local.scenes[each.key].motion
        frames      = each.value.to.frames
        head_frames = each.value.to.head_frames
        tail_frames = each.value.to.tail_frames
      }
      subtitles = stage.subtitle_generation[each.key].ass
      encoding  = local.encoding
    }
    weight = 4
  }

  # The segments are joined as they are; narration and music are mixed and brought to -14 LUFS.
  stage "video_composition" {
    uses = "film.assemble"
    with = {
      segments = flatten([
        for s in stage.timeline.scenes : [
          [for id, t in stage.transitions : t.video if id == s.id], # the one into this scene, if there is one
          stage.clips[s.id].video,
        ]
      ])
      speech = [
        for s in stage.timeline.scenes : {
          audio = stage.voice_synthesis[s.id].audio
          start = s.start_seconds + s.speech_start
        }
      ]
      music = try(stage.music_generation.audio, null)
      subtitles = [{
        language = input.language
        burned   = true
        scenes   = [for s in stage.timeline.scenes : { start = s.start_seconds, cues = stage.subtitle_generation[s.id].cues }]
      }]
      frames      = stage.timeline.frames
      fps         = local.fps
      title       = local.story.title
      description = local.story.description
      language    = input.language
    }
    weight = 6
  }

  # What the server and the command line read. Keep these names; `filmloom validate` checks them.

  output "story_title" { value = local.story.title }
  output "story_description" { value = local.story.description }
  output "story_text" { value = local.story.text }
  output "images" {
    value = [
      for s in local.story.scenes : {
        id        = s.id
        prompt    = s.image_prompt
        narration = s.narration
        file      = stage.image_generation[s.id].image
      }
    ]
  }
  output "video" { value = stage.video_composition.video }
  output "thumbnail" { value = stage.video_composition.thumbnail }
  output "subtitles" { value = stage.video_composition.subtitles }
  output "seconds" { value = stage.video_composition.seconds }
}
