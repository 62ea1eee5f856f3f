package config

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// A Setting describes one setting and the value it has. A secret's value is "(set)" or nothing.
type Setting struct {
	Name       string   `json:"name"`              // as in a file, or plan.free.credits for what is in the block of a plan
	Older      string   `json:"older,omitempty"`   // another name, with a flag and a variable of its own; "" for none
	Section    string   `json:"section"`           // what it belongs to
	Flag       string   `json:"flag"`              // with its dashes; for a plan what begins it: --plan=free.credits
	Variable   string   `json:"variable"`          // of the environment; a secret's file has the same with _FILE
	Word       string   `json:"word"`              // what stands for a value: "HOST:PORT"; "bool" for true or false
	Must       string   `json:"must,omitempty"`    // what a value must be, where that is not plain
	Default    string   `json:"default"`           // "" for none
	Without    string   `json:"without,omitempty"` // what happens without a value
	Help       string   `json:"help"`
	Secret     bool     `json:"secret"`
	Repeatable bool     `json:"repeatable"`
	Values     []string `json:"values"` // at most one unless it is repeatable; none is [] or one that is ""
	Source     string   `json:"source"` // see Origin.String
}

// Describe lists all settings with their values, in the order of the documentation.
func (c *Config) Describe() []Setting {
	var all []Setting
	for _, sec := range sections {
		for _, s := range sec.settings {
			all = append(all, Setting{
				Name: s.name, Older: older[s.name], Section: sec.title, Flag: "--" + s.flag(), Variable: s.variable(), Word: s.word, Must: s.must,
				Default: s.fallback, Without: s.none, Help: s.help, Secret: s.secret, Repeatable: s.list,
				Values: append([]string{}, s.get(c)...), Source: c.Origin(s.name).String(),
			})
		}
	}
	return all
}

// Write writes the settings as a file that can be used as one, with a comment on where each value is from.
// Secrets are only said to be set.
func (c *Config) Write(w io.Writer) error {
	var b bytes.Buffer
	for i, sec := range sections {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "# %s\n", sec.title)
		if sec.title == plansTitle {
			writePlans(&b, c, func(s setting) string { return " # " + c.Origin(s.name).String() })
			continue
		}
		for _, s := range sec.settings {
			from := c.Origin(s.name).String()
			switch {
			case s.secret && s.get(c)[0] != "":
				fmt.Fprintf(&b, "# %s is set # %s\n", s.name, from)
			case s.secret:
				fmt.Fprintf(&b, "# %s is not set: %s\n", s.name, s.none)
			default:
				fmt.Fprintf(&b, "%s = %s # %s\n", s.name, s.literal(s.get(c)), from)
			}
		}
	}
	_, err := w.Write(hclwrite.Format(b.Bytes()))
	return err
}

// writePlans writes the blocks of all plans, with something after each line.
func writePlans(b *bytes.Buffer, c *Config, after func(setting) string) {
	for i, name := range planNames {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(b, "%s %q {\n", planWord, name)
		for _, a := range allowances {
			s, _ := find(planSetting(name, a.name))
			fmt.Fprintf(b, "%s = %s%s\n", a.name, s.literal(s.get(c)), after(s))
		}
		b.WriteString("}\n")
	}
}

// WriteExample writes a file with all settings and their defaults, as comments.
func WriteExample(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Settings of the Filmloom server. Remove the # before those that you change, and start it with\n#   filmloom serve --config FILE\n# Flags and FILMLOOM_* variables win over what is here.\n")
	defaults := Default()
	for _, sec := range sections {
		fmt.Fprintf(&b, "\n# ---- %s ----\n", sec.title)
		if sec.title == plansTitle {
			examplePlans(&b, defaults)
			continue
		}
		for _, s := range sec.settings {
			text := s.sentence()
			if s.none != "" {
				text += ". Default: " + s.none
			}
			fmt.Fprintf(&b, "\n# %s.\n", text)
			switch {
			case s.secret:
				fmt.Fprintf(&b, "#%s%s = \"/run/secrets/%s\"\n", s.name, fileSuffix, s.name)
			default:
				fmt.Fprintf(&b, "#%s = %s\n", s.name, s.literal(s.get(defaults)))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sentence is the setting's help with what it must be, as the beginning of a sentence.
func (s setting) sentence() string {
	text := strings.ToUpper(s.help[:1]) + s.help[1:]
	if s.must != "" && s.word != "bool" && !strings.Contains(s.help, s.must) {
		text += " (" + s.must + ")"
	}
	return text
}

// examplePlans writes the blocks of the plans with what is usual, as comments.
func examplePlans(b *strings.Builder, defaults *Config) {
	b.WriteString("\n# A block for each plan; a line that is left out has its default.\n#\n")
	for _, a := range allowances {
		s, _ := find(planSetting(planNames[0], a.name))
		fmt.Fprintf(b, "#   %s: %s.\n", a.name, s.sentence())
	}
	var blocks bytes.Buffer
	writePlans(&blocks, defaults, func(setting) string { return "" })
	b.WriteByte('\n')
	for line := range bytes.Lines(hclwrite.Format(blocks.Bytes())) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.WriteByte('#')
		}
		b.Write(line)
	}
}

// literal writes values as a file has them.
func (s setting) literal(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = t
		if !s.bare || t == unlimited {
			quoted[i] = string(hclwrite.TokensForValue(cty.StringVal(t)).Bytes())
		}
	}
	if s.list {
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return quoted[0]
}
