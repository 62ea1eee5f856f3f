package lenient

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parser reads one value. It takes all of JSON, and of what is not JSON only what models write.
type parser struct {
	text string
	at   int
}

func (p *parser) fail(what string) error {
	if p.at >= len(p.text) {
		return fmt.Errorf("it breaks off where %s should follow", what)
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return fmt.Errorf("%s should stand at character %d, not %q", what, utf8.RuneCountInString(p.text[:p.at])+1, r)
}

// space skips white space and comments.
func (p *parser) space() {
	for p.at < len(p.text) {
		rest := p.text[p.at:]
		switch {
		case strings.ContainsRune(" \t\r\n", rune(rest[0])):
			p.at++
		case strings.HasPrefix(rest, "\u00a0"), strings.HasPrefix(rest, "\ufeff"):
			_, n := utf8.DecodeRuneInString(rest)
			p.at += n
		case strings.HasPrefix(rest, "//"):
			p.skipPast("\n")
		case strings.HasPrefix(rest, "/*"):
			p.skipPast("*/")
		default:
			return
		}
	}
}

func (p *parser) skipPast(end string) {
	if i := strings.Index(p.text[p.at:], end); i >= 0 {
		p.at += i + len(end)
		return
	}
	p.at = len(p.text)
}

// take skips space and the byte c, if it is next.
func (p *parser) take(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) value(depth int) (any, error) {
	p.space()
	if depth > mostDepth {
		return nil, fmt.Errorf("it nests deeper than %d", mostDepth)
	}
	switch {
	case p.at >= len(p.text):
		return nil, p.fail("a value")
	case p.text[p.at] == '{':
		return p.object(depth)
	case p.text[p.at] == '[':
		return p.list(depth)
	case p.quote() != "":
		return p.str()
	}
	return p.word()
}

func (p *parser) object(depth int) (any, error) {
	p.at++ // {
	o := map[string]any{}
	for {
		for p.take(',') { // also one too many
		}
		if p.take('}') {
			return o, nil
		}
		var key string
		if p.quote() != "" {
			k, err := p.str()
			if err != nil {
				return nil, err
			}
			key = k
		} else if key = p.name(); key == "" {
			return nil, p.fail("the name of an attribute")
		}
		if !p.take(':') {
			return nil, p.fail("a colon")
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o[key] = v
		if p.space(); p.at < len(p.text) && p.text[p.at] != ',' && p.text[p.at] != '}' && p.quote() == "" {
			return nil, p.fail("a comma or a closing brace")
		}
	}
}

func (p *parser) list(depth int) (any, error) {
	p.at++ // [
	l := []any{}
	for {
		for p.take(',') { // also one too many
		}
		if p.take(']') {
			return l, nil
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		l = append(l, v)
		if p.space(); p.at < len(p.text) && !strings.ContainsRune(",]{", rune(p.text[p.at])) && p.quote() == "" {
			return nil, p.fail("a comma or a closing bracket")
		}
	}
}

// quote is the mark that ends the string which begins here, or "".
func (p *parser) quote() string {
	rest := p.text[p.at:]
	switch {
	case strings.HasPrefix(rest, `"`):
		return `"`
	case strings.HasPrefix(rest, "'"):
		return "'"
	case strings.HasPrefix(rest, "“"):
		return "”"
	}
	return ""
}

func (p *parser) str() (string, error) {
	end := p.quote()
	_, n := utf8.DecodeRuneInString(p.text[p.at:])
	p.at += n
	var b strings.Builder
	for p.at < len(p.text) {
		rest := p.text[p.at:]
		switch {
		case strings.HasPrefix(rest, end):
			p.at += len(end)
			return b.String(), nil
		case rest[0] == '\\' && len(rest) > 1:
			p.escape(&b)
		default:
			r, n := utf8.DecodeRuneInString(rest)
			b.WriteRune(r)
			p.at += n
		}
	}
	return "", p.fail("the end of a text")
}

// escape reads an escape sequence. One that JSON does not know stands for its character.
func (p *parser) escape(b *strings.Builder) {
	c := p.text[p.at+1]
	p.at += 2
	switch c {
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		p.unicode(b)
	default:
		r, n := utf8.DecodeRuneInString(p.text[p.at-1:])
		b.WriteRune(r)
		p.at += n - 1
	}
}

// unicode reads \uXXXX after the u, with its other half where it is a surrogate.
func (p *parser) unicode(b *strings.Builder) {
	to := p.at
	for to+4 <= len(p.text) && isHex(p.text[to:to+4]) {
		to += 4
		if to-p.at == 8 || !strings.HasPrefix(p.text[to:], `\u`) {
			break
		}
		to += 2
		if to-p.at > 6 {
			break
		}
	}
	for _, n := range []int{10, 4} { // a pair, then one alone
		if p.at+n > len(p.text) || p.at+n > to {
			continue
		}
		var s string
		if json.Unmarshal([]byte(`"\u`+p.text[p.at:p.at+n]+`"`), &s) == nil && (n == 4 || utf8.RuneCountInString(s) == 1) {
			b.WriteString(s)
			p.at += n
			return
		}
	}
	b.WriteByte('u')
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// name reads the name of an attribute that has no quotes.
func (p *parser) name() string {
	from := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			break
		}
		p.at++
	}
	return p.text[from:p.at]
}

// word reads a number, or true, false and null in the spellings of JSON and Python.
func (p *parser) word() (any, error) {
	from := p.at
	for p.at < len(p.text) && !strings.ContainsRune(" \t\r\n,]}:/\"'", rune(p.text[p.at])) {
		p.at++
	}
	switch w := p.text[from:p.at]; w {
	case "true", "True":
		return true, nil
	case "false", "False":
		return false, nil
	case "null", "None":
		return nil, nil
	default:
		if json.Valid([]byte(w)) && w[0] != '"' {
			return json.Number(w), nil
		}
		if n, err := strconv.ParseInt(strings.TrimPrefix(w, "+"), 10, 64); err == nil { // +1, 01
			return json.Number(strconv.FormatInt(n, 10)), nil
		}
	}
	p.at = from
	return nil, p.fail("a value")
}
