provider "writer" {
  model = env.MODEL
  key   = env.KEY
  limits {
    concurrent = 2
  }
}
pipeline "fan" {
  input "topic" {
    type    = string
    default = "owls"
  }
  input "options" {
    type    = object({ loud = optional(bool, false), name = string })
    default = { name = "x" }
  }
  locals {
    lines = { for l in stage.write.lines : l.id => l }
  }
  stage "write" {
    uses = "text.write"
    with = { topic = input.topic }
  }
  stage "each_line" {
    for_each = local.lines
    uses     = "text.write"
    with     = { topic = "${each.key}: ${each.value.text}" }
  }
  stage "each_index" {
    for_each = [for l in stage.write.lines : l.text if l.text != ""]
    uses     = "text.write"
    with     = { topic = each.value }
  }
  stage "loud" {
    when = input.options.loud
    uses = "text.write"
    with = { topic = upper(input.topic) }
  }
  stage "join" {
    uses = "text.join"
    with = {
      parts = concat([for l in stage.write.lines : stage.each_line[l.id].title], [try(stage.loud.title, "quiet")])
    }
    depends_on = [stage.each_index]
  }
  output "all" { value = stage.join.text }
  output "template" { value = "%{for l in stage.write.lines}${l.text};%{endfor}" }
}
