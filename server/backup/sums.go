package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
)

// A digest is a SHA-256.
type digest [sha256.Size]byte

func (d digest) String() string { return hex.EncodeToString(d[:]) }

func parseDigest(sum string) (d digest) {
	_, _ = hex.Decode(d[:], []byte(sum)) // the callers have checked it
	return d
}

// sums are those of all members so far, in order. Almost all members are artifacts, whose name is their sum: of
// those only that is kept.
type sums struct {
	before    []member // the others, in two parts
	artifacts []digest // by name, which ascends
	wrong     map[digest]digest
	after     []member
}

type member struct {
	name string
	sum  digest
}

// add notes a member that is no artifact.
func (s *sums) add(name string, sum digest) {
	if len(s.artifacts) == 0 {
		s.before = append(s.before, member{name, sum})
		return
	}
	s.after = append(s.after, member{name, sum})
}

// addArtifact notes an artifact and the sum of its bytes, and tells whether that is its name.
func (s *sums) addArtifact(name, sum digest) bool {
	s.artifacts = append(s.artifacts, name)
	if name == sum {
		return true
	}
	if s.wrong == nil {
		s.wrong = map[digest]digest{}
	}
	s.wrong[name] = sum
	return false
}

// has tells whether an artifact is among the members, with the right bytes.
func (s *sums) has(name digest) bool {
	_, found := slices.BinarySearchFunc(s.artifacts, name, func(a, b digest) int { return bytes.Compare(a[:], b[:]) })
	_, wrong := s.wrong[name]
	return found && !wrong
}

// damaged are the artifacts whose bytes are not right.
func (s *sums) damaged() []string {
	names := []string{}
	for name := range s.wrong {
		names = append(names, name.String())
	}
	slices.Sort(names)
	return names
}

// size is how long the list is, in bytes.
func (s *sums) size() (n int64) {
	for _, m := range slices.Concat(s.before, s.after) {
		n += sumLine + int64(len(m.name))
	}
	return n + int64(len(s.artifacts))*int64(sumLine+len(artifactName(digest{}.String())))
}

// writeTo writes the list as sha256sum does.
func (s *sums) writeTo(w io.Writer) error {
	line := make([]byte, 0, 256)
	write := func(name string, sum digest) error {
		line = append(hex.AppendEncode(line[:0], sum[:]), "  "...)
		_, err := w.Write(append(append(line, name...), '\n'))
		return err
	}
	for _, m := range s.before {
		if err := write(m.name, m.sum); err != nil {
			return err
		}
	}
	for _, name := range s.artifacts {
		sum, wrong := s.wrong[name]
		if !wrong {
			sum = name
		}
		if err := write(artifactName(name.String()), sum); err != nil {
			return err
		}
	}
	for _, m := range s.after {
		if err := write(m.name, m.sum); err != nil {
			return err
		}
	}
	return nil
}
