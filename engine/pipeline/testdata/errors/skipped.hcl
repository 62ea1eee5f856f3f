pipeline "p" {
  input "on" {
    type    = bool
    default = true
  }
  locals {
    title = stage.maybe.title # ERROR: This fails when maybe is skipped
    fine  = try(stage.maybe.title, "none")
  }
  stage "maybe" {
    when = input.on
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "other" {
    when = !input.on
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "fan" {
    when     = input.on
    for_each = toset(["a"])
    uses     = "text.write"
    with     = { topic = each.key }
  }
  stage "never" {
    when = false
    uses = "text.write"
    with = { topik = "x", topic = stage.maybe.title } # ERROR: takes no attribute "topik" # ERROR: This fails when maybe is skipped
  }
  stage "unknown" {
    when = stage.maybe != null && stage.other == null
    uses = "text.write"
    with = { topic = stage.maybe == null ? "none" : stage.maybe.titel } # ERROR: stage.maybe has no attribute "titel"
  }
  stage "one_of_two" {
    uses = "text.write"
    with = { topic = stage.maybe == null ? "none" : stage.other.title } # ERROR: This fails when other is skipped
  }
  stage "either" {
    uses = "text.write"
    with = { topic = try(stage.maybe.title, stage.other.title) } # ERROR: This fails when maybe, other are skipped by their
  }
  stage "either_or_none" {
    uses = "text.write"
    with = { topic = try(stage.maybe.title, stage.other.title, "none") }
  }
  stage "each" {
    for_each = stage.fan # ERROR: This fails when fan is skipped
    uses     = "text.write"
    with     = { topic = each.value.title }
  }
  stage "each_allowed" {
    for_each = coalesce(stage.fan, {})
    uses     = "text.write"
    with     = { topic = each.value.title }
  }
  stage "loop" {
    uses = "text.join"
    with = { parts = concat([for k, f in stage.fan : f.title], stage.fan == null ? [] : [stage.fan["a"].title], [local.fine]) } # ERROR: This fails when fan is skipped
  }
  stage "required" {
    uses = "text.write"
    with = { topic = stage.other } # ERROR: string is needed
  }
  stage "null_topic" {
    uses = "text.write"
    with = { topic = try(stage.other.title, null) } # ERROR: This fails when other is skipped
  }
  stage "when" {
    when = stage.maybe.title == "x" # ERROR: This fails when maybe is skipped
    uses = "text.write"
    with = { topic = local.title }
  }
  output "title" { value = stage.maybe.title } # ERROR: This fails when maybe is skipped
  output "whole" { value = stage.maybe }
}
