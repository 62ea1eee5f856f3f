package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/filmloom/filmloom/engine"
	"github.com/filmloom/filmloom/engine/pipeline"
	"github.com/filmloom/filmloom/providers"
)

// readInputs turns -i flags into inputs. A value that begins with @ names a file: its text for a
// string, the file itself for an input of type file; @@ stands for a literal @. Lists, maps and
// objects are written as JSON.
func readInputs(pl *pipeline.Pipeline, flags []string) (engine.Inputs, error) {
	inputs := engine.Inputs{}
	for _, flag := range flags {
		name, text, ok := strings.Cut(flag, "=")
		if !ok {
			return nil, usagef("-i %s has no value; write -i %s=VALUE", flag, flag)
		}
		if _, twice := inputs[name]; twice {
			return nil, usagef("the input %s is given twice", name)
		}
		v, err := readInput(pl, name, text)
		if err != nil {
			return nil, err
		}
		inputs[name] = v
	}
	return inputs, nil
}

func readInput(pl *pipeline.Pipeline, name, text string) (any, error) {
	var in *pipeline.Input
	for _, i := range pl.Inputs {
		if i.Name == name {
			in = i
		}
	}
	path, isFile := strings.CutPrefix(text, "@")
	isFile = isFile && !strings.HasPrefix(path, "@")
	switch {
	case in == nil: // reported with the others, by Start
		return text, nil
	case providers.IsFileType(in.Type):
		if !isFile {
			return nil, usagef("the input %s is a file; write -i %s=@PATH", name, name)
		}
		return engine.LocalFile(path), nil
	case isFile:
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("the input %s cannot be read: %w", name, err)
		}
		return string(b), nil
	case in.Type.IsPrimitiveType():
		if strings.HasPrefix(text, "@@") {
			text = text[1:]
		}
		return text, nil
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, usagef("the input %s is %s; its value must be JSON: %v", name, providers.TypeName(in.Type), err)
	}
	return v, nil
}

// An inputError shows wrong inputs where they are declared.
type inputError struct {
	*engine.InputError
	pipeline *pipeline.Pipeline
	source   pipeline.Source
}

func (e *inputError) diagnostics() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, p := range e.Problems {
		at := e.pipeline.Range
		for _, in := range e.pipeline.Inputs {
			if in.Name == p.Attribute {
				at = in.Range
			}
		}
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Invalid input", Subject: &at,
			Detail: sentence(fmt.Sprintf("-i %s: %s", p.Attribute, p.Summary)),
		})
	}
	return diags
}

// sentence ends a text with a full stop unless it has an end already.
func sentence(s string) string {
	if strings.HasSuffix(s, "?") || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
