package studioapi_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/filmloom/filmloom/server/identity"
)

const guide = "../../docs/studio-api.md"

// A shown is a piece of the guide: commands, and the answer that is printed below them, or "".
type shown struct {
	commands, answer string
}

// fenced finds the commands of a page, with what is printed below them.
func fenced(t *testing.T, page string) (all []shown) {
	t.Helper()
	kind := ""
	var block strings.Builder
	for line := range strings.Lines(page) {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case !isFence:
			block.WriteString(line)
		case kind == "":
			kind = fence
			block.Reset()
		default:
			switch kind {
			case "sh":
				all = append(all, shown{commands: block.String()})
			case "json":
				if len(all) == 0 || all[len(all)-1].answer != "" {
					t.Fatalf("an answer without commands: %s", block.String())
				}
				all[len(all)-1].answer = block.String()
			default:
				t.Fatalf("a block of %q", kind)
			}
			kind = ""
		}
	}
	if kind != "" || len(all) < 15 {
		t.Fatalf("%d blocks, and the last is of %q", len(all), kind)
	}
	return all
}

// The guide's commands are run one after another against a server, and what is printed below them is what comes.
func TestTheGuidesCommandsWorkAsPrinted(t *testing.T) {
	for _, program := range []string{"bash", "curl", "jq"} {
		_, err := exec.LookPath(program)
		needs(t, err == nil, program+" is not installed: apt-get install "+program)
	}
	page, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	pieces := fenced(t, string(page))
	const mark = "\n----\n"
	script := "set -euo pipefail\n"
	for _, p := range pieces[1:] { // the first makes a key on the reader's machine
		script += p.commands + "printf '\\n----\\n'\n"
	}
	s := start(t)
	key := s.Admin().Key(identity.Read | identity.Write)
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "FILMLOOM_URL="+s.URL(), "FILMLOOM_API_KEY="+key.Credential)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil || errs.Len() > 0 {
		t.Fatalf("%v: %s\n%s", err, errs.String(), out)
	}
	answers := strings.Split(string(out), mark)
	for i, p := range pieces[1:] {
		if p.answer == "" {
			if strings.Contains(answers[i], `{"error":{"code"`) {
				t.Errorf("%s\ngives %s", p.commands, answers[i])
			}
			continue
		}
		var want any
		if err := json.Unmarshal([]byte(p.answer), &want); err != nil {
			t.Fatalf("%v: %s", err, p.answer)
		}
		last := "" // of several commands the last one's
		for line := range strings.Lines(answers[i]) {
			if strings.TrimSpace(line) != "" {
				last = line
			}
		}
		var got any
		if err := json.Unmarshal([]byte(last), &got); err != nil {
			t.Fatalf("%s\ngives %q", p.commands, answers[i])
		}
		alike(t, p.commands, want, got)
	}
	if film, err := os.ReadFile(filepath.Join(cmd.Dir, "film.mp4")); err != nil || string(film[4:8]) != "ftyp" {
		t.Errorf("the film: %v", err)
	}
}

// alike checks that an answer has what is printed: every key, and what is no example at random.
func alike(t *testing.T, where string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case object:
		has, ok := got.(object)
		if !ok {
			t.Errorf("%s\nis %v, not like %v", where, got, want)
			return
		}
		for name, v := range want {
			if inner, ok := has[name]; ok {
				alike(t, where+"\n"+name, v, inner)
			} else {
				t.Errorf("%s\nlacks %s: %v", where, name, has)
			}
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) == 0 {
			t.Errorf("%s\nis %v, not like %v", where, got, want)
			return
		}
		for i, v := range want {
			if i < len(list) {
				alike(t, where, v, list[i])
			}
		}
	case string:
		text, ok := got.(string)
		word := strings.Trim(want, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_ '.") == ""
		begun := want == "queued" && text == "processing" // a film does not wait until it has been told of
		if where := where[strings.LastIndexByte(where, '\n')+1:]; !ok || text == "" || word && text != want && !begun && where != "key_id" {
			t.Errorf("%s\nis %v, not %q", where, got, want)
		}
	case float64:
		if _, ok := got.(float64); !ok {
			t.Errorf("%s\nis %v, not a number", where, got)
		}
	case bool:
		if got != want {
			t.Errorf("%s\nis %v", where, got)
		}
	}
}

// The codes that the guide lists are those that there are.
func TestTheGuideListsEveryCode(t *testing.T) {
	page, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("errors.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(source)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "= \"")
		code, _, closed := strings.Cut(value, "\"")
		if !ok || !closed || !strings.HasPrefix(name, "code") || strings.ContainsAny(code, "abcdefghijklmnopqrstuvwxyz") {
			continue
		}
		n++
		if !strings.Contains(string(page), "`"+code+"`") {
			t.Errorf("%s is not in the guide", code)
		}
	}
	if n < 25 {
		t.Errorf("only %d codes were found", n)
	}
}
