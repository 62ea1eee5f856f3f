package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/server/backup"
	"github.com/filmloom/filmloom/server/store"
)

func TestARestoredDirectoryIsWhatItWas(t *testing.T) {
	h := furnished(t)
	h.record(t, "large", h.put(t, bytes.Repeat([]byte("x"), 9<<20)))
	if _, err := h.runs.Append(t.Context(), "large", journal.Batch{Events: []journal.Event{
		{Kind: "a", Data: []byte(`"` + strings.Repeat("a", journal.MaxRecord-2) + `"`)}, {Kind: "b", Data: []byte(`"` + strings.Repeat("b", 3<<20) + `"`)},
	}}); err != nil {
		t.Fatal(err)
	}
	want := h.contents(t)
	var b bytes.Buffer
	var told []backup.Progress
	made, err := backup.Write(t.Context(), &b, h.source(), backup.Options{Filmloom: "v1", Progress: func(p backup.Progress) { told = append(told, p) }})
	if err != nil {
		t.Fatal(err)
	}
	last := told[len(told)-2]
	if last.Stage != "files" || last.Done != made.Artifacts || last.Bytes != made.ArtifactBytes || last.Of != last.Bytes {
		t.Errorf("the progress ends with %+v, but there are %+v", last, made)
	}
	dir := filepath.Join(t.TempDir(), "back", "data")
	back, err := backup.Restore(t.Context(), &b, dir, backup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(made) != fmt.Sprint(back) || back.Filmloom != "v1" || back.Artifacts != 6 || !slices.Equal(back.Files, []string{"MOCK", "secret.key"}) || back.Missing != nil {
		t.Errorf("made %+v\nback %+v", made, back)
	}
	equal(t, contents(t, dir), want)
	if entries, _ := os.ReadDir(filepath.Dir(dir)); len(entries) != 1 {
		t.Errorf("something is left: %v", entries)
	}
	if st, err := os.Stat(dir); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("the directory is %v, %v", st.Mode(), err)
	}
}

func TestAnEmptyDirectoryCanBeKeptToo(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "data"))
	dir := filepath.Join(t.TempDir(), "data")
	back, err := backup.Restore(t.Context(), bytes.NewReader(archive(t, h)), dir, backup.Options{})
	if err != nil || back.Records+back.Artifacts != 0 {
		t.Fatalf("%+v, %v", back, err)
	}
	equal(t, contents(t, dir), h.contents(t))
}

