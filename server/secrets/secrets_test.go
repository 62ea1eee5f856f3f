package secrets_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/filmloom/filmloom/server/secrets"
)

func open(t testing.TB, dir string) *secrets.Keys {
	t.Helper()
	k, err := secrets.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func given(t testing.TB, b byte) *secrets.Keys {
	t.Helper()
	k, err := secrets.Open("", bytes.Repeat([]byte{b}, secrets.Size))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestTheKeyIsMadeOnceAndOnlyItsOwnerReadsIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	first := open(t, dir).For("media")
	if len(first) != secrets.Size {
		t.Fatalf("a key of %d bytes", len(first))
	}
	if again := open(t, dir).For("media"); !bytes.Equal(first, again) {
		t.Error("the second start has another key")
	}
	st, err := os.Stat(filepath.Join(dir, secrets.FileName))
	if err != nil || st.Mode() != 0o600 {
		t.Errorf("the file's mode is %v, %v", st.Mode(), err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("something was left beside the key: %v", files)
	}
	if other := open(t, t.TempDir()).For("media"); bytes.Equal(first, other) {
		t.Error("two directories have the same key")
	}
}

func TestProcessesThatMakeTheKeyAtOnceUseTheSame(t *testing.T) {
	dir := t.TempDir()
	got := make([][]byte, 16)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			if k, err := secrets.Open(dir, nil); err != nil {
				t.Error(err)
			} else {
				got[i] = k.For("x")
			}
		})
	}
	wg.Wait()
	for _, key := range got {
		if !bytes.Equal(key, got[0]) {
			t.Fatal("two keys were made")
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("something was left beside the key: %v", files)
	}
}

func TestAGivenKeyIsUsedAndNoFileIsMade(t *testing.T) {
	dir := t.TempDir()
	k, err := secrets.Open(dir, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("made %v", files)
	}
	if !bytes.Equal(k.For("a"), given(t, 7).For("a")) {
		t.Error("the same key gives different ones")
	}
}

func TestTheKeysFileCanBeGivenInstead(t *testing.T) {
	dir := t.TempDir()
	want := open(t, dir).For("a")
	text, err := os.ReadFile(filepath.Join(dir, secrets.FileName))
	if err != nil {
		t.Fatal(err)
	}
	key, err := secrets.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	k, err := secrets.New(secrets.Config{Given: key})
	if err != nil || !bytes.Equal(want, k.For("a")) {
		t.Errorf("another key, %v", err)
	}
}

// What a purpose's key is must never change: links and sealed secrets of earlier versions depend on it.
func TestDerivedKeysStayWhatTheyAre(t *testing.T) {
	if got := hex.EncodeToString(given(t, 1).For("media")); got != "fdd2377498bc05d5713b5c6fc018785061a6d6c321d998b05199e9f952aa11ba" {
		t.Errorf("the key is %s", got)
	}
	sealed, err := hex.DecodeString("01ba1e17cd7f295f52ada1ffab11327bc0a00c74c61b3c5ed7916bee2b733dd5b84ff3e3332de57106c7")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := given(t, 1).Open("webhooks", sealed, []byte("id")); err != nil || string(got) != "whsec_abc" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPurposesHaveDifferentKeys(t *testing.T) {
	k := given(t, 1)
	seen := map[string]string{}
	for _, purpose := range []string{"", "media", "mediA", "media ", "purpose media", "identity", "seal media"} {
		key := string(k.For(purpose))
		if other, ok := seen[key]; ok {
			t.Errorf("%q and %q have the same key", purpose, other)
		}
		seen[key] = purpose
	}
	sealed := k.Seal("a", []byte("secret"), nil)
	if _, err := k.Open("b", sealed, nil); !errors.Is(err, secrets.ErrDamaged) {
		t.Errorf("opened for another purpose: %v", err)
	}
}

func TestAKeyThatCannotBeOneIsRefusedWithoutShowingIt(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, path string)
		want    string
	}{
		"readable by all":      {func(t *testing.T, p string) { put(t, p, valid, 0o644) }, "chmod 600"},
		"readable by a group":  {func(t *testing.T, p string) { put(t, p, valid, 0o640) }, "chmod 600"},
		"writable by a group":  {func(t *testing.T, p string) { put(t, p, valid, 0o620) }, "chmod 600"},
		"empty":                {func(t *testing.T, p string) { put(t, p, "", 0o600) }, "is damaged"},
		"cut short":            {func(t *testing.T, p string) { put(t, p, valid[:40], 0o600) }, "is damaged"},
		"two lines":            {func(t *testing.T, p string) { put(t, p, valid+"\n"+valid, 0o600) }, "is damaged"},
		"endless":              {func(t *testing.T, p string) { put(t, p, strings.Repeat(valid, 1e5), 0o600) }, "is damaged"},
		"a directory":          {func(t *testing.T, p string) { must(t, os.Mkdir(p, 0o700)) }, "is not a file"},
		"a pipe":               {func(t *testing.T, p string) { must(t, syscall.Mkfifo(p, 0o600)) }, "is not a file"},
		"a link to a readable": {func(t *testing.T, p string) { put(t, p+"2", valid, 0o644); must(t, os.Symlink(p+"2", p)) }, "chmod 600"},
		"a link to nothing":    {func(t *testing.T, p string) { must(t, os.Symlink(p+"2", p)) }, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.prepare(t, filepath.Join(dir, secrets.FileName))
			k, err := secrets.Open(dir, nil)
			if k != nil || err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), valid[:8]) {
				t.Errorf("got %v, %v", k, err)
			}
		})
	}
	if _, err := secrets.Open("", []byte("too short a secret")); !errors.Is(err, secrets.ErrKey) || strings.Contains(err.Error(), "short") {
		t.Errorf("got %v", err)
	}
}

func TestADirectoryThatCannotBeMadeIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	put(t, file, "", 0o600)
	if _, err := secrets.Open(filepath.Join(file, "data"), nil); err == nil {
		t.Error("no error")
	}
}

const valid = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
	must(t, os.Chmod(path, mode))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeysAreReadAsPeopleWriteThem(t *testing.T) {
	key := bytes.Repeat([]byte{0xFB, 0xFF}, 16)
	for _, text := range []string{
		hex.EncodeToString(key), strings.ToUpper(hex.EncodeToString(key)),
		base64.StdEncoding.EncodeToString(key), base64.RawStdEncoding.EncodeToString(key),
		base64.URLEncoding.EncodeToString(key), " \t" + base64.RawURLEncoding.EncodeToString(key) + "\r\n",
	} {
		if got, err := secrets.Parse(text); err != nil || !bytes.Equal(got, key) {
			t.Errorf("%q is %x, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "password", "0123456789abcdef0123456789abcdef", valid + "A", valid[:20] + "\n" + valid[20:], strings.Repeat("=", 64), strings.Repeat("é", 32)} {
		if got, err := secrets.Parse(text); !errors.Is(err, secrets.ErrKey) || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q is %x, %v", text, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(valid)
	f.Add(strings.Repeat("0", 64))
	f.Add("\xff\n=")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := secrets.Parse(text)
		if err == nil && len(key) != secrets.Size || err != nil && key != nil {
			t.Errorf("%d bytes, %v", len(key), err)
		}
	})
}

func TestASealedSecretIsOpenedOnlyWhereItBelongs(t *testing.T) {
	k := given(t, 1)
	for _, secret := range []string{"", "whsec_abc", strings.Repeat("long ", 1000)} {
		sealed := k.Seal("webhooks", []byte(secret), []byte("hook-1"))
		if secret != "" && bytes.Contains(sealed, []byte(secret)) {
			t.Error("the secret can be read")
		}
		if got, err := k.Open("webhooks", sealed, []byte("hook-1")); err != nil || string(got) != secret {
			t.Errorf("got %q, %v", got, err)
		}
		if _, err := k.Open("webhooks", sealed, []byte("hook-2")); !errors.Is(err, secrets.ErrDamaged) {
			t.Errorf("opened for another webhook: %v", err)
		}
		if got, err := given(t, 2).Open("webhooks", sealed, []byte("hook-1")); !errors.Is(err, secrets.ErrOtherKey) || got != nil {
			t.Errorf("opened with another key: %q, %v", got, err)
		}
		if bytes.Equal(sealed, k.Seal("webhooks", []byte(secret), []byte("hook-1"))) {
			t.Error("the same secret is sealed the same twice, which shows that it is the same")
		}
	}
}

func TestNoByteOfASealedSecretMayChange(t *testing.T) {
	k := given(t, 1)
	sealed := k.Seal("p", []byte("secret"), nil)
	for i := range sealed {
		for bit := range 8 {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1 << bit
			if got, err := k.Open("p", bad, nil); err == nil || got != nil {
				t.Errorf("opened with bit %d of byte %d changed: %q", bit, i, got)
			}
		}
		if got, err := k.Open("p", sealed[:i], nil); err == nil || got != nil {
			t.Errorf("opened at a length of %d: %q", i, got)
		}
	}
	if _, err := k.Open("p", append(sealed, 0), nil); err == nil {
		t.Error("opened with a byte more")
	}
}

func FuzzOpen(f *testing.F) {
	k := given(f, 1)
	f.Add([]byte(nil))
	f.Add(k.Seal("p", nil, nil)[:33])
	f.Add(k.Seal("other", []byte("secret"), nil))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if got, err := k.Open("p", sealed, []byte("aad")); err == nil || got != nil {
			t.Errorf("opened %x: %q", sealed, got)
		}
	})
}

func TestKeysArePrintedNowhere(t *testing.T) {
	k, err := secrets.Open("", []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n"+verb+"\n"+verb+"\n", k, *k, struct{ K *secrets.Keys }{k})
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "keys", k, "value", *k)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "keys", k, "value", *k)
	text, err := json.Marshal(map[string]any{"k": k})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	for _, trace := range []string{"ABCDEFG", "65 66 67", "0x41", "41424344", base64.StdEncoding.EncodeToString([]byte("ABCDEFGHI"))} {
		if strings.Contains(out.String(), trace) {
			t.Errorf("%s in:\n%s", trace, out.String())
		}
	}
}

func BenchmarkSealAndOpen(b *testing.B) {
	k := given(b, 1)
	for b.Loop() {
		if _, err := k.Open("p", k.Seal("p", []byte("whsec_0123456789"), nil), nil); err != nil {
			b.Fatal(err)
		}
	}
}
