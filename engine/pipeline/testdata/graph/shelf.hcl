pipeline "shelf" {
  input "topics" {
    type    = list(string)
    default = ["owls", "bats"]
  }
  stage "end" { # a word of Mermaid
    uses = "text.write"
    with = { topic = "the shelf" }
  }
  stage "books" {
    for_each   = toset(input.topics)
    uses       = pipeline.book
    with       = { topic = each.key }
    depends_on = [stage.end]
  }
  stage "extra" {
    when = length(input.topics) > 1
    uses = pipeline.book
    with = { topic = stage.end.title }
  }
  stage "join-all" {
    uses = "text.join"
    with = { parts = concat([for k, b in stage.books : b.text], [try(stage.extra.text, "")]) }
  }
  output "text" { value = stage.join-all.text }
}
pipeline "book" {
  input "topic" {
    type = string
  }
  stage "write" {
    uses = "text.write"
    with = { topic = input.topic }
  }
  stage "pages" {
    for_each = { for l in stage.write.lines : l.id => l }
    uses     = "text.write"
    with     = { topic = each.value.text }
  }
  stage "foreword" {
    when = stage.write.title != ""
    uses = pipeline.empty
  }
  stage "cover" {
    uses = pipeline.cover
    with = { title = stage.write.title }
  }
  output "text" { value = stage.write.title }
}
pipeline "cover" {
  input "title" {
    type = string
  }
  stage "draw" {
    uses = "text.write"
    with = { topic = input.title }
  }
}
pipeline "empty" {}
