package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"github.com/filmloom/filmloom/plugins/builtin"
)

var (
	pluginName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
	modulePath = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~/-]*$`)
	// released is a version that a module proxy has; what git says of the commits after one is none.
	released = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)[0-9.]*)?$`)
)

// A newPlugin is one `filmloom plugin new`.
type newPlugin struct {
	name, lang, dir, module, replace string
}

func pluginNewCommand() *cobra.Command {
	n := &newPlugin{}
	c := &cobra.Command{
		Use:   "new NAME",
		Short: "Writes the beginnings of a plugin",
		Long: `Writes a plugin that works: one capability with a setting, its tests, a pipeline that uses it and a page
about it. NAME is what pipelines call it. Nothing that exists is overwritten.`,
		Example: `  filmloom plugin new acme
  filmloom plugin new acme --lang python
  filmloom plugin new acme --dir plugins/acme --module example.org/acme`,
		Args: argCount(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n.name = args[0]
			if err := n.complete(); err != nil {
				return err
			}
			return n.create(cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&n.lang, "lang", "go", "the language, `go` or python")
	c.Flags().StringVar(&n.dir, "dir", "", "the new directory, a `PATH` (default NAME)")
	c.Flags().StringVar(&n.module, "module", "", "the Go module's `PATH` (default example.com/NAME)")
	c.Flags().StringVar(&n.replace, "replace", "", "build against the sources of filmloom in this `DIR`, for work on both")
	return c
}

// complete checks what was given and fills in what was not.
func (n *newPlugin) complete() error {
	switch {
	case !pluginName.MatchString(n.name):
		return usagef("%q cannot be the name of a plugin: it takes up to 40 of a-z, 0-9, - and _, and begins with a letter", n.name)
	case slices.Contains(builtin.InProcess().Plugins(), n.name):
		return usagef("%s is the name of a built-in plugin; take another one", n.name)
	case n.lang != "go" && n.lang != "python":
		return usagef("--lang is go or python, not %q; in another language begin with docs/plugins.md", n.lang)
	case n.lang != "go" && (n.module != "" || n.replace != ""):
		return usagef("--module and --replace are for --lang go")
	}
	if n.dir == "" {
		n.dir = n.name
	}
	if n.module == "" {
		n.module = "example.com/" + n.name
	}
	if !modulePath.MatchString(n.module) {
		return usagef("%q cannot be the path of a Go module", n.module)
	}
	if n.replace != "" {
		dir, err := filepath.Abs(n.replace)
		if err != nil {
			return err
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			return namef("--replace: there are no sources of filmloom in %s", n.replace)
		}
		n.replace = dir
	}
	return nil
}

// create writes the files and says what comes next.
func (n *newPlugin) create(w io.Writer) error {
	if there, err := os.ReadDir(n.dir); err == nil && len(there) > 0 {
		return namef("%s exists already and is not empty; name another directory with --dir", n.dir)
	}
	if err := os.MkdirAll(n.dir, 0o777); err != nil {
		return err
	}
	files, err := skeleton(n.lang, skeletonFacts{
		Name: n.name, Module: n.module, Version: ownVersion(), Replace: n.replace,
	})
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := writeNew(filepath.Join(n.dir, f.name), f); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "Wrote the plugin %s to %s. What comes next:\n\n  cd %s\n", n.name, n.dir, quoted(n.dir))
	if n.lang == "go" {
		fmt.Fprintf(w, "  go mod tidy\n  go test ./...\n  go build -o %s .\n  filmloom plugin test ./%s\n", n.name, n.name)
	} else {
		fmt.Fprint(w, "  sudo apt-get install python3-grpcio python3-protobuf openssl\n"+
			"  /usr/bin/python3 -m unittest\n  filmloom plugin test ./plugin.py\n")
	}
	_, err = fmt.Fprint(w, "  filmloom render -o shout.txt\n\nREADME.md says more.\n")
	return err
}

// writeNew writes a file that must not exist.
func writeNew(path string, f skeletonFile) error {
	mode := os.FileMode(0o666)
	if f.executable {
		mode = 0o777
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = out.Write(f.content)
	return errors.Join(err, out.Close())
}

// ownVersion is the version of this program as a Go module, or "" when no proxy can have it.
func ownVersion() string {
	if released.MatchString(version) {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && released.MatchString(info.Main.Version) {
		return info.Main.Version
	}
	return ""
}
