pipeline "p" {
  stage "write" {
    uses = "text.write"
    with = { style = "plain" } # ERROR: text.write needs "topic"
  }
  stage "fan" {
    for_each = stage.write.title # ERROR: It must be a map, a set of strings or a list
    uses     = "text.write"
    with     = { topic = "x" }
  }
  stage "maybe" {
    when = true
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "after" {
    uses = "text.write"
    with = { topic = stage.maybe.title } # ERROR: fails when maybe is skipped
  }
  stage "fine" {
    uses = "text.write"
    with = { topic = try(stage.maybe.title, "nothing") }
  }
  stage "nested" {
    uses = "text.place"
    with = {
      items = [for l in stage.write.lines : {
        id     = l.id
        strat  = 1 # ERROR: There is no attribute "strat" here. Did you mean "start"?
      }]
    }
  }
  stage "wrong" {
    uses = "text.place"
    with = { items = [for l in stage.write.lines : { start = 1 }] } # ERROR: attribute "id" is required
  }
  stage "no_each" {
    uses = "text.write"
    with = { topic = each.key } # ERROR: There is nothing called "each" here
  }
  stage "condition" {
    when = stage.write.lines # ERROR: A condition must be true or false
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "computed_key" {
    uses = "text.write"
    with = { topic = { (stage.write.title) = "x" } } # ERROR: string is needed
  }
}
