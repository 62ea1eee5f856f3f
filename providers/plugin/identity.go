package plugin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An identity says which program a spec starts, to tell whether a description of it still holds.
type identity struct {
	key        string // a digest of everything that tells
	executable string // the digest of the executable
	whole      bool   // the key changes whenever the program does, as far as can be told
}

// identity looks at the files of a resolved spec.
func (s Spec) identity() (identity, error) {
	exe := s.Command[0]
	id := identity{whole: true}
	var err error
	if id.executable, err = fileDigest(exe); err != nil {
		return identity{}, err
	}
	h := sha256.New()
	write := func(parts ...string) { // each with its length, so that they cannot run into each other
		for _, p := range parts {
			fmt.Fprintf(h, "%d:%s", len(p), p)
		}
	}
	write(s.Name, id.executable, fmt.Sprint(s.NoTLS))
	write(s.Command[1:]...)
	write("environment")
	write(s.Env...)
	if isScript(exe) {
		write("beside", exe)
		besides(h, exe)
	}
	files := 0
	for _, arg := range s.Command[1:] {
		file, st := namedFile(arg)
		switch {
		case st == nil:
		case st.IsDir():
			id.whole = false
		case st.Mode().IsRegular():
			files++
			write("file", arg)
			if err := contents(h, file, st); err != nil {
				return identity{}, err
			}
			besides(h, file)
		}
	}
	if len(s.Command) > 1 && files == 0 && isOnPath(exe) {
		id.whole = false
	}
	id.key = hex.EncodeToString(h.Sum(nil))
	return id, nil
}

// namedFile finds what an argument names, as in "x.py" and "--script=x.py"; nil when that is nothing.
// The plugin is started in this process's working directory.
func namedFile(arg string) (string, os.FileInfo) {
	if st, err := os.Stat(arg); err == nil {
		return arg, st
	}
	if _, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(arg, "-") {
		if st, err := os.Stat(value); err == nil {
			return value, st
		}
	}
	return "", nil
}

// contents adds a file's bytes; of a large one, such as a model's weights, its size and time stand for them.
func contents(h hash.Hash, file string, st os.FileInfo) error {
	const large = 16 << 20
	if st.Size() > large {
		fmt.Fprintf(h, "large %d %d;", st.Size(), st.ModTime().UnixNano())
		return nil
	}
	digest, err := fileDigest(file)
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%d %s;", st.Size(), digest)
	return nil
}

// besides adds sizes and times of the files of the same kind beside a script: what it imports.
func besides(h hash.Hash, script string) {
	kind := filepath.Ext(script)
	if kind == "" {
		return
	}
	entries, _ := os.ReadDir(filepath.Dir(script)) // what cannot be listed cannot be imported either
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != kind {
			continue
		}
		if st, err := os.Stat(filepath.Join(filepath.Dir(script), e.Name())); err == nil {
			fmt.Fprintf(h, "%q %d %d;", e.Name(), st.Size(), st.ModTime().UnixNano())
		}
	}
}

func isScript(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	var start [2]byte
	_, err = io.ReadFull(f, start[:])
	return err == nil && string(start[:]) == "#!"
}

// isOnPath tells whether a program is found by its name alone, as interpreters are.
func isOnPath(exe string) bool {
	return slices.Contains(filepath.SplitList(os.Getenv("PATH")), filepath.Dir(exe))
}

func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
