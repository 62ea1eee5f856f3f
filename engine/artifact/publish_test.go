package artifact

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The look for bytes that are there already, and the answer that follows from it, happen under the
// shelf's lock: a deletion comes before both or after both.
func TestPutLooksForItsBytesAfterADeletionHasEnded(t *testing.T) {
	d, err := OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	info, err := d.Put(t.Context(), strings.NewReader("bytes"))
	if err != nil {
		t.Fatal(err)
	}
	unlock := d.lockShelf(info.SHA256) // as Delete does
	put := make(chan error)
	go func() {
		_, err := d.Put(t.Context(), strings.NewReader("bytes"))
		put <- err
	}()
	for complete := false; !complete; runtime.Gosched() { // until it is about to be published
		for _, name := range glob(t, filepath.Join(d.session.dir, "put-*")) {
			st, err := os.Stat(name)
			complete = err == nil && st.Mode() == 0o444
		}
	}
	if err := os.Remove(d.path(info.SHA256)); err != nil {
		t.Fatal(err)
	}
	unlock()
	if err := <-put; err != nil {
		t.Fatal(err)
	}
	if _, err := d.Stat(t.Context(), info.SHA256); err != nil {
		t.Error(err)
	}
	if left := glob(t, filepath.Join(d.session.dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestUntouchedWorkDirectoriesAreUsedAgainUnderOtherNames(t *testing.T) {
	d, err := OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	dirs := map[string]bool{}
	for range 5 {
		dir, release, err := d.WorkDir(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		dirs[dir] = true
		if n := len(glob(t, filepath.Join(d.session.dir, "*"))); n != 1 {
			t.Errorf("%d directories for one call", n)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
	}
	if len(dirs) != 5 || len(d.spare) != 1 {
		t.Errorf("%d names and %d spare directories, want 5 and 1", len(dirs), len(d.spare))
	}

	var releases []func() error
	for range maxSpare + 10 {
		_, release, err := d.WorkDir(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, release)
	}
	for _, release := range releases {
		if err := release(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(glob(t, filepath.Join(d.session.dir, "*"))); n != maxSpare {
		t.Errorf("%d directories are kept, want %d", n, maxSpare)
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return names
}
