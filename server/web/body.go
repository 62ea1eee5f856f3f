package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// The media types of bodies.
const (
	jsonType       = "application/json"
	formURLEncoded = "application/x-www-form-urlencoded"
	formMultipart  = "multipart/form-data"
)

// bodyMark stands between the place and the message in the error of a body that cannot be read: Huma passes on
// nothing but the error's text.
const bodyMark = "\x00"

// wrongBody says what is wrong where.
func wrongBody(at, message string) error { return errors.New(at + bodyMark + message) }

// Unmarshal reads a body. Huma does it twice, into an any, which it validates, and into the operation's input:
// the first time whatever is ambiguous is refused.
func (a *API) Unmarshal(contentType string, data []byte, v any) error {
	kind, params, _ := mime.ParseMediaType(contentType)
	switch kind {
	case formURLEncoded:
		form, err := url.ParseQuery(string(data))
		if err != nil {
			return wrongBody("body", "is not a valid form")
		}
		return readForm(form, v)
	case formMultipart:
		form, err := readMultipart(data, params["boundary"])
		if err != nil {
			return err
		}
		return readForm(form, v)
	}
	return readJSON(data, v)
}

// readJSON reads JSON that is UTF-8 and has no key twice: what others would read in another way must not be
// taken for what was meant.
func readJSON(data []byte, v any) error {
	if _, first := v.(*any); !first {
		return readInput(data, v)
	}
	if !utf8.Valid(data) {
		return wrongBody("body", "is not valid UTF-8")
	}
	if crowded(data) {
		return wrongBody("body", "has too many values")
	}
	if err := json.Unmarshal(data, v); err != nil {
		return wrongBody("body", "is not valid JSON")
	}
	if at := duplicate(data); at != "" {
		return wrongBody(at, "is given more than once")
	}
	return nil
}

// mostValues bounds the values of a body. The largest that makes sense has some thousands; Go takes a hundred bytes
// for one that is written with two.
const mostValues = 100_000

// crowded tells whether JSON has more values than any request needs.
func crowded(data []byte) bool {
	if len(data) <= 2*mostValues {
		return false
	}
	values, text := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case !text && (c == ',' || c == '[' || c == '{'):
			values++
		}
	}
	return values > mostValues
}

// readInput reads JSON that was found valid into an operation's input. To JSON 60.0 and 6e1 are integers, as some
// programs write them; Go takes them written plainly only.
func readInput(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	var kind *json.UnmarshalTypeError
	if !errors.As(err, &kind) {
		return err
	}
	var plain any
	if err := json.Unmarshal(data, &plain); err != nil {
		return err
	}
	written, err := json.Marshal(plain)
	if err != nil {
		return err
	}
	return json.Unmarshal(written, v)
}

// duplicate finds a key that an object of valid JSON has twice: "body.settings.style". "" means none.
func duplicate(data []byte) string {
	type level struct {
		keys  map[string]bool // nil in an array
		key   string          // whose value is next; "" in an object means that a key is
		index int             // of an array's next value
		value bool            // a value is next
	}
	var levels []level
	place := func() string {
		at := "body"
		for _, l := range levels {
			if l.keys == nil {
				at += "[" + strconv.Itoa(l.index) + "]"
				continue
			}
			at += "." + l.key
		}
		return at
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if err != nil {
			return "" // the end
		}
		delim, _ := token.(json.Delim)
		if delim == '}' || delim == ']' {
			levels = levels[:len(levels)-1]
		}
		if delim == '{' || delim == '[' {
			l := level{}
			if delim == '{' {
				l.keys = map[string]bool{}
			}
			levels = append(levels, l)
			continue
		}
		if len(levels) == 0 {
			continue
		}
		l := &levels[len(levels)-1]
		switch {
		case l.keys == nil:
			l.index++
		case l.value:
			l.value = false
		default:
			l.key, l.value = token.(string), true
			if l.keys[l.key] {
				return place()
			}
			l.keys[l.key] = true
		}
	}
}

// readForm reads a form of texts as a JSON object of texts.
func readForm(form url.Values, v any) error {
	object := make(map[string]any, len(form))
	for name := range form {
		if strings.HasPrefix(strings.TrimSpace(name), "{") { // named, it would show what was sent
			return wrongBody("body", "is JSON, and a form is needed")
		}
	}
	for name, values := range form {
		switch {
		case !utf8.ValidString(name) || !utf8.ValidString(values[0]):
			return wrongBody("body."+name, "is not valid UTF-8")
		case len(values) > 1:
			return wrongBody("body."+name, "is given more than once")
		}
		object[name] = values[0]
	}
	if into, ok := v.(*any); ok {
		*into = object
		return nil
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// mostParts bounds the fields of a form.
const mostParts = 100

// readMultipart reads a form in parts. Files are refused.
func readMultipart(data []byte, boundary string) (url.Values, error) {
	wrong := wrongBody("body", "is not a valid form")
	if boundary == "" || len(boundary) > 70 { // RFC 2046, 5.1.1
		return nil, wrong
	}
	form := url.Values{}
	parts := multipart.NewReader(bytes.NewReader(data), boundary)
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && n > 0 {
			return form, nil
		}
		if err != nil || n == mostParts {
			return nil, wrong
		}
		name := part.FormName()
		if part.FileName() != "" {
			return nil, wrongBody("body."+name, "is a file")
		}
		value, err := io.ReadAll(part)
		if err != nil || name == "" {
			return nil, wrong
		}
		form[name] = append(form[name], string(value))
	}
}

// Negotiate always gives JSON: there is nothing else, whatever a client would rather have.
func (a *API) Negotiate(string) (string, error) { return jsonType, nil }

// A Written body may have its JSON already. Nil means that it has not.
type Written interface{ JSON() []byte }

// encoded is an answer's body as it is sent.
type encoded []byte

// Transform words errors and writes the answer as JSON before its status is sent: then what cannot be written
// is an error of ours, and the length is known.
func (a *API) Transform(ctx huma.Context, _ string, v any) (any, error) {
	if e, ok := v.(*answered); ok {
		v = e.body
	}
	if w, ok := v.(Written); ok && w.JSON() != nil {
		ctx.SetHeader("Content-Length", strconv.Itoa(len(w.JSON())))
		return encoded(w.JSON()), nil
	}
	var b bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&b, v); err != nil {
		return nil, fmt.Errorf("an answer of %s cannot be written as JSON: %w", ctx.Operation().OperationID, err)
	}
	ctx.SetHeader("Content-Length", strconv.Itoa(b.Len()))
	return encoded(b.Bytes()), nil
}

// Marshal sends what Transform has made.
func (a *API) Marshal(w io.Writer, kind string, v any) error {
	if b, ok := v.(encoded); ok {
		_, err := w.Write(b)
		return err
	}
	return a.API.Marshal(w, kind, v)
}
