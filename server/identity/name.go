package identity

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Bounds of what accounts and keys are called, in characters, and of passwords.
const (
	MaxName     = 64
	MinPassword = 8   // characters
	MaxPassword = 256 // bytes
)

// cleanName is a name as it is kept: composed, so that it is the same however it was typed.
func cleanName(name string) (string, error) {
	const field = "name"
	if len(name) > 16*MaxName || !utf8.ValidString(name) {
		return "", invalidf(field, "must be a text of 1 to %d characters", MaxName)
	}
	name = norm.NFC.String(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0 || n > MaxName:
		return "", invalidf(field, "must have 1 to %d characters, and has %d", MaxName, n)
	case strings.TrimSpace(name) != name:
		return "", invalidf(field, "must not begin or end with a space")
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", invalidf(field, "has a character that cannot be printed")
	}
	return name, nil
}

// fold makes names the same that people take for the same: in capitals or not, full width or not.
func fold(name string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name)))
}

// cleanPassword is a password as it is hashed: composed, since keyboards differ in how they send an accent.
func cleanPassword(password string) string { return norm.NFC.String(password) }

func checkPassword(password, name string) error {
	const field = "password"
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return invalidf(field, "must have %d characters or more", MinPassword)
	case len(password) > MaxPassword:
		return invalidf(field, "must have %d bytes or less", MaxPassword)
	case fold(password) == fold(name):
		return invalidf(field, "must not be the name")
	}
	return nil
}

func (s *Service) checkPlan(plan string) error {
	if !slices.Contains(s.conf.Plans, plan) {
		return invalidf("plan", "must be one of: %s", strings.Join(s.conf.Plans, ", "))
	}
	return nil
}
