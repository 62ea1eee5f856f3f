package pipeline_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/filmloom/filmloom/engine/pipeline"
)

func gen(r *rand.Rand, d int) string {
	leaf := []string{"input.on", "input.words", "input.obj", "input.obj.a", "input.pic", "stage.write", "stage.write.lines", "stage.write.title", "stage.maybe", "stage.maybe.title", "stage.fan", `stage.fan["a"]`, "stage.idx", "stage.idx[0].title", "local.x", "each.key", "each.value", "self.seed", "null", "true", "1", `"s"`, "[]", "{}", "l", "l.id", "k", "input.any", "stage.any.lines[0].text"}
	if d <= 0 {
		return leaf[r.Intn(len(leaf))]
	}
	g := func() string { return gen(r, d-1-r.Intn(2)) }
	fns := []string{"upper", "length", "join", "try", "can", "concat", "merge", "toset", "tolist", "tomap", "keys", "values", "lookup", "flatten", "coalesce", "jsonencode", "jsondecode", "format", "sum", "alltrue", "range", "zipmap", "element", "distinct", "sort", "setproduct", "regex", "formatdate", "startswith", "slice", "csvdecode", "nofn", "contains", "compact", "int"}
	switch r.Intn(18) {
	case 0:
		return fmt.Sprintf("[for l in %s : %s]", g(), g())
	case 1:
		return fmt.Sprintf("[for k, l in %s : %s if %s]", g(), g(), g())
	case 2:
		return fmt.Sprintf("{ for k, l in %s : %s => %s }", g(), g(), g())
	case 3:
		return fmt.Sprintf("{ for l in %s : %s => %s... if %s }", g(), g(), g(), g())
	case 4:
		return fmt.Sprintf("(%s ? %s : %s)", g(), g(), g())
	case 5, 6:
		n := r.Intn(3)
		a := []string{}
		for i := 0; i <= n; i++ {
			a = append(a, g())
		}
		e := ""
		if r.Intn(6) == 0 {
			e = "..."
		}
		return fns[r.Intn(len(fns))] + "(" + strings.Join(a, ", ") + e + ")"
	case 7:
		return fmt.Sprintf("[%s, %s]", g(), g())
	case 8:
		return fmt.Sprintf("{ a = %s, (%s) = %s }", g(), g(), g())
	case 9:
		return fmt.Sprintf("(%s)[%s]", g(), g())
	case 10:
		return fmt.Sprintf("(%s)[*].%s", g(), []string{"id", "a", "title", "lines[*].id", "text"}[r.Intn(5)])
	case 11:
		return fmt.Sprintf("(%s).*.id", g())
	case 12:
		return fmt.Sprintf("(%s %s %s)", g(), []string{"+", "-", "==", "!=", "&&", "||", "<", "/", "%"}[r.Intn(9)], g())
	case 13:
		return "!" + g()
	case 14:
		return fmt.Sprintf(`"a${%s}b"`, g())
	case 15:
		return fmt.Sprintf(`"%%{for l in %s}${%s}%%{endfor}"`, g(), g())
	case 16:
		return fmt.Sprintf(`"%%{if %s}x${%s}%%{endif}"`, g(), g())
	}
	return fmt.Sprintf("(%s).%s", g(), []string{"id", "a", "title", "lines"}[r.Intn(4)])
}

func TestGen(t *testing.T) {
	seed := time.Now().UnixNano()
	r := rand.New(rand.NewSource(seed))
	start := time.Now()
	n, ok := 0, 0
	slow := time.Duration(0)
	for time.Since(start) < 25*time.Second {
		g := func() string { return gen(r, r.Intn(4)) }
		src := fmt.Sprintf(`pipeline "p" {
  input "on" {
    type = bool
    default = true
  }
  input "words" {
    type = list(string)
    default = ["a"]
  }
  input "obj" {
    type = object({ a = optional(string, "q"), b = optional(list(number)) })
    default = {}
  }
  input "pic" {
    type = file
    default = null
  }
  input "any" {
    type = any
    default = null
  }
  locals {
    x = %s
  }
  stage "write" {
    uses = "text.write"
    with = { topic = "x" }
  }
  stage "maybe" {
    when = input.on
    uses = "text.write"
    with = { topic = %s }
  }
  stage "fan" {
    for_each = { for l in stage.write.lines : l.id => l }
    uses = "text.write"
    with = { topic = "x", lines = %s, style = %s }
  }
  stage "idx" {
    for_each = %s
    uses = "text.write"
    with = { topic = each.value }
  }
  stage "z" {
    for_each = %s
    when = %s
    uses = "text.join"
    with = { parts = %s }
    secrets = { a = %s }
  }
  stage "y" {
    uses = pipeline.q
    with = { a = %s, b = %s }
  }
  stage "w" {
    uses = "text.write"
    with = %s
  }
  output "o" { 
    value = %s
  }
}
pipeline "q" {
  input "a" {
    type = object({ a = string, c = optional(number) })
    default = null
  }
  input "b" {
    type = list(string)
    default = []
    validation {
      condition = length(input.b) < 5
      error_message = "x"
    }
  }
  output "o" {
    value = input.a
  }
}
`, g(), g(), g(), g(), "[for l in stage.write.lines : l.text]", g(), g(), g(), g(), g(), g(), g(), g())
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Logf("%s", src)
					panic(p)
				}
			}()
			s := pipeline.Source{"p.hcl": []byte(src)}
			b := time.Now()
			file, diags := check(s)
			if e := time.Since(b); e > slow {
				slow = e
				if e > 200*time.Millisecond {
					t.Logf("slow %v: %s", e, src)
				}
			}
			if !diags.HasErrors() {
				ok++
			}
			walkThrough(t, file, diags)
			if n%20 == 0 {
				if err := formats(s, diags); err != nil {
					t.Fatal(err)
				}
			}
		}()
		n++
	}
	t.Log(n, ok, slow)
}
