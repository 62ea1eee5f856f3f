package plugin

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// A counted plugin is a script that notes each start and then becomes the test's plugin.
type counted struct {
	dir, log, script string
}

func newCounted(t *testing.T) counted {
	t.Helper()
	dir := t.TempDir()
	c := counted{dir: dir, log: filepath.Join(dir, "starts"), script: filepath.Join(dir, "plugin.sh")}
	c.write(t, "plugin.sh", "#!/bin/sh\necho started >> "+c.log+"\nexec "+spec("").Command[0]+"\n")
	return c
}

func (c counted) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// amend changes the script without changing what it does.
func (c counted) amend(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(c.script)
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "plugin.sh", string(text)+"# amended\n")
}

func (c counted) starts(t *testing.T) int {
	t.Helper()
	log, err := os.ReadFile(c.log)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return bytes.Count(log, []byte("\n"))
}

func (c counted) spec(command ...string) Spec {
	s := spec("plugin")
	s.Command = command
	return s
}

// describe asks a new source, as the next process would, and tells how often the plugin was started.
func (c counted) describe(t *testing.T, cache string, s Spec) (starts int) {
	t.Helper()
	before := c.starts(t)
	got, err := CachedCommands(cache, s).Describe(t.Context(), s.Name)
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := testling().Describe(t.Context()); !reflect.DeepEqual(got, want) {
		t.Fatalf("described as %+v, want %+v", got, want)
	}
	return c.starts(t) - before
}

func TestADescriptionIsRememberedAcrossSources(t *testing.T) {
	c := newCounted(t)
	cache := filepath.Join(t.TempDir(), "made", "when needed")
	for round, want := range []int{1, 0, 0} {
		if n := c.describe(t, cache, c.spec(c.script)); n != want {
			t.Errorf("round %d: started %d times, want %d", round, n, want)
		}
	}
	files, err := filepath.Glob(cache + "/*")
	if err != nil || len(files) != 1 || !strings.HasPrefix(filepath.Base(files[0]), "testling-") {
		t.Fatalf("files %q, %v", files, err)
	}
	for path, want := range map[string]os.FileMode{cache: os.ModeDir | 0o700, files[0]: 0o600} {
		if st, err := os.Stat(path); err != nil || st.Mode() != want {
			t.Errorf("%s has mode %v, %v; want %v", path, st.Mode(), err, want)
		}
	}
	if n := c.describe(t, "", c.spec(c.script)); n != 1 {
		t.Errorf("without a directory: started %d times, want 1", n)
	}
}

func TestAnotherProgramIsAskedAgain(t *testing.T) {
	for name, row := range map[string]struct {
		command func(c counted) []string
		change  func(t *testing.T, c counted, s *Spec)
	}{
		"another executable": {
			func(c counted) []string { return []string{c.script} },
			func(t *testing.T, c counted, _ *Spec) { c.amend(t) },
		},
		"another script": {
			func(c counted) []string { return []string{"sh", c.script} },
			func(t *testing.T, c counted, _ *Spec) { c.amend(t) },
		},
		"a script beside it": {
			func(c counted) []string { return []string{"sh", c.script} },
			func(t *testing.T, c counted, _ *Spec) { c.write(t, "imported.sh", "x=1") },
		},
		"a script beside the executable": {
			func(c counted) []string { return []string{c.script} },
			func(t *testing.T, c counted, _ *Spec) { c.write(t, "imported.sh", "x=1") },
		},
		"a file that an option names": {
			func(c counted) []string {
				if err := os.WriteFile(c.dir+"/settings", nil, 0o600); err != nil {
					panic(err)
				}
				return []string{c.script, "--settings=" + c.dir + "/settings"}
			},
			func(t *testing.T, c counted, _ *Spec) { c.write(t, "settings", "changed") },
		},
		"other arguments": {
			func(c counted) []string { return []string{c.script, "one"} },
			func(_ *testing.T, _ counted, s *Spec) { s.Command[1] = "two" },
		},
		"arguments cut otherwise": {
			func(c counted) []string { return []string{c.script, "a", "bc"} },
			func(_ *testing.T, _ counted, s *Spec) { s.Command = []string{s.Command[0], "ab", "c"} },
		},
		"another environment": {
			func(c counted) []string { return []string{c.script} },
			func(_ *testing.T, _ counted, s *Spec) { s.Env = append(s.Env, "MODE=other") },
		},
		"another name": {
			func(c counted) []string { return []string{c.script} },
			func(_ *testing.T, _ counted, s *Spec) { s.Name = "acme/två" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, cache := newCounted(t), t.TempDir()
			s := c.spec(row.command(c)...)
			for round, want := range []int{1, 0} {
				if n := c.describe(t, cache, s); n != want {
					t.Fatalf("round %d: started %d times, want %d", round, n, want)
				}
			}
			row.change(t, c, &s)
			for round, want := range []int{1, 0} {
				if n := c.describe(t, cache, s); n != want {
					t.Errorf("round %d after the change: started %d times, want %d", round, n, want)
				}
			}
		})
	}
}

