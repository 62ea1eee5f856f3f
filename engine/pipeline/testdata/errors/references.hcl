pipeline "p" {
  locals {
    a = local.b
    b = local.a # ERROR: These locals need each other: a → b → a
  }
  stage "one" {
    uses = "text.write"
    with = { topic = stage.tow.title } # ERROR: This pipeline has no stage called "tow". Did you mean "two"?
  }
  stage "two" {
    uses       = "text.write"
    with       = { topic = local.a }
    depends_on = [stage.none] # ERROR: This pipeline has no stage called "none"
  }
  stage "three" {
    for_each = toset(["one", "two"])
    uses     = "text.write"
    with     = { topic = stage[each.key].title } # ERROR: names it literally
  }
  output "x" { value = local.c } # ERROR: This pipeline has no local called "c"
}
