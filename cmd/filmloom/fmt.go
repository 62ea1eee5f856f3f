package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/engine/pipeline"
)

// A formatting is one `filmloom fmt`.
type formatting struct {
	cmd   *cobra.Command
	check bool

	changed bool // something was, or would be
	source  pipeline.Source
	invalid hcl.Diagnostics
}

func fmtCommand(s *settings) *cobra.Command {
	f := &formatting{}
	c := &cobra.Command{
		Use:   "fmt [PATH…]",
		Short: "Lays pipeline files out in the usual style",
		Long: `Lays pipeline files out in the usual style, in place, and prints the names of those that changed. A PATH
is a file, a directory for each .hcl file in it, or - for standard input to standard output. Without a
PATH it is the file or directory that render uses.

--check changes nothing: it lists what would change and exits with 1 if there is something. A file that
does not parse is reported, and left as it is; the command then exits with 3.`,
		Example: `  filmloom fmt
  filmloom fmt --check pipelines/
  filmloom fmt - < draft.hcl > pipelines.hcl`,
		Args: argCount(0, many),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.cmd, f.source = cmd, pipeline.Source{}
			if len(args) == 0 {
				path, err := s.ownPath()
				if err != nil {
					return err
				}
				args = []string{path}
			}
			return f.run(args)
		},
	}
	c.Flags().BoolVar(&f.check, "check", false, "change nothing, list what would change, and exit with 1 if there is something")
	return c
}

// ownPath is the file or directory of pipelines that render would use.
func (s *settings) ownPath() (string, error) {
	if s.pipelines != "" {
		return s.pipelines, nil
	}
	if _, err := os.Stat(ownPipelines); errors.Is(err, fs.ErrNotExist) {
		return "", namef("there is no %s here, and the built-in pipelines cannot be changed; name a file or a directory", ownPipelines)
	}
	return ownPipelines, nil
}

func (f *formatting) run(paths []string) error {
	if slices.Contains(paths, "-") && len(paths) > 1 {
		return usagef("- stands alone: standard input and files cannot be laid out together")
	}
	for _, path := range paths {
		files, err := filesAt(path)
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := f.one(file); err != nil {
				return err
			}
		}
	}
	switch {
	case len(f.invalid) > 0:
		printDiagnostics(f.cmd.ErrOrStderr(), f.source, f.invalid)
		return exit(exitInvalid)
	case f.check && f.changed:
		return exit(exitFailed)
	}
	return nil
}

// filesAt are the files that a path stands for.
func filesAt(path string) ([]string, error) {
	if path == "-" {
		return []string{path}, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, namef("there is no %s", path)
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		if !strings.HasSuffix(path, ".hcl") {
			return nil, namef("%s is no .hcl file; others are not laid out", path)
		}
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".hcl") {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, namef("%s holds no .hcl file", path)
	}
	return files, nil
}

// one lays a file out.
func (f *formatting) one(path string) error {
	if path == "-" {
		return f.stdin()
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	formatted, changed := f.format(path, text)
	if !changed {
		return nil
	}
	f.changed = true
	if !f.check {
		if err := replace(path, formatted); err != nil {
			return fmt.Errorf("%s cannot be written, and is as it was: %w", path, err)
		}
	}
	_, err = fmt.Fprintln(f.cmd.OutOrStdout(), path)
	return err
}

// stdin lays standard input out.
func (f *formatting) stdin() error {
	const name = "<stdin>"
	text, err := io.ReadAll(f.cmd.InOrStdin())
	if err != nil {
		return err
	}
	formatted, changed := f.format(name, text)
	w := f.cmd.OutOrStdout()
	switch {
	case len(f.invalid) > 0:
		return nil
	case f.check && changed:
		f.changed = true
		_, err = fmt.Fprintln(w, name)
	case !f.check && changed:
		_, err = w.Write(formatted)
	case !f.check:
		_, err = w.Write(text)
	}
	return err
}

// format gives the text in the usual style, and whether that differs. What does not parse is kept to be
// reported.
func (f *formatting) format(name string, text []byte) ([]byte, bool) {
	f.source[name] = text
	changed, diags := pipeline.Format(pipeline.Source{name: text})
	f.invalid = append(f.invalid, diags...)
	formatted, differs := changed[name]
	return formatted, differs
}

// replace writes a file anew, whole or not at all. A link stays a link; the file keeps its mode.
func replace(path string, text []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return writeWhole(path, info.Mode().Perm(), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
