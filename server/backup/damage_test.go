package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"github.com/filmloom/filmloom/server/backup"
)

// verify checks an archive, and must end with one of the errors that say what is wrong with it.
func verify(t testing.TB, all []byte) (backup.Summary, error) {
	t.Helper()
	s, err := backup.Verify(context.Background(), bytes.NewReader(all), backup.Options{})
	if err != nil && !errors.Is(err, backup.ErrDamaged) && !errors.Is(err, backup.ErrFormat) {
		t.Fatalf("got %v", err)
	}
	return s, err
}

// There are several ways to write the same, so that some bits may change; then nothing of what is in it has.
func TestAFlippedBitIsFoundWhereverItIs(t *testing.T) {
	all := archive(t, furnished(t))
	plain := unpack(t, all)
	if _, err := verify(t, all); err != nil {
		t.Fatal(err)
	}
	harmless := 0
	for i := range all {
		bit := byte(1) << rand.IntN(8)
		all[i] ^= bit
		if _, err := verify(t, all); err == nil {
			harmless++
			if !bytes.Equal(unpack(t, all), plain) {
				t.Errorf("bit %b of byte %d changes what is in it, and is not found", bit, i)
			}
		}
		all[i] ^= bit
	}
	if harmless > len(all)/50 {
		t.Errorf("%d bits do not count", harmless)
	}
}

// Without the checksum of the compression, which has 32 bits, the sums in the archive find it as well.
func TestAFlippedBitIsFoundInsideTheCompressionToo(t *testing.T) {
	plain := unpack(t, archive(t, furnished(t)))
	want, err := verify(t, pack(t, plain))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		changed := bytes.Clone(plain)
		for range rapid.IntRange(1, 3).Draw(t, "flips") {
			changed[rapid.IntRange(0, len(plain)-1).Draw(t, "byte")] ^= rapid.Byte().Draw(t, "bits")
		}
		got, err := backup.Verify(context.Background(), bytes.NewReader(packed(changed)), backup.Options{})
		if err == nil && fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestADamagedArchiveIsRestoredToTheSameOrNotAtAll(t *testing.T) {
	h := furnished(t)
	all, want := archive(t, h), h.contents(t)
	failed := 0
	for n := range 12 {
		changed := bytes.Clone(all)
		changed[rand.IntN(len(all))] ^= 1 << rand.IntN(8)
		dir := filepath.Join(t.TempDir(), "data")
		if _, err := backup.Restore(t.Context(), bytes.NewReader(changed), dir, backup.Options{}); err != nil {
			failed++
			nothing(t, dir)
			continue
		}
		t.Logf("archive %d is as good as before", n)
		equal(t, contents(t, dir), want)
	}
	if failed < 8 {
		t.Errorf("%d of 12 were refused", failed)
	}
}

func TestAnArchiveThatEndsTooEarlyOrTooLateIsRefused(t *testing.T) {
	all := archive(t, furnished(t))
	for n := range all {
		if _, err := verify(t, all[:n]); err == nil {
			t.Errorf("%d of %d bytes are taken for all", n, len(all))
		}
	}
	for name, more := range map[string][]byte{"zeros": make([]byte, 1024), "text": []byte("more"), "itself": all, "a byte": {0}, "a second stream": pack(t, []byte("x"))} {
		if _, err := verify(t, slices.Concat(all, more)); err == nil {
			t.Errorf("%s after the end is passed over", name)
		}
	}
	plain := unpack(t, all)
	for n := 0; n < len(plain); n += 512 {
		if _, err := verify(t, pack(t, plain[:n])); err == nil && n < len(plain)-1024 {
			t.Errorf("%d of %d unpacked bytes are taken for all", n, len(plain))
		}
	}
}

func unpack(t testing.TB, all []byte) []byte {
	t.Helper()
	r, err := zstd.NewReader(bytes.NewReader(all))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func pack(t testing.TB, plain []byte) []byte { t.Helper(); return packed(plain) }

func packed(plain []byte) []byte {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1))
	if err == nil {
		_, err = w.Write(plain)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // into memory
	}
	return b.Bytes()
}

// A part is a member of an archive that somebody has made by hand.
type part struct {
	name string
	text string
	as   func(*tar.Header)
}

