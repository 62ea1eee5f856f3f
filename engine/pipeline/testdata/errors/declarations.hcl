plugin "acme" {
  command = ["./acme"]
  sha256  = "123" # ERROR: A SHA-256 is 64 hexadecimal digits
  tls     = "no"  # ERROR: "tls" must be a bool
}
plugin "acme" { # ERROR: A plugin "acme" is declared at testdata/errors/declarations.hcl:1 already
  command = [] # ERROR: A plugin's command names its executable
  tsl     = false # ERROR: An argument named "tsl" is not expected here. Did you mean "tls"?
}
plugin "other" {
  command = "./other" # ERROR: "command" must be a list of strings, written out
  tls     = 1 # ERROR: "tls" must be a bool
}
plugin "more" {
  command = ["./more", null, ["x"], name] # ERROR: "command" must be a string # ERROR: "command" must be a string # ERROR: "command" must be a constant
}
plugin "none" {} # ERROR: The argument "command" is required
plugin "two" "labels" {} # ERROR: Extraneous label for plugin
plugin {} # ERROR: Missing name for plugin
plugin "off" {
  command = ["./off"]
  tls     = false
  sha256  = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"
}
provider "writer" {
  plugin = env.PLUGIN # ERROR: "plugin" must be a constant: it is read before anything runs
  model  = input.model # ERROR: There is nothing called "input" here. Inputs are there in
  key    = [env.KEY] # ERROR: The setting "key" of provider writer: string is needed
  limits {
    concurrent = 0.5 # ERROR: must be a whole number from 1 to 1000000
    per_minute = "many" # ERROR: "per_minute" must be a number
  }
  limits { # ERROR: A provider has at most one limits block
    per_hour = 1 # ERROR: An argument named "per_hour" is not expected here
  }
  limit {} # ERROR: A provider has no block "limit". Did you mean "limits"?
}
provider "writer" { # ERROR: A provider "writer" is declared at testdata/errors/declarations.hcl:25 already
  key   = env.KEY == "" ? evn.KEY : [for x in env.KEYS : env.KEY] # ERROR: nothing called "evn" here. Did you mean "env"? # ERROR: cannot be used as the collection in a 'for'
  model = timestamp() # ERROR: there is no function for the time
}
provider "9" { # ERROR: The name of a provider must be letters
  plugin = "writer"
}
provider "second" {
  plugin = "wrietr" # ERROR: There is no plugin "wrietr". Did you mean "writer"?
}
route "text.write" {
  prefer   = [] # ERROR: A route prefers at least one provider
  fallback = ["writer", "seconds"] # ERROR: There is no provider "seconds". Did you mean "second"?
}
route "text.write" { # ERROR: A route for "text.write" is declared at # ERROR: The argument "prefer" is required
  fallback = ["joiner"] # ERROR: The provider "joiner" does not serve text.write
}
route "text.nothing" { # ERROR: No plugin serves "text.nothing"
  prefer = ["nobody"] # ERROR: There is no provider "nobody"
}
route "text.join" {
  prefer = ["joiner"]
  order  = 1 # ERROR: An argument named "order" is not expected here
}
local = 1 # ERROR: An argument named "local" is not expected here
pipeline "p" {
  description = upper("x") # ERROR: "description" must be a constant
  describtion = "x" # ERROR: An argument named "describtion" is not expected here
  input "a" {
    type    = list(strng) # ERROR: The keyword "strng" is not a valid type specification
    typ     = string # ERROR: An argument named "typ" is not expected here
    default = [for x in [] : foo] # ERROR: There is nothing called "foo" here
    allowed = "x" # ERROR: A static list expression is required
  }
  input "b" {
    type    = object({ pic = optional(file), n = optional(number, "many") }) # ERROR: This default value is not compatible with the attribute's type constraint
    default = input.a # ERROR: There is nothing called "input" here
  }
  input "c" {
    type    = number
    default = null
    allowed = [1, "two", true ? 3 : x] # ERROR: The allowed value of input "c" does not fit its type # ERROR: There is nothing called "x" here
    validation {
      condition     = input.c == null || local.x > local.y # ERROR: A validation is about inputs alone # ERROR: A validation is about inputs alone
      error_message = each.key # ERROR: There is nothing called "each" here
    }
    validation {
      condition     = null # ERROR: A condition must be true or false; this is null
      error_message = ["x"] # ERROR: A message must be text; this is tuple
      warning       = "x" # ERROR: An argument named "warning" is not expected here
    }
    validation { # ERROR: The argument "condition" is required
      error_message = input.x # ERROR: no input called "x"
    }
  }
  input "d" {
    type    = object({ name = string })
    default = { name = "x", nmae = "y" } # ERROR: There is no attribute "nmae" here. Did you mean "name"?
  }
  input "d" { # ERROR: Input "d" is declared at
    type = any
  }
  locals {
    one = 1
    two = { a = 1, b = 2, a = 3 } # ERROR: "a" is given twice in this object
  }
  locals {
    one = 2 # ERROR: Local "one" is declared at
    all = local[local.one] # ERROR: A reference to a local names it literally
    any = stage # ERROR: A reference to a stage names it literally
  }
  stage "x y" { # ERROR: The name of a stage must be letters
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "write" {
    uses     = "text.write"
    with     = { topic = "x", topic = "y" } # ERROR: "topic" is given twice
    weight   = -1 # ERROR: A stage's weight must be a number from 0 to 1000000
    timeout  = "-3m" # ERROR: is no duration
    provider = "joiner" # ERROR: The provider "joiner" does not serve text.write
    step     = 1 + x # ERROR: "step" must be a constant
    retry {
      attempts  = 1.5 # ERROR: must be a whole number from 1 to 100
      delay     = "2s"
      max_delay = "1s" # ERROR: max_delay is shorter than delay
      delays    = 1 # ERROR: An argument named "delays" is not expected here
    }
    retry { # ERROR: A stage has at most one retry block
      delay = 5 # ERROR: is no duration
    }
    depends_on = [one, stage, stage.none.x, stage["write" == "x" ? "a" : "b"], "x"] # ERROR: depends_on lists stages: [stage.one] # ERROR: depends_on lists stages by name # ERROR: depends_on lists whole stages: [stage.none] # ERROR: A single static variable reference is required # ERROR: A single static variable reference is required
  }
  stage "uses" {
    uses       = text.write # ERROR: "uses" must be a constant
    with       = [1] # ERROR: `with` must be an object; this is tuple
    depends_on = stage.write # ERROR: A static list expression is required
  }
  stage "with_list" {
    uses = "text.write"
    with = ["topic"] # ERROR: `with` must be an object; this is tuple
  }
  stage "with_null" {
    uses = "text.write"
    with = null # ERROR: `with` must be an object; this is null
  }
  stage "with_text" {
    uses = "text.write"
    with = stage.write.title # ERROR: `with` must be an object; this is string
  }
  stage "with_parens" {
    uses = "text.write"
    with = ({ topic = "x", (input.key) = "y", stlye = "plain" }) # ERROR: no input called "key"
  }
  stage "with_merged" {
    uses = "text.write"
    with = merge({ topik = "x" }, { style = "x" }) # ERROR: takes no attribute "topik" # ERROR: text.write needs "topic" # ERROR: is not one of "plain", "bold"
  }
  stage "conditions" {
    when = null # ERROR: A condition must be true or false; this is null
    uses = "text.join"
    with = {
      parts = [
        stage.write.lines ? "x" : "y",                      # ERROR: A condition must be true or false; this is list of object
        [for l in stage.write.lines : l.text if l][0],      # ERROR: An `if` must be true or false
        keys({ for l in stage.write.lines : l => l.id })[0], # ERROR: A key must be text; this is object
        stage.write.title ? 1 : 2,
        true ? [] : "x",                                    # ERROR: The true and false result expressions must have consistent types
        [for l in stage.write.title : l][0],                # ERROR: A value of type string cannot be used as the collection
        [for l in null : l][0],                             # ERROR: A null value cannot be used as the collection
        "a ${stage.write.lines} b",                         # ERROR: Text cannot hold this: it is list of object
        stage.write.lines + 1,                              # ERROR: Unsuitable value for left operand
      ]
    }
  }
  stage "null_each" {
    for_each = null # ERROR: It is null; it must be a map, a set of strings or a list
    uses     = "text.write"
    with     = { topic = each.key, style = stage.write.style } # ERROR: no attribute "style"
  }
  stage "null_in_set" {
    for_each = toset(["a", null]) # ERROR: The set has a null in it
    uses     = "text.write"
    with     = { topic = each.key }
  }
  stage "numbers" {
    for_each = toset([1, 2]) # ERROR: It must be a map, a set of strings or a list; this is set of number
    uses     = "text.write"
    with     = { topic = each.key }
  }
  stage "one_by_one" {
    for_each = { a = { speed = 1 }, b = { speed = 9, more = 1 }, c = { other = "x" } }
    uses     = "text.write"
    with     = { topic = each.key, speed = each.value.speed, lines = try(each.value.mroe, 1) } # ERROR: must be at most 2 # ERROR: each.value has no attribute "speed" # ERROR: no attribute "mroe" # ERROR: no attribute "mroe" # ERROR: no attribute "mroe"
  }
  stage "self_everywhere" {
    when     = self.take == 1 # ERROR: There is nothing called "self" here. It is there in the `with` of a stage
    for_each = each.value     # ERROR: There is nothing called "each" here
    uses     = "text.write"
    with     = { topic = self.sede, lines = self.take } # ERROR: self has no attribute "sede". Did you mean "seed"?
    secrets  = { a = self.seed, b = each.key } # ERROR: There is nothing called "self" here
  }
  stage "environment" {
    uses = "text.write"
    with = { topic = env.HOME } # ERROR: There is nothing called "env" here. The environment is there in provider blocks
  }
  output "o" {
    value = stage.write.title
    when  = true # ERROR: An argument named "when" is not expected here
  }
  output "none" { value = self.seed } # ERROR: There is nothing called "self" here
}
