package providertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/filmloom/filmloom/providers/plugin"
)

const page = "../../docs/plugins.md"

// blocks gives the code on the page in a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		found = append(found, m[1])
	}
	if len(found) < 2 {
		t.Fatalf("only %d blocks of %s were found", len(found), language)
	}
	return found
}

// imports are what the page's pieces of code use.
var imports = []string{
	"context", "encoding/json", "errors", "log/slog", "os", "strings", "testing", "time",
	"github.com/filmloom/filmloom/providers", "github.com/filmloom/filmloom/providers/film",
	"github.com/filmloom/filmloom/providers/plugin", "github.com/filmloom/filmloom/providers/providertest",
}

// complete makes a file of a piece of code.
func complete(code string) string {
	if strings.HasPrefix(code, "package ") {
		return code
	}
	var b strings.Builder
	b.WriteString("package piece\n")
	for _, path := range imports {
		if regexp.MustCompile(`\b` + filepath.Base(path) + `\.[A-Z]`).MatchString(code) {
			fmt.Fprintf(&b, "import %q\n", path)
		}
	}
	return b.String() + code
}

// The code on the page compiles, and the plugin it begins with passes the suite that it speaks of.
func TestThePageForAuthorsIsTrue(t *testing.T) {
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	// A module beside this one, that needs the same others.
	write("go.mod", strings.Replace(read("go.mod"), "module github.com/filmloom/filmloom", "module example.org/page", 1)+
		"\nrequire github.com/filmloom/filmloom v0.0.0\nreplace github.com/filmloom/filmloom => "+root+"\n")
	write("go.sum", read("go.sum"))
	for i, code := range blocks(t, "go") {
		write(fmt.Sprintf("block%02d/code.go", i+1), complete(code))
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-mod=mod", "-o", dir+"/bin/", "./...")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	RunCommand(t, plugin.Spec{Command: []string{filepath.Join(dir, "bin", "block01")}}, Options{})
}

func TestThePipelinesForAuthorsAreHCL(t *testing.T) {
	for i, code := range blocks(t, "hcl") {
		if _, diags := hclsyntax.ParseConfig([]byte(code), fmt.Sprintf("block %d", i+1), hcl.InitialPos); diags.HasErrors() {
			t.Error(diags)
		}
	}
}

// What the page says of checks is what there is.
func TestThePageNamesEveryKind(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		if !strings.Contains(string(text), "| `"+string(kind)+"` |") {
			t.Errorf("the page does not speak of %s", kind)
		}
	}
}
