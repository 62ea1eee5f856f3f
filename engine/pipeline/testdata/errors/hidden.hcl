locals {} # ERROR: Blocks of type "locals" are not expected here.
pipeline "p" {
  input "style" {
    type    = string
    default = "plain"
  }
  locals {
    never = false ? stage.write.titel : "x" # ERROR: stage.write has no attribute "titel". Did you mean "title"?
    none  = [for x in [] : inptu.style] # ERROR: There is nothing called "inptu" here. Did you mean "input"?
    fine  = length([]) > 0 ? [][0] : null
  }
  stage "write" {
    uses = "text.write"
    with = { topic = try(input.stlye, "x") } # ERROR: This pipeline has no input called "stlye". Did you mean "style"?
  }
  stage "fan" {
    for_each = { for l in stage.write.lines : l.id => l }
    uses     = "text.write"
    with     = { topic = each.value.txt } # ERROR: has no attribute "txt". Did you mean "text"?
  }
  stage "can" {
    when = can(stage.fan["a"].titles) # ERROR: has no attribute "titles". Did you mean "title"?
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "computed" {
    uses = "text.write"
    with = { topic = join("", [for l in stage.write.lines : stage.fan[l.id].tilte]) } # ERROR: This has no attribute "tilte". Did you mean "title"?
  }
  stage "template" {
    uses = "text.write"
    with = { topic = "%{for l in stage.write.lines}${l.texte}%{endfor}" } # ERROR: l has no attribute "texte". Did you mean "text"?
  }
  stage "secret" {
    uses    = "text.write"
    with    = { topic = "x" }
    secrets = { token = ["a"] } # ERROR: `secrets` is a map of names to references
  }
}
