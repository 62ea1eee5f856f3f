provider "writter" {} # ERROR: There is no plugin "writter". Did you mean "writer"?
provider "writer" {
  modle = "x" # ERROR: has no setting "modle". Did you mean "model"?
}
route "text.writ" { # ERROR: No plugin serves "text.writ". Did you mean "text.write"?
  prefer = ["writer"]
}
route "text.write" {
  prefer = ["writers"] # ERROR: There is no provider "writers". Did you mean "writer"?
}
route "text.join" {
  prefer = [
    "joiner",
    "writer", # ERROR: The provider "writer" does not serve text.join
  ]
}
pipeline "p" {
  input "topic" {
    type = string
  }
  stage "write" {
    uses = "text.wrote" # ERROR: No plugin serves "text.wrote". Did you mean "text.write"?
  }
  stage "ok" {
    uses = "text.write"
    with = {
      topic = input.topc # ERROR: This pipeline has no input called "topc". Did you mean "topic"?
      topics = "x" # ERROR: text.write takes no attribute "topics". Did you mean "topic"?
    }
  }
  stage "inside" {
    uses = "text.join"
    with = {
      parts = [for l in stage.ok.lines : l.txt] # ERROR: has no attribute "txt". Did you mean "text"?
    }
  }
  stage "branch" {
    uses = "text.join"
    with = { parts = input.topic == "a" ? ["x"] : [for l in stage.ok.lines : l.idd] } # ERROR: l has no attribute "idd". Did you mean "id"?
  }
  stage "root" {
    uses = "text.join"
    with = { parts = [inputs.topic] } # ERROR: There is nothing called "inputs" here. Did you mean "input"?
  }
}
