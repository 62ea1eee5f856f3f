package pipeline

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"
	"unicode"
)

// Uses names what the stage uses: a capability, or pipeline.NAME.
func (s *Stage) Uses() string {
	if s.uses != "" {
		return "pipeline." + s.uses
	}
	return s.Capability
}

// inner are the stages of the pipeline that the stage runs.
func (s *Stage) inner() []*Stage {
	if s.Pipeline == nil {
		return nil
	}
	return s.Pipeline.Stages
}

// WriteMermaid draws the pipeline's stages and what they wait for as a Mermaid flow chart. A stage that
// fans out has a double border, a conditional one a dashed border; a stage that runs a pipeline is a
// frame around the stages of that.
func (pl *Pipeline) WriteMermaid(w io.Writer) error {
	m := &mermaid{ids: map[string]string{}, taken: map[string]bool{}}
	m.WriteString("flowchart TD\n")
	m.stages(pl.Stages, "", "  ")
	if len(m.dashed) > 0 {
		m.WriteString("  classDef conditional stroke-dasharray: 4 3\n")
		fmt.Fprintf(m, "  class %s conditional\n", strings.Join(m.dashed, ","))
	}
	_, err := io.WriteString(w, m.String())
	return err
}

type mermaid struct {
	strings.Builder
	ids    map[string]string // by path: names of stages with full stops between them
	taken  map[string]bool
	dashed []string
}

func (m *mermaid) stages(stages []*Stage, path, indent string) {
	for _, s := range stages {
		id := m.id(path + s.Name)
		text := fmt.Sprintf("%s<br/><small>%s</small>", html.EscapeString(s.Name), html.EscapeString(s.Uses()))
		if s.Conditional() {
			m.dashed = append(m.dashed, id)
		}
		switch {
		case len(s.inner()) > 0:
			if s.FansOut() {
				text += " ×n"
			}
			fmt.Fprintf(m, "%ssubgraph %s[\"%s\"]\n", indent, id, text)
			m.stages(s.inner(), path+s.Name+".", indent+"  ")
			fmt.Fprintf(m, "%send\n", indent)
		case s.FansOut():
			fmt.Fprintf(m, "%s%s[[\"%s\"]]\n", indent, id, text)
		default:
			fmt.Fprintf(m, "%s%s[\"%s\"]\n", indent, id, text)
		}
	}
	for _, s := range stages {
		for _, d := range s.dependencies {
			fmt.Fprintf(m, "%s%s --> %s\n", indent, m.id(path+d), m.id(path+s.Name))
		}
	}
}

// id makes a name that Mermaid takes: ASCII letters, digits and _, and no word of its own.
func (m *mermaid) id(path string) string {
	if id, ok := m.ids[path]; ok {
		return id
	}
	id := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, path)
	switch strings.ToLower(id) {
	case "end", "graph", "flowchart", "subgraph", "direction", "style", "linkstyle", "class", "classdef", "click", "call", "href", "default":
		id += "_"
	}
	for m.taken[id] {
		id += "_"
	}
	m.ids[path], m.taken[id] = id, true
	return id
}

// WriteDOT draws the same in the language of Graphviz.
func (pl *Pipeline) WriteDOT(w io.Writer) error {
	d := &dot{}
	fmt.Fprintf(d, "digraph %s {\n  compound=true\n  node [shape=box, fontname=\"sans-serif\"]\n  fontname=\"sans-serif\"\n", quoted(pl.Name))
	d.stages(pl.Stages, "", "  ")
	d.WriteString("}\n")
	_, err := io.WriteString(w, d.String())
	return err
}

type dot struct{ strings.Builder }

func (b *dot) stages(stages []*Stage, path, indent string) {
	byName := map[string]*Stage{}
	for _, s := range stages {
		byName[s.Name] = s
		style := ""
		if s.FansOut() {
			style += ", peripheries=2"
		}
		if s.Conditional() {
			style += ", style=dashed"
		}
		label := strings.ReplaceAll(quoted(s.Name+"\n"+s.Uses()), "\n", `\n`)
		if len(s.inner()) == 0 {
			fmt.Fprintf(b, "%s%s [label=%s%s]\n", indent, quoted(path+s.Name), label, style)
			continue
		}
		fmt.Fprintf(b, "%ssubgraph %s {\n%s  graph [label=%s%s]\n", indent, quoted("cluster_"+path+s.Name), indent, label, style)
		b.stages(s.inner(), path+s.Name+".", indent+"  ")
		fmt.Fprintf(b, "%s}\n", indent)
	}
	for _, s := range stages {
		for _, name := range s.dependencies {
			// An edge joins nodes; one of a frame is drawn to the frame's border.
			from, tail := end(byName[name], path, func(inner []*Stage) *Stage { return inner[len(inner)-1] })
			to, head := end(s, path, func(inner []*Stage) *Stage { return inner[0] })
			var at []string
			if tail != "" {
				at = append(at, "ltail="+quoted(tail))
			}
			if head != "" {
				at = append(at, "lhead="+quoted(head))
			}
			attributes := ""
			if len(at) > 0 {
				attributes = " [" + strings.Join(at, ", ") + "]"
			}
			fmt.Fprintf(b, "%s%s -> %s%s\n", indent, quoted(from), quoted(to), attributes)
		}
	}
}

// end is the node that stands for a stage, and its frame or "".
func end(s *Stage, path string, pick func([]*Stage) *Stage) (node, frame string) {
	path += s.Name
	if len(s.inner()) > 0 {
		frame = "cluster_" + path
	}
	for len(s.inner()) > 0 {
		s = pick(s.Pipeline.order)
		path += "." + s.Name
	}
	return path, frame
}

// quoted is a string of Graphviz.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// A graph is a pipeline for a program to read.
type graph struct {
	Name    string       `json:"name"`
	Inputs  []string     `json:"inputs"`
	Stages  []graphStage `json:"stages"`
	Outputs []string     `json:"outputs"`
}

type graphStage struct {
	Name        string   `json:"name"`
	Step        string   `json:"step"`
	Uses        string   `json:"uses"`
	FansOut     bool     `json:"fans_out"`
	Conditional bool     `json:"conditional"`
	DependsOn   []string `json:"depends_on"`
	Pipeline    *graph   `json:"pipeline,omitempty"` // that it runs
}

// WriteJSON writes the pipeline's inputs, stages and outputs for a program. A stage that runs a pipeline
// holds that in turn.
func (pl *Pipeline) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(pl.graph())
}

func (pl *Pipeline) graph() *graph {
	g := &graph{Name: pl.Name, Inputs: []string{}, Stages: []graphStage{}, Outputs: []string{}}
	for _, in := range pl.Inputs {
		g.Inputs = append(g.Inputs, in.Name)
	}
	for _, s := range pl.Stages {
		stage := graphStage{
			Name: s.Name, Step: s.Step, Uses: s.Uses(), FansOut: s.FansOut(), Conditional: s.Conditional(),
			DependsOn: append([]string{}, s.dependencies...),
		}
		if s.Pipeline != nil {
			stage.Pipeline = s.Pipeline.graph()
		}
		g.Stages = append(g.Stages, stage)
	}
	for _, o := range pl.Outputs {
		g.Outputs = append(g.Outputs, o.Name)
	}
	return g
}
