package engine_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// A program is a random file of pipelines. The first one is what is run; each may use those after it.
type program struct {
	pipes                 []pipe
	concurrent, perMinute int // limits of the provider, or 0
}

type pipe struct {
	name  string
	nodes []node
}

// A node is a stage before it is written down.
type node struct {
	name     string
	kind     string // list, work or nested
	deps     []int  // earlier nodes
	after    int    // one of deps that it only waits for, or -1
	fan      string // "", list, map or set
	over     int    // the list among deps that it fans out over
	when     string // "", true, false, or one that depends on the node at on
	on       int
	broken   string // "", with, for_each or when: that expression fails when it is evaluated
	ill      int    // the list among deps with which it does
	count    int    // of a list's items
	attempts int
	inner    int // the pipe that it uses
}

// programs generates one.
func programs(brittle bool) *rapid.Generator[program] {
	return rapid.Custom(func(t *rapid.T) program {
		p := program{
			concurrent: rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "concurrent"),
			perMinute:  rapid.SampledFrom([]int{0, 0, 20}).Draw(t, "per minute"),
		}
		for i, size := range []int{12, 4, 2}[:rapid.IntRange(1, 3).Draw(t, "pipelines")] {
			p.pipes = append(p.pipes, pipe{name: []string{"main", "inner", "innermost"}[i]})
			for n := range rapid.IntRange(1, size).Draw(t, "stages") {
				p.pipes[i].nodes = append(p.pipes[i].nodes, node{name: fmt.Sprintf("s%d", n)})
			}
		}
		for i := range p.pipes {
			for n := range p.pipes[i].nodes {
				p.draw(t, i, n, brittle)
			}
		}
		return p
	})
}

// draw decides what a node is, given those before it.
func (p *program) draw(t *rapid.T, pipe, at int, brittle bool) {
	nodes := p.pipes[pipe].nodes
	n := &nodes[at]
	var lists, sure []int // sure: lists that are never skipped
	n.after = -1
	for d := range at {
		if rapid.IntRange(0, at).Draw(t, "depends") > 1 && at > 2 {
			continue
		}
		n.deps = append(n.deps, d)
		if nodes[d].kind == "list" {
			lists = append(lists, d)
			if nodes[d].when == "" && nodes[d].broken == "" {
				sure = append(sure, d)
			}
		}
	}
	kinds := []string{"list", "work", "work", "work"}
	if pipe < len(p.pipes)-1 {
		kinds = append(kinds, "nested")
	}
	n.kind = rapid.SampledFrom(kinds).Draw(t, "kind")
	n.count = rapid.IntRange(0, 3).Draw(t, "count")
	n.attempts = rapid.IntRange(1, 3).Draw(t, "attempts")
	if n.kind == "nested" {
		n.inner = rapid.IntRange(pipe+1, len(p.pipes)-1).Draw(t, "uses")
	}
	if n.kind != "list" && len(lists) > 0 {
		n.fan = rapid.SampledFrom([]string{"", "list", "map", "set"}).Draw(t, "for_each")
		n.over = rapid.SampledFrom(lists).Draw(t, "over")
	}
	if len(n.deps) > 0 {
		n.when = rapid.SampledFrom([]string{"", "", "", "true", "false", "value"}).Draw(t, "when")
		n.on = rapid.SampledFrom(n.deps).Draw(t, "on")
		if rapid.Bool().Draw(t, "waits only") {
			n.after = n.deps[0]
		}
	}
	if brittle && len(sure) > 0 && rapid.IntRange(0, 15).Draw(t, "broken") == 0 {
		n.ill = rapid.SampledFrom(sure).Draw(t, "ill")
		n.broken = rapid.SampledFrom([]string{"with", "for_each", "when"}).Draw(t, "where")
	}
}

