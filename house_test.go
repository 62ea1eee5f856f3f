package filmloom_test

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/filmloom/filmloom"

// An arrow says what the packages of a room may import of this module. The first arrow that a package
// matches counts. A pattern that ends in /... is a room with all below it.
type arrow struct {
	from   string
	to     []string
	reason string
}

// arrows is the plan of the house. Whatever it does not allow is forbidden.
var arrows = []arrow{
	{"engine/dag", nil, "the graph is pure: it knows no language, no provider and no time"},
	{"engine/admission", nil, "who may begin when is decided without knowing what begins"},
	{"engine/pipeline", []string{"engine/dag", "providers"}, "the language is pure: it checks against schemas and runs nothing"},
	{"engine/journal/journaltest", []string{"engine/journal"}, "one suite for every journal"},
	{"engine/journal/...", []string{"engine/journal/..."}, "a journal stores records and knows nothing of who wrote them"},
	{"engine/artifact/...", []string{"engine/artifact/..."}, "a store of files knows nothing of who made them"},
	{"engine/...", []string{"engine/...", "providers", "providers/plugin"}, "the engine speaks no film words, and meets plugins by configuration only"},
	{"providers/film", []string{"providers"}, "a contract, not an implementation"},
	{"providers/film/prose", nil, "what a text is made of, whoever tells it"},
	{"providers/proto", nil, "the wire stands alone"},
	{"providers/plugin/...", []string{"providers", "providers/proto", "providers/plugin/..."}, "hosting a provider is not knowing what it does"},
	{"providers/providertest/...", []string{"providers", "providers/plugin", "providers/providertest/..."}, "one suite for every provider"},
	{"providers/remote", []string{"providers"}, "what calling a vendor takes, whichever it is"},
	{"providers/picture", []string{"providers"}, "fits a picture, whoever made it"},
	{"providers", nil, "the contract imports nothing of ours"},
	{"plugins/builtin", []string{"plugins/...", "providers", "providers/plugin", "engine"}, "the only room that knows every plugin"},
	{"plugins/*/...", []string{"plugins/./...", "providers", "providers/film", "providers/film/prose", "providers/picture", "providers/remote"}, "a plugin knows the contract and itself, never another plugin or the engine"},
	{"server/store", []string{"engine/journal/badger", "engine/journal"}, "records of the server, whatever they mean, beside the journal"},
	{"server/config", nil, "settings are read before anything is opened"},
	{"server/identity", []string{"server/store"}, "who somebody is does not depend on what they ask for"},
	{"server/erasure", []string{"server/identity"}, "has what a removed account owned erased, whatever it is"},
	{"server/plans", nil, "what an account may have is a table"},
	{"server/patience", nil, "lets go of clients that take nothing, whatever they were sent"},
	{"server/limits", []string{"server/plans", "server/store"}, "counts requests, whatever they ask for"},
	{"server/credits", []string{"server/plans", "server/store"}, "keeps an account's books, whatever is paid for"},
	{"server/webhooks", []string{"server/store"}, "delivers what it is told, whatever it says"},
	{"server/youtube", []string{"server/secrets", "server/store"}, "connects channels, whatever is uploaded"},
	{"server/idempotency", []string{"server/store"}, "remembers answers without reading them"},
	{"server/secrets", nil, "keys are derived before anything is opened"},
	{"server/apidocs", nil, "a page that shows a document, whichever it is"},
	{"server/admin", []string{"server/identity", "server/store"}, "lets commands reach a server, whatever they ask"},
	{"server/backup", []string{"engine/artifact", "engine/journal", "engine/journal/badger", "server/admin", "server/store"}, "copies a data directory without reading what is in it"},
	{"server/media", []string{"engine/artifact"}, "gives files away by signed names, and knows nothing else of them"},
	{"server/metrics", []string{"engine", "engine/...", "providers", "providers/plugin"}, "counts what the engine tells"},
	{"server/film", []string{"engine", "engine/...", "providers", "providers/film"}, "the only room that knows what the film pipelines take and give"},
	{"server/production", []string{"engine", "engine/...", "providers", "server/film", "server/store"}, "films in the making, whichever API asked for them"},
	{"server/...", []string{"engine", "engine/...", "providers", "server/..."}, "the server meets plugins by configuration only"},
	{"cmd/...", []string{".", "cmd/...", "engine/...", "providers/...", "plugins/builtin", "server/..."}, "the binary puts the rooms together; plugins only through builtin"},
	{".", nil, "embeds the pipelines and does nothing"},
}

