part "ending" {
  locals {
    lines = [for l in local.lines_of.lines : l.txet] # ERROR: l has no attribute "txet". Did you mean "text"?
  }
  stage "join" {
    uses = "text.join"
    with = {
      parts = [local.heading, input.style] # ERROR: In the pipeline bare: This pipeline has no local called "heading" # ERROR: In the pipeline bare: This pipeline has no input called "style"
      sep   = ","                         # ERROR: text.join takes no attribute "sep"
    }
  }
  stage "again" {
    uses = "text.join"
    with = { parts = [stage.join.txt] } # ERROR: stage.join has no attribute "txt". Did you mean "text"?
  }
  output "text" { value = stage.join.text }
}
part "ending" { # ERROR: A part "ending" is declared at testdata/errors/parts.hcl:1 already
}
part "unused" {
  stage "s" {
    uses    = "text.join"
    timeout = "soon" # ERROR: "soon" is no duration
    colour  = "red"  # ERROR: Unsupported argument
  }
  include     = [part.ending] # ERROR: Unsupported argument
  description = "no"          # ERROR: Unsupported argument
}
pipeline "full" {
  include = [part.ending]
  input "style" {
    default = "plain"
  }
  locals {
    heading  = "x"
    lines_of = stage.write
  }
  stage "write" {
    uses = "text.write"
    with = { topic = "owls" }
  }
}
pipeline "bare" {
  include = [part.ending]
  locals {
    lines_of = stage.write
  }
  stage "write" {
    uses = "text.write"
    with = { topic = "owls" }
  }
  stage "again" { # ERROR: Stage "again" is declared at testdata/errors/parts.hcl:12 already
    uses = "text.write"
    with = { topic = stage.join.txt } # ERROR: stage.join has no attribute "txt"
  }
  output "text" { value = 1 } # ERROR: Output "text" is declared at testdata/errors/parts.hcl:16 already
}
pipeline "wrong" {
  include = [
    part.endign, # ERROR: There is no part "endign". Did you mean "ending"?
    part.small.x, # ERROR: include lists parts by name: [part.NAME]
    pipeline.full, # ERROR: include lists parts by name: [part.NAME]
    part.small,
    part.small, # ERROR: The part "small" is included already
  ]
}
part "small" {
  output "one" { value = 1 }
}
