package videoapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/servertest"
)

// A block of the guide is a script, and what it prints when the page says so.
type block struct {
	line   int
	script string
	prints string
	told   bool
}

func blocks(t *testing.T) (all []block) {
	t.Helper()
	page, err := os.ReadFile("../../docs/video-api.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(page), "\n")
	for i := 0; i < len(lines); i++ {
		kind, fenced := strings.CutPrefix(lines[i], "```")
		if !fenced {
			continue
		}
		begin := i + 1
		for i++; lines[i] != "```"; i++ {
		}
		text := strings.Join(lines[begin:i], "\n") + "\n"
		switch last := len(all) - 1; kind {
		case "sh":
			all = append(all, block{line: begin, script: text})
		case "text":
			all[last].prints, all[last].told = text, true
		}
	}
	if len(all) < 10 {
		t.Fatalf("the guide has %d scripts", len(all))
	}
	return all
}

func TestTheGuidesExamplesWorkAsTheyArePrinted(t *testing.T) {
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	s := start(t)
	dir := t.TempDir()
	all := blocks(t)
	const mark = "@@ block "
	var script strings.Builder
	script.WriteString("set -eu -o pipefail\n")
	for i, b := range all {
		fmt.Fprintf(&script, "echo '%s%d'\n%s", mark, i, b.script)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "FILMLOOM="+s.URL()+"/v1", "PASSWORD="+servertest.AdminPassword, "PATH="+withJQ(t)+":"+os.Getenv("PATH"))
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	parts := strings.Split(string(out), mark)[1:]
	if err != nil {
		at := all[len(parts)-1]
		t.Fatalf("line %d: %v\n%s\n%s", at.line, err, at.script, errs.String())
	}
	for i, b := range all {
		_, printed, _ := strings.Cut(parts[i], "\n")
		if b.told && printed != b.prints {
			t.Errorf("line %d prints\n%snot\n%s", b.line, printed, b.prints)
		}
		if !b.told && printed != "" {
			t.Errorf("line %d prints %q, which the page does not tell", b.line, printed)
		}
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "film.mp4")); err != nil || len(raw) < 1000 {
		t.Errorf("the film has %d bytes: %v", len(raw), err)
	}
}

// The guide's tables and this API's documents tell the same values.
func TestTheGuideNamesEveryFieldAndValue(t *testing.T) {
	page, err := os.ReadFile("../../docs/video-api.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, schema := range start(t).Document(api).Components.Schemas["Request"].Properties {
		row := ""
		for _, line := range strings.Split(string(page), "\n") {
			if strings.HasPrefix(line, "| `"+name+"` |") {
				row = line
			}
		}
		if row == "" {
			t.Errorf("the guide does not tell of %s", name)
		}
		for _, v := range schema.Enum {
			if !strings.Contains(row, fmt.Sprintf("`%v`", v)) {
				t.Errorf("%s: the guide lacks %v", name, v)
			}
		}
	}
}

// jqEnv makes a process of this program a jq that knows paths.
const jqEnv = "FILMLOOM_TEST_JQ"

// withJQ gives a folder with a jq, for machines that have none.
func withJQ(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := "#!/bin/sh\n" + jqEnv + "=1 exec " + strconv.Quote(exe) + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(dir, "jq"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// jq prints what is at a path such as .images[0].id of the JSON that it reads.
func jq(args []string, in io.Reader, out io.Writer) error {
	var v any
	if err := json.NewDecoder(in).Decode(&v); err != nil {
		return err
	}
	path := strings.ReplaceAll(args[len(args)-1], "[", ".[")
	for _, step := range strings.Split(strings.TrimPrefix(path, "."), ".") {
		if index, ok := strings.CutPrefix(step, "["); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			list, _ := v.([]any)
			if err != nil || n >= len(list) {
				return fmt.Errorf("there is no %s", path)
			}
			v = list[n]
			continue
		}
		object, _ := v.(map[string]any)
		v = object[step]
	}
	_, err := fmt.Fprintln(out, v)
	return err
}
