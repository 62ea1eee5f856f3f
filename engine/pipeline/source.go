package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A Source is the text of a pipeline file, or of the files of a directory, by name. It is a plain
// value: a run freezes it as JSON.
type Source map[string][]byte

// Load reads a `.hcl` or `.hcl.json` file, or every such file of a directory (not of those below it).
func Load(path string) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("pipelines cannot be read: %w", err)
	}
	if !info.IsDir() {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("pipelines cannot be read: %w", err)
		}
		return Source{path: b}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("pipelines cannot be read: %w", err)
	}
	src := Source{}
	for _, e := range entries {
		name := filepath.Join(path, e.Name())
		if e.IsDir() || !(strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".hcl.json")) {
			continue
		}
		if src[name], err = os.ReadFile(name); err != nil {
			return nil, fmt.Errorf("pipelines cannot be read: %w", err)
		}
	}
	if len(src) == 0 {
		return nil, fmt.Errorf("pipelines cannot be read: %s holds no .hcl file", path)
	}
	return src, nil
}

// Digest names the source by its content: lower-case hex of a SHA-256.
func (s Source) Digest() string {
	h := sha256.New()
	for _, name := range s.names() {
		fmt.Fprintf(h, "%s\x00%d\x00", filepath.Base(name), len(s[name]))
		h.Write(s[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (s Source) names() []string { return slices.Sorted(maps.Keys(s)) }

// WriteDiagnostics prints findings for people, each with the lines of source that it is about. A
// width of 0 does not wrap.
func WriteDiagnostics(w io.Writer, src Source, diags hcl.Diagnostics, width uint, color bool) error {
	files := make(map[string]*hcl.File, len(src))
	for name, b := range src {
		files[name] = &hcl.File{Bytes: b}
		if !strings.HasSuffix(name, ".json") { // parsed again for its structure: "in pipeline …"
			if f, _ := hclsyntax.ParseConfig(b, name, hcl.InitialPos); f != nil {
				files[name] = f
			}
		}
	}
	return hcl.NewDiagnosticTextWriter(w, files, width, color).WriteDiagnostics(sortDiagnostics(diags))
}

// sortDiagnostics orders findings by place and drops repeated ones.
func sortDiagnostics(diags hcl.Diagnostics) hcl.Diagnostics {
	sorted := slices.Clone(diags)
	place := func(d *hcl.Diagnostic) (string, int) {
		if d.Subject == nil {
			return "", 0
		}
		return d.Subject.Filename, d.Subject.Start.Byte
	}
	slices.SortStableFunc(sorted, func(a, b *hcl.Diagnostic) int {
		fa, pa := place(a)
		fb, pb := place(b)
		if c := strings.Compare(fa, fb); c != 0 {
			return c
		}
		return pa - pb
	})
	return slices.CompactFunc(sorted, func(a, b *hcl.Diagnostic) bool {
		fa, pa := place(a)
		fb, pb := place(b)
		return fa == fb && pa == pb && a.Summary == b.Summary && a.Detail == b.Detail
	})
}

// errorAt makes a finding about a place. A suggestion ("did you mean …?") at its end stands for the
// full stop.
func errorAt(at hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	detail := fmt.Sprintf(format, args...)
	if strings.HasSuffix(detail, "?.") {
		detail = strings.TrimSuffix(detail, ".")
	}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: at.Ptr()}
}
