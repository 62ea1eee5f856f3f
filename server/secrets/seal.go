package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"errors"
)

// Why something sealed cannot be opened.
var (
	ErrOtherKey = errors.New("the secret was sealed with another secret key of the server: bring that one back (secret.key or the configured key), or set the secret anew")
	ErrDamaged  = errors.New("the sealed secret is damaged, or belongs elsewhere: set it anew")
)

// A sealed secret is one byte for the form, the root key's id, a nonce, the ciphertext and its tag.
const (
	form     = 1
	idSize   = 4
	overhead = 1 + idSize + 12 + 16
)

// Seal encrypts a secret for storage, with AES-256-GCM and the purpose's own key; the result is 33 bytes
// longer. aad says what it belongs to, such as a record's id, so that it cannot be moved to another one: it
// is not stored, and must be the same for Open.
func (k *Keys) Seal(purpose string, plaintext, aad []byte) []byte {
	out := make([]byte, 0, overhead+len(plaintext))
	out = append(append(out, form), k.id[:]...)
	return k.cipher(purpose).Seal(out, nil, plaintext, aad)
}

// Open decrypts what Seal gave for the same purpose and aad. The error is [ErrOtherKey] or [ErrDamaged].
func (k *Keys) Open(purpose string, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < overhead || sealed[0] != form {
		return nil, ErrDamaged
	}
	if subtle.ConstantTimeCompare(sealed[1:1+idSize], k.id[:]) == 0 {
		return nil, ErrOtherKey
	}
	plaintext, err := k.cipher(purpose).Open(nil, nil, sealed[1+idSize:], aad)
	if err != nil {
		return nil, ErrDamaged
	}
	return plaintext, nil
}

// cipher seals with the key of a purpose, which no caller of For can get.
func (k *Keys) cipher(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(k.derive("seal " + purpose))
	if err != nil {
		panic("secrets: " + err.Error()) // only a wrong size does this
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("secrets: " + err.Error())
	}
	return aead
}