func TestWhatCannotBeToldApartIsNotRemembered(t *testing.T) {
	c, cache := newCounted(t), t.TempDir()
	for name, s := range map[string]Spec{
		"an interpreter that finds its program itself": c.spec("sh", "-c", ". "+c.script),
		"a directory": c.spec(c.script, c.dir),
	} {
		for range 2 {
			if n := c.describe(t, cache, s); n != 1 {
				t.Errorf("%s: started %d times, want 1", name, n)
			}
		}
	}
	if files, _ := filepath.Glob(cache + "/*"); len(files) > 0 {
		t.Errorf("files %q", files)
	}
}

func TestAPluginThatMustNotStartIsNotDescribed(t *testing.T) {
	c, cache := newCounted(t), t.TempDir()
	s := c.spec(c.script)
	if n := c.describe(t, cache, s); n != 1 {
		t.Fatalf("started %d times, want 1", n)
	}
	right, err := fileDigest(c.script)
	if err != nil {
		t.Fatal(err)
	}
	s.SHA256 = strings.ToUpper(right)
	if n := c.describe(t, cache, s); n != 0 {
		t.Errorf("with the right digest: started %d times, want none", n)
	}
	s.SHA256 = strings.Repeat("ab", 32)
	if _, err := CachedCommands(cache, s).Describe(t.Context(), s.Name); err == nil || !strings.Contains(err.Error(), "was not started: the SHA-256 of") {
		t.Errorf("error %v", err)
	}
}

func TestADirectoryThatCannotBeUsedIsNoError(t *testing.T) {
	c := newCounted(t)
	for name, cache := range map[string]string{
		"a file":       c.script,
		"below a file": filepath.Join(c.script, "cache"),
		"no such name": "\x00",
	} {
		for range 2 {
			if n := c.describe(t, cache, c.spec(c.script)); n != 1 {
				t.Errorf("%s: started %d times, want 1", name, n)
			}
		}
	}
}

func TestADamagedOrForeignFileIsIgnoredAndReplaced(t *testing.T) {
	c, dir := newCounted(t), t.TempDir()
	s := c.spec(c.script)
	c.describe(t, dir, s)
	files, err := filepath.Glob(dir + "/*")
	if err != nil || len(files) != 1 {
		t.Fatalf("files %q, %v", files, err)
	}
	path := files[0]
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty":            "",
		"cut short":        string(sound[:len(sound)/2]),
		"something else":   `{"a": 1}`,
		"not JSON":         "\x00\xff",
		"another format":   strings.Replace(string(sound), `"filmloom_description":1`, `"filmloom_description":2`, 1),
		"another protocol": strings.Replace(string(sound), `"protocol":1`, `"protocol":2`, 1),
		"another plugin":   strings.Replace(string(sound), `"plugin":"testling"`, `"plugin":"testlink"`, 1),
		"another text":     strings.Replace(string(sound), "For tests.", "For jests.", 1),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for round, want := range []int{1, 0} {
			if n := c.describe(t, dir, s); n != want {
				t.Errorf("%s, round %d: started %d times, want %d", name, round, n, want)
			}
		}
	}
	for name, put := range map[string]func() error{
		"a directory": func() error { return os.Mkdir(path, 0o700) },
		"a link":      func() error { return os.Symlink("/dev/zero", path) },
	} {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if n := c.describe(t, dir, s); n != 1 {
			t.Errorf("%s in its place: started %d times, want 1", name, n)
		}
	}
	if files, _ := filepath.Glob(dir + "/*"); len(files) != 1 {
		t.Errorf("files %q are left", files)
	}
}

