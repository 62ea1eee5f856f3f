//go:build unix

package artifact_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What an engine pays for each call of a provider that writes no file.
func BenchmarkWorkDir(b *testing.B) {
	s := open(b, b.TempDir())
	defer s.Close()
	b.ReportAllocs()
	for b.Loop() {
		_, release, err := s.WorkDir(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if err := release(); err != nil {
			b.Fatal(err)
		}
	}
}

// The same with 256 calls under way at a time.
func BenchmarkWorkDirParallel(b *testing.B) {
	s := open(b, b.TempDir())
	defer s.Close()
	b.SetParallelism(128)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, release, err := s.WorkDir(b.Context())
			if err == nil {
				err = release()
			}
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// And of one that writes a small file, which must be on the disk before it counts.
func BenchmarkAdopt(b *testing.B) {
	s := open(b, b.TempDir())
	defer s.Close()
	for n := 0; b.Loop(); n++ {
		dir, release, err := s.WorkDir(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "out.txt"), fmt.Append(nil, "artifact ", n), 0o600); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Adopt(b.Context(), dir, "out.txt"); err != nil {
			b.Fatal(err)
		}
		if err := release(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	s := open(b, b.TempDir())
	defer s.Close()
	for n := 0; b.Loop(); n++ {
		if _, err := s.Put(b.Context(), strings.NewReader(fmt.Sprint("artifact ", n))); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutAgain(b *testing.B) {
	s := open(b, b.TempDir())
	defer s.Close()
	for b.Loop() {
		if _, err := s.Put(b.Context(), strings.NewReader("the same")); err != nil {
			b.Fatal(err)
		}
	}
}
