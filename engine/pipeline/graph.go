package pipeline

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteMermaid draws the pipeline's stages and what they wait for as a Mermaid flow chart.
func (pl *Pipeline) WriteMermaid(w io.Writer) error {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	for _, s := range pl.Stages {
		open, end := "[", "]"
		if s.FansOut() {
			open, end = "[[", "]]"
		}
		fmt.Fprintf(&b, "  %s%s\"%s<br/><small>%s</small>\"%s\n", s.Name, open, s.Name, s.label(), end)
	}
	for _, s := range pl.Stages {
		for _, d := range s.dependencies {
			fmt.Fprintf(&b, "  %s --> %s\n", d, s.Name)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// label is what the stage uses, as a drawing names it.
func (s *Stage) label() string {
	if s.uses != "" {
		return "pipeline." + s.uses
	}
	return s.Capability
}

// WriteDOT draws the same in the language of Graphviz.
func (pl *Pipeline) WriteDOT(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %q {\n  node [shape=box, fontname=\"sans-serif\"]\n", pl.Name)
	for _, s := range pl.Stages {
		more := ""
		if s.FansOut() {
			more = ", peripheries=2"
		}
		fmt.Fprintf(&b, "  %q [label=\"%s\\n%s\"%s]\n", s.Name, s.Name, s.label(), more)
	}
	for _, s := range pl.Stages {
		for _, d := range s.dependencies {
			fmt.Fprintf(&b, "  %q -> %q\n", d, s.Name)
		}
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes the pipeline's inputs, stages and outputs for a program.
func (pl *Pipeline) WriteJSON(w io.Writer) error {
	type stage struct {
		Name        string   `json:"name"`
		Step        string   `json:"step"`
		Uses        string   `json:"uses"`
		FansOut     bool     `json:"fans_out"`
		Conditional bool     `json:"conditional"`
		DependsOn   []string `json:"depends_on"`
	}
	graph := struct {
		Name    string   `json:"name"`
		Inputs  []string `json:"inputs"`
		Stages  []stage  `json:"stages"`
		Outputs []string `json:"outputs"`
	}{Name: pl.Name, Inputs: []string{}, Stages: []stage{}, Outputs: []string{}}
	for _, in := range pl.Inputs {
		graph.Inputs = append(graph.Inputs, in.Name)
	}
	for _, s := range pl.Stages {
		graph.Stages = append(graph.Stages, stage{s.Name, s.Step, s.label(), s.FansOut(), s.Conditional(), append([]string{}, s.dependencies...)})
	}
	for _, o := range pl.Outputs {
		graph.Outputs = append(graph.Outputs, o.Name)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(graph)
}
