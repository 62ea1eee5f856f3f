package providertest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/zclconf/go-cty/cty"

	"github.com/filmloom/filmloom/providers"
)

// examine looks at a result as the engine does: against the schema, and at its files. The content is the
// same for results that mean the same.
func examine(r *providers.Result, spec providers.CapabilitySpec, dir string, inputs []string) (content []byte, problem string) {
	if r == nil {
		return nil, "it returned neither a result nor an error"
	}
	attrs, err := providers.DecodeAttributes(r.Output, spec.Output.Type(), func(f providers.File) (providers.File, error) {
		if f.Path == "" {
			if !slices.Contains(inputs, f.SHA256) {
				return f, fmt.Errorf("a file has no path, and is none of the input's")
			}
			return f, nil
		}
		return readFile(dir, f)
	})
	if err != nil {
		return nil, "its output does not fit the schema: " + err.Error()
	}
	value, problems := spec.Output.Conform(attrs)
	switch {
	case len(problems) > 0:
		return nil, "its output does not fit the schema: " + providers.Problems(problems)
	case r.Cost < 0:
		return nil, fmt.Sprintf("its cost is negative: %d", r.Cost)
	case slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.TrimSpace(w) == "" }):
		return nil, "one of its warnings has no words"
	}
	content, _, err = providers.EncodeContent(cty.ObjectVal(value.AsValueMap()))
	if err != nil {
		return nil, "its output cannot be recorded: " + err.Error()
	}
	return content, ""
}

// readFile reads a file that a result names: a regular one below the work directory, reached without links.
func readFile(dir string, f providers.File) (providers.File, error) {
	name := f.Path
	if filepath.IsAbs(name) {
		var err error
		if name, err = filepath.Rel(dir, name); err != nil {
			return f, err
		}
	}
	if !filepath.IsLocal(name) {
		return f, fmt.Errorf("the file %s lies outside of the work directory", f.Path)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return f, err
	}
	defer func() { _ = root.Close() }()
	for at := name; at != "."; at = filepath.Dir(at) {
		info, err := root.Lstat(at)
		switch {
		case err != nil:
			return f, fmt.Errorf("the file %s is not there: %w", f.Path, err)
		case info.Mode()&os.ModeSymlink != 0:
			return f, fmt.Errorf("the file %s is a link, or reached through one", f.Path)
		case at == name && !info.Mode().IsRegular():
			return f, fmt.Errorf("the file %s is not a regular file", f.Path)
		case at == name && links(info) > 1:
			return f, fmt.Errorf("the file %s has another name elsewhere (a hard link); copy it instead", f.Path)
		}
	}
	opened, err := root.Open(name)
	if err != nil {
		return f, fmt.Errorf("the file %s cannot be read: %w", f.Path, err)
	}
	defer func() { _ = opened.Close() }()
	h := sha256.New()
	size, err := io.Copy(h, opened)
	if err != nil {
		return f, fmt.Errorf("the file %s cannot be read: %w", f.Path, err)
	}
	if f.MediaType != "" && !strings.Contains(f.MediaType, "/") {
		return f, fmt.Errorf("the file %s has the media type %q, which is none", f.Path, f.MediaType)
	}
	return providers.File{SHA256: hex.EncodeToString(h.Sum(nil)), Size: size, MediaType: f.MediaType, Name: f.Name}, nil
}

// links counts the names of a file.
func links(info os.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink)
	}
	return 1
}
