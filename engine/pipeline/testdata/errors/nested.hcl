pipeline "film" {
  input "words" {
    type = list(string)
  }
  input "style" {
    type    = string
    default = "plain"
    allowed = ["plain", "bold"]
  }
  stage "write" {
    for_each = toset(input.words)
    uses     = "text.write"
    with     = { topic = each.key, style = input.style }
  }
  output "titles" { value = { for k, w in stage.write : k => w.title } }
}
pipeline "p" {
  stage "ok" {
    uses = pipeline.film
    with = { words = ["a"] }
  }
  stage "missing" {
    uses = pipeline.film
    with = { style = "bold" } # ERROR: The pipeline film needs "words"
  }
  stage "unknown" {
    uses = pipeline.film
    with = {
      words = ["a"]
      stile = "bold" # ERROR: The pipeline film takes no attribute "stile". Did you mean "style"?
    }
  }
  stage "wrong" {
    uses = pipeline.film
    with = {
      words = ["a"]
      style = "blod" # ERROR: "blod" is not one of "plain", "bold"; did you mean "bold"?
    }
  }
  stage "nobody" {
    uses = pipeline.flim # ERROR: There is no pipeline "flim". Did you mean "film"?
  }
  stage "quoted" {
    uses = "pipeline.film" # ERROR: without quotation marks: uses = pipeline.film
  }
  stage "deep" {
    uses = pipeline.film.titles # ERROR: A stage uses a pipeline by its name
  }
  stage "calls" {
    uses    = pipeline.film
    with    = { words = ["a"] }
    timeout = "3m" # ERROR: set timeout at the stages inside it
    retry {        # ERROR: set retry at the stages inside it
      attempts = 2
    }
  }
  stage "after" {
    uses = "text.write"
    with = { topic = stage.ok.title } # ERROR: stage.ok has no attribute "title". Did you mean "titles"?
  }
  stage "fan" {
    for_each = toset(["x", "y"])
    uses     = pipeline.film
    with     = { words = [each.key] }
  }
  stage "collect" {
    uses = "text.join"
    with = { parts = flatten([for f in stage.fan : [for t in f.title : t]]) } # ERROR: f has no attribute "title". Did you mean "titles"?
  }
}
pipeline "one" {
  stage "s" {
    uses = pipeline.two # ERROR: These pipelines use each other, so a run would never end: one → two → one
  }
}
pipeline "two" {
  stage "s" {
    uses = pipeline.one
  }
}
