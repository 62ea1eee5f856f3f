pipeline "p" {
  stage "one" {
    uses = "text.write"
    with = { topic = input.none } # ERROR: no input called "none"
  }
  stage "two" {
    uses = "text.write"
    with = { topic = "x" +  } # ERROR: Invalid expression
    when = input.nope # ERROR: no input called "nope"
  }
  stage "three" {
    uses = "text.write"
    with = { topic = input.nothing } # ERROR: no input called "nothing"
  }
}
pipeline "q" {
  output "o" { value = input.no } # ERROR: no input called "no"
}
