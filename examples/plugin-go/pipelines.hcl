# ETCHER_API_KEY=demo filmloom render -o postcard.png

plugin "etcher" {
  command = ["./etcher"]
}

provider "etcher" {
  api_key = env.ETCHER_API_KEY
  limits {
    concurrent = 4
  }
}

# Without the key the pictures come from filmloom's own illustrator, and nothing else changes.
route "image.generate" {
  prefer = ["etcher", "illustrator"]
}

pipeline "postcard" {
  input "subject" {
    type    = string
    default = "a lighthouse at dusk"
  }

  stage "picture" {
    uses    = "image.generate"
    with    = { prompt = input.subject, style = "comic-book", width = 640, height = 480 }
    timeout = "2m"
  }

  output "picture" { value = stage.picture.image }
}
