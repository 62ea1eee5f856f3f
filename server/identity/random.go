package identity

import "crypto/rand"

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// randomText is n random characters of base62, each as likely as any other: 5.95 bits each.
func randomText(n int) string {
	text := make([]byte, 0, n)
	var raw [64]byte
	for {
		rand.Read(raw[:]) // never fails
		for _, b := range raw {
			if b >= 248 { // the rest of 256 after whole rounds of 62
				continue
			}
			if text = append(text, base62[b%62]); len(text) == n {
				return string(text)
			}
		}
	}
}

// NewPassword makes a password that nobody can guess, in groups that a person can copy: 119 bits.
func NewPassword() string {
	text := randomText(20)
	return text[:5] + "-" + text[5:10] + "-" + text[10:15] + "-" + text[15:]
}
