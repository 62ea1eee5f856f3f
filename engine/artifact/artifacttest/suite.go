package artifacttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/filmloom/filmloom/engine/artifact"
)

// Run runs the suite against an implementation.
func Run(t *testing.T, open func(t *testing.T) artifact.Store) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s artifact.Store)
	}{
		{"what is put comes back", put},
		{"a file is adopted and gone from the work directory", adopt},
		{"a name may be adopted twice", adoptTwice},
		{"the same bytes are stored once", once},
		{"what is not a regular file inside is refused", refused},
		{"a digest that is none reaches nothing", digests},
		{"an unknown artifact is not found", unknown},
		{"a deleted artifact is gone, and its readers go on", deleted},
		{"a path leads to a read-only file", path},
		{"a failed put leaves nothing", failedPut},
		{"an ended context stores nothing", endedContext},
		{"artifacts are listed by digest", list},
		{"work directories are private, empty and removed", workDirs},
		{"no work directory meets what an earlier one held", freshWorkDirs},
		{"concurrent users of the same bytes all get them", concurrent},
		{"what is put while it is deleted is whole or gone", putWhileDeleted},
		{"a closed store says so", closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			c.test(t, s)
		})
	}
}

func sum(data string) string {
	h := sha256.Sum256([]byte(data))
	return hex.EncodeToString(h[:])
}