// rich is a description with everything in it that one may have.
func rich() providers.Description {
	low, high := -1.5e-300, 1.0/3
	schema := providers.Schema{Attributes: []providers.Attribute{
		{Name: "text", Type: cty.String, Description: "é <b>&</b> \u2028 \"quoted\"", Required: true, Allowed: []string{"a", ""}, Sensitive: true},
		{Name: "number", Type: cty.Number, Unit: "seconds", Default: []byte(" 1.50 "), Min: &low, Max: &high},
		{Name: "deep", Type: cty.List(cty.ObjectWithOptionalAttrs(map[string]cty.Type{"a": cty.DynamicPseudoType, "b": providers.FileType}, []string{"a"}))},
	}}
	return providers.Description{
		Name: "rich", Version: "1.2.3-rc.1+build", Summary: "All of it.", Config: schema,
		Capabilities: []providers.CapabilitySpec{
			{Name: "test.a", Description: "A.", Input: schema, Output: schema, Deterministic: true},
			{Name: "test.b", CPU: true},
		},
	}
}

func TestADescriptionComesBackExactly(t *testing.T) {
	c := descriptionCache{t.TempDir()}
	key := strings.Repeat("ab", 32)
	for plugin, want := range map[string]providers.Description{"rich": rich(), "bare": {Name: "bare"}, "ö/../x": {Name: "odd"}} {
		c.store(plugin, key, want)
		got, ok := c.load(plugin, key)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v came back as %+v, %v", plugin, want, got, ok)
		}
		if _, ok := c.load(plugin, strings.Repeat("cd", 32)); ok {
			t.Errorf("%s is found under another key", plugin)
		}
	}
}

func TestOldDescriptionsGo(t *testing.T) {
	c := descriptionCache{t.TempDir()}
	c.store("other", strings.Repeat("ff", 32), rich())
	var last string
	for n := range 10 {
		last = fmt.Sprintf("%064x", n)
		c.store("rich", last, rich())
	}
	files, err := os.ReadDir(c.dir)
	if err != nil || len(files) != keptOfEach+1 {
		t.Errorf("%d files, %v; want %d", len(files), err, keptOfEach+1)
	}
	if _, ok := c.load("other", strings.Repeat("ff", 32)); !ok {
		t.Error("another plugin's is gone")
	}
}

// What is read from a changed file is what was stored, or nothing.
func FuzzCachedDescription(f *testing.F) {
	key := strings.Repeat("ab", 32)
	raw, err := encodeCached("rich", key, rich())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw, 0, byte(0))
	for _, at := range []int{1, 10, 60, 200, len(raw) / 2, len(raw) - 3} {
		f.Add(raw, at, byte(1))
		f.Add(raw[:at], 0, byte(0))
	}
	f.Fuzz(func(t *testing.T, raw []byte, at int, change byte) {
		raw = bytes.Clone(raw)
		if at >= 0 && at < len(raw) {
			raw[at] ^= change
		}
		d, ok := decodeCached("rich", key, raw)
		if !ok {
			return
		}
		again, err := encodeCached("rich", key, d)
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", d, err)
		}
		if back, ok := decodeCached("rich", key, again); !ok || !reflect.DeepEqual(back, d) {
			t.Errorf("%+v came back as %+v, %v", d, back, ok)
		}
	})
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	key := strings.Repeat("ab", 32)
	want := rich()
	sound, err := encodeCached("rich", key, want)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sound {
		for _, bit := range []byte{1, 0x20, 0x80} {
			raw := bytes.Clone(sound)
			raw[i] ^= bit
			if d, ok := decodeCached("rich", key, raw); ok && !reflect.DeepEqual(d, want) {
				t.Fatalf("byte %d ^ %d gives %+v", i, bit, d)
			}
		}
		if d, ok := decodeCached("rich", key, sound[:i]); ok && !reflect.DeepEqual(d, want) {
			t.Fatalf("%d bytes give %+v", i, d)
		}
	}
}