// forged is an archive with the right sums, whatever is in it.
func forged(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b, sums bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(p part) {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: p.name, Size: int64(len(p.text)), Mode: 0o600}
		if p.as != nil {
			p.as(h)
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := io.WriteString(w, p.text); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(p.text)), p.name)
	}
	for _, p := range parts {
		if p.name == "SHA256SUMS" && p.text == "" {
			p.text = sums.String()
		}
		add(p)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed(b.Bytes())
}

func artifactPart(text string) part {
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
	return part{name: "artifacts/sha256/" + sum[:2] + "/" + sum, text: text}
}

func summaryPart(artifacts, size int, files ...string) part {
	quoted := make([]string, len(files))
	for i, f := range files {
		quoted[i] = fmt.Sprintf("%q", f)
	}
	return part{name: "summary.json", text: fmt.Sprintf(`{"artifacts": %d, "artifact_bytes": %d, "files": [%s], "damaged": []}`, artifacts, size, strings.Join(quoted, ","))}
}

var (
	headerPart = part{name: "backup.json", text: `{"format": "filmloom-backup", "version": 1}`}
	sumsPart   = part{name: "SHA256SUMS"}
)

func TestAnArchiveThatWasMadeToDoHarmIsRefused(t *testing.T) {
	one := artifactPart("one")
	as := func(change func(*tar.Header)) part {
		p := one
		p.as = change
		return p
	}
	file := func(name string) []part {
		return []part{headerPart, {name: "files/" + name, text: "x"}, summaryPart(0, 0, name), sumsPart}
	}
	whole := []part{headerPart, one, summaryPart(1, 3), sumsPart}
	first, second := artifactPart("a"), artifactPart("b")
	if first.name > second.name {
		first, second = second, first
	}
	for name, c := range map[string]struct {
		parts []part
		want  error // nil: it is a good one
	}{
		"a good one":                        {whole, nil},
		"a good one with a file":            {file("secret.key"), nil},
		"two artifacts":                     {[]part{headerPart, first, second, summaryPart(2, 2), sumsPart}, nil},
		"in the wrong order":                {[]part{headerPart, second, first, summaryPart(2, 2), sumsPart}, backup.ErrDamaged},
		"twice the same":                    {[]part{headerPart, one, one, summaryPart(2, 6), sumsPart}, backup.ErrDamaged},
		"nothing":                           {nil, backup.ErrFormat},
		"no header":                         {whole[1:], backup.ErrFormat},
		"another header":                    {append([]part{{name: "backup.json", text: `{"format": "other", "version": 1}`}}, whole[1:]...), backup.ErrFormat},
		"a header without a version":        {append([]part{{name: "backup.json", text: `{"format": "filmloom-backup"}`}}, whole[1:]...), backup.ErrFormat},
		"a newer version":                   {append([]part{{name: "backup.json", text: `{"format": "filmloom-backup", "version": 2}`}}, whole[1:]...), backup.ErrFormat},
		"a long header":                     {append([]part{{name: "backup.json", text: headerPart.text + strings.Repeat(" ", 100_000)}}, whole[1:]...), backup.ErrFormat},
		"two headers":                       {append([]part{headerPart}, whole...), backup.ErrDamaged},
		"an artifact with another's bytes":  {[]part{headerPart, {name: one.name, text: "two"}, summaryPart(1, 3), sumsPart}, backup.ErrDamaged},
		"no summary":                        {[]part{headerPart, one, sumsPart}, backup.ErrDamaged},
		"no sums":                           {whole[:3], backup.ErrDamaged},
		"other sums":                        {append(slices.Clone(whole[:3]), part{name: "SHA256SUMS", text: "x"}), backup.ErrDamaged},
		"too few artifacts":                 {[]part{headerPart, summaryPart(1, 3), sumsPart}, backup.ErrDamaged},
		"more after the end":                {append(slices.Clone(whole), one), backup.ErrDamaged},
		"something of another kind":         {append([]part{headerPart, {name: "other", text: "x"}}, whole[1:]...), backup.ErrDamaged},
		"a way out of the directory":        {file("../x"), backup.ErrDamaged},
		"a way out by an absolute path":     {[]part{headerPart, {name: "/files/x", text: "x"}, summaryPart(0, 0, "x"), sumsPart}, backup.ErrDamaged},
		"a file in a folder":                {file("a/b"), backup.ErrDamaged},
		"a file with another's separator":   {file(`a\b`), backup.ErrDamaged},
		"the directory itself":              {file("."), backup.ErrDamaged},
		"the one above":                     {file(".."), backup.ErrDamaged},
		"a file instead of the journal":     {file("journal"), backup.ErrDamaged},
		"a file instead of the artifacts":   {file("artifacts"), backup.ErrDamaged},
		"a file instead of the staging":     {file(".restoring"), backup.ErrDamaged},
		"a long name":                       {file(strings.Repeat("n", 101)), backup.ErrDamaged},
		"a very long name":                  {file(strings.Repeat("n", 100_000)), backup.ErrDamaged},
		"a large file":                      {[]part{headerPart, {name: "files/x", text: strings.Repeat("x", 1<<20+1)}, summaryPart(0, 0, "x"), sumsPart}, backup.ErrDamaged},
		"a file twice":                      {[]part{headerPart, {name: "files/x"}, {name: "files/x"}, summaryPart(0, 0, "x", "x"), sumsPart}, backup.ErrDamaged},
		"an artifact out of its place":      {[]part{headerPart, {name: "artifacts/sha256/../../x/" + strings.Repeat("a", 64)}, summaryPart(1, 0), sumsPart}, backup.ErrDamaged},
		"an artifact in another's folder":   {[]part{headerPart, {name: "artifacts/sha256/00/" + strings.Repeat("a", 64)}, summaryPart(1, 0), sumsPart}, backup.ErrDamaged},
		"an artifact with a bad name":       {[]part{headerPart, {name: "artifacts/sha256/zz/zz"}, summaryPart(1, 0), sumsPart}, backup.ErrDamaged},
		"a link":                            {[]part{headerPart, {name: one.name, as: func(h *tar.Header) { h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, "/etc/passwd", 0 }}, summaryPart(1, 0), sumsPart}, backup.ErrDamaged},
		"a hard link":                       {[]part{headerPart, {name: one.name, as: func(h *tar.Header) { h.Typeflag, h.Linkname, h.Size = tar.TypeLink, "/etc/passwd", 0 }}, summaryPart(1, 0), sumsPart}, backup.ErrDamaged},
		"a directory":                       {[]part{headerPart, {name: "files/x/", as: func(h *tar.Header) { h.Typeflag, h.Size = tar.TypeDir, 0 }}, summaryPart(0, 0, "x/"), sumsPart}, backup.ErrDamaged},
		"a device":                          {[]part{headerPart, {name: "files/x", as: func(h *tar.Header) { h.Typeflag, h.Size = tar.TypeChar, 0 }}, summaryPart(0, 0, "x"), sumsPart}, backup.ErrDamaged},
		"further attributes":                {[]part{headerPart, as(func(h *tar.Header) { h.PAXRecords = map[string]string{"SCHILY.xattr.user.x": "y"} }), summaryPart(1, 3), sumsPart}, backup.ErrDamaged},
		"records that are none":             {[]part{headerPart, {name: "database/00000001", text: "\x01\x00\x00\x00\x00\x00\x00\x00\xff"}, summaryPart(0, 0), sumsPart}, backup.ErrDamaged},
		"records longer than any":           {[]part{headerPart, {name: "database/00000001", text: "\xff\xff\xff\xff\xff\xff\xff\xff"}, summaryPart(0, 0), sumsPart}, backup.ErrDamaged},
		"records that end in their length":  {[]part{headerPart, {name: "database/00000001", text: "\x01\x00\x00"}, summaryPart(0, 0), sumsPart}, backup.ErrDamaged},
		"a record of Badger's own":          {[]part{headerPart, {name: "database/00000001", text: "\x0e\x00\x00\x00\x00\x00\x00\x00\x0a\x0c\x0a\x08!badger!\x12\x00"}, summaryPart(0, 0), sumsPart}, backup.ErrDamaged},
		"a record without a key":            {[]part{headerPart, {name: "database/00000001", text: "\x05\x00\x00\x00\x00\x00\x00\x00\x0a\x03\x12\x01x"}, summaryPart(0, 0), sumsPart}, backup.ErrDamaged},
		"a part of the database is missing": {[]part{headerPart, {name: "database/00000002"}, summaryPart(0, 0), sumsPart}, backup.ErrDamaged},
		"the database after the artifacts":  {[]part{headerPart, one, {name: "database/00000001"}, summaryPart(1, 3), sumsPart}, backup.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			all := forged(t, c.parts...)
			dir := filepath.Join(t.TempDir(), "data")
			_, err := backup.Restore(t.Context(), bytes.NewReader(all), dir, backup.Options{})
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if err != nil {
				nothing(t, dir)
				if len(err.Error()) > 500 || strings.ContainsAny(err.Error(), "\n") {
					t.Errorf("%q is no sentence", err)
				}
			}
			if _, checked := verify(t, all); (checked == nil) != (err == nil) {
				t.Errorf("Restore says %v, Verify %v", err, checked)
			}
		})
	}
}