// match tells whether a package, by its path inside the module, is one that the pattern names. A *
// stands for one folder's name.
func match(pattern, pkg string) bool {
	room, deep := strings.CutSuffix(pattern, "/...")
	want, have := strings.Split(room, "/"), strings.Split(pkg, "/")
	if len(have) < len(want) || len(have) > len(want) && !deep {
		return false
	}
	for i, w := range want {
		if w != "*" && w != have[i] {
			return false
		}
	}
	return true
}

// breaches lists the imports that no arrow allows. imports maps each package to what it imports, all
// by their paths inside the module.
func breaches(arrows []arrow, imports map[string][]string) []string {
	var found []string
	for pkg, to := range imports {
		i := slices.IndexFunc(arrows, func(a arrow) bool { return match(a.from, pkg) })
		if i < 0 {
			found = append(found, fmt.Sprintf("%s is in no room of the plan", pkg))
			continue
		}
		for _, target := range to {
			allowed := slices.ContainsFunc(arrows[i].to, func(pattern string) bool {
				// plugins/./... is the plugin itself.
				if own := strings.Split(pkg, "/"); len(own) > 1 {
					pattern = strings.Replace(pattern, "/./", "/"+own[1]+"/", 1)
				}
				return match(pattern, target)
			})
			if !allowed {
				found = append(found, fmt.Sprintf("%s imports %s, but %s", pkg, target, arrows[i].reason))
			}
		}
	}
	slices.Sort(found)
	return found
}

func TestImportsPointOneWay(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	imports := map[string][]string{}
	inside := func(p string) (string, bool) {
		if p == module {
			return ".", true
		}
		return strings.CutPrefix(p, module+"/")
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name, _ := inside(p.ImportPath)
		imports[name] = nil
		for _, i := range p.Imports {
			if to, ok := inside(i); ok {
				imports[name] = append(imports[name], to)
			}
		}
	}
	if len(imports) < 10 {
		t.Fatalf("only %d packages were found", len(imports))
	}
	for _, b := range breaches(arrows, imports) {
		t.Error(b)
	}
}

// The checker itself finds what it is for.
func TestBreachesAreFound(t *testing.T) {
	plan := []arrow{
		{"a", nil, "a is pure"},
		{"p/all", []string{"p/..."}, "all knows all"},
		{"p/*/...", []string{"a", "p/./..."}, "each for itself"},
		{"b/...", []string{"a", "b/..."}, "b builds on a"},
	}
	got := breaches(plan, map[string][]string{
		"a": {"b"}, "b": {"a", "b/c"}, "b/c": {"b", "p/x"}, "p/x": {"a", "p/x/y"}, "p/x/y": {"p/x"},
		"p/z": {"p/x"}, "p/all": {"p/x", "p/z"}, "stray": nil,
	})
	want := []string{
		"a imports b, but a is pure",
		"b/c imports p/x, but b builds on a",
		"p/z imports p/x, but each for itself",
		"stray is in no room of the plan",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// goFiles calls f for every Go file of the project that is written by hand.
func goFiles(t *testing.T, f func(name string, source []byte)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, ".pb.go") || strings.HasSuffix(name, ".gen.go"):
			return nil
		}
		source, err := os.ReadFile(filepath.FromSlash(name))
		if err == nil {
			f(name, source)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A newcomer reads what a package is for, promises and never does before its code.
func TestEveryPackageIsDocumented(t *testing.T) {
	documented := map[string]bool{}
	goFiles(t, func(name string, source []byte) {
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir := path.Dir(name)
		documented[dir] = documented[dir] || file.Doc != nil && len(file.Doc.Text()) > 60
	})
	if len(documented) < 10 {
		t.Fatalf("only %d packages were found", len(documented))
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("the package in %s has no comment that says what it is for", dir)
		}
	}
}

// longest is how many lines a file may have before it is asked whether it has become two things.
const longest = 500

func TestFilesAreSmallAndSayWhatTheyHold(t *testing.T) {
	nameless := []string{"util", "utils", "common", "helper", "helpers", "misc", "manager", "base", "info"}
	goFiles(t, func(name string, source []byte) {
		if lines := strings.Count(string(source), "\n"); lines > longest {
			t.Errorf("%s has %d lines: has it become two things?", name, lines)
		}
		parts := strings.FieldsFunc(strings.TrimSuffix(strings.TrimSuffix(name, ".go"), "_test"), func(r rune) bool { return r == '/' || r == '_' })
		for _, part := range parts {
			if slices.Contains(nameless, part) {
				t.Errorf("the name %s says nothing: call it after what it holds", name)
			}
		}
	})
}