func mustPut(t *testing.T, s artifact.Store, data string) artifact.Info {
	t.Helper()
	info, err := s.Put(t.Context(), strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func workDir(t *testing.T, s artifact.Store) string {
	t.Helper()
	dir, release, err := s.WorkDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := release(); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func file(t *testing.T, dir, name, data string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// has checks that an artifact is there with its bytes.
func has(t *testing.T, s artifact.Store, info artifact.Info, data string) {
	t.Helper()
	want := artifact.Info{SHA256: sum(data), Size: int64(len(data))}
	if info != want {
		t.Errorf("info %v, want %v", info, want)
	}
	if got, err := s.Stat(t.Context(), want.SHA256); err != nil || got != want {
		t.Errorf("Stat gives %v, %v", got, err)
	}
	f, got, err := s.Open(t.Context(), want.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got != want {
		t.Errorf("Open gives %v", got)
	}
	if raw, err := io.ReadAll(f); err != nil || string(raw) != data {
		t.Errorf("%d bytes, %v; want %d", len(raw), err, len(data))
	}
	if len(data) > 3 {
		if _, err := f.Seek(-3, io.SeekEnd); err != nil {
			t.Fatal(err)
		}
		if raw, err := io.ReadAll(f); err != nil || string(raw) != data[len(data)-3:] {
			t.Errorf("the end is %q, %v", raw, err)
		}
	}
}

func all(t *testing.T, s artifact.Store) []string {
	t.Helper()
	var sums []string
	for info, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, info.SHA256)
	}
	return sums
}

func put(t *testing.T, s artifact.Store) {
	for _, data := range []string{"", "a", "some bytes", strings.Repeat("film", 1<<19)} {
		has(t, s, mustPut(t, s, data), data)
	}
	info, err := s.Put(t.Context(), iotest.OneByteReader(strings.NewReader("slowly")))
	if err != nil {
		t.Fatal(err)
	}
	has(t, s, info, "slowly")
}

func adopt(t *testing.T, s artifact.Store) {
	dir := workDir(t, s)
	for name, data := range map[string]string{"a.png": "picture", "sub/dir/b.wav": "speech", "empty": "", "with space .mp4": strings.Repeat("v", 1<<20)} {
		path := file(t, dir, name, data)
		info, err := s.Adopt(t.Context(), dir, name)
		if err != nil {
			t.Fatal(err)
		}
		has(t, s, info, data)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
	path := file(t, dir, "absolute", "by absolute path")
	info, err := s.Adopt(t.Context(), dir, path)
	if err != nil {
		t.Fatal(err)
	}
	has(t, s, info, "by absolute path")
}

func adoptTwice(t *testing.T, s artifact.Store) {
	dir := workDir(t, s)
	file(t, dir, "a", "once")
	for _, name := range []string{"a", "./a", filepath.Join(dir, "a")} {
		info, err := s.Adopt(t.Context(), dir, name)
		if err != nil {
			t.Fatal(err)
		}
		has(t, s, info, "once")
	}
}

func once(t *testing.T, s artifact.Store) {
	dir := workDir(t, s)
	for i := range 3 {
		name := fmt.Sprint("f", i)
		file(t, dir, name, "the same")
		info, err := s.Adopt(t.Context(), dir, name)
		if err != nil {
			t.Fatal(err)
		}
		has(t, s, info, "the same")
		has(t, s, mustPut(t, s, "the same"), "the same")
	}
	if got := all(t, s); !slices.Equal(got, []string{sum("the same")}) {
		t.Errorf("stored %v", got)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left in the work directory: %v, %v", left, err)
	}
}

func refused(t *testing.T, s artifact.Store) {
	outside := t.TempDir()
	secret := file(t, outside, "secret", "secret")
	dir := workDir(t, s)
	other := workDir(t, s)
	file(t, other, "theirs", "of another call")
	file(t, dir, "real", "real")
	file(t, dir, "sub/real", "real")
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link(secret, "out")
	link("real", "in")
	link("sub", "indir")
	link(outside, "outdir")
	link("nowhere", "dangling")
	link("loop", "loop")
	if err := os.Link(secret, filepath.Join(dir, "hard")); err != nil {
		t.Fatal(err)
	}
	if err := mkfifo(filepath.Join(dir, "fifo")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"", ".", "..", "/", "missing", "sub", "sub/missing", "real/x", "out", "in", "indir/real", "outdir/secret", "dangling", "loop",
		"hard", "fifo", "../" + filepath.Base(other) + "/theirs", "sub/../../" + filepath.Base(other) + "/theirs",
		secret, filepath.Join(other, "theirs"), "/etc/passwd", "re\x00al",
	} {
		if info, err := s.Adopt(t.Context(), dir, name); !errors.Is(err, artifact.ErrRefused) {
			t.Errorf("%q: %v, %v; want ErrRefused", name, info, err)
		}
	}
	if info, err := s.Adopt(t.Context(), outside, "secret"); !errors.Is(err, artifact.ErrRefused) {
		t.Errorf("a foreign directory: %v, %v; want ErrRefused", info, err)
	}
	if got := all(t, s); len(got) > 0 {
		t.Errorf("stored %v", got)
	}
	for path, want := range map[string]string{secret: "secret", filepath.Join(other, "theirs"): "of another call", filepath.Join(dir, "real"): "real"} {
		if raw, err := os.ReadFile(path); err != nil || string(raw) != want {
			t.Errorf("%s is %q now, %v", path, raw, err)
		}
	}
}

func digests(t *testing.T, s artifact.Store) {
	good := mustPut(t, s, "good").SHA256
	for _, bad := range []string{
		"", "..", "../../secret", good[:63], good + "0", strings.ToUpper(good), "g" + good[1:], good[:32] + "/" + good[33:],
		"../" + good[3:], good[:63] + "\x00", strings.Repeat(".", 64), strings.Repeat("/", 64), "é" + good[2:],
	} {
		_, errStat := s.Stat(t.Context(), bad)
		_, _, errOpen := s.Open(t.Context(), bad)
		_, errPath := s.Path(t.Context(), bad)
		for name, err := range map[string]error{"Stat": errStat, "Open": errOpen, "Path": errPath, "Delete": s.Delete(t.Context(), bad)} {
			if !errors.Is(err, artifact.ErrInvalidDigest) {
				t.Errorf("%s of %q: %v, want ErrInvalidDigest", name, bad, err)
			}
		}
	}
	has(t, s, artifact.Info{SHA256: good, Size: 4}, "good")
}

func unknown(t *testing.T, s artifact.Store) {
	mustPut(t, s, "something")
	for _, id := range []string{sum("never stored"), sum("something")[:2] + sum("x")[2:]} {
		_, errStat := s.Stat(t.Context(), id)
		_, _, errOpen := s.Open(t.Context(), id)
		_, errPath := s.Path(t.Context(), id)
		for name, err := range map[string]error{"Stat": errStat, "Open": errOpen, "Path": errPath, "Delete": s.Delete(t.Context(), id)} {
			if !errors.Is(err, artifact.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", name, err)
			}
		}
	}
}

func deleted(t *testing.T, s artifact.Store) {
	info, kept := mustPut(t, s, "going"), mustPut(t, s, "staying")
	f, _, err := s.Open(t.Context(), info.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := s.Delete(t.Context(), info.SHA256); err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(f); err != nil || string(raw) != "going" {
		t.Errorf("the reader got %q, %v", raw, err)
	}
	if _, err := s.Stat(t.Context(), info.SHA256); !errors.Is(err, artifact.ErrNotFound) {
		t.Errorf("Stat: %v", err)
	}
	has(t, s, kept, "staying")
	has(t, s, mustPut(t, s, "going"), "going")
}

func path(t *testing.T, s artifact.Store) {
	dir := workDir(t, s)
	file(t, dir, "adopted", "adopted")
	a, err := s.Adopt(t.Context(), dir, "adopted")
	if err != nil {
		t.Fatal(err)
	}
	for id, data := range map[string]string{mustPut(t, s, "put").SHA256: "put", a.SHA256: "adopted"} {
		path, err := s.Path(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !filepath.IsAbs(path) {
			t.Errorf("%s is not absolute", path)
		}
		if raw, err := os.ReadFile(path); err != nil || string(raw) != data {
			t.Errorf("%q, %v", raw, err)
		}
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o444 {
			t.Errorf("mode %v, %v; want 0444", st.Mode(), err)
		}
	}
}

func failedPut(t *testing.T, s artifact.Store) {
	broken := errors.New("the line broke")
	data := bytes.Repeat([]byte("x"), 100_000)
	_, err := s.Put(t.Context(), io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if got := all(t, s); len(got) > 0 {
		t.Errorf("stored %v", got)
	}
	has(t, s, mustPut(t, s, string(data)), string(data))
}

func endedContext(t *testing.T, s artifact.Store) {
	dir := workDir(t, s)
	path := file(t, dir, "a", "a")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Put(ctx, io.MultiReader(strings.NewReader("first"), readerFunc(func([]byte) (int, error) {
		cancel()
		return 0, nil
	}), strings.NewReader("second")))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Put: %v", err)
	}
	if _, err := s.Adopt(ctx, dir, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Adopt: %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	if _, _, err := s.WorkDir(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("WorkDir: %v", err)
	}
	if got := all(t, s); len(got) > 0 {
		t.Errorf("stored %v", got)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func list(t *testing.T, s artifact.Store) {
	var want []string
	for i := range 300 {
		want = append(want, mustPut(t, s, fmt.Sprint("artifact ", i)).SHA256)
	}
	slices.Sort(want)
	if got := all(t, s); !slices.Equal(got, want) {
		t.Errorf("%d listed, want %d in order", len(got), len(want))
	}
	n := 0
	for info, err := range s.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(t.Context(), info.SHA256); err != nil {
			t.Fatal(err)
		}
		if n++; n == 100 {
			break
		}
	}
	if got := all(t, s); !slices.Equal(got, want[100:]) {
		t.Errorf("%d listed after deleting 100, want 200", len(got))
	}
}

func closed(t *testing.T, s artifact.Store) {
	info := mustPut(t, s, "a")
	dir, _, err := s.WorkDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, errPut := s.Put(t.Context(), strings.NewReader("b"))
	_, errStat := s.Stat(t.Context(), info.SHA256)
	_, errAdopt := s.Adopt(t.Context(), dir, "a")
	_, _, errDir := s.WorkDir(t.Context())
	for name, err := range map[string]error{"Put": errPut, "Stat": errStat, "Adopt": errAdopt, "WorkDir": errDir} {
		if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: %v, want fs.ErrClosed", name, err)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the work directory is still there: %v", err)
	}
}
