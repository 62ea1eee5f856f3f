package mp4

import (
	"encoding/binary"
	"fmt"
	"io"
)

// maxMovie is the largest movie box that is read. It bounds memory: an hour of film has about 2 MB.
const maxMovie = 256 << 20

// A box is one box of a parsed movie: its four-character type and what is in it.
type box struct {
	kind string
	body []byte
}

// children splits a body into its boxes.
func children(kind string, body []byte) ([]box, error) {
	var boxes []box
	for len(body) > 0 {
		if len(body) < 8 {
			return nil, fmt.Errorf("box %q ends with %d bytes that are no box", kind, len(body))
		}
		size, head := uint64(binary.BigEndian.Uint32(body)), uint64(8)
		switch size {
		case 0:
			size = uint64(len(body))
		case 1:
			if len(body) < 16 {
				return nil, fmt.Errorf("box %q holds a box with half a size", kind)
			}
			size, head = binary.BigEndian.Uint64(body[8:]), 16
		}
		name := string(body[4:8])
		if size < head || size > uint64(len(body)) {
			return nil, fmt.Errorf("box %q in %q says it has %d bytes, and %d are there", name, kind, size, len(body))
		}
		boxes = append(boxes, box{name, body[head:size]})
		body = body[size:]
	}
	return boxes, nil
}

// descend finds a box by the types on the way to it. It gives nil when there is none.
func descend(b box, path ...string) (*box, error) {
	at := b
	for _, kind := range path {
		boxes, err := children(at.kind, at.body)
		if err != nil {
			return nil, err
		}
		found := false
		for _, c := range boxes {
			if c.kind == kind {
				at, found = c, true
				break
			}
		}
		if !found {
			return nil, nil
		}
	}
	return &at, nil
}

// need is like descend; a missing box is an error, and so is one of fewer bytes than size.
func need(b box, size int, path ...string) ([]byte, error) {
	found, err := descend(b, path...)
	if err != nil {
		return nil, err
	}
	last := path[len(path)-1]
	if found == nil {
		return nil, fmt.Errorf("box %q is missing in %q", last, b.kind)
	}
	if len(found.body) < size {
		return nil, fmt.Errorf("box %q has %d bytes; at least %d are needed", last, len(found.body), size)
	}
	return found.body, nil
}

// table checks a box that is version and flags, a count and that many entries of a size, and gives
// the entries.
func table(b box, entry int, path ...string) ([]byte, int, error) {
	body, err := need(b, 8, path...)
	if err != nil {
		return nil, 0, err
	}
	n := uint64(binary.BigEndian.Uint32(body[4:]))
	if rest := uint64(len(body) - 8); n*uint64(entry) > rest {
		return nil, 0, fmt.Errorf("box %q says it has %d entries, and has room for %d", path[len(path)-1], n, rest/uint64(entry))
	}
	return body[8 : 8+int(n)*entry], int(n), nil
}

// findMovie looks through a file's boxes for the movie box and reads it.
func findMovie(r io.ReaderAt, size int64) ([]byte, error) {
	var head [16]byte
	for at := int64(0); at < size; {
		if size-at < 8 {
			return nil, fmt.Errorf("the file ends with %d bytes that are no box", size-at)
		}
		n := int64(16)
		n = min(n, size-at)
		if _, err := r.ReadAt(head[:n], at); err != nil {
			return nil, fmt.Errorf("read at byte %d: %w", at, err)
		}
		length, headed := uint64(binary.BigEndian.Uint32(head[:])), uint64(8)
		switch {
		case length == 0:
			length = uint64(size - at)
		case length == 1 && n < 16:
			return nil, fmt.Errorf("the box at byte %d has half a size", at)
		case length == 1:
			length, headed = binary.BigEndian.Uint64(head[8:]), 16
		}
		if length < headed || length > uint64(size-at) {
			return nil, fmt.Errorf("box %q at byte %d says it has %d bytes, and the file has %d more", head[4:8], at, length, size-at)
		}
		if string(head[4:8]) == "moov" {
			if length > maxMovie {
				return nil, fmt.Errorf("the movie box has %d bytes; at most %d are read", length, maxMovie)
			}
			body := make([]byte, length-headed)
			if _, err := r.ReadAt(body, at+int64(headed)); err != nil {
				return nil, fmt.Errorf("read the movie box: %w", err)
			}
			return body, nil
		}
		at += int64(length)
	}
	return nil, fmt.Errorf("there is no movie box in the file")
}
