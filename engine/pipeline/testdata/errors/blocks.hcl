pipeline "p" {
  stage "a" { # ERROR: text.write needs "topic"
    uses = "text.write"
    wiht = { topic = "x" } # ERROR: An argument named "wiht" is not expected here. Did you mean "with"?
  }
  stage "a" { # ERROR: Stage "a" is declared at # ERROR: text.write needs "topic"
    uses = "text.write"
  }
  stage "b" { # ERROR: The argument "uses" is required
    with = {}
  }
  stge "c" {} # ERROR: Blocks of type "stge" are not expected here. Did you mean "stage"?
  output "o" {} # ERROR: The argument "value" is required
}
pipeline "p" {} # ERROR: A pipeline "p" is declared at
