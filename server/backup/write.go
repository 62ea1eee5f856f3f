package backup

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/klauspost/compress/zstd"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
)

// A Source is what a backup is made of: the parts of an open data directory.
type Source struct {
	DB        *badgerdb.DB
	Artifacts artifact.Store
	// Dir is the data directory: the small files that lie in it, keys among them, are taken too. "" takes none.
	Dir string
	// Journal, when not nil, is the one in DB. It is read for Summary.Missing and Unreadable.
	Journal journal.Journal
	// Hold keeps artifacts from being removed until release is called; nil where nobody removes any.
	Hold func(context.Context) (release func(), err error)
}

// Write writes a backup of an open data directory, which others may go on using. The error is the context's, or
// says what could not be read or written; what is in w is of no use then, and Restore refuses it.
func Write(ctx context.Context, w io.Writer, from Source, o Options) (Summary, error) {
	if from.Hold != nil {
		release, err := from.Hold(ctx)
		if err != nil {
			return Summary{}, fmt.Errorf("the artifacts cannot be held: %w", err)
		}
		defer release()
	}
	buffered := bufio.NewWriterSize(writer{ctx, w}, 1<<20)
	packed, err := zstd.NewWriter(buffered, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return Summary{}, fmt.Errorf("the backup cannot be compressed: %w", err)
	}
	a := &archiver{ctx: ctx, from: from, options: o, tar: tar.NewWriter(packed), buffer: make([]byte, 256<<10)}
	a.summary.Created, a.summary.Filmloom = time.Now().UTC().Truncate(time.Second), o.Filmloom
	err = a.write()
	if err == nil {
		err = a.tar.Close()
	}
	if closed := packed.Close(); err == nil { // always, since it ends goroutines
		err = closed
	}
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return Summary{}, fmt.Errorf("the backup cannot be made: %w", err)
	}
	return a.summary, nil
}

// An archiver writes the members of an archive.
type archiver struct {
	ctx     context.Context
	from    Source
	options Options
	tar     *tar.Writer
	sums    sums
	buffer  []byte
	summary Summary
}

func (a *archiver) write() error {
	s := &a.summary
	err := a.member(headerName, encode(header{format, version, s.Filmloom, s.Created}))
	if err != nil {
		return err
	}
	for _, step := range []func() error{a.database, a.artifacts, a.files, a.look} {
		if err := step(); err != nil {
			return err
		}
	}
	s.Damaged = a.sums.damaged()
	if err := a.member(summaryName, encode(s)); err != nil {
		return err
	}
	if err := a.tar.WriteHeader(a.header(sumsName, a.sums.size())); err != nil {
		return err
	}
	return a.sums.writeTo(a.tar)
}

func (a *archiver) header(name string, size int64) *tar.Header {
	mode := int64(0o600)
	if _, ok := readArtifactName(name); ok {
		mode = 0o444
	}
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: mode, ModTime: a.summary.Created}
}

// member writes a small member.
func (a *archiver) member(name string, content []byte) error {
	if err := a.tar.WriteHeader(a.header(name, int64(len(content)))); err != nil {
		return err
	}
	a.sums.add(name, sha256.Sum256(content))
	_, err := a.tar.Write(content)
	return err
}

func (a *archiver) database() error {
	n := 0
	d := dump{write: func(chunk []byte) error {
		n++
		return a.member(fmt.Sprintf("%s%08d", databaseDir, n), chunk)
	}}
	err := d.run(a.ctx, a.from.DB, func() { a.options.tell(Progress{Stage: "records", Done: d.records, Bytes: d.bytes}) })
	a.summary.Records, a.summary.RecordBytes = d.records, d.bytes
	return err
}

// artifacts takes all that there are now. They may be more than the database knew of; those are removed by the
// next collection.
func (a *archiver) artifacts() error {
	p := Progress{Stage: "files"}
	if a.options.Progress != nil {
		for info, err := range a.from.Artifacts.All(a.ctx) {
			if err != nil {
				return err
			}
			p.Of += info.Size
		}
	}
	last := ""
	for info, err := range a.from.Artifacts.All(a.ctx) {
		if err != nil {
			return err
		}
		if info.SHA256 <= last {
			return fmt.Errorf("the artifact store lists %s after %s", info.SHA256, last)
		}
		last = info.SHA256
		size, err := a.artifact(info.SHA256)
		if errors.Is(err, artifact.ErrNotFound) {
			a.summary.Vanished++
			continue
		}
		if err != nil {
			return err
		}
		p.Done++
		p.Bytes += size
		p.Of = max(p.Of, p.Bytes)
		a.options.tell(p)
	}
	a.summary.Artifacts, a.summary.ArtifactBytes = p.Done, p.Bytes
	return nil
}

// artifact writes one, and notes it as damaged where its bytes are not right: one bad sector must not be the end
// of all backups.
func (a *archiver) artifact(sum string) (size int64, err error) {
	f, info, err := a.from.Artifacts.Open(a.ctx, sum)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := a.tar.WriteHeader(a.header(artifactName(sum), info.Size)); err != nil {
		return 0, err
	}
	c := &content{r: io.LimitReader(f, info.Size), hash: sha256.New()}
	n, err := io.CopyBuffer(a.tar, c, a.buffer)
	if err == nil && n < info.Size {
		_, err = io.CopyBuffer(a.tar, &content{r: io.LimitReader(zeros{}, info.Size-n), hash: c.hash}, a.buffer)
	}
	a.sums.addArtifact(parseDigest(sum), digest(c.hash.Sum(nil)))
	if err == nil {
		err = a.ctx.Err()
	}
	return info.Size, err
}

// content is the bytes of a file, as far as they can be read, and their sum.
type content struct {
	r    io.Reader
	hash hash.Hash
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.hash.Write(p[:n])
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// zeros stand for what cannot be read.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// files takes the small files that lie in the data directory itself. Links, sockets and what is large are none
// of ours.
func (a *archiver) files() error {
	a.summary.Files = []string{}
	if a.from.Dir == "" {
		return nil
	}
	root, err := os.OpenRoot(a.from.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if !e.Type().IsRegular() || !validFile(name) || a.options.WithoutKeys && isKey(name) {
			continue
		}
		if st, err := e.Info(); err != nil || st.Size() > maxFile || len(a.summary.Files) == maxFiles {
			continue // removed meanwhile, or too much
		}
		text, err := root.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := a.member(filesDir+name, text); err != nil {
			return err
		}
		a.summary.Files = append(a.summary.Files, name)
	}
	return nil
}

// look finds what runs refer to and the archive does not have.
func (a *archiver) look() (err error) {
	if a.from.Journal == nil {
		return nil
	}
	a.options.tell(Progress{Stage: "check"})
	a.summary.Missing, a.summary.Unreadable, err = check(a.ctx, a.from.Journal, func(sum string) bool { return a.sums.has(parseDigest(sum)) })
	return err
}

// writer ends writing when the context does.
type writer struct {
	ctx context.Context
	w   io.Writer
}

func (w writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}
