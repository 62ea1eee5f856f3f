pipeline "p" {
  stage "one" {
    uses = "text.write"
    with = { topic = stage.three.title } # ERROR: one → three → two → one
  }
  stage "two" {
    uses = "text.write"
    with = { topic = stage.one.title }
  }
  stage "three" {
    uses = "text.write"
    with = { topic = stage.two.title }
  }
}
