package backup_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/backup"
)

func TestADirectoryWithSomethingInItIsNotTouched(t *testing.T) {
	root := t.TempDir()
	full, file, dangling, stranger := filepath.Join(root, "full"), filepath.Join(root, "file"), filepath.Join(root, "dangling"), filepath.Join(root, "stranger")
	inner := filepath.Join(root, "inner")
	if err := errors.Join(
		os.Mkdir(full, 0o755), os.WriteFile(filepath.Join(full, "diary"), nil, 0o600), os.WriteFile(file, nil, 0o600),
		os.Symlink(filepath.Join(root, "nowhere"), dangling), os.MkdirAll(filepath.Join(root, ".stranger.restoring", "diary"), 0o755),
		os.MkdirAll(filepath.Join(inner, ".restoring"), 0o755), os.Mkdir(filepath.Join(inner, "artifacts"), 0o755),
	); err != nil {
		t.Fatal(err)
	}
	before := listing(t, root)
	all := archive(t, furnished(t))
	for dir, want := range map[string]string{
		full: "has diary in it, for example", file: "is not a directory", dangling: "nothing can be restored into", stranger: "one that it did not make",
		inner: "an interrupted", filepath.Join(file, "x"): "not a directory",
	} {
		_, err := backup.Restore(t.Context(), bytes.NewReader(all), dir, backup.Options{})
		if dir == inner {
			want = "was interrupted in its last step"
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", dir, err, want)
		}
		if (dir == full || dir == file || dir == inner) && !errors.Is(err, backup.ErrNotEmpty) {
			t.Errorf("%s: got %v", dir, err)
		}
	}
	if after := listing(t, root); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	if err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		b.WriteString(path + "\n")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAnEmptyDirectoryKeepsItsModeAndItsOwner(t *testing.T) {
	h := furnished(t)
	all, want := archive(t, h), h.contents(t)
	root := t.TempDir()
	for name, prepare := range map[string]func(dir string) error{
		"plain":    func(dir string) error { return os.Mkdir(dir, 0o700) },
		"its mode": func(dir string) error { return errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o750)) },
		"behind a link": func(dir string) error {
			return errors.Join(os.Mkdir(dir+".real", 0o750), os.Symlink(dir+".real", dir))
		},
		"a file system of its own": func(dir string) error { return os.MkdirAll(filepath.Join(dir, "lost+found"), 0o755) },
		"another's": func(dir string) error {
			if os.Geteuid() != 0 {
				t.Log("only root can give a directory away")
				return os.Mkdir(dir, 0o755)
			}
			return errors.Join(os.Mkdir(dir, 0o755), os.Chown(dir, 12345, 12346))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(root, strings.ReplaceAll(name, " ", "-"))
			if err := prepare(dir); err != nil {
				t.Fatal(err)
			}
			link, _ := os.Readlink(dir)
			was, err := os.Stat(dir)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := backup.Restore(t.Context(), bytes.NewReader(all), dir, backup.Options{}); err != nil {
				t.Fatal(err)
			}
			if now, _ := os.Readlink(dir); now != link {
				t.Errorf("it links to %q now", now)
			}
			err = filepath.WalkDir(dir+"/", func(path string, _ os.DirEntry, err error) error {
				if err != nil {
					return err
				}
				st, err := os.Lstat(path)
				if err == nil && owner(st) != owner(was) && filepath.Base(path) != "lost+found" {
					t.Errorf("%s belongs to %v, the directory belonged to %v", path, owner(st), owner(was))
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
			if is, err := os.Stat(dir); err != nil || is.Mode() != was.Mode() {
				t.Errorf("the mode was %v and is %v, %v", was.Mode(), is.Mode(), err)
			}
			real, err := filepath.EvalSymlinks(dir)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, contents(t, real), want)
		})
	}
	if left, _ := filepath.Glob(filepath.Join(root, ".*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func owner(st os.FileInfo) [2]uint32 {
	s, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return [2]uint32{}
	}
	return [2]uint32{s.Uid, s.Gid}
}

func TestTheDirectoryThatOneIsInStaysTheSame(t *testing.T) {
	all := archive(t, furnished(t))
	dir := t.TempDir()
	t.Chdir(dir)
	if _, err := backup.Restore(t.Context(), bytes.NewReader(all), ".", backup.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("journal"); err != nil {
		t.Error(err)
	}
}

func TestARunningServerMakesABackupOfItself(t *testing.T) {
	h := furnished(t)
	r := admin.NewRegistry()
	backup.Register(r, h.source(), "v2")
	s, err := admin.Listen(admin.Config{Dir: h.dir}, r)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	var b bytes.Buffer
	if err := admin.CallStream(t.Context(), h.dir, backup.Operation, backup.Request{WithoutKeys: true}, &b); err != nil {
		t.Fatal(err)
	}
	made, err := verify(t, b.Bytes())
	if err != nil || made.Filmloom != "v2" || len(made.Files) != 1 {
		t.Errorf("%+v, %v", made, err)
	}
}
