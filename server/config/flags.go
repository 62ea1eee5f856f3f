package config

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// configFlag is the flag that names the file; its variable is configVariable.
const (
	configFlag     = "config"
	configVariable = prefix + "CONFIG"
)

// Bind adds a flag for each setting, and --config. Those in except are left out: they are there already, or
// come from a command above; Load finds them by their names whatever their type. The flags check nothing:
// Load does, so that all problems are told at once.
func Bind(flags *pflag.FlagSet, except ...string) {
	if !slices.Contains(except, configFlag) {
		flags.String(configFlag, "", "read settings from this `FILE` ($"+configVariable+")")
	}
	if !slices.Contains(except, planWord) {
		flags.VarPF(&given{setting: setting{name: planWord, value: value{word: "PLAN.WHAT=VALUE", list: true}}}, planWord, "", planUsage)
	}
	for _, s := range settings {
		for _, as := range s.spellings() {
			if _, _, is := as.inPlan(); !is && !slices.Contains(except, as.flag()) {
				as.bind(flags)
			}
		}
	}
}

// planUsage is the line of the flag for plans in a help.
const planUsage = "what a plan has, such as free.credits=10; may be repeated ($" + prefix + "PLAN_FREE_CREDITS and the like)"

// bind adds the setting's flag.
func (s setting) bind(flags *pflag.FlagSet) {
	f := flags.VarPF(&given{setting: s}, s.flag(), "", s.usage())
	if s.word == "bool" {
		f.NoOptDefVal = "true"
	}
	f.DefValue = s.shown()
}

// usage is the flag's line in a help.
func (s setting) usage() string {
	text := strings.ReplaceAll(s.help, "`", "")
	variable := s.variable()
	if s.secret {
		text = "a file with " + text
		variable += strings.ToUpper(fileSuffix)
	}
	if s.list {
		text += "; may be repeated"
	}
	text += " ($" + variable
	if s.none != "" {
		text += "; default: " + s.none
	}
	return text + ")"
}

// shown is the default that a flag's help shows in parentheses.
func (s setting) shown() string {
	if s.fallback == "0s" || s.fallback == "0" {
		return ""
	}
	return s.fallback
}

// given is a flag's value: what was written, unchecked.
type given struct {
	setting
	texts []string
}

// Set implements pflag.Value.
func (g *given) Set(text string) error {
	if g.list {
		g.texts = append(g.texts, strings.Split(text, ",")...)
		return nil
	}
	g.texts = []string{text}
	return nil
}

// String implements pflag.Value.
func (g *given) String() string { return strings.Join(g.texts, ",") }

// Type implements pflag.Value.
func (g *given) Type() string {
	if g.secret {
		return "FILE"
	}
	return g.word
}

// GetSlice gives the parts of a list, as pflag's own lists do.
func (g *given) GetSlice() []string { return g.texts }

// written gives what was written as a flag, or nil when it was not given.
func written(flags *pflag.FlagSet, name string) []string {
	if flags == nil {
		return nil
	}
	f := flags.Lookup(name)
	if f == nil || !f.Changed {
		return nil
	}
	if list, ok := f.Value.(interface{ GetSlice() []string }); ok {
		return list.GetSlice()
	}
	return []string{f.Value.String()}
}
