package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/filmloom/filmloom/engine/artifact"
)

// URL gives an absolute link to a file, or "" when File.SHA256 is no digest. Whether the file exists is not
// asked. The link expires after its lifetime, at the next full step of the clock: a step is a 96th of the
// lifetime, at most [Step] and at least a second. Within a step a file's link is always the same.
func (m *Media) URL(f File, o Options) string {
	if !artifact.ValidDigest(f.SHA256) {
		return ""
	}
	life := o.Lifetime
	if life <= 0 {
		life = m.config.Lifetime
	}
	expires := expiry(m.config.Now(), life)
	name := fileName(f.Name, f.Type)
	var sig [signatureLen]byte
	m.sign(&sig, expires, f.SHA256, name)

	base := strings.TrimRight(m.config.Base(), "/")
	b := make([]byte, 0, len(base)+len(Prefix)+20+signatureLen+64+len(name)+32)
	b = append(append(b, base...), Prefix...)
	b = strconv.AppendInt(b, expires, 10)
	b = append(append(append(b, '.'), sig[:]...), '/')
	b = append(append(b, f.SHA256...), '/')
	b = appendEscaped(b, name, urlSafe)
	if o.Download {
		b = append(b, "?download=1"...)
	}
	return string(b)
}

// expiry is when a link expires that is made now, in Unix seconds.
func expiry(now time.Time, life time.Duration) int64 {
	step := int64(min(life/96, Step) / time.Second)
	step = max(step, 1)
	end := now.Add(life).Unix() + 1 // never short of the lifetime by a part of a second
	return (end + step - 1) / step * step
}

// signatureLen is the length of 128 bits as Base64 without padding.
const signatureLen = 22

// A signer signs links, one at a time.
type signer struct {
	mac hash.Hash
	msg []byte
	sum [sha256.Size]byte
}

func newSigner(key []byte) *signer {
	return &signer{mac: hmac.New(sha256.New, key), msg: make([]byte, 0, 512)}
}

// sign writes the signature of a link's parts. Each part but the last has a fixed length, so that no two
// links are signed as the same text.
func (m *Media) sign(out *[signatureLen]byte, expires int64, digest, name string) {
	s := m.signers.Get().(*signer)
	defer m.signers.Put(s)
	s.msg = append(s.msg[:0], 1) // the form of what is signed
	s.msg = binary.BigEndian.AppendUint64(s.msg, uint64(expires))
	s.msg = append(append(s.msg, digest...), name...)
	s.mac.Reset()
	s.mac.Write(s.msg)
	base64.RawURLEncoding.Encode(out[:], s.mac.Sum(s.sum[:0])[:16])
}