// A file with holes could claim to be as large as any disk.
func TestHolesInAFileAreRefused(t *testing.T) {
	var b bytes.Buffer
	block := func(name string, flag byte, size int, pax string) {
		h := make([]byte, 512)
		copy(h, name)
		copy(h[100:], "0000600\x00")
		copy(h[124:], fmt.Sprintf("%011o\x00", size))
		h[156] = flag
		copy(h[257:], "ustar\x0000")
		copy(h[148:], "        ")
		sum := 0
		for _, c := range h {
			sum += int(c)
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
		b.Write(h)
		text := make([]byte, (size+511)/512*512)
		copy(text, pax)
		b.Write(text)
	}
	block("backup.json", '0', len(headerPart.text), headerPart.text)
	records := ""
	for _, r := range []string{"GNU.sparse.major=1\n", "GNU.sparse.minor=0\n", "GNU.sparse.name=" + artifactPart("x").name + "\n", "GNU.sparse.realsize=9000000000000000\n"} {
		for n := len(r) + 1; ; n++ {
			if line := fmt.Sprintf("%d %s", n, r); len(line) == n {
				records += line
				break
			}
		}
	}
	block("pax", 'x', len(records), records)
	sparse := "1\n9000000000000000\n0\n"
	block("GNUSparseFile.0/x", '0', 512, sparse)
	b.Write(make([]byte, 1024))
	if _, err := verify(t, packed(b.Bytes())); !errors.Is(err, backup.ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

// An archive of a few bytes may not take all memory.
func TestAnArchiveMayNotAskForMuchMemory(t *testing.T) {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithWindowSize(64<<20))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zero{}, 100<<20); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, b.Bytes()); !errors.Is(err, backup.ErrFormat) {
		t.Errorf("got %v", err)
	}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// FuzzArchive gives what is in the compression; nothing of it may panic, or be taken for more than it is.
func FuzzArchive(f *testing.F) {
	f.Add(unpack(f, forged(f, headerPart, artifactPart("one"), part{name: "files/MOCK", text: "x"}, summaryPart(1, 3, "MOCK"), sumsPart)))
	f.Add(unpack(f, forged(f, headerPart, part{name: "database/00000001", text: "\x06\x00\x00\x00\x00\x00\x00\x00\x0a\x04\x0a\x01k\x12"}, summaryPart(0, 0), sumsPart)))
	f.Add(unpack(f, forged(f, headerPart, summaryPart(0, 0), sumsPart)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, plain []byte) {
		verify(t, packed(plain))
	})
}

// FuzzCompressed gives the whole archive.
func FuzzCompressed(f *testing.F) {
	f.Add(forged(f, headerPart, artifactPart("one"), summaryPart(1, 3), sumsPart))
	f.Add([]byte("(\xb5/\xfd"))
	f.Fuzz(func(t *testing.T, all []byte) { verify(t, all) })
}

func TestAPlainFileIsNotTakenForABackup(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "text": "hello, this is no backup", "tar": string(unpack(t, forged(t, headerPart)))} {
		_, err := verify(t, []byte(text))
		if !errors.Is(err, backup.ErrFormat) || err.Error() != "this is not a backup that can be read: it does not begin as one" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := backup.Restore(t.Context(), os.Stdin, filepath.Join(t.TempDir(), "no\x00dir"), backup.Options{}); err == nil {
		t.Error("a directory of that name?")
	}
}
