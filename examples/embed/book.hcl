pipeline "book" {
  input "text" { type = string }

  stage "divide" {
    uses = "text.divide"
    with = { text = input.text }
  }

  stage "speak" {
    for_each = stage.divide.paragraphs
    uses     = "speech.synthesize"
    with     = { text = each.value, language = "english", voice = "fable" }
  }

  output "sounds" { value = stage.speak[*].audio }
}
