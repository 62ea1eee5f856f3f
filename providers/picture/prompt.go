package picture

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names tells whether a prompt names a character: the name stands in it as whole words, in whatever
// case. Only then do the character's looks belong into what a vendor is told: it draws whom it hears of.
func Names(prompt, name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	prompt = strings.ToLower(prompt)
	if name == "" {
		return false
	}
	for at := 0; ; {
		i := strings.Index(prompt[at:], name)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(prompt[:at+i])
		after, _ := utf8.DecodeRuneInString(prompt[at+i+len(name):])
		first, _ := utf8.DecodeRuneInString(name)
		last, _ := utf8.DecodeLastRuneInString(name)
		if !(joins(before) && joins(first)) && !(joins(last) && joins(after)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(name)
		at += i + size
	}
}

// joins tells whether the rune makes one word with its like beside it. Chinese and Japanese write no gap
// between words, so that a name is found anywhere.
func joins(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}
