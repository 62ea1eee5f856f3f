package artifact

import (
	"context"
	"errors"
	"io"
	"iter"
)

// A Store keeps artifacts. Its methods may be called concurrently. Digests are 64 lower-case
// hexadecimal digits; anything else is an ErrInvalidDigest.
type Store interface {
	// Put stores what r gives, up to its end.
	Put(ctx context.Context, r io.Reader) (Info, error)
	// Adopt takes a file over from a work directory: name is its path, relative to dir or absolute,
	// and inside dir. It must be a regular file; links of any kind are an ErrRefused, also on the way
	// to it. The file is gone from the work directory then; until dir is released, adopting the same
	// name again gives the same answer.
	Adopt(ctx context.Context, dir, name string) (Info, error)
	// Open gives an artifact's bytes, or ErrNotFound.
	Open(ctx context.Context, sha256 string) (io.ReadSeekCloser, Info, error)
	// Path gives the absolute path of a local, read-only file with an artifact's bytes, or ErrNotFound.
	// It holds until the artifact is deleted.
	Path(ctx context.Context, sha256 string) (string, error)
	// Stat tells an artifact's size, or gives ErrNotFound.
	Stat(ctx context.Context, sha256 string) (Info, error)
	// Delete removes an artifact, or gives ErrNotFound. Readers that have it open go on. Of a Delete and a
	// Put or Adopt of the same bytes at the same time, one comes wholly before the other.
	Delete(ctx context.Context, sha256 string) error
	// All lists the artifacts, by digest. What comes or goes meanwhile may be missed.
	All(ctx context.Context) iter.Seq2[Info, error]
	// WorkDir makes a private, empty directory from which files can be adopted, under a name that was
	// never given before. The caller ends it with release, once the call that it was for has returned:
	// the directory is gone then, with everything in it. A second release does nothing.
	WorkDir(ctx context.Context) (dir string, release func() error, err error)
	// Close releases what the store holds, work directories included. Artifacts stay.
	Close() error
}

// An Info identifies an artifact.
type Info struct {
	SHA256 string // lower-case hex
	Size   int64  // bytes
}

// What may go wrong. Errors that methods return wrap these.
var (
	ErrNotFound      = errors.New("there is no such artifact")
	ErrInvalidDigest = errors.New("an artifact is named by 64 lower-case hexadecimal digits")
	ErrRefused       = errors.New("only a regular file inside the work directory can be taken over")
)

// ValidDigest tells whether s has the form of an artifact's name.
func ValidDigest(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
