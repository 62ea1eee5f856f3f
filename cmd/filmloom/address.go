package main

import "strings"

// cleanAddress is an address as the engine writes it. A shell takes the quotes out of
// images["scene-02"]; they are put back, unless what is between the brackets is a number.
func cleanAddress(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		end := closing(text, i)
		switch {
		case text[i] != '[' || end < 0:
			b.WriteByte(text[i])
			i++
			continue
		case text[i+1] == '"' || digits(text[i+1:end]):
			b.WriteString(text[i : end+1])
		default:
			b.WriteString(`["` + strings.ReplaceAll(text[i+1:end], `"`, `\"`) + `"]`)
		}
		i = end + 1
	}
	return b.String()
}

// closing is where the bracket that is open at i is closed, or -1. Quotes may have brackets in them.
func closing(text string, i int) int {
	quoted := false
	for j := i + 1; j < len(text); j++ {
		switch c := text[j]; {
		case quoted && c == '\\':
			j++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			return j
		}
	}
	return -1
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// cutAddress divides ADDRESS=REST at the first = that is not in brackets.
func cutAddress(text string) (address, rest string, found bool) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '=':
			return cleanAddress(text[:i]), text[i+1:], true
		case '[':
			if end := closing(text, i); end > 0 {
				i = end
			}
		}
	}
	return cleanAddress(text), "", false
}

// nested says how a stage's address is shown below the stage that it is within: how deep it lies, and what
// is left of its name. films["a"].clips lies one deep, as ["a"].clips.
func nested(stage string) (depth int, label string) {
	label = stage
	for i := 0; i < len(stage); i++ {
		switch stage[i] {
		case '[':
			if end := closing(stage, i); end > 0 {
				if end+1 < len(stage) && stage[end+1] == '.' {
					label = stage[i:]
				}
				i = end
			}
		case '.':
			depth++
			if stage[i-1] != ']' {
				label = stage[i+1:]
			}
		}
	}
	return depth, label
}

// withoutKeys is an address without what is in brackets.
func withoutKeys(address string) string {
	var b strings.Builder
	for i := 0; i < len(address); i++ {
		if end := closing(address, i); address[i] == '[' && end > 0 {
			i = end
			continue
		}
		b.WriteByte(address[i])
	}
	return b.String()
}
