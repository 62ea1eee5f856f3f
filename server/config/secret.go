package config

import (
	"fmt"
	"io"
)

// A Secret is a text that nobody sees by accident: printed, logged or as JSON it is "(set)" or nothing.
type Secret struct{ text string }

// NewSecret makes a secret of a text; "" is a secret that is not set.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal is the text.
func (s Secret) Reveal() string { return s.text }

// IsSet tells whether there is a text.
func (s Secret) IsSet() bool { return s.text != "" }

// String tells only whether the secret is set.
func (s Secret) String() string {
	if s.IsSet() {
		return "(set)"
	}
	return ""
}

// Format prints String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText is String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
