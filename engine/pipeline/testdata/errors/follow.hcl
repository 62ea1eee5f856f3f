# What depends on a mistake is not reported again, and what is wrong by itself still is.
pipeline "p" {
  input "typo" {
    type    = strng # ERROR: The keyword "strng" is not a valid type specification
    default = "x"
  }
  locals {
    bad  = stage.early.titel # ERROR: stage.early has no attribute "titel"
    more = upper(local.bad)
    most = "${local.more} ${local.bad.x[0].y}"
  }
  stage "early" {
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "write" {
    uses = "text.write"
    with = { topic = local.most, style = "blod" } # ERROR: is not one of "plain", "bold"
  }
  stage "nobody" {
    when     = input.tpyo == "x" # ERROR: no input called "tpyo"
    for_each = stage.write.line  # ERROR: stage.write has no attribute "line"
    uses     = "text.wirte"      # ERROR: No plugin serves "text.wirte"
    with     = { a = stage.write.b, c = each.kye } # ERROR: stage.write has no attribute "b" # ERROR: each has no attribute "kye"
    provider = "nobody"          # ERROR: There is no provider "nobody"
  }
  stage "after" {
    uses = "text.join"
    with = { parts = [stage.nobody["a"].title, stage.nobody[0].whatever.x, stage.write.txt] } # ERROR: no attribute "txt"
  }
  stage "nothing" { # ERROR: The argument "uses" is required
    with = { topic = input.typo.x, more = input.on } # ERROR: no input called "on"
  }
  stage "after_nothing" {
    for_each = stage.nothing.list
    uses     = "text.write"
    with     = { topic = each.value.a.b.c }
  }
  stage "faulty_collection" {
    for_each = upper(1, 2) # ERROR: expects only 1 argument(s)
    uses     = "text.write"
    with     = { topic = each.value.x, lines = "many" } # ERROR: number is needed
  }
  stage "zero" {
    uses = "text.write"
    with = { topic = stage.one.titl } # ERROR: stage.one has no attribute "titl"
  }
  stage "one" {
    uses = "text.write"
    with = { topic = stage.two.title, style = "x" } # ERROR: "x" is not one of # ERROR: one → two → one
  }
  stage "two" {
    uses = "text.write"
    with = { topic = stage.one.titel } # ERROR: stage.one has no attribute "titel"
  }
  stage "self" {
    uses = "text.write"
    with = { topic = stage.self.title } # ERROR: self → self
  }
  stage "write" { # ERROR: Stage "write" is declared at testdata/errors/follow.hcl:16 already.
    uses = "text.write"
    with = { topik = "x" } # ERROR: takes no attribute "topik" # ERROR: text.write needs "topic"
  }
  stage "1st" { # ERROR: Invalid name
    uses = "text.write"
    with = { topic = stage.write.first } # ERROR: no attribute "first"
  }
  output "o" {
    value = stage.wirte.title # ERROR: no stage called "wirte"
  }
  output "o" { # ERROR: Output "o" is declared at testdata/errors/follow.hcl:68 already.
    value = stage.write.o # ERROR: no attribute "o"
  }
}
pipeline "p" { # ERROR: A pipeline "p" is declared at testdata/errors/follow.hcl:2 already.
  output "again" { value = stage.write.title } # ERROR: no stage called "write"
}
pipeline "uses_faulty" {
  stage "s" {
    uses = pipeline.p
    with = { typo = "x", other = 1 } # ERROR: The pipeline p takes no attribute "other"
  }
  output "o" { value = [stage.s.o, stage.s.x] } # ERROR: stage.s has no attribute "x"
}
