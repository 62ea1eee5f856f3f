package store

import "strings"

// A Key names a value: texts in parts. The order of keys is that of their parts.
type Key string

// end ends a part. No part may contain it.
const end = "\x00"

// K makes a key of its parts. A NUL, which no part may have, becomes the replacement character, so that no
// two parts can be mistaken for one.
func K(parts ...string) Key {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteString(end)
		}
		b.WriteString(strings.ReplaceAll(p, end, "\uFFFD"))
	}
	return Key(b.String())
}

// Parts are the texts that the key was made of.
func (k Key) Parts() []string { return strings.Split(string(k), end) }

// Last is the last part.
func (k Key) Last() string { return string(k[strings.LastIndex(string(k), end)+1:]) }

// String writes the key for people.
func (k Key) String() string { return strings.ReplaceAll(string(k), end, "/") }

func (k Key) bytes() []byte { return []byte(space + string(k)) }
