package remote

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// redacted stands where a secret stood.
const redacted = "[redacted]"

// shortestSecret is in runes. To take out a shorter one would tear words apart that have it by chance.
const shortestSecret = 4

// Redact takes secrets out of a text: as they are, escaped for a URL or for JSON, and in base64, also as
// a part of something longer that was encoded (user:password). Secrets of fewer than 4 runes are left.
func Redact(text string, secrets ...string) string {
	var forms []string
	for _, s := range secrets {
		if utf8.RuneCountInString(s) >= shortestSecret {
			forms = append(forms, formsOf(s)...)
		}
	}
	if len(forms) == 0 {
		return text
	}
	// The longest first: a secret may be the beginning of another, or of its own other forms.
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	forms = slices.Compact(forms)
	pairs := make([]string, 0, 2*len(forms))
	for _, f := range forms {
		pairs = append(pairs, f, redacted)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func formsOf(secret string) []string {
	forms := []string{secret}
	for _, escaped := range []string{url.QueryEscape(secret), url.PathEscape(secret), url.UserPassword("", secret).String()[1:]} {
		forms = append(forms, strings.TrimSuffix(escaped, "@"), strings.TrimSuffix(lowerHex(escaped), "@"))
	}
	if quoted, err := json.Marshal(secret); err == nil {
		forms = append(forms, string(quoted[1:len(quoted)-1]))
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		forms = append(forms, enc.EncodeToString([]byte(secret)), enc.WithPadding(base64.NoPadding).EncodeToString([]byte(secret)))
		for before := range 3 {
			forms = append(forms, inside(enc, secret, before)...)
		}
	}
	return forms
}

// shortestCore is in characters: a shorter piece of base64 is found in any text by chance.
const shortestCore = 6

// inside gives the characters of base64 that depend on the secret alone when it stands that many bytes
// behind a multiple of three in what is encoded.
func inside(enc *base64.Encoding, secret string, before int) []string {
	whole := enc.WithPadding(base64.NoPadding).EncodeToString(append(make([]byte, before), secret...))
	from := (before*8 + 5) / 6           // the first character with no bit of what stands before
	to := (before + len(secret)) * 8 / 6 // the last with no bit of what follows
	if from >= to || to-from < shortestCore {
		return nil
	}
	return []string{whole[from:to]}
}

// lowerHex writes a URL escape as %2f where it was %2F.
func lowerHex(escaped string) string {
	b := []byte(escaped)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i:], strings.ToLower(string(b[i:i+3])))
		}
	}
	return string(b)
}
