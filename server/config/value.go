package config

import "strings"

// A value is a place in a Config, with what may be put there.
type value struct {
	word   string // stands for a value in a flag's help; "bool" for what needs none
	must   string // what the value must be, in short
	bare   bool   // written without quotes in a file
	list   bool   // there may be several
	secret bool
	set    func(c *Config, texts []string) error // for what is no list, of exactly one text
	get    func(c *Config) []string              // as set takes it; a secret only says whether it is set
}

// one is a place for one value.
func one[T any](at func(*Config) *T, k kind[T]) value {
	_, secret := any(*new(T)).(Secret)
	return value{
		word: k.word, must: k.must, bare: k.bare, secret: secret,
		set: func(c *Config, texts []string) error {
			text := texts[0]
			if !secret { // which may begin or end with a space
				text = strings.TrimSpace(text)
			}
			v, err := k.parse(text)
			if err == nil {
				*at(c) = v
			}
			return err
		},
		get: func(c *Config) []string { return []string{k.format(*at(c))} },
	}
}

// many is a place for any number of values. An empty text is none.
func many[T any](at func(*Config) *[]T, k kind[T]) value {
	return value{
		word: k.word, must: k.must, list: true,
		set: func(c *Config, texts []string) error {
			var all []T
			for _, text := range texts {
				if text = strings.TrimSpace(text); text == "" {
					continue
				}
				v, err := k.parse(text)
				if err != nil {
					return err
				}
				all = append(all, v)
			}
			*at(c) = all
			return nil
		},
		get: func(c *Config) []string {
			var texts []string
			for _, v := range *at(c) {
				texts = append(texts, k.format(v))
			}
			return texts
		},
	}
}

// flag and variable are the other names of a setting. All settings of plans have one flag, and begin what
// it is given.
func (s setting) flag() string {
	if plan, allowance, ok := s.inPlan(); ok {
		return planWord + "=" + plan + "." + allowance
	}
	name := strings.ReplaceAll(s.name, "_", "-")
	if s.secret {
		name += "-file"
	}
	return name
}

func (s setting) variable() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(s.name, ".", "_"))
}

// usual is the default as set takes it.
func (s setting) usual() []string { return []string{s.fallback} }

const (
	prefix     = "FILMLOOM_"
	fileSuffix = "_file" // of the name under which a secret's file is given
)
