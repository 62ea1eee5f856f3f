package badger

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"time"
)

// The fields of a head:
//
//	text     its length (uvarint), its bytes
//	number   uvarint, or varint where it has a sign
//	time     seconds since 1970 (varint), nanoseconds (uvarint)
//	digests  their number (uvarint); of each: 0 and the 32 bytes of a SHA-256; or, for any other text,
//	         its length plus one (uvarint) and its bytes
const (
	numberSize = binary.MaxVarintLen64 // at most
	timeSize   = 2 * binary.MaxVarintLen64
	digestSize = 32
)

func textSize(s string) int { return binary.MaxVarintLen32 + len(s) }

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendTime(dst []byte, t time.Time) []byte {
	dst = binary.AppendVarint(dst, t.Unix())
	return binary.AppendUvarint(dst, uint64(t.Nanosecond()))
}

func digestsSize(digests []string) int {
	n := binary.MaxVarintLen32
	for _, d := range digests {
		n += textSize(d)
	}
	return n
}

func appendDigests(dst []byte, digests []string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(digests)))
	for _, d := range digests {
		if isDigest(d) {
			dst, _ = hex.AppendDecode(append(dst, 0), []byte(d))
			continue
		}
		dst = append(binary.AppendUvarint(dst, uint64(len(d))+1), d...)
	}
	return dst
}

// isDigest tells whether a text is a SHA-256 as it is usually written.
func isDigest(s string) bool {
	if len(s) != 2*digestSize {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// fields reads a head. After a field that cannot be read, the others are zero and end gives an error.
type fields struct {
	rest []byte
	bad  bool
}

// end gives what follows the head, nil when that is nothing.
func (f *fields) end() ([]byte, error) {
	if f.bad {
		return nil, errHead
	}
	return orNil(f.rest), nil
}

func (f *fields) fail() {
	f.bad, f.rest = true, nil
}

func (f *fields) number() uint64 {
	n, w := binary.Uvarint(f.rest)
	if w <= 0 {
		f.fail()
		return 0
	}
	f.rest = f.rest[w:]
	return n
}

func (f *fields) varint() int64 {
	n, w := binary.Varint(f.rest)
	if w <= 0 {
		f.fail()
		return 0
	}
	f.rest = f.rest[w:]
	return n
}

func (f *fields) signed() int {
	n := f.varint()
	if n < math.MinInt || n > math.MaxInt {
		f.fail()
		return 0
	}
	return int(n)
}

// bytes gives the next n bytes, as part of the record.
func (f *fields) bytes(n uint64) []byte {
	if n > uint64(len(f.rest)) {
		f.fail()
		return nil
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}

func (f *fields) text() string { return string(f.bytes(f.number())) }

// The times that a journal accepts.
var (
	firstSecond = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	endSecond   = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

func (f *fields) time() time.Time {
	sec, nsec := f.varint(), f.number()
	if f.bad || sec < firstSecond || sec >= endSecond || nsec >= uint64(time.Second) {
		f.fail()
		return time.Time{}
	}
	return time.Unix(sec, int64(nsec)).UTC()
}

func (f *fields) digests() []string {
	n := f.number()
	if f.bad || n > uint64(len(f.rest)) { // each takes a byte at least
		f.fail()
		return nil
	}
	if n == 0 {
		return nil
	}
	digests := make([]string, 0, n)
	for range n {
		if size := f.number(); size > 0 {
			digests = append(digests, string(f.bytes(size-1)))
		} else {
			digests = append(digests, hex.EncodeToString(f.bytes(digestSize)))
		}
		if f.bad {
			return nil
		}
	}
	return digests
}
