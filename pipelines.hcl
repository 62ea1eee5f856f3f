# The pipelines of this Filmloom. This file is yours: read it, change it, and check the change with
#
#   filmloom validate pipelines.hcl
#
# A pipeline is a set of stages. A stage `uses` a capability ("image.generate") that some provider
# serves, and gets its input `with` what other stages gave. The order follows from those references;
# stages that do not need each other run at the same time.
#
# There are two: story_video makes a film from a topic, script_video from a script. What they have in
# common, from the pictures to the finished film, is the part "film", at the end, which both include.


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

# script_video can upload its film to YouTube (docs/youtube.md). That takes no key here: whose channel it is, a
# secret of each call says. Where notes of uploads are kept, and where they go, is for the server to say.

provider "youtube" {
  upload_url = env.FILMLOOM_YOUTUBE_UPLOAD_URL
  state_dir  = env.FILMLOOM_YOUTUBE_STATE_DIR
}

# A route names who serves a capability: the first one that can work on this machine; and who stands in
# when that one has finally failed.

route "story.write" {
  prefer = ["openai", "storyteller"]
}

route "script.analyze" {
  prefer = ["openai", "storyteller"]
}

# Nothing translates offline: script_video asks for this only when a request names languages to translate to.
route "text.translate" {
  prefer = ["openai"]
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
  include     = [part.film]
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

  locals {
    story          = stage.script_analysis
    title          = local.story.title
    style          = input.art_style
    target_seconds = null # as long as the narration takes
    min_seconds    = null
    thumbnail_side = null

    burned_in = { for s in local.story.scenes : s.id => stage.subtitle_generation[s.id].ass }
    subtitle_tracks = [{
      language = input.language
      burned   = true
      scenes   = [for s in stage.timeline.scenes : { start = s.start_seconds, cues = stage.subtitle_generation[s.id].cues }]
    }]
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
      style        = local.style
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
}


# ── A film from a script ────────────────────────────────────────────────────────────────────────────

pipeline "script_video" {
  include     = [part.film]
  description = "A film of a script: its lines spoken by their speakers, with pictures, music and subtitles."

  input "script" {
    type        = string
    description = "What is spoken, 1 to 20000 characters. A line \"NAME: …\" is spoken by that character, all else by the narrator."
    default     = <<-EOT
      Every evening the old keeper lit the lamp, and nobody came.
      MARA: Is anybody there?
      KEEPER: Only the sea, and me. Come in and get warm.
      That night there was light in all the windows.
    EOT
    validation {
      condition     = strlen(input.script) >= 1 && strlen(input.script) <= 20000
      error_message = "a script has 1 to 20000 characters; this one has ${strlen(input.script)}"
    }
  }

  input "title" {
    type        = string
    description = "The film's title, at most 100 characters; by default one is found."
    default     = ""
    validation {
      condition     = strlen(input.title) <= 100
      error_message = "a title has at most 100 characters"
    }
  }

  input "duration" {
    type        = number
    description = "Seconds that the film should last, 5 to 600. Speech and pauses come as close to it as is natural; a short script makes a shorter film, a long one a longer."
    default     = 60
    validation {
      condition     = input.duration >= 5 && input.duration <= 600
      error_message = "a film lasts 5 to 600 seconds"
    }
  }

  input "style" {
    type        = string
    description = "The style of the pictures."
    default     = "cinematic"
    allowed     = ["photorealistic", "cinematic", "anime", "comic-book", "pixar-art", "documentary", "cartoon"]
  }

  input "language" {
    type        = string
    description = "The language of the script."
    default     = "english"
    allowed = [
      "english", "czech", "danish", "dutch", "french", "german", "greek", "hindi", "indonesian", "italian",
      "chinese", "japanese", "norwegian", "polish", "portuguese", "russian", "spanish", "swedish", "turkish",
      "ukrainian",
    ]
  }

  input "subtitle_languages" {
    type        = list(string)
    description = "The languages of the subtitles, by default the script's. The first is burned in, where include_subtitles says so; viewers can turn on the others. A language that is neither the script's nor in translate_to is left out."
    default     = null
    validation {
      condition = length(setsubtract(coalesce(input.subtitle_languages, []), [
        "english", "czech", "danish", "dutch", "french", "german", "greek", "hindi", "indonesian", "italian",
        "chinese", "japanese", "norwegian", "polish", "portuguese", "russian", "spanish", "swedish", "turkish",
        "ukrainian",
      ])) == 0
      error_message = "a language of the subtitles is none of those that a script can have"
    }
  }

  input "translate_to" {
    type        = list(string)
    description = "Those of subtitle_languages that may be translated to, which takes a provider of text.translate."
    default     = []
  }

  input "include_subtitles" {
    type        = bool
    description = "Whether subtitles are burned into the picture."
    default     = true
  }

  input "characters" {
    type = list(object({
      name   = string
      age    = optional(string)
      gender = optional(string)
      voice  = optional(string) # alloy, echo, fable, onyx, nova or shimmer; or a description, such as "deep"
    }))
    description = "Who speaks, and how they sound, at most 10. One called narrator is the narrator."
    default     = []
    validation {
      condition     = length(input.characters) <= 10
      error_message = "a film has at most 10 characters"
    }
    validation {
      condition     = alltrue([for c in input.characters : trimspace(c.name) != "" && strlen(c.name) <= 60])
      error_message = "a character's name has 1 to 60 characters"
    }
    validation {
      condition     = length(distinct([for c in input.characters : lower(trimspace(c.name))])) == length(input.characters)
      error_message = "two characters have the same name"
    }
    validation {
      condition     = alltrue([for c in input.characters : contains(["child", "young_adult", "adult", "middle_aged", "elderly"], coalesce(c.age, "adult"))])
      error_message = "a character's age is one of child, young_adult, adult, middle_aged, elderly"
    }
    validation {
      condition     = alltrue([for c in input.characters : contains(["male", "female", "neutral"], coalesce(c.gender, "neutral"))])
      error_message = "a character's gender is one of male, female, neutral"
    }
    validation {
      condition     = alltrue([for c in input.characters : strlen(coalesce(c.voice, "alloy")) <= 200])
      error_message = "the description of a voice has at most 200 characters"
    }
  }

  input "music_genre" {
    type        = string
    description = "The background music; none leaves it out."
    default     = "calm"
    allowed     = ["epic", "calm", "suspense", "upbeat", "romantic", "playful", "documentary", "none"]
  }

  input "aspect_ratio" {
    type        = string
    description = "The shape of the film."
    default     = "16:9"
    allowed     = ["9:16", "16:9", "1:1"]
  }

  input "youtube_upload" {
    type        = bool
    description = "Whether the finished film is uploaded to YouTube."
    default     = false
  }

  input "youtube_account" {
    type        = string
    description = "With youtube_upload: the account whose channel it goes to."
    default     = ""
  }

  locals {
    story          = stage.script_analysis
    title          = trimspace(input.title) == "" ? local.story.title : trimspace(input.title)
    style          = input.style
    target_seconds = input.duration
    min_seconds    = 5
    thumbnail_side = 1280 # 1280×720 of a film in 16:9
  }

  # The script, divided into scenes of one speaker each.
  stage "script_analysis" {
    uses = "script.analyze"
    with = {
      script         = input.script
      language       = input.language
      target_seconds = input.duration
      style          = local.style
      characters     = [for c in local.characters : { name = c.name, age = c.age, gender = c.gender } if c.name != ""]
    }
  }

  locals {
    # The characters by their names; the narrator's is "", as it is in the scenes.
    characters = [
      for c in input.characters : merge(c, { name = lower(trimspace(c.name)) == "narrator" ? "" : trimspace(c.name) })
    ]

    # Everybody who speaks, and the voice of each: one that is named; or, where age, gender or a voice is
    # described, the closest that there is; or one of the six in turn.
    speakers = distinct(concat([""], local.characters[*].name, [for s in local.story.scenes : coalesce(s.speaker, "")]))
    six      = ["alloy", "echo", "nova", "onyx", "shimmer", "fable"]
    known    = { for c in local.characters : c.name => c }
    voices = {
      for i, name in local.speakers : name => contains(local.six, try(lower(local.known[name].voice), "")) ?
      { voice = lower(local.known[name].voice), age = null, gender = null, description = null, variant = 0 } :
      {
        voice       = element(local.six, i)
        age         = try(local.known[name].age, null)
        gender      = try(local.known[name].gender, null)
        description = try(local.known[name].voice, null)
        variant     = i # of several that fit
      }
    }

    # The script is spoken faster or slower, as far as is natural, so that it takes what the film's length leaves
    # beside pauses of middling length between the scenes and at the ends. The timeline does the rest.
    pauses = 2.5 + 0.6 * (length(local.story.scenes) - 1)
    pace   = max(0.85, min(floor(100 * local.story.seconds / max(input.duration - local.pauses, 1)) / 100, 1.2))
  }

  # Each scene is spoken on its own; the provider says when each word is heard.
  stage "voice_synthesis" {
    for_each = { for s in local.story.scenes : s.id => { text = s.narration, speaker = coalesce(s.speaker, "") } }
    uses     = "speech.synthesize"
    with = {
      text        = each.value.text
      language    = input.language
      pace        = local.pace
      voice       = local.voices[each.value.speaker].voice
      age         = local.voices[each.value.speaker].age
      gender      = local.voices[each.value.speaker].gender
      description = local.voices[each.value.speaker].description
      variant     = local.voices[each.value.speaker].variant
    }
    timeout = "2m"
    weight  = 3
  }

  # Subtitles in the script's own language follow its words (see the part). Other languages are translated
  # first, and share out each scene's time by length.
  locals {
    languages = [
      for l in distinct(input.subtitle_languages == null ? [input.language] : input.subtitle_languages) :
      l if l == input.language || contains(input.translate_to, l)
    ]
    translations = [for l in local.languages : l if l != input.language]
    burned       = input.include_subtitles && length(local.languages) > 0 ? local.languages[0] : null

    burned_in = {
      for s in local.story.scenes : s.id => (
        local.burned == null ? null :
        local.burned == input.language ? stage.subtitle_generation[s.id].ass :
        try(stage.translated_subtitles["${local.burned}/${s.id}"].ass, null)
      )
    }
    subtitle_tracks = [
      for l in local.languages : {
        language = l
        burned   = l == local.burned
        scenes = [
          for s in stage.timeline.scenes : {
            start = s.start_seconds
            cues  = l == input.language ? stage.subtitle_generation[s.id].cues : try(stage.translated_subtitles["${l}/${s.id}"].cues, [])
          }
        ]
      }
    ]
  }

  stage "translation" {
    step     = "subtitle_generation"
    when     = length(local.translations) > 0
    for_each = toset(local.translations)
    uses     = "text.translate"
    with = {
      texts = [for s in local.story.scenes : s.narration]
      from  = input.language
      to    = each.key
    }
  }

  stage "translated_subtitles" {
    step = "subtitle_generation"
    for_each = merge({}, [
      for l in local.translations : { for i, s in local.story.scenes : "${l}/${s.id}" => { language = l, scene = s.id, place = i } }
    ]...)
    uses = "subtitle.layout"
    with = {
      text         = try(stage.translation[each.value.language].texts[each.value.place], "")
      words        = []
      seconds      = stage.voice_synthesis[each.value.scene].seconds
      speech_start = local.plan[each.value.scene].speech_start
      language     = each.value.language
      style        = local.style
      width        = local.size.width
      height       = local.size.height
    }
  }

  # The finished film goes to the account's YouTube channel. When that fails the run fails, but nothing is lost: a
  # retry of it makes the upload alone, and goes on where the upload was.
  stage "youtube_upload" {
    when = input.youtube_upload
    uses = "video.publish"
    with = {
      video       = stage.video_composition.video
      thumbnail   = stage.video_composition.thumbnail
      title       = local.title
      description = local.story.description
      language    = input.language
      privacy     = "private" # who may see it: private is its owner alone; or unlisted, or public
    }
    secrets = { token = "youtube:${input.youtube_account}" }
    timeout = "3h" # of an attempt; its token holds for one, and then the next attempt goes on
    weight  = 4
    retry {
      attempts  = 8
      delay     = "5s"
      max_delay = "5m"
    }
  }

  output "youtube_url" { value = try(stage.youtube_upload.url, null) }
}


# ── What both have in common: from the scenes to the film ───────────────────────────────────────────
#
# A part stands in each pipeline that includes it as if it were written there. So a picture has the same
# address in both, image_generation["scene-03"]. This one takes from the pipeline, beside the inputs language,
# aspect_ratio and music_genre, its stage "voice_synthesis" and these locals:
#
#   story            what wrote or analysed it: title, description, text, mood, characters, scenes
#   title, style     of the film; of its pictures
#   target_seconds   that the film should last, and min_seconds that it does; null for no matter
#   thumbnail_side   the longer one, in pixels; null for the film's
#   burned_in        the drawn subtitles of each scene, by its id; null for none
#   subtitle_tracks  the film's subtitles by language

part "film" {
  input "resolution" {
    type        = string
    description = "The shorter side of the film, in pixels."
    default     = "1080p"
    allowed     = ["720p", "1080p"]
  }

  input "quality" {
    type        = string
    description = "draft renders fastest, high looks best."
    default     = "standard"
    allowed     = ["draft", "standard", "high"]
  }

  input "watermark" {
    type        = bool
    description = "Whether a small \"Filmloom\" stands in a corner."
    default     = false
  }

  locals {
    shorter_side = { "720p" = 720, "1080p" = 1080 }[input.resolution]
    watermark    = input.watermark ? "Filmloom" : null

    size = {
      "9:16" = { width = local.shorter_side, height = local.shorter_side * 16 / 9 }
      "16:9" = { width = local.shorter_side * 16 / 9, height = local.shorter_side }
      "1:1"  = { width = local.shorter_side, height = local.shorter_side }
    }[input.aspect_ratio]

    fps = 30

    # What all segments of the film have in common, so that they can be joined without encoding again.
    encoding = {
      width   = local.size.width
      height  = local.size.height
      fps     = local.fps
      quality = input.quality
    }

    scenes = { for s in local.story.scenes : s.id => s }
    plan   = { for s in stage.timeline.scenes : s.id => s }
  }

  # One picture for each scene. The scene's id is the key, so a picture stays when others change.
  stage "image_generation" {
    for_each = local.scenes
    uses     = "image.generate"
    with = {
      prompt     = each.value.image_prompt
      camera     = each.value.camera
      style      = local.style
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

  # The narration's length decides how long each scene is seen; pauses bring the film closer to its target.
  stage "timeline" {
    step = "subtitle_generation"
    uses = "film.timeline"
    with = {
      fps            = local.fps
      scenes         = [for s in local.story.scenes : { id = s.id, speech_seconds = stage.voice_synthesis[s.id].seconds }]
      target_seconds = local.target_seconds
      min_seconds    = local.min_seconds
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
      style        = local.style
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
      subtitles   = local.burned_in[each.key]
      watermark   = local.watermark
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
      subtitles = local.burned_in[each.key]
      watermark = local.watermark
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
      music          = try(stage.music_generation.audio, null)
      subtitles      = local.subtitle_tracks
      frames         = stage.timeline.frames
      fps            = local.fps
      title          = local.title
      description    = local.story.description
      language       = input.language
      thumbnail_side = local.thumbnail_side
    }
    weight = 6
  }

  # What the server and the command line read. Keep these names; `filmloom validate` checks them.

  output "story_title" { value = local.title }
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
