# The same kind of mistake in every place that an expression may hide in.
pipeline "p" {
  input "on" {
    type    = bool
    default = true
  }
  input "words" {
    type    = list(string)
    default = ["a"]
  }
  locals {
    unused  = inptu.on # ERROR: There is nothing called "inptu" here. Did you mean "input"?
    unused2 = { a = { b = [local.unusd] } } # ERROR: This pipeline has no local called "unusd"
    faulty  = stage.write.titel # ERROR: stage.write has no attribute "titel"
    lines   = { for l in stage.write.lines : l.id => l }
  }
  stage "write" {
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "for_bodies" {
    uses = "text.join"
    with = {
      parts = flatten([
        [for l in stage.write.lines : l.a1],                                     # ERROR: l has no attribute "a1"
        [for l in stage.write.lines : l.text if l.a2 == ""],                     # ERROR: l has no attribute "a2"
        keys({ for l in stage.write.lines : l.a3 => l.text }),                   # ERROR: l has no attribute "a3"
        values({ for l in stage.write.lines : l.id => l.a4 }),                   # ERROR: l has no attribute "a4"
        keys({ for l in stage.write.lines : l.id => l.a5... }),                  # ERROR: l has no attribute "a5"
        [for l in stage.write.lines : [for m in stage.write.lines : m.a6]],      # ERROR: m has no attribute "a6"
        [for l in stage.write.lines : [for m in stage.write.lines : l.a7]],      # ERROR: l has no attribute "a7"
        [for l in stage.write.liens : l.text],                                   # ERROR: stage.write has no attribute "liens"
        [for w in input.words : { a = [for l in stage.write.lines : l.a8 if w == l.id] }.a], # ERROR: l has no attribute "a8"
        [for i, l in stage.write.lines : l.text if i > l.a9],                    # ERROR: l has no attribute "a9"
        [for l in [for m in stage.write.lines : { n = m }] : l.n.b1],            # ERROR: l.n has no attribute "b1"
        [for x in ["a", "b"] : [for l in stage.write.lines : l.b2]],             # ERROR: l has no attribute "b2"
        [for x in ["a", "b"] : stage.write.b3 if x == "c"],                      # ERROR: stage.write has no attribute "b3"
        [for x in [] : [for l in stage.write.lines : l.b4]],                     # ERROR: l has no attribute "b4"
        [for x in { a = stage.write } : x.b5],                                   # ERROR: x has no attribute "b5"
        [for l in local.lines : l.b6],                                           # ERROR: l has no attribute "b6"
        [for k, l in local.lines : k.b7],                                        # ERROR: Can't access attributes on a primitive-typed value
      ])
    }
  }
  stage "branches" {
    uses = "text.join"
    with = {
      parts = [
        input.on ? stage.write.a1 : "x",                      # ERROR: stage.write has no attribute "a1"
        input.on ? "x" : stage.write.a2,                      # ERROR: stage.write has no attribute "a2"
        stage.write.a3 ? "x" : "y",                           # ERROR: stage.write has no attribute "a3"
        stage.write.a4 ? stage.write.a5 : stage.write.a6,     # ERROR: "a4" # ERROR: "a5" # ERROR: "a6"
        true ? "x" : stage.write.a7,                          # ERROR: stage.write has no attribute "a7"
        false ? stage.write.a8 : "x",                         # ERROR: stage.write has no attribute "a8"
        true ? "x" : (input.on ? stage.write.a9 : "y"),       # ERROR: stage.write has no attribute "a9"
        input.on ? (input.on ? stage.write.b1 : "y") : "z",   # ERROR: stage.write has no attribute "b1"
        input.on || stage.write.b2 == "" ? "x" : "y",         # ERROR: stage.write has no attribute "b2"
        true || stage.write.b3 == "" ? "x" : "y",             # ERROR: stage.write has no attribute "b3"
        false && stage.write.b4 == "" ? "x" : "y",            # ERROR: stage.write has no attribute "b4"
        !stage.write.b5 ? "x" : "y",                          # ERROR: stage.write has no attribute "b5"
        tostring(-stage.write.b6),                            # ERROR: stage.write has no attribute "b6"
        stage.write.title == stage.write.b7 ? "x" : "y",      # ERROR: stage.write has no attribute "b7"
        (stage.write.b8),                                     # ERROR: stage.write has no attribute "b8"
      ]
    }
  }
  stage "templates" {
    uses = "text.join"
    with = {
      parts = [
        "a ${stage.write.a1} b",                                     # ERROR: stage.write has no attribute "a1"
        "${stage.write.a2}",                                         # ERROR: stage.write has no attribute "a2"
        "%{if input.on}${stage.write.a3}%{else}${stage.write.a4}%{endif}", # ERROR: "a3" # ERROR: "a4"
        "%{if stage.write.a5}x%{endif}",                             # ERROR: stage.write has no attribute "a5"
        "%{for l in stage.write.lines}${l.a6} %{endfor}",            # ERROR: l has no attribute "a6"
        "%{for l in stage.write.a7}${l.text}%{endfor}",              # ERROR: stage.write has no attribute "a7"
        "%{for i, l in stage.write.lines}%{if i == 0}${l.a8}%{endif}%{endfor}", # ERROR: l has no attribute "a8"
        "%{for l in []}${stage.write.a9}%{endfor}",                  # ERROR: stage.write has no attribute "a9"
        "a ${upper("b ${stage.write.b1}")}",                         # ERROR: stage.write has no attribute "b1"
        <<-EOT
          ${stage.write.b2} # ERROR: stage.write has no attribute "b2"
          %{for l in stage.write.lines~}
          ${l.b3} # ERROR: l has no attribute "b3"
          %{endfor~}
        EOT
        ,
      ]
    }
  }
  stage "splats" {
    uses = "text.join"
    with = {
      parts = flatten([
        stage.write.lines[*].a1,                              # ERROR: This has no attribute "a1"
        stage.write.lines.*.a2,                               # ERROR: This has no attribute "a2"
        stage.write.liens[*].text,                            # ERROR: stage.write has no attribute "liens"
        [{ a = "x" }][*].a3,                                  # ERROR: This has no attribute "a3"
        [for l in stage.write.lines : stage.write.lines[*].a4], # ERROR: This has no attribute "a4"
        stage.write[*].a5,                                    # ERROR: This has no attribute "a5"
        stage.write.lines[*][stage.write.a6],                 # ERROR: stage.write has no attribute "a6"
        [stage.write][*].lines[*].a7,                         # ERROR: This has no attribute "a7"
        [for l in stage.write.lines : l.text][*].a8,          # ERROR: Can't access attributes on a primitive-typed value
      ])
    }
  }
  stage "calls" {
    uses = "text.join"
    with = {
      parts = [
        upper(stage.write.a1),                     # ERROR: stage.write has no attribute "a1"
        join(stage.write.a2, stage.write.a3),      # ERROR: "a2" # ERROR: "a3"
        try(stage.write.a4, "x"),                  # ERROR: stage.write has no attribute "a4"
        try("x", stage.write.a5),                  # ERROR: stage.write has no attribute "a5"
        can(stage.write.a6) ? "x" : "y",           # ERROR: stage.write has no attribute "a6"
        try([for l in stage.write.lines : l.a7][0], "x"), # ERROR: l has no attribute "a7"
        try(try(stage.write.a8, "x"), "y"),        # ERROR: stage.write has no attribute "a8"
        try(uper("x"), "y"),                       # ERROR: There is no function named "uper". Did you mean "upper"?
        uper(stage.write.a9),                      # ERROR: There is no function named "uper" # ERROR: "a9"
        upper("a", stage.write.b1),                # ERROR: Function "upper" expects only 1 argument(s) # ERROR: "b1"
        upper(),                                   # ERROR: Not enough function arguments
        true ? "x" : upper(),                      # ERROR: Not enough function arguments
        upper(stage.write.lines),                  # ERROR: Invalid value for "str" parameter: string required
        timestamp(),                               # ERROR: there is no function for the time
        jsonencode({ a = [stage.write.b2] }),      # ERROR: stage.write has no attribute "b2"
        join(",", stage.write.b3...),              # ERROR: stage.write has no attribute "b3"
        lookup({ a = "b" }, stage.write.b4, "c"),  # ERROR: stage.write has no attribute "b4"
        [for l in stage.write.lines : uper(l.text)][0], # ERROR: Did you mean "upper"?
      ]
    }
  }
  stage "keys" {
    uses = "text.write"
    with = {
      topic = jsonencode({
        (stage.write.a1)       = 1 # ERROR: stage.write has no attribute "a1"
        "${stage.write.a2}"    = 1 # ERROR: stage.write has no attribute "a2"
        a                      = stage.write.a3 # ERROR: stage.write has no attribute "a3"
        b                      = { (input.no) = input.no2 } # ERROR: no input called "no" # ERROR: no input called "no2"
        stage.write.title      = 1 # ERROR: Ambiguous attribute key
      })
      style = { plain = "plain" }[stage.write.a4] # ERROR: stage.write has no attribute "a4"
      lines = [1, 2][stage.write.a5]              # ERROR: stage.write has no attribute "a5"
      speed = { a = 1 }["b"]                      # ERROR: This has no attribute "b". Did you mean "a"?
    }
  }
  stage "rest" {
    when       = stage.write.a1 == ""                       # ERROR: stage.write has no attribute "a1"
    for_each   = { for l in stage.write.lines : l.a2 => l } # ERROR: l has no attribute "a2"
    uses       = "text.write"
    with       = { topic = stage.write.a3 }                 # ERROR: stage.write has no attribute "a3"
    secrets    = { token = stage.write.a4 }                 # ERROR: stage.write has no attribute "a4"
    depends_on = [stage.wirte]                              # ERROR: no stage called "wirte"
  }
  stage "merged" {
    uses = "text.write"
    with = merge({ topic = stage.write.a1 }, { style = stage.write.a2 }) # ERROR: "a1" # ERROR: "a2"
  }
  output "faulty" { value = [stage.write.a1, stage.write.a2] } # ERROR: "a1" # ERROR: "a2"
  output "rest" { value = stage.rest["a"].titel }              # ERROR: has no attribute "titel"
}
