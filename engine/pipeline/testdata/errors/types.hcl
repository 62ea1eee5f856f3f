pipeline "p" {
  input "count" {
    type    = number
    default = "many" # ERROR: The default of input "count" does not fit its type
  }
  input "style" {
    type    = string
    default = "plian" # ERROR: "plian" is not one of "plain", "bold"; did you mean "plain"?
    allowed = ["plain", "bold"]
  }
  stage "write" {
    uses = "text.write"
    with = {
      topic = "x"
      style = "plian"    # ERROR: "plian" is not one of "plain", "bold"; did you mean "plain"?
      lines = "a lot"    # ERROR: number is needed
      speed = 9          # ERROR: must be at most 2
    }
    timeout = "3 minutes" # ERROR: is no duration
    retry {
      attempts = 0 # ERROR: must be a whole number from 1 to 100
    }
  }
}
