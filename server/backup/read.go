package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// A sink is given what an archive has. What it gets of artifacts is verified only when everything has been
// read.
type sink interface {
	records(chunk []byte) error
	artifact(sum string, size int64, r io.Reader) error // reads r to its end
	file(name string, text []byte) error
}

// Verify reads a whole archive and checks that it is as it was written. It puts nothing anywhere. The error wraps
// ErrDamaged or ErrFormat, or is that of reading or of the context.
func Verify(ctx context.Context, r io.Reader, o Options) (Summary, error) {
	return extract(ctx, r, &nowhere{load: newLoad(nil)}, o)
}

// nowhere is a sink that only looks.
type nowhere struct{ load *load }

func (n *nowhere) records(chunk []byte) error { return n.load.chunk(chunk) }

func (n *nowhere) artifact(_ string, _ int64, r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func (n *nowhere) file(string, []byte) error { return nil }

// An extractor reads the members of an archive, in the order in which they must be.
type extractor struct {
	ctx     context.Context
	source  *source
	tar     *tar.Reader
	to      sink
	options Options
	sums    sums
	got     Summary // as counted
	chunks  int
	bytes   int64
	last    string // artifact
}

// extract reads an archive into a sink.
func extract(ctx context.Context, r io.Reader, to sink, o Options) (Summary, error) {
	src := &source{ctx: ctx, r: r}
	unpacked, err := zstd.NewReader(src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return Summary{}, fmt.Errorf("the backup cannot be unpacked: %w", err)
	}
	defer unpacked.Close()
	x := &extractor{ctx: ctx, source: src, tar: tar.NewReader(unpacked), to: to, options: o}
	x.got.Files, x.got.Damaged = []string{}, []string{}
	summary, err := x.run()
	if err == nil {
		err = x.end(unpacked)
	}
	if cause := src.failed(); cause != nil {
		err = cause // whatever the layers above have made of it
	}
	if err != nil {
		return Summary{}, err
	}
	return summary, nil
}

// source is where the archive comes from. It tells its own errors from those of the bytes that it gives.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func (x *source) failed() error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	if x.err != nil {
		return fmt.Errorf("the backup cannot be read: %w", x.err)
	}
	return nil
}

func (x *extractor) run() (Summary, error) {
	summary, err := x.header()
	if err != nil {
		return summary, err
	}
	h, err := x.next()
	for ; err == nil && strings.HasPrefix(h.Name, databaseDir); h, err = x.next() {
		if err := x.records(h); err != nil {
			return summary, err
		}
	}
	for ; err == nil && strings.HasPrefix(h.Name, artifactDir); h, err = x.next() {
		if err := x.artifact(h); err != nil {
			return summary, err
		}
	}
	for ; err == nil && strings.HasPrefix(h.Name, filesDir); h, err = x.next() {
		if err := x.file(h); err != nil {
			return summary, err
		}
	}
	if err == nil {
		err = x.summary(h, &summary)
	}
	if err == nil {
		h, err = x.next()
	}
	if err == nil {
		err = x.list(h)
	}
	return summary, err
}

// strangers are the errors of what never was a backup.
var strangers = []error{zstd.ErrMagicMismatch, zstd.ErrWindowSizeExceeded, tar.ErrHeader, io.EOF}

// header reads what the archive begins with.
func (x *extractor) header() (Summary, error) {
	var was header
	h, err := x.tar.Next()
	switch {
	case err != nil && !slices.ContainsFunc(strangers, func(e error) bool { return errors.Is(err, e) }):
		return Summary{}, damagedf("%v", err)
	case err != nil || h.Name != headerName || h.Size > maxHeader || !plain(h):
		return Summary{}, fmt.Errorf("%w: it does not begin as one", ErrFormat)
	}
	raw, err := x.content(h, maxHeader)
	if err != nil {
		return Summary{}, err
	}
	if err := json.Unmarshal(raw, &was); err != nil || was.Format != format || was.Version < 1 {
		return Summary{}, fmt.Errorf("%w: it does not begin as one", ErrFormat)
	}
	if was.Version > version {
		return Summary{}, fmt.Errorf("%w: it was written by a newer filmloom (format %d; this one reads up to %d); update filmloom", ErrFormat, was.Version, version)
	}
	x.sums.add(h.Name, sha256.Sum256(raw))
	return Summary{Filmloom: was.Filmloom, Created: was.Created}, nil
}

// next goes on to the next member. There must be one.
func (x *extractor) next() (*tar.Header, error) {
	h, err := x.tar.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, damagedf("it ends too early")
	case err != nil:
		return nil, damagedf("%v", err)
	case !plain(h):
		return nil, damagedf("it has something that is not a plain file")
	}
	return h, nil
}

// plain tells whether a member is a file and nothing else: no link, no holes, no further attributes.
func plain(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if key != "size" {
			return false
		}
	}
	return h.Typeflag == tar.TypeReg && h.Linkname == "" && h.Size >= 0 && len(h.Name) <= maxName
}

