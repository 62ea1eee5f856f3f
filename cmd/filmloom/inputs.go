package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

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
		ty := cty.NilType // of an input that does not exist, which the engine reports with the others
		if in := inputOf(pl, name); in != nil {
			ty = in.Type
		}
		v, err := readValue("-i "+name, ty, text)
		if err != nil {
			return nil, err
		}
		inputs[name] = v
	}
	return inputs, nil
}

func inputOf(pl *pipeline.Pipeline, name string) *pipeline.Input {
	for _, in := range pl.Inputs {
		if in.Name == name {
			return in
		}
	}
	return nil
}

func readJSON(flag string, ty cty.Type, text string) (any, error) {
	var v json.RawMessage
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, usagef("%s is %s; its value must be JSON: %w", flag, providers.TypeName(ty), err)
	}
	return v, nil
}

// readable tells early what is wrong with a file.
func readable(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s", path)
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file", path)
	}
	return nil
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
		if in := inputOf(e.pipeline, p.Attribute); in != nil {
			at = in.Range
		}
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Invalid input", Subject: &at,
			Detail: sentence(fmt.Sprintf("-i %s: %s", p.Attribute, p.Summary)),
		})
	}
	return diags
}

// dollars is the flag --budget: an amount like 2.50 or $2.50.
type dollars struct{ providers.Money }

func (d *dollars) Type() string { return "DOLLARS" }

func (d *dollars) String() string {
	if d.Money == 0 {
		return ""
	}
	return money(d.Money)
}

func (d *dollars) Set(text string) error {
	amount, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(text), "$"), 64)
	const most = 1e9 // what is more is a slip of the hand, and would not fit
	if d.Money = providers.USD(amount); err != nil || !(amount > 0 && amount < most) || d.Money == 0 {
		return usagef("--budget is an amount in US dollars like 2.50, not %q", text)
	}
	return nil
}

// money writes an amount, with as many digits as it needs.
func money(m providers.Money) string {
	text := fmt.Sprintf("%.6f", m.USD())
	for strings.HasSuffix(text, "0") && len(text)-strings.IndexByte(text, '.') > 3 {
		text = text[:len(text)-1]
	}
	return "$" + text
}
