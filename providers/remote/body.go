package remote

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// TooLarge is the error of ReadBody for a body that is larger than allowed.
type TooLarge struct {
	Most int64 // bytes that were allowed
}

func (e *TooLarge) Error() string {
	return fmt.Sprintf("the answer is larger than the %d bytes allowed", e.Most)
}

// ReadBody reads a body to its end. One of more than most bytes gives a *TooLarge, and no more than
// that of it is held in memory. It does not believe what the answer says of its own length.
func ReadBody(r io.Reader, most int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, most))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) < most {
		return body, nil
	}
	var beyond [1]byte
	switch _, err := io.ReadFull(r, beyond[:]); err {
	case io.EOF:
		return body, nil
	case nil:
		return nil, &TooLarge{Most: max(most, 0)}
	default:
		return nil, err
	}
}

// longestSnippet is in runes: enough for a vendor's sentence, too little to flood a log.
const longestSnippet = 300

// Snippet is the beginning of a body for an error message: at most 300 printable runes, on one line.
// Secrets must be taken out before ([Redact]): a secret cut in half is not found any more.
func Snippet(body []byte) string {
	var b strings.Builder
	runes, gap := 0, false
	for _, r := range string(body[:min(len(body), 16<<10)]) {
		switch {
		case unicode.IsSpace(r):
			gap = runes > 0
			continue
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			continue
		}
		need := 1
		if gap {
			need = 2
		}
		if runes+need >= longestSnippet {
			b.WriteRune('…')
			break
		}
		if gap {
			b.WriteRune(' ')
		}
		b.WriteRune(r)
		runes, gap = runes+need, false
	}
	return b.String()
}