func TestKeysCanBeLeftOut(t *testing.T) {
	h := furnished(t)
	var b bytes.Buffer
	made, err := backup.Write(t.Context(), &b, h.source(), backup.Options{WithoutKeys: true})
	if err != nil || !slices.Equal(made.Files, []string{"MOCK"}) {
		t.Fatalf("%+v, %v", made, err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := backup.Restore(t.Context(), &b, dir, backup.Options{}); err != nil {
		t.Fatal(err)
	}
	want := h.contents(t)
	delete(want, "file secret.key")
	equal(t, contents(t, dir), want)
}

func TestOnlySmallPlainFilesOfTheDirectoryAreTaken(t *testing.T) {
	h := furnished(t)
	if err := errors.Join(
		os.WriteFile(filepath.Join(h.dir, "film.mp4"), make([]byte, 2<<20), 0o600),
		os.Symlink("/etc/passwd", filepath.Join(h.dir, "link")),
		os.Mkdir(filepath.Join(h.dir, "folder"), 0o700),
		os.WriteFile(filepath.Join(h.dir, "back\\slash"), nil, 0o600),
	); err != nil {
		t.Fatal(err)
	}
	made, err := backup.Write(t.Context(), io.Discard, h.source(), backup.Options{})
	if err != nil || !slices.Equal(made.Files, []string{"MOCK", "secret.key"}) {
		t.Errorf("%q, %v", made.Files, err)
	}
}

// Two records are changed in one transaction again and again while backups are made: they must agree in each.
func TestABackupSeesOneInstantWhileOthersWrite(t *testing.T) {
	h := furnished(t)
	const pairs = 300
	write := func(ctx context.Context, n int) error {
		return h.db.Update(ctx, func(tx *store.Tx) error {
			for i := range pairs { // far apart in the order of keys
				if err := errors.Join(tx.Put(store.K("a", fmt.Sprint(i)), n), tx.Put(store.K("z", fmt.Sprint(i)), n)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := write(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			if err := write(ctx, n); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	defer wg.Wait()
	defer stop()
	seen := map[int]bool{}
	for round := range 8 {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(round))
		if _, err := backup.Restore(t.Context(), bytes.NewReader(archive(t, h)), dir, backup.Options{}); err != nil {
			t.Fatal(err)
		}
		back := open(t, dir)
		err := back.db.View(func(tx *store.Tx) error {
			var first int
			if err := tx.Get(store.K("a", "0"), &first); err != nil {
				return err
			}
			seen[first] = true
			for i := range pairs {
				for _, k := range []string{"a", "z"} {
					var n int
					if err := tx.Get(store.K(k, fmt.Sprint(i)), &n); err != nil || n != first {
						return fmt.Errorf("%s %d is of update %d, the first of %d; %w", k, i, n, first, err)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		back.close(t)
	}
	if len(seen) < 2 {
		t.Errorf("nothing was written while %d backups were made", len(seen))
	}
}

// A run's file is stored before it is recorded, as the engine does. Whatever a backup has recorded it has the file
// of.
func TestARestoredRunHasItsFilesWhileOthersAreMade(t *testing.T) {
	h := furnished(t)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil && n < 300; n++ {
				id := fmt.Sprintf("w%d-%d", w, n)
				h.record(t, id, h.put(t, []byte(id)))
			}
		})
	}
	defer wg.Wait()
	defer stop()
	most := 0
	for round := range 4 {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(round))
		back, err := backup.Restore(t.Context(), bytes.NewReader(archive(t, h)), dir, backup.Options{})
		if err != nil || len(back.Missing)+len(back.Unreadable)+back.Vanished > 0 {
			t.Fatalf("%+v, %v", back, err)
		}
		most = max(most, back.Artifacts)
	}
	if most <= 5 {
		t.Error("nothing was made meanwhile")
	}
}

// vanishing is a store in which an artifact is removed when it is listed.
type vanishing struct {
	artifact.Store
	sum string
}

func (v vanishing) Open(ctx context.Context, sum string) (io.ReadSeekCloser, artifact.Info, error) {
	if sum == v.sum {
		if err := v.Delete(ctx, sum); err != nil {
			return nil, artifact.Info{}, err
		}
	}
	return v.Store.Open(ctx, sum)
}

func TestAFileThatIsCollectedMeanwhileDoesNotBreakTheBackup(t *testing.T) {
	h := furnished(t)
	sum := h.put(t, []byte("of a run"))
	h.record(t, "r", sum)
	from := h.source()
	from.Artifacts = vanishing{h.files, sum}
	var b bytes.Buffer
	made, err := backup.Write(t.Context(), &b, from, backup.Options{})
	if err != nil || made.Vanished != 1 || !slices.Equal(made.Missing, []string{sum}) {
		t.Fatalf("%+v, %v", made, err)
	}
	back, err := backup.Restore(t.Context(), &b, filepath.Join(t.TempDir(), "data"), backup.Options{})
	if err != nil || back.Vanished != 1 || !slices.Equal(back.Missing, []string{sum}) {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestCollectionIsHeldOffFromBeforeTheFirstReadToTheLast(t *testing.T) {
	h := furnished(t)
	from := h.source()
	held := 0
	from.Hold = func(context.Context) (func(), error) {
		held++
		return func() { held-- }, nil
	}
	seen := false
	_, err := backup.Write(t.Context(), writerFunc(func(p []byte) (int, error) {
		seen = seen || held == 1
		return len(p), nil
	}), from, backup.Options{Progress: func(backup.Progress) {
		if held != 1 {
			t.Error("collection is not held off")
		}
	}})
	if err != nil || held != 0 || !seen {
		t.Errorf("%v, held %d times", err, held)
	}
	broken := errors.New("broken")
	from.Hold = func(context.Context) (func(), error) { return nil, broken }
	if _, err := backup.Write(t.Context(), io.Discard, from, backup.Options{}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestAFileWithWrongBytesIsListedAndNotRestored(t *testing.T) {
	h := furnished(t)
	changed, cut := h.put(t, []byte("as it should be")), h.put(t, bytes.Repeat([]byte("long"), 100_000))
	h.record(t, "r", changed, cut)
	for sum, text := range map[string]string{changed: "as it should no", cut: "short"} {
		path, err := h.files.Path(t.Context(), sum)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte(text), 0o444)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{changed, cut}
	slices.Sort(want)
	var b bytes.Buffer
	made, err := backup.Write(t.Context(), &b, h.source(), backup.Options{})
	slices.Sort(made.Missing)
	if err != nil || !slices.Equal(made.Damaged, want) || !slices.Equal(made.Missing, want) {
		t.Fatalf("%+v, %v", made, err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	back, err := backup.Restore(t.Context(), &b, dir, backup.Options{})
	slices.Sort(back.Missing)
	if err != nil || !slices.Equal(back.Damaged, want) || !slices.Equal(back.Missing, want) {
		t.Fatalf("%+v, %v", back, err)
	}
	files := open(t, dir).files
	for _, sum := range want {
		if _, err := files.Stat(t.Context(), sum); !errors.Is(err, artifact.ErrNotFound) {
			t.Errorf("%s: %v", sum, err)
		}
	}
}

// unreadable is a file that breaks in the middle.
type unreadable struct{ artifact.Store }

func (u unreadable) Open(ctx context.Context, sum string) (io.ReadSeekCloser, artifact.Info, error) {
	f, info, err := u.Store.Open(ctx, sum)
	return broken{f}, info, err
}

type broken struct{ io.ReadSeekCloser }

func (b broken) Read(p []byte) (int, error) {
	n, _ := b.ReadSeekCloser.Read(p[:min(len(p), 3)])
	return n, errors.New("bad sector")
}

func TestAFileThatCannotBeReadIsNotTheEndOfAllBackups(t *testing.T) {
	h := furnished(t)
	from := h.source()
	from.Artifacts = unreadable{h.files}
	var b bytes.Buffer
	made, err := backup.Write(t.Context(), &b, from, backup.Options{})
	if err != nil || len(made.Damaged) != 4 || made.Artifacts != 5 { // one is empty
		t.Fatalf("%+v, %v", made, err)
	}
	if _, err := backup.Verify(t.Context(), &b, backup.Options{}); err != nil {
		t.Error(err)
	}
}

func TestADiskThatIsFullAndAContextThatEndsAreTold(t *testing.T) {
	h := furnished(t)
	h.put(t, bytes.Repeat([]byte("0123456789abcdef"), 1<<20))
	full := errors.New("no space left")
	_, err := backup.Write(t.Context(), writerFunc(func([]byte) (int, error) { return 0, full }), h.source(), backup.Options{})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	for _, stage := range []string{"records", "files", "check"} {
		ctx, cancel := context.WithCancel(t.Context())
		o := backup.Options{Progress: func(p backup.Progress) {
			if p.Stage == stage {
				cancel()
			}
		}}
		if _, err := backup.Write(ctx, io.Discard, h.source(), o); !errors.Is(err, context.Canceled) {
			t.Errorf("writing %s: got %v", stage, err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		dir := filepath.Join(t.TempDir(), "data")
		if _, err := backup.Restore(ctx, bytes.NewReader(archive(t, h)), dir, o); !errors.Is(err, context.Canceled) {
			t.Errorf("restoring %s: got %v", stage, err)
		}
		nothing(t, dir)
		cancel()
	}
	cause := errors.New("the tape is torn")
	dir := filepath.Join(t.TempDir(), "data")
	all := archive(t, h)
	torn := io.MultiReader(bytes.NewReader(all[:len(all)/2]), readerFunc(func([]byte) (int, error) { return 0, cause }))
	if _, err := backup.Restore(t.Context(), torn, dir, backup.Options{}); !errors.Is(err, cause) || errors.Is(err, backup.ErrDamaged) {
		t.Errorf("got %v", err)
	}
	nothing(t, dir)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Whoever has lost everything but the archive gets at it with tools that every system has.
func TestOtherToolsReadTheArchive(t *testing.T) {
	for _, tool := range []string{"tar", "zstd", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip("there is no " + tool)
		}
	}
	h := furnished(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "backup.tar.zst"), archive(t, h), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", "zstd -dc backup.tar.zst | tar xf - && sha256sum -c --quiet SHA256SUMS && ls artifacts/sha256/*/* | wc -l")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "5" {
		t.Errorf("%s, %v", out, err)
	}
}