// content reads a member that must be small.
func (x *extractor) content(h *tar.Header, most int64) ([]byte, error) {
	if h.Size > most {
		return nil, damagedf("%q is too long", h.Name)
	}
	raw := make([]byte, h.Size)
	if _, err := io.ReadFull(x.tar, raw); err != nil {
		return nil, damagedf("%v", err)
	}
	return raw, nil
}

func (x *extractor) records(h *tar.Header) error {
	x.chunks++
	if h.Name != fmt.Sprintf("%s%08d", databaseDir, x.chunks) {
		return damagedf("%q is not the %d. part of the database", h.Name, x.chunks)
	}
	raw, err := x.content(h, maxChunk)
	if err != nil {
		return err
	}
	x.sums.add(h.Name, sha256.Sum256(raw))
	if err := x.to.records(raw); errors.Is(err, errRecord) {
		return damagedf("%v", err)
	} else if err != nil {
		return err
	}
	x.bytes += h.Size
	x.options.tell(Progress{Stage: "records", Done: x.chunks, Bytes: x.bytes})
	return nil
}

func (x *extractor) artifact(h *tar.Header) error {
	sum, ok := readArtifactName(h.Name)
	if !ok || sum <= x.last {
		return damagedf("%q is not the name of an artifact, or not in its place", h.Name)
	}
	x.last = sum
	hash := sha256.New()
	in := &whole{r: io.TeeReader(x.tar, hash)}
	if err := x.to.artifact(sum, h.Size, in); err != nil && in.err == nil {
		return err
	}
	if in.err != nil {
		return damagedf("%v", in.err)
	}
	if !in.ended {
		return fmt.Errorf("artifact %s was not read to its end", sum)
	}
	if !x.sums.addArtifact(parseDigest(sum), digest(hash.Sum(nil))) {
		x.got.Damaged = append(x.got.Damaged, sum)
	}
	x.got.Artifacts++
	x.got.ArtifactBytes += h.Size
	x.options.tell(Progress{Stage: "files", Done: x.got.Artifacts, Bytes: x.got.ArtifactBytes})
	return nil
}

// whole remembers how reading ended.
type whole struct {
	r     io.Reader
	ended bool
	err   error // other than io.EOF
}

func (w *whole) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		w.ended = true
	case err != nil:
		w.err = err
	}
	return n, err
}

func (x *extractor) file(h *tar.Header) error {
	name := strings.TrimPrefix(h.Name, filesDir)
	if !validFile(name) || len(x.got.Files) == maxFiles || slices.Contains(x.got.Files, name) {
		return damagedf("%q is not a file of a data directory", h.Name)
	}
	raw, err := x.content(h, maxFile)
	if err != nil {
		return err
	}
	x.sums.add(h.Name, sha256.Sum256(raw))
	x.got.Files = append(x.got.Files, name)
	return x.to.file(name, raw)
}

// summary reads what the archive should have had, and compares.
func (x *extractor) summary(h *tar.Header, s *Summary) error {
	if h.Name != summaryName {
		return damagedf("%q is where its summary should be", h.Name)
	}
	raw, err := x.content(h, maxSummary)
	if err != nil {
		return err
	}
	x.sums.add(h.Name, sha256.Sum256(raw))
	if err := json.Unmarshal(raw, s); err != nil {
		return damagedf("its summary cannot be read")
	}
	switch {
	case !slices.Equal(s.Damaged, x.sums.damaged()):
		for _, sum := range x.got.Damaged {
			if !slices.Contains(s.Damaged, sum) {
				return damagedf("artifact %s is not what it was", sum)
			}
		}
		return damagedf("an artifact is not what it was")
	case s.Artifacts != x.got.Artifacts || s.ArtifactBytes != x.got.ArtifactBytes || !slices.Equal(s.Files, x.got.Files):
		return damagedf("it does not have the files that it should have")
	}
	return nil
}

// list compares the sums of everything.
func (x *extractor) list(h *tar.Header) error {
	if h.Name != sumsName || h.Size != x.sums.size() {
		return damagedf("its list of sums is not where it should be")
	}
	c := &comparison{r: x.tar}
	if err := x.sums.writeTo(c); err != nil {
		return damagedf("%v", err)
	}
	return nil
}

// comparison is written to what must come from r.
type comparison struct {
	r   io.Reader
	got []byte
}

func (c *comparison) Write(want []byte) (int, error) {
	c.got = append(c.got[:0], want...)
	if _, err := io.ReadFull(c.r, c.got); err != nil {
		return 0, err
	}
	if !bytes.Equal(c.got, want) {
		return 0, errors.New("a part of it does not have the sum that it should have")
	}
	return len(want), nil
}

// end makes sure that nothing follows.
func (x *extractor) end(unpacked io.Reader) error {
	if _, err := x.tar.Next(); !errors.Is(err, io.EOF) {
		return damagedf("it goes on after its end")
	}
	if n, err := io.CopyN(io.Discard, unpacked, 1); n > 0 || !errors.Is(err, io.EOF) {
		return damagedf("it goes on after its end, or its end is missing")
	}
	return nil
}
