package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine/artifact"
	"github.com/filmloom/filmloom/engine/journal"
	"github.com/filmloom/filmloom/engine/journal/badger"
	"github.com/filmloom/filmloom/server/admin"
	"github.com/filmloom/filmloom/server/backup"
	"github.com/filmloom/filmloom/server/store"
)

// care runs the commands config, backup and restore as the program does.
func care(ctx context.Context, stdin io.Reader, args ...string) (code int, stdout, stderr string) {
	s := &settings{}
	root := &cobra.Command{Use: "filmloom", SilenceErrors: true, SilenceUsage: true}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	flags := root.PersistentFlags()
	flags.StringVar(&s.data, "data", envOr("FILMLOOM_DATA", "filmloom-data"), "")
	flags.StringVar(&s.pipelines, "pipelines", "", "")
	flags.BoolVar(&s.inProcess, "in-process", false, "")
	s.given = flags.Changed
	root.AddCommand(configCommand(s), backupCommand(s), restoreCommand(s))
	for _, c := range root.Commands() {
		strictArgs(c)
	}
	var out, errs bytes.Buffer
	root.SetIn(stdin)
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil {
		code = report(cmd, &errs, err)
	}
	return code, out.String(), errs.String()
}

// dataDirectory is one with a record, a run with a file, and a key; it gives the file's digest.
func dataDirectory(t *testing.T) (dir, sum string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := artifact.OpenDir(filepath.Join(dir, "artifacts"))
	if err != nil {
		t.Fatal(err)
	}
	runs, err := badger.New(db.Badger(), "")
	if err != nil {
		t.Fatal(err)
	}
	info, err := files.Put(t.Context(), io.LimitReader(rand.NewChaCha8([32]byte{1}), 7000))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		runs.Create(t.Context(), journal.Run{ID: "r", Lineage: "r", State: "completed"}, journal.Batch{Events: []journal.Event{{Kind: "x", Artifacts: []string{info.SHA256}}}}),
		db.Update(t.Context(), func(tx *store.Tx) error { return tx.Put(store.K("account", "a"), "ada") }),
		os.WriteFile(filepath.Join(dir, "secret.key"), []byte("k"), 0o600),
		runs.Close(), files.Close(), db.Close(),
	); err != nil {
		t.Fatal(err)
	}
	return dir, info.SHA256
}

