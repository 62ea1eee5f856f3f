package identity

import (
	"hash/crc32"
	"strings"
)

// The text of an API key: a prefix that programs which look for leaked secrets know it by, the id, the
// secret, and a checksum of all before it, in characters of base62. The checksum finds every key with one
// wrong character or two exchanged neighbours, without the database.
const (
	keyFamily = "flm_" // what all keys begin with; no JWT can
	keyPrefix = keyFamily + "live_"
	keyID     = 12 // 71 bits
	keySecret = 32 // 190 bits
	keyCheck  = 6  // 32 bits
	keyLength = len(keyPrefix) + keyID + keySecret + keyCheck
)

// newKeyText makes a key of an id.
func newKeyText(id string) string {
	text := keyPrefix + id + randomText(keySecret)
	return text + checksum(text)
}

func checksum(text string) string {
	n := crc32.ChecksumIEEE([]byte(text))
	var digits [keyCheck]byte
	for i := keyCheck - 1; i >= 0; i-- {
		digits[i] = base62[n%62]
		n /= 62
	}
	return string(digits[:])
}

// parseKey gives the id in the text of a key that can be one of ours.
func parseKey(text string) (id string, err error) {
	body, ok := strings.CutPrefix(text, keyPrefix)
	if !ok || len(text) != keyLength || strings.Trim(body, base62) != "" {
		return "", ErrMistyped
	}
	if at := keyLength - keyCheck; checksum(text[:at]) != text[at:] {
		return "", ErrMistyped
	}
	return body[:keyID], nil
}

// KeyID gives the id in what people name a key by: the id itself, the Prefix of the key, or its whole text.
// It is no check: there may be no such key.
func KeyID(name string) string {
	name = strings.TrimSpace(name)
	if body, ok := strings.CutPrefix(name, keyPrefix); ok {
		return body[:min(len(body), keyID)]
	}
	return name
}