// hcl writes the program down.
func (p program) hcl() string {
	var b strings.Builder
	b.WriteString("provider \"p\" {\n  limits {\n")
	if p.concurrent > 0 {
		fmt.Fprintf(&b, "    concurrent = %d\n", p.concurrent)
	}
	if p.perMinute > 0 {
		fmt.Fprintf(&b, "    per_minute = %d\n", p.perMinute)
	}
	b.WriteString("  }\n}\n")
	for _, pipe := range p.pipes {
		fmt.Fprintf(&b, "pipeline %q {\n  input \"text\" {\n    type    = string\n    default = \"t\"\n  }\n", pipe.name)
		var all []string
		for i, n := range pipe.nodes {
			p.stage(&b, pipe, n)
			all = append(all, pipe.texts(i))
		}
		fmt.Fprintf(&b, "  output \"text\" { value = join(\";\", concat(%s)) }\n}\n", strings.Join(all, ", "))
	}
	return b.String()
}

func (p program) stage(b *strings.Builder, pipe pipe, n node) {
	fmt.Fprintf(b, "  stage %q {\n", n.name)
	parts := []string{fmt.Sprintf("[%q, input.text]", n.name)}
	for _, d := range n.deps {
		if d == n.after {
			fmt.Fprintf(b, "    depends_on = [stage.%s]\n", pipe.nodes[d].name)
			continue
		}
		parts = append(parts, pipe.texts(d))
	}
	ill := fmt.Sprintf("stage.%s.items[99]", pipe.nodes[n.ill].name)
	switch {
	case n.broken == "when":
		fmt.Fprintf(b, "    when = %s == \"x\"\n", ill)
	case n.when == "value": // of an eight-digit hexadecimal number, or of nothing
		fmt.Fprintf(b, "    when = strcontains(join(\"\", %s), \"a\")\n", pipe.texts(n.on))
	case n.when != "":
		fmt.Fprintf(b, "    when = %s\n", n.when)
	}
	if n.broken == "for_each" {
		fmt.Fprintf(b, "    for_each = toset([%s])\n", ill)
	} else if n.fan != "" {
		items := pipe.texts(n.over)
		switch n.fan {
		case "map":
			items = fmt.Sprintf("{ for i in %s : i => \"value of ${i}\" }", items)
		case "set":
			items = fmt.Sprintf("toset(%s)", items)
		}
		fmt.Fprintf(b, "    for_each = %s\n", items)
	}
	if n.fan != "" || n.broken == "for_each" {
		parts = append(parts, "[tostring(each.key), each.value]")
	}
	if n.broken == "with" {
		parts = append(parts, "["+ill+"]")
	}
	text := fmt.Sprintf("join(\",\", concat(%s))", strings.Join(parts, ", "))
	switch n.kind {
	case "list":
		fmt.Fprintf(b, "    uses = \"p.list\"\n    with = { count = %d, text = %s }\n", n.count, text)
	case "work":
		fmt.Fprintf(b, "    uses = \"p.work\"\n    with = { most = %d, text = %s }\n", n.attempts, text)
		fmt.Fprintf(b, "    retry {\n      attempts = %d\n      delay    = \"1h\"\n    }\n", n.attempts)
	case "nested":
		fmt.Fprintf(b, "    uses = pipeline.%s\n    with = { text = %s }\n", p.pipes[n.inner].name, text)
	}
	b.WriteString("  }\n")
}

// texts is an expression: the strings that a node gives, none when it is skipped.
func (p pipe) texts(i int) string {
	n := p.nodes[i]
	text := fmt.Sprintf("[stage.%s.text]", n.name)
	switch {
	case n.kind == "list" && n.broken != "for_each":
		text = fmt.Sprintf("stage.%s.items", n.name)
	case n.kind == "list":
		text = fmt.Sprintf("flatten([for x in stage.%s : x.items])", n.name)
	case n.fan != "" || n.broken == "for_each":
		text = fmt.Sprintf("[for x in stage.%s : x.text]", n.name)
	}
	if n.when != "" || n.broken == "when" {
		text = fmt.Sprintf("try(%s, [])", text)
	}
	return text
}

// shape is the program as the model sees it.
func (p program) shape() shape { return p.shapeOf(0) }

func (p program) shapeOf(pipe int) shape {
	s := shape{}
	nodes := p.pipes[pipe].nodes
	for _, n := range nodes {
		var one stageShape
		for _, d := range n.deps {
			one.after = append(one.after, nodes[d].name)
		}
		if n.kind == "nested" {
			one.inner = p.shapeOf(n.inner)
		}
		s[n.name] = one
	}
	return s
}
