package main

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"strings"
	"text/template"
)

// skeletons holds a folder for each language. A file whose name ends in .tmpl is a template of
// skeletonFacts; the others, the library for Python, are copied as they are.
//
//go:embed skeleton
var skeletons embed.FS

// skeletonFacts is what differs between new plugins.
type skeletonFacts struct {
	Name    string
	Module  string // the Go module's path
	Version string // of filmloom as a module, or "" for the newest one
	Replace string // the absolute path of filmloom's sources, or ""
}

type skeletonFile struct {
	name       string
	content    []byte
	executable bool
}

// skeleton gives the files of a new plugin.
func skeleton(lang string, facts skeletonFacts) ([]skeletonFile, error) {
	dir := path.Join("skeleton", lang)
	entries, err := skeletons.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("there is no skeleton for %s: %w", lang, err)
	}
	var files []skeletonFile
	for _, e := range entries {
		raw, err := skeletons.ReadFile(path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		name, isTemplate := strings.CutSuffix(e.Name(), ".tmpl")
		if isTemplate {
			t, err := template.New(name).Option("missingkey=error").Parse(string(raw))
			if err != nil {
				return nil, err
			}
			var out bytes.Buffer
			if err := t.Execute(&out, facts); err != nil {
				return nil, err
			}
			raw = out.Bytes()
		}
		if name == "gitignore" { // go:embed leaves out names that begin with a dot
			name = ".gitignore"
		}
		files = append(files, skeletonFile{name, raw, bytes.HasPrefix(raw, []byte("#!"))})
	}
	return files, nil
}
