provider "writer" {
  limits {
    per_minute = 0 # ERROR: The number of calls per minute must be a whole number
  }
}
pipeline "p" {
  input "low" {
    type    = number
    default = 5
    validation {
      condition     = input.low > 0
      error_message = "low must be positive"
    }
  }
  input "high" {
    type    = number
    default = 3 # ERROR: The default does not meet the validation: 3 is below 5.
    validation {
      condition     = input.high >= input.low
      error_message = "${input.high} is below ${input.low}"
    }
    validation {
      condition     = input.hihg > 0 # ERROR: This pipeline has no input called "hihg". Did you mean "high"?
      error_message = "must be positive"
    }
    validation {
      condition     = stage.write.title == "" # ERROR: A validation is about inputs alone
      error_message = "no"
    }
    validation { # ERROR: The argument "error_message" is required
      condition = true
    }
    validation {
      condition     = "yes, please" # ERROR: A condition must be true or false
      error_message = "no"
    }
  }
  stage "write" {
    uses = "text.write"
    with = { topic = "x" }
  }
}
pipeline "outer" {
  stage "fine" {
    uses = pipeline.p
    with = { low = 1, high = 2 }
  }
}
pipeline "limited" {
  input "low" {
    type    = number
    default = 1
    validation {
      condition     = input.low > 0
      error_message = "low must be positive"
    }
  }
}
pipeline "outer_limited" {
  stage "low" {
    uses = pipeline.limited
    with = { low = -1 } # ERROR: The attribute "low" of the pipeline limited: low must be positive.
  }
}
