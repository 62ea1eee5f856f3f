package artifacttest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine/artifact"
)

func workDirs(t *testing.T, s artifact.Store) {
	a, releaseA, err := s.WorkDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, releaseB, err := s.WorkDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a == b || !filepath.IsAbs(a) {
		t.Errorf("directories %s and %s", a, b)
	}
	if st, err := os.Stat(a); err != nil || st.Mode() != fs.ModeDir|0o700 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if entries, err := os.ReadDir(a); err != nil || len(entries) > 0 {
		t.Errorf("a new one holds %v, %v", entries, err)
	}
	file(t, a, "sub/left", "left over")
	file(t, a, "adopted", "adopted")
	info, err := s.Adopt(t.Context(), a, "adopted")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(a, "sub"), 0); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := releaseA(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(a); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", a, err)
	}
	if _, err := s.Adopt(t.Context(), a, "adopted"); !errors.Is(err, artifact.ErrRefused) {
		t.Errorf("adopting from a released one: %v", err)
	}
	has(t, s, info, "adopted")
	if _, err := os.Stat(b); err != nil {
		t.Error(err)
	}
	if err := releaseB(); err != nil {
		t.Fatal(err)
	}
}

func freshWorkDirs(t *testing.T, s artifact.Store) {
	seen := map[string]bool{}
	for round, use := range map[string]func(dir string) error{
		"untouched": func(string) error { return nil },
		"a file":    func(dir string) error { return os.WriteFile(filepath.Join(dir, "f"), nil, 0o600) },
		"a link":    func(dir string) error { return os.Symlink("/", filepath.Join(dir, "l")) },
		"a directory that cannot be read": func(dir string) error {
			return errors.Join(os.MkdirAll(filepath.Join(dir, "a/b"), 0o700), os.Chmod(filepath.Join(dir, "a"), 0))
		},
		"removed":           os.Remove,
		"other permissions": func(dir string) error { return os.Chmod(dir, 0o500) },
		"another in its place": func(dir string) error {
			return errors.Join(os.Remove(dir), os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "f"), nil, 0o600))
		},
		"moved away": func(dir string) error { return os.Rename(dir, filepath.Join(t.TempDir(), "moved")) },
		"a link in its place": func(dir string) error {
			return errors.Join(os.Remove(dir), os.Symlink(t.TempDir(), dir))
		},
	} {
		for range 3 {
			dir, release, err := s.WorkDir(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if seen[dir] {
				t.Fatalf("%s: %s is given a second time", round, dir)
			}
			seen[dir] = true
			isFresh(t, dir)
			if err := use(dir); err != nil {
				t.Fatal(err)
			}
			if err := release(); err != nil {
				t.Fatalf("%s: %v", round, err)
			}
			if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %s is still there: %v", round, dir, err)
			}
		}
	}

	// A provider that goes on after its call, by the name it knew and by what it has open.
	dir, release, err := s.WorkDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	late, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "late"), nil, 0o600); err == nil {
		t.Errorf("a late file found its way into %s", dir)
	}
	_ = late.WriteFile("late", nil, 0o600) // possible or not
	for range 3 {
		isFresh(t, workDir(t, s))
	}

	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := range 50 {
				dir, release, err := s.WorkDir(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				isFresh(t, dir)
				if n%3 == 0 {
					file(t, dir, "own", fmt.Sprint(w))
				}
				if err := release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// isFresh checks what every new work directory is.
func isFresh(t *testing.T, dir string) {
	t.Helper()
	if st, err := os.Lstat(dir); err != nil || st.Mode() != fs.ModeDir|0o700 {
		t.Errorf("a new one: %v, %v", st, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("a new one holds %v, %v", entries, err)
	}
}
