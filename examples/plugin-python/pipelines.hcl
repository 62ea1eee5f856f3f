# filmloom render -o poem.srt

plugin "reader" {
  command = ["./reader.py"]
}

provider "reader" {
  words_per_minute = 120
}

pipeline "poem" {
  input "text" {
    type    = string
    default = <<-EOT
      The fog comes
      on little cat feet.
      It sits looking
      over harbour and city.
    EOT
  }

  stage "recite" {
    uses = "text.recite"
    with = { text = input.text }
  }

  stage "count" {
    uses = "text.count"
    with = { file = stage.recite.subtitles }
  }

  output "subtitles" { value = stage.recite.subtitles }
  output "words" { value = stage.count.words }
}