func TestABackupIsRestored(t *testing.T) {
	dir, sum := dataDirectory(t)
	there := t.TempDir()
	file, back := filepath.Join(there, "f.backup"), filepath.Join(there, "back")
	code, out, errs := care(t.Context(), nil, "--data", dir, "backup", file)
	if want := regexp.MustCompile(`^\S+f\.backup  \d\.\d KiB, with \d+ records and 1 file of 6\.8 KiB, in \d\.\ds\.\n$`); code != 0 || !want.MatchString(out) {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	if errs != "Note: the secret key is in it; keep it where nobody else can read it.\n" {
		t.Errorf("it says %q", errs)
	}
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	if code, out, errs := care(t.Context(), nil, "restore", "--check", file); code != 0 || !strings.HasPrefix(out, "The backup is good: ") || errs != "" {
		t.Errorf("%d %s%s", code, out, errs)
	}
	code, out, errs = care(t.Context(), nil, "--data", back, "restore", file)
	if want := regexp.MustCompile(`back  \d+ records and 1 file of 6\.8 KiB, of \d{4}-\d\d-\d\d \d\d:\d\d by filmloom dev, in `); code != 0 || !want.MatchString(out) || errs != "" {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	if _, err := os.Stat(filepath.Join(back, "artifacts", "sha256", sum[:2], sum)); err != nil {
		t.Error(err)
	}
	if key, err := os.ReadFile(filepath.Join(back, "secret.key")); err != nil || string(key) != "k" {
		t.Errorf("%q, %v", key, err)
	}
	if entries, _ := os.ReadDir(there); len(entries) != 2 {
		t.Errorf("something is left: %v", entries)
	}
	code, _, errs = care(t.Context(), nil, "--data", back, "restore", file)
	if code != exitUsage || !strings.Contains(errs, "is a data directory already; move it away") {
		t.Errorf("a second restore: %d %s", code, errs)
	}
}

func TestABackupGoesThroughAPipe(t *testing.T) {
	dir, _ := dataDirectory(t)
	code, out, errs := care(t.Context(), nil, "--data", dir, "backup", "--without-keys", "-")
	if code != 0 || !strings.HasPrefix(errs, "standard output  ") || strings.Contains(errs, "key") {
		t.Fatalf("%d %s", code, errs)
	}
	back := filepath.Join(t.TempDir(), "back")
	if code, _, errs := care(t.Context(), strings.NewReader(out), "--data", back, "restore", "-"); code != 0 {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := care(t.Context(), strings.NewReader(out[:len(out)-5]), "--data", back+"2", "restore", "-"); code != exitFailed || !strings.Contains(errs, "the backup is damaged") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := care(t.Context(), strings.NewReader("no backup"), "restore", "--check", "-"); code != exitFailed || !strings.Contains(errs, "this is not a backup") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestABackupReplacesNothingUnasked(t *testing.T) {
	dir, _ := dataDirectory(t)
	there := t.TempDir()
	file, link := filepath.Join(there, "f"), filepath.Join(there, "link")
	if err := errors.Join(os.WriteFile(file, []byte("old"), 0o644), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"backup", file}, "f exists; --force replaces it."},
		{[]string{"backup", there}, "is a directory; name a file in it."},
		{[]string{"backup", "--force", "/dev/null"}, "`filmloom backup -` writes to standard output."},
		{[]string{"backup", filepath.Join(there, "no", "f")}, "there is no directory"},
		{[]string{"backup", filepath.Join(dir, "f")}, "is in the data directory, and would be lost with it"},
		{[]string{"backup", filepath.Join(dir, "artifacts", "f")}, "is in the data directory"},
		{[]string{"backup"}, "backup takes FILE; none is given."},
		{[]string{"--data", there, "backup", filepath.Join(there, "g")}, "is no data directory; name it with --data."},
		{[]string{"restore", filepath.Join(there, "none")}, "there is no file"},
		{[]string{"restore", there}, "is a directory"},
		{[]string{"--data", there, "restore", file}, "has f in it, for example"},
	} {
		code, _, errs := care(t.Context(), nil, append([]string{"--data", dir}, c.args...)...)
		if code != exitUsage || !strings.Contains(errs, c.want) {
			t.Errorf("%q: %d %s", c.args, code, errs)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "old" {
		t.Errorf("%q, %v", text, err)
	}
	if code, _, errs := care(t.Context(), nil, "--data", dir, "backup", "--force", link); code != 0 {
		t.Errorf("%d %s", code, errs)
	}
	if to, err := os.Readlink(link); err != nil || to != file {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if code, _, errs := care(t.Context(), nil, "restore", "--check", file); code != 0 {
		t.Errorf("%d %s", code, errs)
	}
}

func TestABackupWithDamagedFilesIsWrittenAndFails(t *testing.T) {
	dir, sum := dataDirectory(t)
	path := filepath.Join(dir, "artifacts", "sha256", sum[:2], sum)
	if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte("rotten"), 0o444)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "f")
	code, out, errs := care(t.Context(), nil, "--data", dir, "backup", file)
	if code != exitFailed || !strings.Contains(errs, "damaged files") || !strings.Contains(errs, sum) || out == "" {
		t.Errorf("%d %s%s", code, out, errs)
	}
	code, _, errs = care(t.Context(), nil, "--data", dir+"2", "restore", file)
	if code != 0 || !strings.Contains(errs, "without damaged files") || !strings.Contains(errs, "runs refer to 1 file that the data directory did not have") {
		t.Errorf("%d %s", code, errs)
	}
}

func TestADirectoryThatARenderHasOpenIsToldSo(t *testing.T) {
	dir, _ := dataDirectory(t)
	db, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	there := t.TempDir()
	code, _, errs := care(t.Context(), nil, "--data", dir, "backup", filepath.Join(there, "f"))
	if code != exitFailed || !strings.Contains(errs, "in use by another filmloom") {
		t.Errorf("%d %s", code, errs)
	}
	if left, _ := os.ReadDir(there); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// serving is a server that runs on a data directory, as far as backups are concerned.
func serving(t *testing.T, dir string, answer func(ctx context.Context, w io.Writer) error) {
	t.Helper()
	r := admin.NewRegistry()
	admin.Handle(r, backup.Operation, func(ctx context.Context, _ backup.Request) (admin.Stream, error) {
		return func(w io.Writer) error { return answer(ctx, w) }, nil
	})
	s, err := admin.Listen(admin.Config{Dir: dir}, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
}

func TestARunningServerMakesTheBackup(t *testing.T) {
	dir, _ := dataDirectory(t)
	_, whole, _ := care(t.Context(), nil, "--data", dir, "backup", "-")
	file := filepath.Join(t.TempDir(), "f")
	for name, c := range map[string]struct {
		sent string
		err  error
		want string
	}{
		"as it should":        {whole, nil, ""},
		"broken by an error":  {whole[:1000], errors.New("the disk is gone"), "the disk is gone"},
		"cut and not told so": {whole[:1000], nil, "the backup is damaged"},
		"with a flipped byte": {whole[:1000] + string(whole[1000]^1) + whole[1001:], nil, "the backup is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			serving(t, dir, func(_ context.Context, w io.Writer) error {
				_, err := io.WriteString(w, c.sent)
				return errors.Join(err, c.err)
			})
			code, out, errs := care(t.Context(), nil, "--data", dir, "backup", "--force", file)
			if c.want == "" {
				if text, err := os.ReadFile(file); code != 0 || string(text) != whole || err != nil || !strings.Contains(out, "records and 1 file") {
					t.Errorf("%d %s%s", code, out, errs)
				}
				_ = os.Remove(file)
				return
			}
			if code != exitFailed || !strings.Contains(errs, c.want) || strings.Contains(errs, "closed pipe") {
				t.Errorf("%d %s", code, errs)
			}
			if left, _ := filepath.Glob(file + "*"); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

const backupChild = "FILMLOOM_TEST_BACKUP_CHILD" // environment: the arguments, as JSON, of the process that is killed

func TestBackupChild(t *testing.T) {
	raw := os.Getenv(backupChild)
	if raw == "" {
		t.Skip("only as the child of another test")
	}
	var args []string
	if err := json.Unmarshal([]byte(raw), &args); err != nil {
		t.Fatal(err)
	}
	code, out, errs := care(context.Background(), nil, args...)
	fmt.Println("ended by itself:", code, out, errs)
}

// The server sends half of a backup and no more, and the command is killed.
func TestAKilledBackupLeavesTheFileAsItWas(t *testing.T) {
	dir, _ := dataDirectory(t)
	there := t.TempDir()
	file := filepath.Join(there, "f")
	if code, _, errs := care(t.Context(), nil, "--data", dir, "backup", file); code != 0 {
		t.Fatal(errs)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("killed", func(t *testing.T) {
		sent := make(chan struct{})
		serving(t, dir, func(ctx context.Context, w io.Writer) error {
			_, err := w.Write(before[:len(before)/2])
			close(sent)
			<-ctx.Done()
			return errors.Join(err, ctx.Err())
		})
		args, _ := json.Marshal([]string{"--data", dir, "backup", "--force", file})
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBackupChild$", "-test.v")
		cmd.Env = append(os.Environ(), backupChild+"="+string(args))
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-sent
		if code, _, errs := care(t.Context(), nil, "--data", dir, "backup", "--force", file); code != exitFailed || !strings.Contains(errs, "another backup is being written") {
			t.Errorf("a second one: %d %s", code, errs)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil || strings.Contains(out.String(), "by itself") {
			t.Fatalf("%v %s", err, &out)
		}
	})
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed: %d bytes, %v", len(after), err)
	}
	if code, _, errs := care(t.Context(), nil, "--data", dir, "backup", "--force", file); code != 0 {
		t.Errorf("%d %s", code, errs)
	}
	if left, _ := filepath.Glob(filepath.Join(there, "*")); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

func TestAnInterruptedBackupLeavesNothing(t *testing.T) {
	dir, _ := dataDirectory(t)
	there := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	serving(t, dir, func(ctx context.Context, w io.Writer) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	})
	code, out, _ := care(ctx, nil, "--data", dir, "backup", filepath.Join(there, "f"))
	if code == 0 || out != "" {
		t.Errorf("%d %s", code, out)
	}
	if left, _ := os.ReadDir(there); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
