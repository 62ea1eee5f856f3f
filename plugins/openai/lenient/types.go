package lenient

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Text is a string that may also have been written as a number, a list of strings, or null.
type Text string

// UnmarshalJSON never fails: what is no text is empty.
func (t *Text) UnmarshalJSON(raw []byte) error {
	var s string
	var n json.Number
	var list []Text
	switch {
	case json.Unmarshal(raw, &s) == nil:
		*t = Text(s)
	case json.Unmarshal(raw, &n) == nil:
		*t = Text(n.String())
	case json.Unmarshal(raw, &list) == nil:
		parts := make([]string, len(list))
		for i, l := range list {
			parts[i] = string(l)
		}
		*t = Text(strings.Join(parts, ", "))
	default:
		*t = ""
	}
	return nil
}

// Int is a whole number that may also have been written as a string ("3", "[3]", "sentence 3") or with a
// fraction. What holds no number is 0.
type Int int

// UnmarshalJSON never fails.
func (i *Int) UnmarshalJSON(raw []byte) error {
	var t Text
	_ = t.UnmarshalJSON(raw)
	digits := strings.TrimLeft(string(t), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ[(# :")
	if end := strings.IndexFunc(digits, func(r rune) bool { return (r < '0' || r > '9') && r != '-' }); end >= 0 {
		digits = digits[:end]
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > 1<<30 || n < -1<<30 {
		n = 0
	}
	*i = Int(n)
	return nil
}
