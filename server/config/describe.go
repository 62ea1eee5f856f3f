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
	Name       string   `json:"name"`              // as in a file
	Section    string   `json:"section"`           // what it belongs to
	Flag       string   `json:"flag"`              // with its dashes
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
				Name: s.name, Section: sec.title, Flag: "--" + s.flag(), Variable: s.variable(), Word: s.word, Must: s.must,
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

// WriteExample writes a file with all settings and their defaults, as comments.
func WriteExample(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Settings of the Filmloom server. Remove the # before those that you change, and start it with\n#   filmloom serve --config FILE\n# Flags and FILMLOOM_* variables win over what is here.\n")
	defaults := Default()
	for _, sec := range sections {
		fmt.Fprintf(&b, "\n# ---- %s ----\n", sec.title)
		for _, s := range sec.settings {
			text := strings.ToUpper(s.help[:1]) + s.help[1:]
			if s.must != "" && s.word != "bool" && !strings.Contains(s.help, s.must) {
				text += " (" + s.must + ")"
			}
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

// literal writes values as a file has them.
func (s setting) literal(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = t
		if !s.bare {
			quoted[i] = string(hclwrite.TokensForValue(cty.StringVal(t)).Bytes())
		}
	}
	if s.list {
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return quoted[0]
}
