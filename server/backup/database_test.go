package backup

import (
	"testing"
)

// Whatever the bytes of a chunk are, reading it ends, with records or with an error.
func FuzzChunk(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x05\x00\x00\x00\x00\x00\x00\x00\x0a\x03\x0a\x01k"))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, chunk []byte) {
		l := newLoad(nil)
		if err := l.chunk(chunk); err == nil && len(chunk) > 0 && l.bytes > int64(len(chunk)) {
			t.Errorf("%d bytes of records in %d bytes", l.bytes, len(chunk))
		}
	})
}
