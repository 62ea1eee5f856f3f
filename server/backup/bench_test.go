package backup_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/filmloom/filmloom/server/backup"
	"github.com/filmloom/filmloom/server/store"
)

// filled is a data directory with so many artifacts of a size, which do not compress, as media do not, and some
// megabytes of records, which do.
func filled(b *testing.B, artifacts, size int) *house {
	b.Helper()
	h := open(b, filepath.Join(b.TempDir(), "data"))
	random := rand.NewChaCha8([32]byte{1})
	content := make([]byte, size)
	for range artifacts {
		_, _ = random.Read(content)
		h.put(b, content)
	}
	for i := range 40 {
		err := h.db.Update(b.Context(), func(tx *store.Tx) error {
			for n := range 500 {
				if err := tx.Put(store.K("task", fmt.Sprint(i), fmt.Sprint(n)), map[string]any{"title": "The lighthouse keeper", "status": "completed", "number": n, "scenes": []int{1, 2, 3}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return h
}

func BenchmarkBackup(b *testing.B) {
	for _, c := range []struct{ artifacts, size int }{{128, 2 << 20}, {2000, 10 << 10}} {
		h := filled(b, c.artifacts, c.size)
		var archive bytes.Buffer
		archive.Grow(c.artifacts*c.size + 64<<20)
		b.Run(fmt.Sprintf("write/%dx%dKiB", c.artifacts, c.size>>10), func(b *testing.B) {
			var made backup.Summary
			for b.Loop() {
				archive.Reset()
				var err error
				if made, err = backup.Write(b.Context(), &archive, h.source(), backup.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(made.ArtifactBytes + made.RecordBytes)
		})
		b.Run(fmt.Sprintf("verify/%dx%dKiB", c.artifacts, c.size>>10), func(b *testing.B) {
			b.SetBytes(int64(archive.Len()))
			for b.Loop() {
				if _, err := backup.Verify(b.Context(), bytes.NewReader(archive.Bytes()), backup.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("restore/%dx%dKiB", c.artifacts, c.size>>10), func(b *testing.B) {
			b.SetBytes(int64(archive.Len()))
			for n := 0; b.Loop(); n++ {
				if _, err := backup.Restore(b.Context(), io.MultiReader(bytes.NewReader(archive.Bytes())), filepath.Join(b.TempDir(), fmt.Sprint(n)), backup.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
