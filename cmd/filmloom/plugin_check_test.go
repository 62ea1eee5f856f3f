package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// `plugin test` holds a plugin against every contract that there is.
func TestEveryFilmContractIsChecked(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^var \w+ = providers\.Capability\[[^{]*\{\s*Name:\s*"([^"]+)"`)
	files, err := filepath.Glob("../../providers/film/*.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, spec := range filmContracts() {
		known[spec.Name] = true
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declared.FindAllStringSubmatch(string(source), -1) {
			found++
			if !known[m[1]] {
				t.Errorf("%s, of %s, is missing in filmContracts", m[1], name)
			}
		}
	}
	if found != len(known) {
		t.Errorf("%d contracts are declared, and %d checked", found, len(known))
	}
}
